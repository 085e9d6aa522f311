//! The bit fields of a body by Intel's names.

/// A named bit: its position from the least significant one, and its name.
pub(crate) type Bit = (u32, &'static str);

/// TDATTRIBUTES (Intel TDX module 1.5 ABI, ATTRIBUTES). Bits 0 to 7 take the guest out of the
/// protected state. ICSSD, LASS and TPA are of later modules: their positions are those of
/// Intel's own definitions in the Linux kernel (`arch/x86/include/asm/shared/tdx.h`).
pub(crate) static TD_ATTRIBUTES: &[Bit] = &[
    (0, "DEBUG"),
    (4, "HGS_PLUS_PROF"),
    (5, "PERF_PROF"),
    (6, "PMT_PROF"),
    (16, "ICSSD"),
    (27, "LASS"),
    (28, "SEPT_VE_DISABLE"),
    (29, "MIGRATABLE"),
    (30, "PKS"),
    (31, "KL"),
    (62, "TPA"),
    (63, "PERFMON"),
];

/// XFAM, the processor state that a guest may use (Intel TDX module 1.5 ABI, XFAM).
pub(crate) static XFAM: &[Bit] = &[
    (0, "X87"),
    (1, "SSE"),
    (2, "AVX"),
    (5, "AVX512_OPMASK"),
    (6, "AVX512_ZMM_HI256"),
    (7, "AVX512_HI16_ZMM"),
    (8, "PT"),
    (9, "PKRU"),
    (11, "CET_U"),
    (12, "CET_S"),
    (14, "UINTR"),
    (15, "LBR"),
    (17, "AMX_TILECFG"),
    (18, "AMX_TILEDATA"),
];

/// The flags of an enclave's ATTRIBUTES (Intel SDM volume 3D, ATTRIBUTES).
pub(crate) static SGX_FLAGS: &[Bit] = &[
    (0, "INIT"),
    (1, "DEBUG"),
    (2, "MODE64BIT"),
    (4, "PROVISIONKEY"),
    (5, "EINITTOKEN_KEY"),
    (6, "CET"),
    (7, "KSS"),
    (10, "AEXNOTIFY"),
];

/// XFRM, the processor state that an enclave may use: bits of XCR0 (Intel SDM volume 1, section
/// 13.1).
pub(crate) static XFRM: &[Bit] = &[
    (0, "X87"),
    (1, "SSE"),
    (2, "AVX"),
    (3, "MPX_BNDREGS"),
    (4, "MPX_BNDCSR"),
    (5, "AVX512_OPMASK"),
    (6, "AVX512_ZMM_HI256"),
    (7, "AVX512_HI16_ZMM"),
    (9, "PKRU"),
    (17, "AMX_TILECFG"),
    (18, "AMX_TILEDATA"),
    (19, "APX"),
];

/// The bits of a field that are set and have no name there.
pub(crate) fn unnamed(table: &[Bit], bits: u64) -> u64 {
    let mask = |position: u32| 1_u64.checked_shl(position).unwrap_or_default();
    bits & !table.iter().fold(0, |named, (position, _)| named | mask(*position))
}

/// The bits of a field that are set, by name or by number, or `none`.
pub(crate) fn names(table: &[Bit], bits: u64) -> String {
    let set = (0..u64::BITS).filter(|position| bits.checked_shr(*position).is_some_and(is_odd));
    let words: Vec<String> = set
        .map(|position| match table.iter().find(|(known, _)| *known == position) {
            Some((_, name)) => (*name).to_owned(),
            None => format!("bit {position}"),
        })
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

const fn is_odd(bits: u64) -> bool {
    bits & 1 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_bits_have_intels_names_or_their_numbers() {
        assert_eq!(
            names(TD_ATTRIBUTES, 1 << 27 | 1 << 28 | 1 << 8),
            "bit 8, LASS, SEPT_VE_DISABLE"
        );
        assert_eq!(names(TD_ATTRIBUTES, 1 << 63), "PERFMON");
        assert_eq!(names(XFAM, 0), "none");
    }

    /// XFAM_FIXED0 of TDX module 1.5 is 0x6dbe7.
    #[test]
    fn named_bits_of_xfam_are_those_that_the_module_allows() {
        assert_eq!(unnamed(XFAM, u64::MAX), !0x6_dbe7);
        assert_eq!(unnamed(TD_ATTRIBUTES, 0xff), 0b1000_1110);
    }
}
