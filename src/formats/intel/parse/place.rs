//! Where the fields of a quote's body stand, counted from the body's first byte.

use crate::span::Span;

/// Where `field` of a body stands in its quote.
pub const fn within(body: Span, field: Span) -> Span {
    Span::new(body.start.saturating_add(field.start), field.len)
}

/// An SGX enclave's report (Intel SDM volume 3D, REPORT).
pub mod enclave {
    use crate::span::Span;

    /// MISCSELECT.
    pub const MISC_SELECT: Span = Span::new(16, 4);
    /// ATTRIBUTES with XFRM.
    pub const ATTRIBUTES: Span = Span::new(48, 16);
    /// The flags of ATTRIBUTES.
    pub const FLAGS: Span = Span::new(48, 8);
    /// XFRM.
    pub const XFRM: Span = Span::new(56, 8);
    /// MRENCLAVE.
    pub const MR_ENCLAVE: Span = Span::new(64, 32);
    /// MRSIGNER.
    pub const MR_SIGNER: Span = Span::new(128, 32);
    /// CONFIGID.
    pub const CONFIG_ID: Span = Span::new(192, 64);
    /// ISVPRODID.
    pub const ISV_PROD_ID: Span = Span::new(256, 2);
    /// ISVSVN.
    pub const ISV_SVN: Span = Span::new(258, 2);
    /// REPORTDATA.
    pub const REPORT_DATA: Span = Span::new(320, 64);
}

/// A TDX guest's report (Intel TDX module 1.5 ABI, TDREPORT_STRUCT).
pub mod td {
    use crate::span::Span;

    /// TEE_TCB_SVN.
    pub const TEE_TCB_SVN: Span = Span::new(0, 16);
    /// The first two bytes of TEE_TCB_SVN: the module's version.
    pub const MODULE_SVN: Span = Span::new(0, 2);
    /// MRSEAM.
    pub const MR_SEAM: Span = Span::new(16, 48);
    /// MRSIGNERSEAM.
    pub const MR_SIGNER_SEAM: Span = Span::new(64, 48);
    /// MRSIGNERSEAM and SEAMATTRIBUTES.
    pub const SEAM: Span = Span::new(64, 56);
    /// SEAMATTRIBUTES.
    pub const SEAM_ATTRIBUTES: Span = Span::new(112, 8);
    /// TDATTRIBUTES.
    pub const ATTRIBUTES: Span = Span::new(120, 8);
    /// XFAM.
    pub const XFAM: Span = Span::new(128, 8);
    /// MRTD.
    pub const MR_TD: Span = Span::new(136, 48);
    /// MRCONFIGID.
    pub const MR_CONFIG_ID: Span = Span::new(184, 48);
    /// MROWNER.
    pub const MR_OWNER: Span = Span::new(232, 48);
    /// MROWNERCONFIG.
    pub const MR_OWNER_CONFIG: Span = Span::new(280, 48);
    /// RTMR0 to RTMR3.
    pub const RTMR: [Span; 4] =
        [Span::new(328, 48), Span::new(376, 48), Span::new(424, 48), Span::new(472, 48)];
    /// REPORTDATA.
    pub const REPORT_DATA: Span = Span::new(520, 64);
    /// MRSERVICETD.
    pub const MR_SERVICE_TD: Span = Span::new(600, 48);
}

#[cfg(test)]
mod tests {
    use super::{enclave, td};
    use crate::bytes::Reader;
    use crate::formats::intel::parse::{EnclaveReport, Relaunch, TdReport};
    use crate::span::Span;

    /// No two places hold the same bytes.
    fn body() -> Vec<u8> {
        (0_u32..1024).flat_map(u32::to_le_bytes).skip(1).step_by(3).collect()
    }

    fn all(body: &[u8], places: &[(Span, &[u8])]) {
        for (place, value) in places {
            assert_eq!(place.of(body), Some(*value), "{place:?}");
        }
    }

    #[test]
    fn the_fields_of_an_enclaves_report_are_read_from_their_places() {
        let body = body();
        let report = EnclaveReport::read(&mut Reader::new(&body)).unwrap();
        all(
            &body,
            &[
                (enclave::MISC_SELECT, &report.misc_select.to_le_bytes()),
                (enclave::ATTRIBUTES, &report.attributes),
                (enclave::FLAGS, &report.flags().to_le_bytes()),
                (enclave::XFRM, &report.xfrm().to_le_bytes()),
                (enclave::MR_ENCLAVE, &report.mr_enclave.0),
                (enclave::MR_SIGNER, &report.mr_signer.0),
                (enclave::CONFIG_ID, &report.config_id),
                (enclave::ISV_PROD_ID, &report.isv_prod_id.to_le_bytes()),
                (enclave::ISV_SVN, &report.isv_svn.to_le_bytes()),
                (enclave::REPORT_DATA, &report.report_data),
            ],
        );
    }

    #[test]
    fn the_fields_of_a_guests_report_are_read_from_their_places() {
        let body = body();
        let reader = &mut Reader::new(&body);
        let report = TdReport::read(reader).unwrap();
        let relaunch = Relaunch::read(reader).unwrap();
        let [rtmr0, rtmr1, rtmr2, rtmr3] = &report.rtmr;
        all(
            &body,
            &[
                (td::TEE_TCB_SVN, &report.tee_tcb_svn),
                (td::MODULE_SVN, &report.tee_tcb_svn[..2]),
                (td::MR_SEAM, &report.mr_seam.0),
                (td::MR_SIGNER_SEAM, &report.mr_signer_seam.0),
                (td::SEAM, &[&report.mr_signer_seam.0[..], &report.seam_attributes].concat()),
                (td::SEAM_ATTRIBUTES, &report.seam_attributes),
                (td::ATTRIBUTES, &report.td_attributes),
                (td::XFAM, &report.xfam),
                (td::MR_TD, &report.mr_td.0),
                (td::MR_CONFIG_ID, &report.mr_config_id.0),
                (td::MR_OWNER, &report.mr_owner.0),
                (td::MR_OWNER_CONFIG, &report.mr_owner_config.0),
                (td::RTMR[0], &rtmr0.0),
                (td::RTMR[1], &rtmr1.0),
                (td::RTMR[2], &rtmr2.0),
                (td::RTMR[3], &rtmr3.0),
                (td::REPORT_DATA, &report.report_data),
                (td::MR_SERVICE_TD, &relaunch.mr_service_td.0),
            ],
        );
    }
}
