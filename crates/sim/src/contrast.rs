//! Manifests of a simulated Contrast deployment, in the form of Contrast's documentation.

use serde_json::{Value as Json, json};

use silicon_to_source::formats::snp::parse::Product;

use crate::amd::{ReportSpec, product_name};
use crate::intel::TdSpec;

/// A manifest about one SEV-SNP guest.
pub fn of_snp(report: &ReportSpec) -> Json {
    let least = |own: u8, other: u8| own.min(other);
    let (committed, launch) = (report.committed_tcb, report.launch_tcb);
    let policy = |place: u32| report.policy & (1 << place) != 0;
    let platform = |place: u32| report.platform_info & (1 << place) != 0;
    let [minor, major, ..] = report.policy.to_le_bytes();
    let mut manifest = of(&report.host_data);
    let product: Product = report.product;
    manifest["ReferenceValues"]["snp"] = json!([{
        "ProductName": product_name(product),
        "TrustedMeasurement": hex::encode(report.measurement),
        "MinimumTCB": {
            "BootloaderVersion": least(committed.bootloader, launch.bootloader),
            "TEEVersion": least(committed.tee, launch.tee),
            "SNPVersion": least(committed.snp, launch.snp),
            "MicrocodeVersion": least(committed.microcode, launch.microcode),
        },
        "GuestPolicy": {
            "ABIMinor": minor,
            "ABIMajor": major,
            "SMT": policy(16),
            "MigrateMA": policy(18),
            "Debug": policy(19),
            "SingleSocket": policy(20),
            "CXLAllowed": policy(21),
            "MemAES256XTS": policy(22),
            "RAPLDis": policy(23),
            "CipherTextHidingDRAM": policy(24),
            "PageSwapDisable": policy(25),
        },
        "PlatformInfo": {
            "SMTEnabled": platform(0),
            "TSMEEnabled": platform(1),
            "ECCEnabled": platform(2),
            "RAPLDisabled": platform(3),
            "CiphertextHidingDRAMEnabled": platform(4),
            "AliasCheckComplete": platform(5),
            "TIOEnabled": platform(7),
        },
        "AllowedChipIDs": [hex::encode(report.chip_id)],
    }]);
    manifest
}

/// A manifest about one TDX guest, whose MRCONFIGID is a hash of 32 bytes and zeros.
pub fn of_tdx(guest: &TdSpec) -> Json {
    let mut manifest = of(&guest.mr_config_id[..32]);
    manifest["ReferenceValues"]["tdx"] = json!([{
        "MrTd": hex::encode(guest.mr_td),
        "MrSeam": hex::encode(guest.mr_seam),
        "Rtmrs": guest.rtmr.map(hex::encode),
        "Xfam": hex::encode(guest.xfam),
    }]);
    manifest
}

fn of(configuration: &[u8]) -> Json {
    json!({
        "Policies": {
            "c0".repeat(32): {
                "SANs": ["coordinator"],
                "WorkloadSecretID": "apps/v1/StatefulSet/default/SIMULATED-coordinator",
                "Role": "coordinator",
            },
            hex::encode(configuration): {
                "SANs": ["service.example", "*"],
                "WorkloadSecretID": "apps/v1/Deployment/default/SIMULATED",
            },
        },
        "ReferenceValues": {},
        "WorkloadOwnerKeyDigests": ["11".repeat(32)],
        "SeedshareOwnerKeys": [],
    })
}
