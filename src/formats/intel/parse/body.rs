//! What a quote is about: an SGX enclave's report or a TDX guest's.

use crate::bytes::Reader;
use crate::digest::{Sha256, Sha384};
use crate::error::Error;

/// The body of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one for each quote")]
pub enum Body {
    /// An SGX enclave (v3, v4, and v5 body type 1).
    Enclave(EnclaveReport),
    /// A TDX guest (v4, and v5 body types 2 to 4).
    Td(TdReport),
}

/// An SGX enclave report, 384 bytes (Intel SDM volume 3D, table "REPORT"). Nothing in it is
/// believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnclaveReport {
    /// Security versions of the processor, 16 bytes.
    pub cpu_svn: [u8; 16],
    /// MISCSELECT.
    pub misc_select: u32,
    /// Reserved, 12 bytes.
    pub reserved1: [u8; 12],
    /// ISVEXTPRODID: extended product id, 16 bytes.
    pub isv_ext_prod_id: [u8; 16],
    /// ATTRIBUTES: flags, 8 bytes, then XFRM, 8 bytes.
    pub attributes: [u8; 16],
    /// MRENCLAVE: the measurement of the enclave's initial memory.
    pub mr_enclave: Sha256,
    /// Reserved, 32 bytes.
    pub reserved2: [u8; 32],
    /// MRSIGNER: SHA-256 of the key that signed the enclave.
    pub mr_signer: Sha256,
    /// Reserved, 32 bytes.
    pub reserved3: [u8; 32],
    /// CONFIGID, 64 bytes.
    pub config_id: [u8; 64],
    /// ISVPRODID: the signer's product number.
    pub isv_prod_id: u16,
    /// ISVSVN: the product's security version.
    pub isv_svn: u16,
    /// CONFIGSVN.
    pub config_svn: u16,
    /// Reserved, 42 bytes.
    pub reserved4: [u8; 42],
    /// ISVFAMILYID, 16 bytes.
    pub isv_family_id: [u8; 16],
    /// 64 bytes that the enclave chose.
    pub report_data: [u8; 64],
}

impl EnclaveReport {
    /// Length in bytes.
    pub const LEN: usize = 384;

    /// Reads a report of [`EnclaveReport::LEN`] bytes.
    ///
    /// # Errors
    /// When fewer bytes are left.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            cpu_svn: r.array("CPUSVN")?,
            misc_select: r.u32_le("MISCSELECT")?,
            reserved1: r.array("reserved at 20")?,
            isv_ext_prod_id: r.array("ISVEXTPRODID")?,
            attributes: r.array("ATTRIBUTES")?,
            mr_enclave: Sha256(r.array("MRENCLAVE")?),
            reserved2: r.array("reserved at 96")?,
            mr_signer: Sha256(r.array("MRSIGNER")?),
            reserved3: r.array("reserved at 160")?,
            config_id: r.array("CONFIGID")?,
            isv_prod_id: r.u16_le("ISVPRODID")?,
            isv_svn: r.u16_le("ISVSVN")?,
            config_svn: r.u16_le("CONFIGSVN")?,
            reserved4: r.array("reserved at 262")?,
            isv_family_id: r.array("ISVFAMILYID")?,
            report_data: r.array("REPORTDATA")?,
        })
    }

    /// The flags of ATTRIBUTES as a number; bit 0 is INIT, bit 1 DEBUG.
    pub const fn flags(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.attributes;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// XFRM of ATTRIBUTES: the processor state the enclave may use.
    pub const fn xfrm(&self) -> u64 {
        let [.., a, b, c, d, e, f, g, h] = self.attributes;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// Whether every reserved byte is zero.
    pub(crate) fn reserved_is_zero(&self) -> bool {
        self.reserved1 == [0; 12]
            && self.reserved2 == [0; 32]
            && self.reserved3 == [0; 32]
            && self.reserved4 == [0; 42]
    }
}

/// A TDX guest's report: 584 bytes, 648 with [`Relaunch`], 885 with [`TdExtension`]. Nothing in
/// it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdReport {
    /// TEE_TCB_SVN: security versions of the TDX module and what is below it, 16 bytes.
    pub tee_tcb_svn: [u8; 16],
    /// MRSEAM: the measurement of the TDX module.
    pub mr_seam: Sha384,
    /// MRSIGNERSEAM: zero for a module signed by Intel.
    pub mr_signer_seam: Sha384,
    /// SEAMATTRIBUTES, 8 bytes.
    pub seam_attributes: [u8; 8],
    /// TDATTRIBUTES, 8 bytes.
    pub td_attributes: [u8; 8],
    /// XFAM: the processor state the guest may use, 8 bytes.
    pub xfam: [u8; 8],
    /// MRTD: the measurement of the guest's initial memory.
    pub mr_td: Sha384,
    /// MRCONFIGID: 48 bytes that the host chose at launch for configuration.
    pub mr_config_id: Sha384,
    /// MROWNER: 48 bytes that the host chose at launch.
    pub mr_owner: Sha384,
    /// MROWNERCONFIG: 48 bytes that the host chose at launch.
    pub mr_owner_config: Sha384,
    /// RTMR0 to RTMR3: registers that the guest extends.
    pub rtmr: [Sha384; 4],
    /// 64 bytes that the guest chose.
    pub report_data: [u8; 64],
    /// From TDX 1.5 body types on.
    pub relaunch: Option<Relaunch>,
    /// In body type 4.
    pub extension: Option<TdExtension>,
}

