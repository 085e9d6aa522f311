//! Identities of quoting enclaves (Intel, "API Portal", Get SGX QE Identity V4 and Get TDX QE
//! Identity V4).

use silicon_to_source::digest::Sha256;
use silicon_to_source::time::UnixTime;

use super::body::{QE_SIGNER, QE_SVN, TD_QE_SVN};
use super::signed::{SignedJson, array, standing, string};
use super::tcb_info::{CURRENT_DATE, OUTDATED_DATE};
use super::{COLLATERAL_VALIDITY, EVALUATION_NUMBER};
use crate::keys::Key;

/// A quoting enclave's identity.
#[derive(Clone, Debug)]
pub struct QeIdentitySpec {
    /// `id`: "QE" or "TD_QE".
    pub id: String,
    /// `version`: 2.
    pub version: u32,
    /// `issueDate`.
    pub issue_date: UnixTime,
    /// `nextUpdate`.
    pub next_update: UnixTime,
    /// `tcbEvaluationDataNumber`.
    pub evaluation_number: u32,
    /// `miscselect`, in the order of memory.
    pub misc_select: [u8; 4],
    /// `miscselectMask`.
    pub misc_select_mask: [u8; 4],
    /// `attributes`.
    pub attributes: [u8; 16],
    /// `attributesMask`.
    pub attributes_mask: [u8; 16],
    /// `mrsigner`.
    pub mr_signer: [u8; 32],
    /// `isvprodid`.
    pub isv_prod_id: u16,
    /// `tcbLevels`, in this order.
    pub levels: Vec<QeLevel>,
    /// The signed text, when it is not what the other fields say.
    pub raw: Option<String>,
    /// The key that signs.
    pub signer: Key,
}

/// A quoting enclave's TCB level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QeLevel {
    /// `isvsvn`.
    pub isv_svn: u16,
    /// `tcbDate`, RFC 3339.
    pub date: String,
    /// `tcbStatus`.
    pub status: String,
    /// `advisoryIDs`; left out when empty.
    pub advisories: Vec<String>,
}

impl QeIdentitySpec {
    /// The healthy identity of the simulated SGX quoting enclave.
    pub fn sgx() -> Self {
        Self {
            id: "QE".to_owned(),
            version: 2,
            issue_date: COLLATERAL_VALIDITY.not_before,
            next_update: COLLATERAL_VALIDITY.not_after,
            evaluation_number: EVALUATION_NUMBER,
            misc_select: [0; 4],
            misc_select_mask: [0xff; 4],
            attributes: [0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            attributes_mask: [
                0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0,
            ],
            mr_signer: Sha256::of(QE_SIGNER).0,
            isv_prod_id: 1,
            levels: vec![QeLevel::current(QE_SVN), QeLevel::outdated(QE_SVN - 2)],
            raw: None,
            signer: Key::IntelTcbSigning,
        }
    }

    /// The healthy identity of the simulated TD quoting enclave.
    pub fn tdx() -> Self {
        Self {
            id: "TD_QE".to_owned(),
            isv_prod_id: 2,
            levels: vec![QeLevel::current(TD_QE_SVN), QeLevel::outdated(TD_QE_SVN - 2)],
            ..Self::sgx()
        }
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let levels = self.levels.iter().map(|level| {
            let standing = standing(&level.date, &level.status, &level.advisories);
            format!(r#"{{"tcb":{{"isvsvn":{}}},{standing}}}"#, level.isv_svn)
        });
        format!(
            concat!(
                r#"{{"id":{},"version":{},"issueDate":"{}","nextUpdate":"{}","#,
                r#""tcbEvaluationDataNumber":{},"miscselect":"{}","miscselectMask":"{}","#,
                r#""attributes":"{}","attributesMask":"{}","mrsigner":"{}","isvprodid":{},"#,
                r#""tcbLevels":{}}}"#,
            ),
            string(&self.id),
            self.version,
            self.issue_date,
            self.next_update,
            self.evaluation_number,
            hex::encode_upper(self.misc_select),
            hex::encode_upper(self.misc_select_mask),
            hex::encode_upper(self.attributes),
            hex::encode_upper(self.attributes_mask),
            hex::encode_upper(self.mr_signer),
            self.isv_prod_id,
            array(levels),
        )
    }

    /// The signed identity.
    pub fn sign(&self) -> SignedJson {
        SignedJson::new(self.text(), self.signer)
    }
}

impl QeLevel {
    /// An `UpToDate` level.
    pub fn current(isv_svn: u16) -> Self {
        Self {
            isv_svn,
            date: CURRENT_DATE.to_owned(),
            status: "UpToDate".to_owned(),
            advisories: Vec::new(),
        }
    }

    /// An `OutOfDate` level with an advisory.
    pub fn outdated(isv_svn: u16) -> Self {
        Self {
            isv_svn,
            date: OUTDATED_DATE.to_owned(),
            status: "OutOfDate".to_owned(),
            advisories: vec!["INTEL-SA-00477".to_owned()],
        }
    }
}
