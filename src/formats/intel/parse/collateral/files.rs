//! Recognising and reading files of collateral.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Collateral, Signed, cap, chain};
use crate::error::Error;
use crate::pki::{Cert, Crl};
use crate::span::Span;

const WHAT: &str = "Intel collateral";

/// The common names that tell certificates and issuers apart.
const ROOT: &str = "Intel SGX Root CA";
const TCB_SIGNING: &str = "Intel SGX TCB Signing";
const PCK: &str = "Intel SGX PCK Certificate";

/// How deep objects that only wrap others may be nested.
const MAX_WRAPPERS: usize = 3;

/// The part that a chain becomes.
type Chains = fn(Chain) -> Part;

/// One part of Intel's collateral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// TCB info, about one platform.
    TcbInfo(Signed),
    /// The identity of a quoting enclave.
    QeIdentity(Signed),
    /// A revocation list, DER.
    RevocationList(Vec<u8>),
    /// Certificates by themselves, DER; their names say whose they are.
    Certificates(Chain),
    /// What is handed over as a platform's certificate, with or without those above it, DER.
    PckChain(Chain),
    /// What is handed over as the certificates above a platform's, DER.
    IssuerChain(Chain),
}

/// The parts of one file, and why one that is in it cannot be read.
///
/// # Errors
/// When the file is none of Intel's.
pub fn parts(file: &[u8]) -> Result<Vec<Result<Part, Error>>, Error> {
    cap(WHAT, file)?;
    let mut reading = Reading::default();
    reading.file(file)?;
    Ok(reading.0)
}

/// All parts of all files, which may say the same and not two things.
pub(super) fn read(files: &[&[u8]]) -> Result<Collateral, Error> {
    let mut whole = Collateral::default();
    let mut signers = None;
    for file in files {
        for part in parts(file)? {
            match part? {
                Part::TcbInfo(signed) => set(&mut whole.tcb_info, signed)?,
                Part::QeIdentity(signed) => set(&mut whole.qe_identity, signed)?,
                Part::RevocationList(der) => {
                    match Crl::parse(WHAT, &der)?.issuer_common_name() == Some(ROOT) {
                        true => set(&mut whole.root_crl, der)?,
                        false => set(&mut whole.pck_crl, der)?,
                    }
                }
                Part::Certificates(chain) => match first_name(&chain)?.as_deref() {
                    Some(TCB_SIGNING) => set(&mut signers, chain)?,
                    Some(PCK) => set(&mut whole.pck_chain, chain)?,
                    Some(ROOT) => {}
                    _ => set(&mut whole.pck_issuer_chain, chain)?,
                },
                Part::PckChain(chain) => set(&mut whole.pck_chain, chain)?,
                Part::IssuerChain(chain) => set(&mut whole.pck_issuer_chain, chain)?,
            }
        }
    }
    let signed = [&mut whole.tcb_info, &mut whole.qe_identity];
    for signed in signed.into_iter().flatten().filter(|signed| signed.chain.is_none()) {
        signed.chain.clone_from(&signers);
    }
    if let (Some(chain), Some(issuers)) = (&mut whole.pck_chain, &whole.pck_issuer_chain)
        && chain.len() == 1
    {
        chain.extend(issuers.iter().cloned());
    }
    Ok(whole)
}

/// The name in the first of `chain`.
fn first_name(chain: &Chain) -> Result<Option<String>, Error> {
    match chain.first() {
        Some(first) => Ok(Cert::parse(WHAT, first)?.common_name().map(str::to_owned)),
        None => Ok(None),
    }
}

/// Certificates in DER.
pub type Chain = Vec<Vec<u8>>;
type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

#[derive(Default)]
struct Reading(Vec<Result<Part, Error>>);

impl Reading {
    fn file(&mut self, file: &[u8]) -> Result<(), Error> {
        if file.trim_ascii_start().starts_with(b"{") {
            crate::json::unique(WHAT, file)?;
            return self.object(file, 0);
        }
        self.encoded(file)
    }

