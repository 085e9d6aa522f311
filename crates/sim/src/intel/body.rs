//! Quote bodies: enclave reports and TD reports (Intel, "SGX Data Center Attestation Primitives:
//! ECDSA Quote Library API" appendix A.4, "TDX DCAP Quoting Library API" appendix A.3).

use silicon_to_source::digest::{Sha256, Sha384};

use super::{COMPONENTS, TEE_TCB_SVN};

/// What MRSIGNER of the simulated quoting enclaves is the SHA-256 of.
pub const QE_SIGNER: &[u8] = b"SIMULATED signer of quoting enclaves";

/// ISVSVN of the simulated SGX quoting enclave.
pub const QE_SVN: u16 = 8;

/// ISVSVN of the simulated TD quoting enclave.
pub const TD_QE_SVN: u16 = 4;

/// Enclave ATTRIBUTES: flags INIT and MODE64BIT, XFRM e7.
pub const ENCLAVE_ATTRIBUTES: [u8; 16] = [0x05, 0, 0, 0, 0, 0, 0, 0, 0xe7, 0, 0, 0, 0, 0, 0, 0];

/// ATTRIBUTES of quoting enclaves: INIT, MODE64BIT and PROVISIONKEY, XFRM e7.
pub const QE_ATTRIBUTES: [u8; 16] = [0x15, 0, 0, 0, 0, 0, 0, 0, 0xe7, 0, 0, 0, 0, 0, 0, 0];

/// The DEBUG flag, in byte 0 of an enclave's ATTRIBUTES.
pub const ENCLAVE_DEBUG: u8 = 0x02;

/// TD attribute bit 0: debugging is allowed.
pub const TD_DEBUG: u64 = 1;
/// TD attribute bit 28: no virtualisation exception on pending pages.
pub const SEPT_VE_DISABLE: u64 = 1 << 28;
/// TD attribute bit 29: the TD can be migrated.
pub const MIGRATABLE: u64 = 1 << 29;

/// XFAM of a TD in Google Cloud.
pub const XFAM: [u8; 8] = [0xe7, 0x00, 0x06, 0, 0, 0, 0, 0];

/// An enclave report, 384 bytes: the body of an SGX quote, or a quoting enclave's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnclaveSpec {
    /// CPUSVN, at 0.
    pub cpu_svn: [u8; 16],
    /// MISCSELECT, at 16.
    pub misc_select: u32,
    /// ISVEXTPRODID, at 32.
    pub isv_ext_prod_id: [u8; 16],
    /// ATTRIBUTES, at 48: flags, then XFRM.
    pub attributes: [u8; 16],
    /// MRENCLAVE, at 64.
    pub mr_enclave: [u8; 32],
    /// MRSIGNER, at 128.
    pub mr_signer: [u8; 32],
    /// CONFIGID, at 192.
    pub config_id: [u8; 64],
    /// ISVPRODID, at 256.
    pub isv_prod_id: u16,
    /// ISVSVN, at 258.
    pub isv_svn: u16,
    /// CONFIGSVN, at 260.
    pub config_svn: u16,
    /// ISVFAMILYID, at 304.
    pub isv_family_id: [u8; 16],
    /// REPORTDATA, at 320.
    pub report_data: [u8; 64],
}

impl EnclaveSpec {
    /// A production enclave that gives no reason for complaint.
    pub fn healthy() -> Self {
        Self {
            cpu_svn: COMPONENTS,
            misc_select: 0,
            isv_ext_prod_id: [0; 16],
            attributes: ENCLAVE_ATTRIBUTES,
            mr_enclave: Sha256::of(b"SIMULATED enclave").0,
            mr_signer: Sha256::of(b"SIMULATED signer of enclaves").0,
            config_id: [0; 64],
            isv_prod_id: 1,
            isv_svn: 1,
            config_svn: 0,
            isv_family_id: [0; 16],
            report_data: [0; 64],
        }
    }

    /// The simulated SGX quoting enclave. Its report data is empty: the quote fills it.
    pub fn qe() -> Self {
        Self {
            attributes: QE_ATTRIBUTES,
            mr_enclave: Sha256::of(b"SIMULATED quoting enclave").0,
            mr_signer: Sha256::of(QE_SIGNER).0,
            isv_prod_id: 1,
            isv_svn: QE_SVN,
            ..Self::healthy()
        }
    }

    /// The simulated TD quoting enclave.
    pub fn td_qe() -> Self {
        Self { isv_prod_id: 2, isv_svn: TD_QE_SVN, ..Self::qe() }
    }

    /// The report.
    pub fn encode(&self) -> Vec<u8> {
        [
            &self.cpu_svn[..],
            &self.misc_select.to_le_bytes(),
            &[0; 12],
            &self.isv_ext_prod_id,
            &self.attributes,
            &self.mr_enclave,
            &[0; 32],
            &self.mr_signer,
            &[0; 32],
            &self.config_id,
            &self.isv_prod_id.to_le_bytes(),
            &self.isv_svn.to_le_bytes(),
            &self.config_svn.to_le_bytes(),
            &[0; 42],
            &self.isv_family_id,
            &self.report_data,
        ]
        .concat()
    }
}

