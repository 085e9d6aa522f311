//! A report in JSON, by the names that the `sev` crate gives its fields, as Confidential Containers'
//! attester writes it: the signed bytes are put together again, each at its place.
//!
//! Reserved bytes that the JSON leaves out are zeros, as AMD's document has them. What does not
//! rebuild is refused; whether the bytes are those that the chip signed, the signature says.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Report, place};
use crate::error::Error;
use crate::hex;
use crate::span::Span;
use crate::wire::pasted::of_base64;

const WHAT: &str = "SNP report, members";

/// Confidential Containers' evidence: a report, and the certificates that its host put beside it.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// The report.
    pub report: Vec<u8>,
    /// Certificates and revocation lists.
    pub certificates: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct Parts {
    attestation_report: Value,
    #[serde(default)]
    cert_chain: Option<Vec<Certificate>>,
}

#[derive(Deserialize)]
struct Certificate {
    data: Value,
}

/// A value of the JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Nothing(()),
    Number(u64),
    Bytes(Vec<u8>),
    Text(String),
    Members(BTreeMap<String, Self>),
}

/// The fields by name. A name that begins with an underline is reserved, or is of an earlier
/// release of the crate.
const FIELDS: &[(&str, Span)] = &[
    ("version", place::VERSION),
    ("guest_svn", place::GUEST_SVN),
    ("policy", place::POLICY),
    ("family_id", place::FAMILY_ID),
    ("image_id", place::IMAGE_ID),
    ("vmpl", place::VMPL),
    ("sig_algo", place::SIGNATURE_ALGO),
    ("plat_info", place::PLATFORM_INFO),
    ("key_info", place::KEY_INFO),
    ("_author_key_en", place::KEY_INFO),
    ("author_key_en", place::KEY_INFO),
    ("_reserved_0", Span::new(0x4c, 4)),
    ("report_data", place::REPORT_DATA),
    ("measurement", place::MEASUREMENT),
    ("host_data", place::HOST_DATA),
    ("id_key_digest", place::ID_KEY_DIGEST),
    ("author_key_digest", place::AUTHOR_KEY_DIGEST),
    ("report_id", place::REPORT_ID),
    ("report_id_ma", place::REPORT_ID_MA),
    ("cpuid_fam_id", Span::new(0x188, 1)),
    ("cpuid_mod_id", Span::new(0x189, 1)),
    ("cpuid_step", Span::new(0x18a, 1)),
    ("chip_id", place::CHIP_ID),
    ("current_build", Span::new(0x1e8, 1)),
    ("current_minor", Span::new(0x1e9, 1)),
    ("current_major", Span::new(0x1ea, 1)),
    ("_reserved_2", Span::new(0x1eb, 1)),
    ("committed_build", Span::new(0x1ec, 1)),
    ("committed_minor", Span::new(0x1ed, 1)),
    ("committed_major", Span::new(0x1ee, 1)),
    ("_reserved_3", Span::new(0x1ef, 1)),
    ("launch_mit_vector", place::LAUNCH_MIT_VECTOR),
    ("current_mit_vector", place::CURRENT_MIT_VECTOR),
];

/// Reserved fields that grew shorter over the versions: their ends.
const RESERVED: &[(&str, usize)] = &[("_reserved_1", 0x1a0), ("_reserved_4", 0x2a0)];

/// Security versions.
const TCBS: &[(&str, Span)] = &[
    ("current_tcb", place::CURRENT_TCB),
    ("reported_tcb", place::REPORTED_TCB),
    ("committed_tcb", place::COMMITTED_TCB),
    ("launch_tcb", place::LAUNCH_TCB),
];

/// Firmware versions.
const FIRMWARE: &[(&str, Span)] =
    &[("current", place::CURRENT_BUILD), ("committed", place::COMMITTED_BUILD)];

/// What a report has in every version: it has to be there.
const ALWAYS: [Span; 6] = [
    Span::new(0, 0x4c),
    Span::new(0x50, 0x138),
    Span::new(0x1a0, 0x4b),
    Span::new(0x1ec, 3),
    Span::new(0x1f0, 8),
    Report::SIGNATURE,
];

impl Evidence {
    /// Whether JSON with the members that `has` knows looks like it.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("attestation_report")
    }

    /// Reads the JSON.
    ///
    /// # Errors
    /// When a field has another name or length than a report's, appears twice, or is missing.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Error> {
        let parts: Parts = crate::json::from_slice(WHAT, json)?;
        let mut rebuilt = Rebuilt::default();
        let report = match parts.attestation_report {
            Value::Members(members) => {
                for (name, value) in members {
                    rebuilt.member(&name, value)?;
                }
                rebuilt.finish()?
            }
            whole => whole.bytes("attestation_report", Report::LEN)?,
        };
        let certificates = parts.cert_chain.unwrap_or_default().into_iter();
        let certificates = certificates.map(|certificate| match certificate.data {
            Value::Bytes(der) => Ok(der),
            Value::Text(text) => of_base64(text.as_bytes()).map_err(|_| wrong("cert_chain")),
            _ => Err(wrong("cert_chain")),
        });
        Ok(Self { report, certificates: certificates.collect::<Result<_, _>>()? })
    }
}

fn wrong(name: &str) -> Error {
    let why = format!("{name} is no part of a report, or has another form");
    Error::malformed(WHAT, Span::new(0, 0), why)
}

