//! Certificates and lists in the envelope (CVM Attestation v1, section 10.1).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{WHAT, malformed};
use crate::error::Error;
use crate::json::{self, Members, Names};
use crate::piece::Role;
use crate::pki::pem_certificates;
use crate::wire::Base64Url;

/// The type of the collection.
const COLLECTION: &str = "\"tag:confidential.ai,2026:cvm-endorsements#1\"";

/// The most entries of it, its type included.
const MAX_ENTRIES: usize = 33;

/// An answer of Intel's service, with the certificates of its header.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    body: Base64Url,
    issuer_chain: Base64Url,
}

/// Each entry with what it is. Keys of NVIDIA's service are left aside: nothing here was asked of it.
pub(super) fn read(collection: &RawValue) -> Result<Vec<(Role, Vec<u8>)>, Error> {
    let members = Members::parse(WHAT, collection.get())?;
    if members.raw("__cmwc_t") != Some(COLLECTION) {
        return Err(malformed("its endorsements are of another type"));
    }
    let names = Names::of(collection.get().as_bytes());
    let names = names.as_ref().map(Names::sorted).unwrap_or_default();
    Error::cap("CVM envelope, endorsements", names.len(), MAX_ENTRIES)?;
    let mut files = Vec::new();
    for name in names.into_iter().filter(|name| *name != "__cmwc_t") {
        let entry = members.raw(name).unwrap_or_default().as_bytes();
        let (_, Base64Url(bytes), _): (String, Base64Url, u64) = json::borrowed(WHAT, entry)?;
        let role = match name {
            "snp.vek" => Role::AmdCertificate,
            "snp.crl" => Role::AmdCrl,
            "tdx.pck_crl" | "tdx.root_crl" => Role::IntelCrl,
            "tdx.tcb_info" | "tdx.qe_identity" => Role::IntelCollateral,
            "nras.jwks" => continue,
            _ => return Err(malformed("an endorsement has a name that is not known")),
        };
        if role != Role::IntelCollateral {
            files.push((role, bytes));
            continue;
        }
        let Signed { body, issuer_chain } = json::from_slice(WHAT, &bytes)?;
        files.push((role, body.0));
        let certificates = pem_certificates(WHAT, &issuer_chain.0)?;
        files.extend(certificates.into_iter().map(|der| (Role::IntelCertificate, der)));
    }
    Ok(files)
}
