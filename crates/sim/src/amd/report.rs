//! SEV-SNP attestation reports (AMD 56860 table "ATTESTATION_REPORT structure").

use silicon_to_source::digest::Sha384;
use silicon_to_source::formats::snp::parse::Product;

use super::chip_id;
use crate::keys::Key;

/// Length of a report in bytes.
pub const LEN: usize = 1184;

/// Where the signature begins; everything before it is signed.
pub const SIGNED: usize = 0x2a0;

/// Guest policy bit 16: simultaneous multithreading is allowed.
pub const POLICY_SMT: u64 = 1 << 16;
/// Guest policy bit 17: reserved, must be one.
pub const POLICY_RESERVED_ONE: u64 = 1 << 17;
/// Guest policy bit 18: a migration agent is allowed.
pub const POLICY_MIGRATE_MA: u64 = 1 << 18;
/// Guest policy bit 19: debugging is allowed.
pub const POLICY_DEBUG: u64 = 1 << 19;

/// PLATFORM_INFO bit 0: simultaneous multithreading is on.
pub const PLATFORM_SMT: u64 = 1;
/// PLATFORM_INFO bit 1: transparent SME is on.
pub const PLATFORM_TSME: u64 = 1 << 1;
/// PLATFORM_INFO bit 2: memory has ECC.
pub const PLATFORM_ECC: u64 = 1 << 2;
/// PLATFORM_INFO bit 5: the alias check completed.
pub const PLATFORM_ALIAS_CHECK: u64 = 1 << 5;

/// KEY_INFO bit 1: the chip's key is masked.
pub const KEY_INFO_MASK_CHIP_KEY: u32 = 1 << 1;
/// KEY_INFO bits 4:2 for a VLEK.
pub const KEY_INFO_VLEK: u32 = 1 << 2;

/// Security versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcb {
    /// Firmware management controller; Turin only.
    pub fmc: u8,
    /// Boot loader.
    pub bootloader: u8,
    /// PSP operating system.
    pub tee: u8,
    /// SNP firmware.
    pub snp: u8,
    /// Microcode.
    pub microcode: u8,
}

impl Tcb {
    /// At or above the minimums of AMD-SB-3023 (SNP firmware: 0x1B, on Turin 4) and AMD-SB-3027
    /// (microcode: 0xDE, 0x56, 0x51) for the stepping in [`ReportSpec::healthy`].
    pub const fn healthy(product: Product) -> Self {
        match product {
            Product::Milan => Self { fmc: 0, bootloader: 4, tee: 0, snp: 0x1d, microcode: 0xde },
            Product::Genoa => Self { fmc: 0, bootloader: 10, tee: 0, snp: 0x1b, microcode: 0x56 },
            Product::Turin => Self { fmc: 1, bootloader: 3, tee: 2, snp: 5, microcode: 0x51 },
        }
    }

    /// TCB_VERSION: eight bytes, of which Milan and Genoa use 0, 1, 6 and 7, Turin 0 to 3 and 7.
    pub const fn encode(self, product: Product) -> [u8; 8] {
        let Self { fmc, bootloader, tee, snp, microcode } = self;
        match product {
            Product::Milan | Product::Genoa => [bootloader, tee, 0, 0, 0, 0, snp, microcode],
            Product::Turin => [fmc, bootloader, tee, snp, 0, 0, 0, microcode],
        }
    }
}

/// A firmware version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirmwareVersion {
    /// API major version.
    pub major: u8,
    /// API minor version.
    pub minor: u8,
    /// Build number.
    pub build: u8,
}

/// A report. Integers are encoded little-endian; fields that the version does not have are left
/// out.
#[derive(Clone, Debug)]
pub struct ReportSpec {
    /// The product, which decides the layout of TCB_VERSION. It is not in the report.
    pub product: Product,
    /// VERSION, at 0x000: 2 to 5.
    pub version: u32,
    /// GUEST_SVN, at 0x004.
    pub guest_svn: u32,
    /// POLICY, at 0x008.
    pub policy: u64,
    /// FAMILY_ID, at 0x010.
    pub family_id: [u8; 16],
    /// IMAGE_ID, at 0x020.
    pub image_id: [u8; 16],
    /// VMPL, at 0x030.
    pub vmpl: u32,
    /// SIGNATURE_ALGO, at 0x034: 1 is ECDSA P-384 with SHA-384.
    pub signature_algorithm: u32,
    /// CURRENT_TCB, at 0x038.
    pub current_tcb: Tcb,
    /// PLATFORM_INFO, at 0x040.
    pub platform_info: u64,
    /// Author key, chip key masking and kind of signing key, at 0x048.
    pub key_info: u32,
    /// REPORT_DATA, at 0x050.
    pub report_data: [u8; 64],
    /// MEASUREMENT, at 0x090.
    pub measurement: [u8; 48],
    /// HOST_DATA, at 0x0C0.
    pub host_data: [u8; 32],
    /// ID_KEY_DIGEST, at 0x0E0.
    pub id_key_digest: [u8; 48],
    /// AUTHOR_KEY_DIGEST, at 0x110.
    pub author_key_digest: [u8; 48],
    /// REPORT_ID, at 0x140.
    pub report_id: [u8; 32],
    /// REPORT_ID_MA, at 0x160.
    pub report_id_ma: [u8; 32],
    /// REPORTED_TCB, at 0x180.
    pub reported_tcb: Tcb,
    /// CPUID family, model and stepping, at 0x188; from version 3 on.
    pub cpuid: [u8; 3],
    /// CHIP_ID, at 0x1A0.
    pub chip_id: [u8; 64],
    /// COMMITTED_TCB, at 0x1E0.
    pub committed_tcb: Tcb,
    /// CURRENT_BUILD, CURRENT_MINOR and CURRENT_MAJOR, at 0x1E8.
    pub current_version: FirmwareVersion,
    /// COMMITTED_BUILD, COMMITTED_MINOR and COMMITTED_MAJOR, at 0x1EC.
    pub committed_version: FirmwareVersion,
    /// LAUNCH_TCB, at 0x1F0.
    pub launch_tcb: Tcb,
    /// LAUNCH_MIT_VECTOR, at 0x1F8; from version 5 on.
    pub launch_mitigations: u64,
    /// CURRENT_MIT_VECTOR, at 0x200; from version 5 on.
    pub current_mitigations: u64,
}