impl Value {
    /// The value as `len` bytes. A number is little-endian.
    fn bytes(self, name: &str, len: usize) -> Result<Vec<u8>, Error> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(number) => {
                let all = number.to_le_bytes();
                let (own, rest) = all.split_at_checked(len).ok_or_else(|| wrong(name))?;
                if rest.iter().any(|byte| *byte != 0) {
                    return Err(wrong(name));
                }
                own.to_vec()
            }
            Self::Text(text) => match hex::decode(&text) {
                Ok(bytes) if bytes.len() == len => bytes,
                _ => of_base64(text.as_bytes()).map_err(|_| wrong(name))?,
            },
            Self::Nothing(()) | Self::Members(_) => return Err(wrong(name)),
        };
        if bytes.len() == len { Ok(bytes) } else { Err(wrong(name)) }
    }
}

/// A report of which some bytes are known.
struct Rebuilt {
    bytes: Vec<Option<u8>>,
}

impl Default for Rebuilt {
    fn default() -> Self {
        Self { bytes: vec![None; Report::LEN] }
    }
}

impl Rebuilt {
    /// Puts `bytes` at `start`, where nothing was put yet.
    fn put(&mut self, name: &str, start: usize, bytes: &[u8]) -> Result<(), Error> {
        let places = self.bytes.get_mut(start..).and_then(|rest| rest.get_mut(..bytes.len()));
        for (place, byte) in places.ok_or_else(|| wrong(name))?.iter_mut().zip(bytes) {
            if place.replace(*byte).is_some() {
                let why = format!("{name} stands where another member stands");
                return Err(Error::malformed(WHAT, Span::new(0, 0), why));
            }
        }
        Ok(())
    }

    fn member(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let of = |table: &[(&str, Span)]| {
            table.iter().find(|(own, _)| *own == name).map(|(_, place)| *place)
        };
        if let Value::Nothing(()) = value {
            // What a report of an earlier version does not have.
            return if of(FIELDS).is_some() { Ok(()) } else { Err(wrong(name)) };
        }
        let reserved = RESERVED.iter().find(|(own, _)| *own == name);
        match (of(FIELDS), of(TCBS), of(FIRMWARE), reserved, value) {
            (Some(place), _, _, _, value) => {
                let bytes = value.bytes(name, place.len)?;
                self.put(name, place.start, &bytes)
            }
            (_, Some(place), _, _, Value::Members(members)) => {
                self.put(name, place.start, &tcb(name, members)?)
            }
            (_, _, Some(place), _, Value::Members(members)) => {
                let bytes = named(name, members, ["build", "minor", "major"])?;
                self.put(name, place.start, &bytes)
            }
            (_, _, _, Some((_, end)), Value::Bytes(bytes)) => {
                let start = end.checked_sub(bytes.len()).ok_or_else(|| wrong(name))?;
                self.put(name, start, &bytes)
            }
            (_, _, _, _, Value::Members(members)) if name == "signature" => self.signature(members),
            _ => Err(wrong(name)),
        }
    }

    fn signature(&mut self, members: BTreeMap<String, Value>) -> Result<(), Error> {
        for (name, value) in members {
            let place = match name.as_str() {
                "r" => place::SIGNATURE_R,
                "s" => place::SIGNATURE_S,
                "_reserved" => Report::SIGNATURE_TAIL,
                _ => return Err(wrong(&name)),
            };
            let bytes = value.bytes(&name, place.len)?;
            self.put(&name, place.start, &bytes)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        let is_known = |at: usize| self.bytes.get(at).is_some_and(Option::is_some);
        let missing = ALWAYS.iter().find(|span| !(span.start..span.end()).all(is_known));
        match missing {
            Some(_) => Err(Error::Missing { what: "a member of the attestation report" }),
            None => Ok(self.bytes.into_iter().map(Option::unwrap_or_default).collect()),
        }
    }
}

/// Bytes in the order of `names`, each of which is there once, and nothing else.
fn named<const N: usize>(
    of: &str,
    mut members: BTreeMap<String, Value>,
    names: [&str; N],
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for name in names {
        let value = members.remove(name).ok_or_else(|| wrong(of))?;
        bytes.extend(value.bytes(name, 1)?);
    }
    if members.is_empty() { Ok(bytes) } else { Err(wrong(of)) }
}

/// Security versions (AMD 56860, TCB_VERSION): with an FMC they are laid out as on Turin.
fn tcb(of: &str, mut members: BTreeMap<String, Value>) -> Result<Cow<'static, [u8]>, Error> {
    let reserved = match members.remove("_reserved") {
        Some(value) => value.bytes("_reserved", 4)?,
        None => vec![0; 4],
    };
    let fmc = match members.remove("fmc") {
        None | Some(Value::Nothing(())) => None,
        Some(value) => Some(value.bytes("fmc", 1)?),
    };
    let own = named(of, members, ["bootloader", "tee", "snp", "microcode"])?;
    let (lower, upper) = own.split_at_checked(2).ok_or_else(|| wrong(of))?;
    let (snp, microcode) = upper.split_at_checked(1).ok_or_else(|| wrong(of))?;
    Ok(Cow::Owned(match fmc {
        Some(fmc) => [&fmc, lower, snp, &[0; 3], microcode].concat(),
        None => [lower, &reserved, snp, microcode].concat(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_report_has_a_member() {
        let places = FIELDS.iter().chain(TCBS).chain(FIRMWARE).map(|(_, place)| *place);
        let mut covered = vec![false; Report::LEN];
        for place in places.chain([place::SIGNATURE_R, place::SIGNATURE_S]) {
            covered[place.start..place.end()].fill(true);
        }
        for span in ALWAYS {
            assert!(covered[span.start..span.end()].iter().all(|known| *known), "{span:?}");
        }
    }
}