/// A TD report: 584 bytes, 648 with [`Relaunch`], 885 with [`TdExtension`] as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdSpec {
    /// TEE_TCB_SVN, at 0.
    pub tee_tcb_svn: [u8; 16],
    /// MRSEAM, at 16.
    pub mr_seam: [u8; 48],
    /// MRSIGNERSEAM, at 64.
    pub mr_signer_seam: [u8; 48],
    /// SEAMATTRIBUTES, at 112.
    pub seam_attributes: [u8; 8],
    /// TDATTRIBUTES, at 120, little-endian.
    pub td_attributes: u64,
    /// XFAM, at 128.
    pub xfam: [u8; 8],
    /// MRTD, at 136.
    pub mr_td: [u8; 48],
    /// MRCONFIGID, at 184.
    pub mr_config_id: [u8; 48],
    /// MROWNER, at 232.
    pub mr_owner: [u8; 48],
    /// MROWNERCONFIG, at 280.
    pub mr_owner_config: [u8; 48],
    /// RTMR0 to RTMR3, at 328.
    pub rtmr: [[u8; 48]; 4],
    /// REPORTDATA, at 520.
    pub report_data: [u8; 64],
    /// What TDX 1.5 adds, at 584.
    pub relaunch: Option<Relaunch>,
    /// What body type 4 adds, at 648.
    pub extension: Option<TdExtension>,
}

/// What a TDX 1.5 body adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaunch {
    /// TEE_TCB_SVN_2: the TCB now, which differs from that at launch after an update.
    pub tee_tcb_svn2: [u8; 16],
    /// MRSERVICETD.
    pub mr_service_td: [u8; 48],
}

/// What body type 4 adds, 237 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdExtension {
    /// VMID.
    pub vm_id: u8,
    /// TDID.
    pub td_id: [u8; 32],
    /// Hash of the device information.
    pub device_info: [u8; 48],
    /// Hash of the service TDs bound at creation.
    pub initial_service_td_hash: [u8; 48],
    /// Attributes of the service TD bound at creation.
    pub initial_service_td_attributes: [u8; 8],
    /// CPUSVN at creation.
    pub initial_cpu_svn: [u8; 16],
    /// TEE_TCB_SVN at creation.
    pub initial_tee_tcb_svn: [u8; 16],
    /// TEE FMSPC at creation.
    pub initial_tee_fmspc: [u8; 12],
    /// Hash of the service TDs bound now.
    pub current_service_td_hash: [u8; 48],
    /// Attributes of the service TD bound now.
    pub current_service_td_attributes: [u8; 8],
}

impl TdSpec {
    /// A TDX 1.0 body that gives no reason for complaint.
    pub fn healthy() -> Self {
        Self {
            tee_tcb_svn: TEE_TCB_SVN,
            mr_seam: Sha384::of(b"SIMULATED TDX module").0,
            mr_signer_seam: [0; 48],
            seam_attributes: [0; 8],
            td_attributes: SEPT_VE_DISABLE,
            xfam: XFAM,
            mr_td: Sha384::of(b"SIMULATED TD").0,
            mr_config_id: [0; 48],
            mr_owner: [0; 48],
            mr_owner_config: [0; 48],
            rtmr: [
                &b"SIMULATED RTMR0"[..],
                b"SIMULATED RTMR1",
                b"SIMULATED RTMR2",
                b"SIMULATED RTMR3",
            ]
            .map(|text| Sha384::of(text).0),
            report_data: [0; 64],
            relaunch: None,
            extension: None,
        }
    }

    /// The same as a TDX 1.5 body, with the same TCB at launch and now.
    pub fn healthy_1_5() -> Self {
        let relaunch = Relaunch { tee_tcb_svn2: TEE_TCB_SVN, mr_service_td: [0; 48] };
        Self { relaunch: Some(relaunch), ..Self::healthy() }
    }

    /// The same with everything that body type 4 adds.
    pub fn healthy_extended() -> Self {
        let extension = TdExtension {
            vm_id: 0,
            td_id: Sha256::of(b"SIMULATED TD id").0,
            device_info: [0; 48],
            initial_service_td_hash: [0; 48],
            initial_service_td_attributes: [0; 8],
            initial_cpu_svn: COMPONENTS,
            initial_tee_tcb_svn: TEE_TCB_SVN,
            initial_tee_fmspc: *b"SIMULATED-12",
            current_service_td_hash: [0; 48],
            current_service_td_attributes: [0; 8],
        };
        Self { extension: Some(extension), ..Self::healthy_1_5() }
    }

    /// The report.
    pub fn encode(&self) -> Vec<u8> {
        let base = [
            &self.tee_tcb_svn[..],
            &self.mr_seam,
            &self.mr_signer_seam,
            &self.seam_attributes,
            &self.td_attributes.to_le_bytes(),
            &self.xfam,
            &self.mr_td,
            &self.mr_config_id,
            &self.mr_owner,
            &self.mr_owner_config,
            self.rtmr.as_flattened(),
            &self.report_data,
        ]
        .concat();
        let relaunch = self
            .relaunch
            .as_ref()
            .map(|relaunch| [&relaunch.tee_tcb_svn2[..], &relaunch.mr_service_td].concat());
        let extension = self.extension.as_ref().map(TdExtension::encode);
        [base, relaunch.unwrap_or_default(), extension.unwrap_or_default()].concat()
    }
}

impl TdExtension {
    fn encode(&self) -> Vec<u8> {
        [
            &[self.vm_id][..],
            &self.td_id,
            &self.device_info,
            &self.initial_service_td_hash,
            &self.initial_service_td_attributes,
            &self.initial_cpu_svn,
            &self.initial_tee_tcb_svn,
            &self.initial_tee_fmspc,
            &self.current_service_td_hash,
            &self.current_service_td_attributes,
        ]
        .concat()
    }
}