/// What body type 3 adds, 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relaunch {
    /// TEE_TCB_SVN_2: the security versions that run now, after an update under the guest.
    pub tee_tcb_svn2: [u8; 16],
    /// MRSERVICETD: digest over the service guests (such as a migration guest) bound to this one.
    pub mr_service_td: Sha384,
}

/// What body type 4 adds, 237 bytes. The names are those of Intel's quote verification library;
/// no specification text of them is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TdExtension {
    /// Which virtual machine of a partitioned guest.
    pub vm_id: u8,
    /// The guest's id.
    pub td_id: [u8; 32],
    /// Devices given to the guest.
    pub device_info: Sha384,
    /// Service guests at first launch: hash.
    pub initial_service_td_hash: Sha384,
    /// Service guests at first launch: attributes.
    pub initial_service_td_attributes: [u8; 8],
    /// CPUSVN at first launch.
    pub initial_cpu_svn: [u8; 16],
    /// TEE_TCB_SVN at first launch.
    pub initial_tee_tcb_svn: [u8; 16],
    /// FMSPC at first launch, 12 bytes.
    pub initial_tee_fmspc: [u8; 12],
    /// Service guests now: hash.
    pub current_service_td_hash: Sha384,
    /// Service guests now: attributes.
    pub current_service_td_attributes: [u8; 8],
}

impl TdReport {
    /// Length of a TDX 1.0 report.
    pub const LEN: usize = 584;
    /// Length of a TDX 1.5 report: with [`Relaunch`].
    pub(crate) const LEN_RELAUNCH: usize = 648;
    /// Length with [`TdExtension`].
    pub(crate) const LEN_EXTENDED: usize = 885;

    /// Reads a TDX 1.0 report.
    ///
    /// # Errors
    /// When fewer bytes are left.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            tee_tcb_svn: r.array("TEE_TCB_SVN")?,
            mr_seam: Sha384(r.array("MRSEAM")?),
            mr_signer_seam: Sha384(r.array("MRSIGNERSEAM")?),
            seam_attributes: r.array("SEAMATTRIBUTES")?,
            td_attributes: r.array("TDATTRIBUTES")?,
            xfam: r.array("XFAM")?,
            mr_td: Sha384(r.array("MRTD")?),
            mr_config_id: Sha384(r.array("MRCONFIGID")?),
            mr_owner: Sha384(r.array("MROWNER")?),
            mr_owner_config: Sha384(r.array("MROWNERCONFIG")?),
            rtmr: [
                Sha384(r.array("RTMR0")?),
                Sha384(r.array("RTMR1")?),
                Sha384(r.array("RTMR2")?),
                Sha384(r.array("RTMR3")?),
            ],
            report_data: r.array("REPORTDATA")?,
            relaunch: None,
            extension: None,
        })
    }

    /// TDATTRIBUTES as a number; bits 0 to 7 take the guest out of the protected state.
    pub const fn attributes(&self) -> u64 {
        u64::from_le_bytes(self.td_attributes)
    }

    /// XFAM as a number.
    pub const fn features(&self) -> u64 {
        u64::from_le_bytes(self.xfam)
    }
}

impl Relaunch {
    /// Reads the 64 bytes.
    ///
    /// # Errors
    /// When fewer bytes are left.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            tee_tcb_svn2: r.array("TEE_TCB_SVN_2")?,
            mr_service_td: Sha384(r.array("MRSERVICETD")?),
        })
    }
}

impl TdExtension {
    /// Reads the 237 bytes.
    ///
    /// # Errors
    /// When fewer bytes are left.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            vm_id: r.u8("VMID")?,
            td_id: r.array("TDID")?,
            device_info: Sha384(r.array("DEVINFO")?),
            initial_service_td_hash: Sha384(r.array("INITSERVTDHASH")?),
            initial_service_td_attributes: r.array("INITSERVTDATTR")?,
            initial_cpu_svn: r.array("INITCPUSVN")?,
            initial_tee_tcb_svn: r.array("INITTEETCBSVN")?,
            initial_tee_fmspc: r.array("INITTEEFMSPC")?,
            current_service_td_hash: Sha384(r.array("CURSERVTDHASH")?),
            current_service_td_attributes: r.array("CURSERVTDATTR")?,
        })
    }
}

impl Body {
    /// Length in bytes.
    pub const fn length(&self) -> usize {
        match self {
            Self::Enclave(_) => EnclaveReport::LEN,
            Self::Td(TdReport { extension: Some(_), .. }) => TdReport::LEN_EXTENDED,
            Self::Td(TdReport { relaunch: Some(_), .. }) => TdReport::LEN_RELAUNCH,
            Self::Td(_) => TdReport::LEN,
        }
    }

    /// The 64 bytes that the enclave or guest chose.
    pub const fn report_data(&self) -> &[u8; 64] {
        match self {
            Self::Enclave(report) => &report.report_data,
            Self::Td(report) => &report.report_data,
        }
    }
}
