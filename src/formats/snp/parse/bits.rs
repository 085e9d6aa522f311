//! The bit fields of a report: guest policy, platform info, key info.

use crate::finding::Check;
use crate::formats::snp::checks;

/// A named bit and the check that reports it.
#[derive(Clone, Copy, Debug)]
pub struct Bit {
    /// Position, from the least significant bit.
    pub position: u32,
    /// The specification's name.
    pub name: &'static str,
    /// The check that reports it.
    pub check: &'static Check,
}

const fn bit(position: u32, name: &'static str, check: &'static Check) -> Bit {
    Bit { position, name, check }
}

/// The bits of the guest policy (56860, table "Guest Policy"); bits 0 to 15 are the ABI version,
/// bit 17 must be one, bits 26 to 63 must be zero.
pub static GUEST_POLICY: &[Bit] = &[
    bit(16, "SMT", &checks::SNP_POLICY_SMT),
    bit(18, "MIGRATE_MA", &checks::SNP_POLICY_MIGRATION),
    bit(19, "DEBUG", &checks::SNP_POLICY_DEBUG),
    bit(20, "SINGLE_SOCKET", &checks::SNP_POLICY_SINGLE_SOCKET),
    bit(21, "CXL_ALLOW", &checks::SNP_POLICY_CXL),
    bit(22, "MEM_AES_256_XTS", &checks::SNP_POLICY_AES_XTS),
    bit(23, "RAPL_DIS", &checks::SNP_POLICY_RAPL),
    bit(24, "CIPHERTEXT_HIDING", &checks::SNP_POLICY_CIPHERTEXT_HIDING),
    bit(25, "PAGE_SWAP_DISABLE", &checks::SNP_POLICY_PAGE_SWAP),
];

/// The bits of PLATFORM_INFO (56860, table "PLATFORM_INFO Field"). Bit 6 is set on real Turin
/// machines; its name comes from other verifiers' sources and not from a text of AMD's at hand.
pub static PLATFORM_INFO: &[Bit] = &[
    bit(0, "SMT_EN", &checks::SNP_PLATFORM_SMT),
    bit(1, "TSME_EN", &checks::SNP_PLATFORM_TSME),
    bit(2, "ECC_EN", &checks::SNP_PLATFORM_ECC),
    bit(3, "RAPL_DIS", &checks::SNP_PLATFORM_RAPL),
    bit(4, "CIPHERTEXT_HIDING_EN", &checks::SNP_PLATFORM_CIPHERTEXT_HIDING),
    bit(5, "ALIAS_CHECK_COMPLETE", &checks::SNP_PLATFORM_ALIAS_CHECK),
    bit(6, "IOMMU_WRITE_SAFE", &checks::SNP_PLATFORM_IOMMU_WRITE_SAFE),
    bit(7, "TIO_EN", &checks::SNP_PLATFORM_TIO),
];

/// The rules the guest was launched under; the firmware enforces them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestPolicy(pub u64);

impl GuestPolicy {
    const ONE: u64 = 1 << 17;
    const NAMED: u64 = (1 << 26) - 1;

    /// Whether the bit at `position` is set.
    pub fn bit(self, position: u32) -> bool {
        has(self.0, position)
    }

    /// The firmware ABI version the guest asks for at least: major, minor.
    pub const fn abi(self) -> (u8, u8) {
        let [minor, major, ..] = self.0.to_le_bytes();
        (major, minor)
    }

    /// Whether bit 17 is one and every bit above 25 is zero.
    pub(crate) const fn reserved_is_well(self) -> bool {
        self.0 & Self::ONE != 0 && self.0 & !Self::NAMED == 0
    }
}

/// What the platform says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformInfo(pub u64);

impl PlatformInfo {
    const NAMED: u64 = (1 << 8) - 1;

    /// Whether the bit at `position` is set.
    pub fn bit(self, position: u32) -> bool {
        has(self.0, position)
    }

    /// Whether every bit without a name is zero.
    pub(crate) const fn reserved_is_zero(self) -> bool {
        self.0 & !Self::NAMED == 0
    }
}

/// Which key signed the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo(pub u32);

/// The key selector in [`KeyInfo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// No key: the report is not signed.
    None,
    /// A value the specification reserves.
    Reserved(u32),
    /// The chip's own key.
    Vcek,
    /// A key that AMD gave to a cloud provider for its machines.
    Vlek,
}

impl KeyInfo {
    /// Whether an author key digest is present (bit 0).
    pub(crate) const fn author_key(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the chip key is masked (bit 1): the signature is then zero.
    pub(crate) const fn masks_chip_key(self) -> bool {
        self.0 & 2 != 0
    }

    /// The selector (bits 2 to 4).
    pub const fn signing_key(self) -> SigningKey {
        match (self.0 >> 2) & 7 {
            0 => SigningKey::Vcek,
            1 => SigningKey::Vlek,
            7 => SigningKey::None,
            other => SigningKey::Reserved(other),
        }
    }

    /// Whether every bit above 4 is zero.
    pub(crate) const fn reserved_is_zero(self) -> bool {
        self.0 >> 5 == 0
    }
}

impl std::fmt::Display for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Reserved(value) => write!(f, "reserved value {value}"),
            Self::Vcek => f.write_str("VCEK"),
            Self::Vlek => f.write_str("VLEK"),
        }
    }
}

fn has(bits: u64, position: u32) -> bool {
    bits.checked_shr(position).is_some_and(|shifted| shifted & 1 != 0)
}
