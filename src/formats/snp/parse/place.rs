//! Where the fields of a report stand (AMD 56860, ATTESTATION_REPORT).

use crate::span::Span;

/// The evidence id under which a report is shown.
pub const REPORT: &str = "snp-report";

macro_rules! places {
    ($($name:ident $start:literal $len:literal)*) => {
        $(
            #[doc = concat!("Field `", stringify!($name), "`.")]
            pub const $name: Span = Span::new($start, $len);
        )*
    };
}

places! {
    VERSION 0x00 4
    GUEST_SVN 0x04 4
    POLICY 0x08 8
    FAMILY_ID 0x10 16
    IMAGE_ID 0x20 16
    VMPL 0x30 4
    SIGNATURE_ALGO 0x34 4
    CURRENT_TCB 0x38 8
    PLATFORM_INFO 0x40 8
    KEY_INFO 0x48 4
    REPORT_DATA 0x50 64
    MEASUREMENT 0x90 48
    HOST_DATA 0xc0 32
    ID_KEY_DIGEST 0xe0 48
    AUTHOR_KEY_DIGEST 0x110 48
    REPORT_ID 0x140 32
    REPORT_ID_MA 0x160 32
    REPORTED_TCB 0x180 8
    CPUID 0x188 3
    CHIP_ID 0x1a0 64
    COMMITTED_TCB 0x1e0 8
    CURRENT_BUILD 0x1e8 3
    COMMITTED_BUILD 0x1ec 3
    LAUNCH_TCB 0x1f0 8
    LAUNCH_MIT_VECTOR 0x1f8 8
    CURRENT_MIT_VECTOR 0x200 8
    SIGNATURE_R 0x2a0 72
    SIGNATURE_S 0x2e8 72
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::snp::parse::Report;

    #[test]
    fn the_fields_are_read_from_their_places() {
        let mut bytes: Vec<u8> =
            (0_u32..1024).flat_map(u32::to_le_bytes).skip(1).step_by(3).take(Report::LEN).collect();
        bytes[..4].copy_from_slice(&[5, 0, 0, 0]);
        let report = Report::parse(&bytes).unwrap();
        let cpuid = report.cpuid.unwrap();
        let (launch, current) = report.mitigations.unwrap();
        let firmware = |f: crate::formats::snp::parse::Firmware| [f.build, f.minor, f.major];
        let places: [(Span, &[u8]); 28] = [
            (VERSION, &[5, 0, 0, 0]),
            (GUEST_SVN, &report.guest_svn.to_le_bytes()),
            (POLICY, &report.policy.0.to_le_bytes()),
            (FAMILY_ID, &report.family_id),
            (IMAGE_ID, &report.image_id),
            (VMPL, &report.vmpl.to_le_bytes()),
            (SIGNATURE_ALGO, &report.signature_algorithm.to_le_bytes()),
            (CURRENT_TCB, &report.current_tcb.0),
            (PLATFORM_INFO, &report.platform_info.0.to_le_bytes()),
            (KEY_INFO, &report.key_info.0.to_le_bytes()),
            (REPORT_DATA, &report.report_data),
            (MEASUREMENT, &report.measurement.0),
            (HOST_DATA, &report.host_data),
            (ID_KEY_DIGEST, &report.id_key_digest.0),
            (AUTHOR_KEY_DIGEST, &report.author_key_digest.0),
            (REPORT_ID, &report.report_id),
            (REPORT_ID_MA, &report.report_id_ma),
            (REPORTED_TCB, &report.reported_tcb.0),
            (CPUID, &[cpuid.family, cpuid.model, cpuid.stepping]),
            (CHIP_ID, &report.chip_id),
            (COMMITTED_TCB, &report.committed_tcb.0),
            (CURRENT_BUILD, &firmware(report.current)),
            (COMMITTED_BUILD, &firmware(report.committed)),
            (LAUNCH_TCB, &report.launch_tcb.0),
            (LAUNCH_MIT_VECTOR, &launch.to_le_bytes()),
            (CURRENT_MIT_VECTOR, &current.to_le_bytes()),
            (SIGNATURE_R, &report.signature_r),
            (SIGNATURE_S, &report.signature_s),
        ];
        for (place, value) in places {
            assert_eq!(place.of(&bytes), Some(value), "{place:?}");
        }
    }
}