    /// One JSON object; the file has been searched for duplicate members as a whole.
    fn object(&mut self, json: &[u8], depth: usize) -> Result<(), Error> {
        let members: Members<'_> = crate::json::borrowed(WHAT, json)?;
        let has = |name: &str| members.contains_key(name);
        if has("headers") && has("body") {
            return self.response(&members);
        }
        if has("tcbInfo") || has("enclaveIdentity") {
            self.0.push(answer(&members, None));
            return Ok(());
        }
        if FLAT.iter().any(|name| has(name)) {
            self.flat(&members);
            return Ok(());
        }
        let wrapped = ["collateral", "tdx", "sgx"].into_iter().filter_map(|name| members.get(name));
        let mut found = false;
        for inner in wrapped.filter(|inner| inner.get().starts_with('{')) {
            if depth == MAX_WRAPPERS {
                return Err(unknown(json));
            }
            self.object(inner.get().as_bytes(), depth.saturating_add(1))?;
            found = true;
        }
        if found { Ok(()) } else { Err(unknown(json)) }
    }

    /// An HTTP answer: headers, and the body as JSON or as text.
    fn response(&mut self, members: &Members<'_>) -> Result<(), Error> {
        let headers = member(members, "headers").unwrap_or_default();
        let headers: BTreeMap<String, String> = crate::json::borrowed(WHAT, headers.as_bytes())?;
        let mut signer = None;
        for (name, value) in headers {
            let chain = || chain::certificates(value.as_bytes());
            match name.to_ascii_lowercase().as_str() {
                "tcb-info-issuer-chain"
                | "sgx-tcb-info-issuer-chain"
                | "sgx-enclave-identity-issuer-chain" => set(&mut signer, chain()?)?,
                "sgx-pck-crl-issuer-chain" | "sgx-pck-certificate-issuer-chain" => {
                    self.0.push(chain().map(Part::IssuerChain));
                }
                _ => {}
            }
        }
        let body = member(members, "body").unwrap_or_default();
        let text: Cow<'_, str> = match body.starts_with('"') {
            true => Cow::Owned(crate::json::borrowed(WHAT, body.as_bytes())?),
            false => Cow::Borrowed(body),
        };
        if text.trim_start().starts_with('{') {
            crate::json::unique(WHAT, text.as_bytes())?;
            let members = crate::json::borrowed(WHAT, text.as_bytes())?;
            self.0.push(answer(&members, signer));
            return Ok(());
        }
        self.encoded(text.as_bytes())
    }

    /// The object with one string for each part.
    fn flat(&mut self, members: &Members<'_>) {
        let list =
            |text: String| Ok(Part::RevocationList(chain::revocation_list(text.as_bytes())?));
        self.0.extend(signed(members, "tcb_info", Part::TcbInfo).transpose());
        self.0.extend(signed(members, "qe_identity", Part::QeIdentity).transpose());
        for name in ["root_ca_crl", "pck_crl"] {
            self.0.extend(text_member(members, name).transpose().map(|text| list(text?)));
        }
        let chains: [(&str, Chains); 3] = [
            ("pck_crl_issuer_chain", Part::IssuerChain),
            ("pck_certificate_chain", Part::PckChain),
            ("pck_chain", Part::PckChain),
        ];
        for (name, part) in chains {
            let chain = |text: String| chain::certificates(text.as_bytes()).map(part);
            self.0.extend(text_member(members, name).transpose().map(|text| chain(text?)));
        }
    }

    /// Certificates or a revocation list by themselves.
    fn encoded(&mut self, file: &[u8]) -> Result<(), Error> {
        if chain::is_pem(file) && file.trim_ascii_start().starts_with(b"-----BEGIN X509 CRL-----") {
            self.0.push(chain::revocation_list(file).map(Part::RevocationList));
            return Ok(());
        }
        let der = chain::binary(file);
        if Crl::parse(WHAT, &der).is_ok() {
            self.0.push(Ok(Part::RevocationList(der.into_owned())));
            return Ok(());
        }
        if !file.starts_with(b"-----BEGIN")
            && !chain::is_pem(file)
            && Cert::parse(WHAT, &der).is_err()
        {
            return Err(unknown(file));
        }
        let certificates = chain::certificates(file)?;
        match first_name(&certificates)? {
            Some(name) if name.starts_with("Intel SGX ") => {
                self.0.push(Ok(Part::Certificates(certificates)));
                Ok(())
            }
            _ => Err(unknown(file)),
        }
    }
}

