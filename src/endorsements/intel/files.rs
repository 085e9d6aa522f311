//! Recognising and reading files of collateral.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Collateral, Signed, cap, chain};
use crate::bytes::Span;
use crate::error::Error;
use crate::pki::{Cert, Crl};

const WHAT: &str = "Intel collateral";

/// The common names that tell certificates and issuers apart.
const ROOT: &str = "Intel SGX Root CA";
const TCB_SIGNING: &str = "Intel SGX TCB Signing";
const PCK: &str = "Intel SGX PCK Certificate";

/// How deep objects that only wrap others may be nested.
const MAX_WRAPPERS: usize = 3;

pub(super) fn read(files: &[&[u8]]) -> Result<Collateral, Error> {
    let mut reading = Reading::default();
    for file in files {
        cap(WHAT, file)?;
        reading.file(file)?;
    }
    Ok(reading.finish())
}

type Chain = Vec<Vec<u8>>;
type Members<'a> = BTreeMap<String, &'a RawValue>;

#[derive(Default)]
struct Reading {
    collateral: Collateral,
    /// The chain of the signer of TCB info and QE identities, when it came by itself.
    signer_chain: Option<Chain>,
}

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
            return self.answer(&members, None);
        }
        if FLAT.iter().any(|name| has(name)) {
            return self.flat(&members);
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
                    set(&mut self.collateral.pck_issuer_chain, chain()?)?;
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
            return self.answer(&members, signer);
        }
        self.encoded(text.as_bytes())
    }

    /// The body of an answer of Intel's service.
    fn answer(&mut self, members: &Members<'_>, chain: Option<Chain>) -> Result<(), Error> {
        let signature = text_member(members, "signature")?
            .ok_or(Error::Missing { what: "signature of Intel's answer" })?;
        let signature = hex_signature(&signature)?;
        let signed = |json: &str| Signed { bytes: json.as_bytes().to_vec(), signature, chain };
        match (member(members, "tcbInfo"), member(members, "enclaveIdentity")) {
            (Some(json), None) => set(&mut self.collateral.tcb_info, signed(json)),
            (None, Some(json)) => set(&mut self.collateral.qe_identity, signed(json)),
            _ => Err(Error::Missing { what: "tcbInfo or enclaveIdentity, and not both" }),
        }
    }

    /// The object with one string for each part.
    fn flat(&mut self, members: &Members<'_>) -> Result<(), Error> {
        let text = |name: &str| text_member(members, name);
        let chain = |name: &str| match text_member(members, name)? {
            Some(text) => chain::certificates(text.as_bytes()).map(Some),
            None => Ok(None),
        };
        for name in ["tcb_info", "qe_identity"] {
            let Some(json) = text(name)? else { continue };
            let signer = chain(&format!("{name}_issuer_chain"))?;
            let Some(signature) = text(&format!("{name}_signature"))? else {
                crate::json::unique(WHAT, json.as_bytes())?;
                let members = crate::json::borrowed(WHAT, json.as_bytes())?;
                self.answer(&members, signer)?;
                continue;
            };
            let signature = hex_signature(&signature)?;
            let signed = Signed { bytes: json.into_bytes(), signature, chain: signer };
            match name {
                "tcb_info" => set(&mut self.collateral.tcb_info, signed)?,
                _ => set(&mut self.collateral.qe_identity, signed)?,
            }
        }
        if let Some(crl) = text("root_ca_crl")? {
            set(&mut self.collateral.root_crl, chain::revocation_list(crl.as_bytes())?)?;
        }
        if let Some(crl) = text("pck_crl")? {
            set(&mut self.collateral.pck_crl, chain::revocation_list(crl.as_bytes())?)?;
        }
        if let Some(certs) = chain("pck_crl_issuer_chain")? {
            set(&mut self.collateral.pck_issuer_chain, certs)?;
        }
        for name in ["pck_certificate_chain", "pck_chain"] {
            if let Some(certs) = chain(name)? {
                set(&mut self.collateral.pck_chain, certs)?;
            }
        }
        Ok(())
    }

    /// Certificates or a revocation list by themselves.
    fn encoded(&mut self, file: &[u8]) -> Result<(), Error> {
        if chain::is_pem(file) && file.trim_ascii_start().starts_with(b"-----BEGIN X509 CRL-----") {
            return self.crl(chain::revocation_list(file)?);
        }
        let der = chain::binary(file);
        if Crl::parse(WHAT, &der).is_ok() {
            return self.crl(der.into_owned());
        }
        if !file.starts_with(b"-----BEGIN")
            && !chain::is_pem(file)
            && Cert::parse(WHAT, &der).is_err()
        {
            return Err(unknown(file));
        }
        let certificates = chain::certificates(file)?;
        let name = match certificates.first() {
            Some(first) => Cert::parse(WHAT, first)?.common_name().map(str::to_owned),
            None => None,
        };
        let slot = match name.as_deref() {
            Some(TCB_SIGNING) => &mut self.signer_chain,
            Some(PCK) => &mut self.collateral.pck_chain,
            Some(name) if name.starts_with("Intel SGX PCK ") => {
                &mut self.collateral.pck_issuer_chain
            }
            Some(ROOT) => return Ok(()),
            _ => return Err(unknown(file)),
        };
        set(slot, certificates)
    }

    fn crl(&mut self, der: Vec<u8>) -> Result<(), Error> {
        let by_root = Crl::parse(WHAT, &der)?.issuer_common_name() == Some(ROOT);
        match by_root {
            true => set(&mut self.collateral.root_crl, der),
            false => set(&mut self.collateral.pck_crl, der),
        }
    }

    /// Gives chains that came by themselves to what they belong to.
    fn finish(mut self) -> Collateral {
        let signed = [&mut self.collateral.tcb_info, &mut self.collateral.qe_identity];
        for signed in signed.into_iter().flatten().filter(|signed| signed.chain.is_none()) {
            signed.chain.clone_from(&self.signer_chain);
        }
        if let (Some(chain), Some(issuers)) =
            (&mut self.collateral.pck_chain, &self.collateral.pck_issuer_chain)
            && chain.len() == 1
        {
            chain.extend(issuers.iter().cloned());
        }
        self.collateral
    }
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