impl ReportSpec {
    /// A report that gives no reason for complaint: version 3, on Turin version 5.
    pub fn healthy(product: Product) -> Self {
        let tcb = Tcb::healthy(product);
        let id = chip_id(product);
        let mut chip_id = [0; 64];
        chip_id[..id.len()].copy_from_slice(&id);
        let (version, cpuid, firmware, mitigations) = match product {
            Product::Milan => (3, [0x19, 0x01, 1], (1, 55, 49), 0),
            Product::Genoa => (3, [0x19, 0x11, 1], (1, 55, 49), 0),
            Product::Turin => (5, [0x1a, 0x02, 1], (1, 58, 3), 0b110),
        };
        let (major, minor, build) = firmware;
        let firmware = FirmwareVersion { major, minor, build };
        Self {
            product,
            version,
            guest_svn: 1,
            policy: POLICY_RESERVED_ONE | POLICY_SMT | 1 << 8 | 55,
            family_id: [0; 16],
            image_id: [0; 16],
            vmpl: 0,
            signature_algorithm: 1,
            current_tcb: tcb,
            platform_info: PLATFORM_SMT | PLATFORM_TSME | PLATFORM_ECC | PLATFORM_ALIAS_CHECK,
            key_info: 0,
            report_data: [0; 64],
            measurement: Sha384::of(b"SIMULATED launch measurement").0,
            host_data: [0; 32],
            id_key_digest: [0; 48],
            author_key_digest: [0; 48],
            report_id: *b"SIMULATED report id             ",
            report_id_ma: [0xff; 32],
            reported_tcb: tcb,
            cpuid,
            chip_id,
            committed_tcb: tcb,
            current_version: firmware,
            committed_version: firmware,
            launch_tcb: tcb,
            launch_mitigations: mitigations,
            current_mitigations: mitigations,
        }
    }

    /// The healthy report, as a cloud provider's chip with a VLEK makes it: its chip id is masked.
    pub fn vlek(product: Product) -> Self {
        Self { key_info: KEY_INFO_VLEK, chip_id: [0; 64], ..Self::healthy(product) }
    }

    /// The report with an empty signature.
    pub fn encode(&self) -> [u8; LEN] {
        let tcb = |tcb: Tcb| tcb.encode(self.product);
        let firmware = |FirmwareVersion { major, minor, build }| [build, minor, major];
        let mut report = [0; LEN];
        let mut put = |at: usize, bytes: &[u8]| {
            report[at..at + bytes.len()].copy_from_slice(bytes);
        };
        put(0x000, &self.version.to_le_bytes());
        put(0x004, &self.guest_svn.to_le_bytes());
        put(0x008, &self.policy.to_le_bytes());
        put(0x010, &self.family_id);
        put(0x020, &self.image_id);
        put(0x030, &self.vmpl.to_le_bytes());
        put(0x034, &self.signature_algorithm.to_le_bytes());
        put(0x038, &tcb(self.current_tcb));
        put(0x040, &self.platform_info.to_le_bytes());
        put(0x048, &self.key_info.to_le_bytes());
        put(0x050, &self.report_data);
        put(0x090, &self.measurement);
        put(0x0c0, &self.host_data);
        put(0x0e0, &self.id_key_digest);
        put(0x110, &self.author_key_digest);
        put(0x140, &self.report_id);
        put(0x160, &self.report_id_ma);
        put(0x180, &tcb(self.reported_tcb));
        if self.version >= 3 {
            put(0x188, &self.cpuid);
        }
        put(0x1a0, &self.chip_id);
        put(0x1e0, &tcb(self.committed_tcb));
        put(0x1e8, &firmware(self.current_version));
        put(0x1ec, &firmware(self.committed_version));
        put(0x1f0, &tcb(self.launch_tcb));
        if self.version >= 5 {
            put(0x1f8, &self.launch_mitigations.to_le_bytes());
            put(0x200, &self.current_mitigations.to_le_bytes());
        }
        report
    }

    /// The report, signed by `key`, which must be a P-384 key.
    pub fn sign(&self, key: Key) -> Vec<u8> {
        self.sign_mutated(key, |_| {})
    }

    /// The report, changed by `mutate` and then signed by `key`. The signature overwrites R and S.
    pub fn sign_mutated(&self, key: Key, mutate: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let mut report = self.encode().to_vec();
        mutate(&mut report);
        sign(&mut report, key);
        report
    }
}

/// Puts the signature of `key` into `report`: R and S, 72 bytes each, little-endian, at 0x2A0.
pub fn sign(report: &mut [u8], key: Key) {
    let (mut r, mut s) = key.sign_p384(&report[..SIGNED]);
    r.reverse();
    s.reverse();
    report[SIGNED..SIGNED + 144].fill(0);
    report[SIGNED..SIGNED + 48].copy_from_slice(&r);
    report[SIGNED + 72..SIGNED + 120].copy_from_slice(&s);
}

/// A copy of `bytes` with bit 0 of byte `at` flipped.
pub fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}
