//! Intel's identity of a quoting enclave (Provisioning Certification Service API v4, "Get SGX QE
//! Identity" and "Get TD QE Identity", version 2).

use serde::Deserialize;

use super::tcb_info::{SvnLevel, WireSvnLevel};
use super::text::{Date, Hex};
use crate::error::Error;
use crate::span::Span;
use crate::time::Validity;

const WHAT: &str = "QE identity";

/// Which quoting enclave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QeId {
    /// `QE`: it signs quotes of SGX enclaves.
    Qe,
    /// `TD_QE`: it signs quotes of TDX guests.
    TdQe,
}

/// The body of a QE identity. Nothing is shown by it until its signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QeIdentity {
    /// Which quoting enclave.
    pub id: QeId,
    /// From when to when Intel means it to be used.
    pub validity: Validity,
    /// The number of the TCB evaluation.
    pub evaluation_number: u32,
    /// MISCSELECT under the mask. The JSON has its four bytes as they are in a report.
    pub misc_select: u32,
    /// The bits of MISCSELECT that count.
    pub misc_select_mask: u32,
    /// ATTRIBUTES under the mask.
    pub attributes: [u8; 16],
    /// The bits of ATTRIBUTES that count.
    pub attributes_mask: [u8; 16],
    /// The signer.
    pub mr_signer: [u8; 32],
    /// The product id.
    pub isv_prod_id: u16,
    /// Its levels, highest first whatever the order in the file.
    pub levels: Vec<SvnLevel>,
}

impl QeIdentity {
    /// Reads the bytes of the member `enclaveIdentity`.
    ///
    /// # Errors
    /// When a member appears twice, is missing, or has another form.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        super::cap(WHAT, json)?;
        crate::json::unique(WHAT, json)?;
        let version = super::version(WHAT, json)?;
        if version != 2 {
            let whole = Span::new(0, json.len());
            return Err(Error::unsupported("QE identity version", version, whole));
        }
        let wire: Wire = crate::json::borrowed(WHAT, json)?;
        let whole = Span::new(0, json.len());
        let id = match wire.id.as_str() {
            "QE" => QeId::Qe,
            "TD_QE" => QeId::TdQe,
            _ => return Err(Error::malformed(WHAT, whole, "id is neither QE nor TD_QE")),
        };
        Ok(Self {
            id,
            validity: Validity { not_before: wire.issue_date.0, not_after: wire.next_update.0 },
            evaluation_number: wire.tcb_evaluation_data_number,
            misc_select: u32::from_le_bytes(wire.miscselect.0),
            misc_select_mask: u32::from_le_bytes(wire.miscselect_mask.0),
            attributes: wire.attributes.0,
            attributes_mask: wire.attributes_mask.0,
            mr_signer: wire.mrsigner.0,
            isv_prod_id: wire.isvprodid,
            levels: WireSvnLevel::levels(wire.tcb_levels),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    issue_date: Date,
    next_update: Date,
    tcb_evaluation_data_number: u32,
    miscselect: Hex<4>,
    miscselect_mask: Hex<4>,
    attributes: Hex<16>,
    attributes_mask: Hex<16>,
    mrsigner: Hex<32>,
    isvprodid: u16,
    tcb_levels: Vec<WireSvnLevel>,
}