/// The body of an answer of Intel's service.
fn answer(members: &Members<'_>, chain: Option<Chain>) -> Result<Part, Error> {
    let signature = text_member(members, "signature")?
        .ok_or(Error::Missing { what: "signature of Intel's answer" })?;
    let signature = hex_signature(&signature)?;
    let signed = |json: &str| Signed { bytes: json.as_bytes().to_vec(), signature, chain };
    match (member(members, "tcbInfo"), member(members, "enclaveIdentity")) {
        (Some(json), None) => Ok(Part::TcbInfo(signed(json))),
        (None, Some(json)) => Ok(Part::QeIdentity(signed(json))),
        _ => Err(Error::Missing { what: "tcbInfo or enclaveIdentity, and not both" }),
    }
}

/// The signed part called `name`, whose signature stands beside it or inside it.
fn signed(
    members: &Members<'_>,
    name: &str,
    part: fn(Signed) -> Part,
) -> Result<Option<Part>, Error> {
    let Some(json) = text_member(members, name)? else { return Ok(None) };
    let chain = text_member(members, &format!("{name}_issuer_chain"))?;
    let chain = chain.map(|text| chain::certificates(text.as_bytes())).transpose()?;
    let Some(signature) = text_member(members, &format!("{name}_signature"))? else {
        crate::json::unique(WHAT, json.as_bytes())?;
        let members = crate::json::borrowed(WHAT, json.as_bytes())?;
        return answer(&members, chain).map(Some);
    };
    let signature = hex_signature(&signature)?;
    Ok(Some(part(Signed { bytes: json.into_bytes(), signature, chain })))
}

/// Members of the object with one string for each part.
const FLAT: [&str; 7] = [
    "tcb_info",
    "qe_identity",
    "root_ca_crl",
    "pck_crl",
    "pck_crl_issuer_chain",
    "pck_certificate_chain",
    "pck_chain",
];

fn member<'a>(members: &Members<'a>, name: &str) -> Option<&'a str> {
    members.get(name).map(|value| value.get())
}

/// A member that is a string; `null` is the same as none.
fn text_member(members: &Members<'_>, name: &str) -> Result<Option<String>, Error> {
    match member(members, name) {
        None => Ok(None),
        Some(json) => crate::json::borrowed(WHAT, json.as_bytes()),
    }
}

/// Two files may say the same, and not two things.
fn set<T: PartialEq>(slot: &mut Option<T>, value: T) -> Result<(), Error> {
    match slot {
        Some(known) if *known != value => {
            let why = "two files say different things about the same part";
            Err(Error::malformed(WHAT, Span::new(0, 0), why))
        }
        _ => {
            *slot = Some(value);
            Ok(())
        }
    }
}

fn hex_signature(text: &str) -> Result<[u8; 64], Error> {
    let mut signature = [0; 64];
    hex::decode_to_slice(text, &mut signature).map_err(|error| {
        let whole = Span::new(0, text.len());
        Error::malformed("signature of Intel's answer", whole, format!("64 bytes in hex: {error}"))
    })?;
    Ok(signature)
}

fn unknown(file: &[u8]) -> Error {
    let what = "Intel collateral file";
    Error::unsupported(what, format!("{} bytes", file.len()), Span::new(0, file.len()))
}
