//! Collateral: what a quote is verified with, in the formats in which it is handed around.

use serde_json::json;

use super::signed::string;
use super::{CrlSpec, QeIdentitySpec, Role, SignedJson, TcbInfoSpec, authority, pem_chain};

/// Collateral for one quote. Signed parts are signed already, so that any of them can come from
/// another specification or be changed after signing.
#[derive(Clone, Debug)]
pub struct CollateralSpec {
    /// TCB info.
    pub tcb_info: SignedJson,
    /// Who signed the TCB info, and the root, each in DER.
    pub tcb_info_chain: Vec<Vec<u8>>,
    /// QE identity.
    pub qe_identity: SignedJson,
    /// Who signed the QE identity, and the root, each in DER.
    pub qe_identity_chain: Vec<Vec<u8>>,
    /// The root's revocation list, DER.
    pub root_crl: Vec<u8>,
    /// The PCK authority's revocation list, DER.
    pub pck_crl: Vec<u8>,
    /// The PCK authority and the root, each in DER.
    pub pck_crl_chain: Vec<Vec<u8>>,
    /// PCK certificate, its issuer and the root, each in DER, when they are part of it.
    pub pck_chain: Option<Vec<Vec<u8>>>,
}

/// An answer of Intel's provisioning certification service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcsAnswer {
    /// The name under which such an answer is often kept, such as `tcbinfo.json`.
    pub name: &'static str,
    /// The header with the issuer chain, PEM in percent-encoding; the root's list has none.
    pub header: Option<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a caching service (PCCS) answers where it differs from Intel's own: lists as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PccsAnswers {
    /// `rootcacrl`: the root's list, DER in hexadecimal.
    pub root_crl: String,
    /// `pckcrl`: the PCK authority's list, DER in hexadecimal.
    pub pck_crl: String,
    /// `tcb` and `qe/identity`, as Intel's service answers them, in this order.
    pub signed: [PcsAnswer; 2],
}

impl PcsAnswer {
    /// Header and body in one JSON object, `{"headers": {...}, "body": ...}`: a JSON body stands
    /// there byte for byte, any other as a string.
    ///
    /// # Panics
    /// When the body is not text.
    pub fn envelope(&self) -> String {
        let headers: String = self
            .header
            .iter()
            .map(|(name, value)| format!("{}:{}", string(name), string(value)))
            .collect();
        let body = str::from_utf8(&self.body).unwrap();
        let body = if body.starts_with('{') { body.to_owned() } else { string(body) };
        format!(r#"{{"headers":{{{headers}}},"body":{body}}}"#)
    }
}

impl CollateralSpec {
    /// Healthy collateral for SGX quotes whose PCK certificate is the Processor CA's.
    pub fn sgx() -> Self {
        let tcb_info = TcbInfoSpec::sgx().sign();
        Self::new(tcb_info, QeIdentitySpec::sgx().sign(), Role::ProcessorCa)
    }

    /// Healthy collateral for TDX quotes, whose PCK certificate is the Platform CA's.
    pub fn tdx() -> Self {
        let tcb_info = TcbInfoSpec::tdx().sign();
        Self::new(tcb_info, QeIdentitySpec::tdx().sign(), Role::PlatformCa)
    }

    /// Collateral with healthy chains and lists of the PCK authority `ca`.
    pub fn new(tcb_info: SignedJson, qe_identity: SignedJson, ca: Role) -> Self {
        let with_root = |role: Role| vec![authority(role).to_vec(), authority(Role::Root).to_vec()];
        Self {
            tcb_info,
            tcb_info_chain: with_root(Role::TcbSigning),
            qe_identity,
            qe_identity_chain: with_root(Role::TcbSigning),
            root_crl: CrlSpec::new(Role::Root).der(),
            pck_crl: CrlSpec::new(ca).der(),
            pck_crl_chain: with_root(ca),
            pck_chain: None,
        }
    }

    /// The same with other TCB info.
    pub fn with_tcb_info(self, tcb_info: &TcbInfoSpec) -> Self {
        Self { tcb_info: tcb_info.sign(), ..self }
    }

    /// The same with another QE identity.
    pub fn with_qe_identity(self, qe_identity: &QeIdentitySpec) -> Self {
        Self { qe_identity: qe_identity.sign(), ..self }
    }

    /// The JSON of dcap-qvl's `QuoteCollateralV3`: chains in PEM, signed texts as strings, lists
    /// and signatures in lowercase hexadecimal.
    pub fn json(&self) -> serde_json::Value {
        let mut json = json!({
            "pck_crl_issuer_chain": pem_chain(&self.pck_crl_chain),
            "root_ca_crl": hex::encode(&self.root_crl),
            "pck_crl": hex::encode(&self.pck_crl),
            "tcb_info_issuer_chain": pem_chain(&self.tcb_info_chain),
            "tcb_info": self.tcb_info.text,
            "tcb_info_signature": hex::encode(self.tcb_info.signature),
            "qe_identity_issuer_chain": pem_chain(&self.qe_identity_chain),
            "qe_identity": self.qe_identity.text,
            "qe_identity_signature": hex::encode(self.qe_identity.signature),
        });
        if let Some(chain) = &self.pck_chain {
            json["pck_certificate_chain"] = pem_chain(chain).into();
        }
        json
    }

    /// [`CollateralSpec::json`] as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(&self.json()).unwrap()
    }

    /// The four answers of Intel's service: TCB info, QE identity, the PCK authority's list in
    /// PEM, and the root's list in DER.
    pub fn pcs(&self) -> [PcsAnswer; 4] {
        let [tcb_info, qe_identity] = self.signed_answers();
        let pck_crl = PcsAnswer {
            name: "pckcrl.pem",
            header: Some(("SGX-PCK-CRL-Issuer-Chain", percent_encoded(&self.pck_crl_chain))),
            body: crate::pem("X509 CRL", &self.pck_crl).into_bytes(),
        };
        let root_crl = PcsAnswer { name: "rootca.crl", header: None, body: self.root_crl.clone() };
        [tcb_info, qe_identity, pck_crl, root_crl]
    }

    /// The answers of a caching service.
    pub fn pccs(&self) -> PccsAnswers {
        PccsAnswers {
            root_crl: hex::encode(&self.root_crl),
            pck_crl: hex::encode(&self.pck_crl),
            signed: self.signed_answers(),
        }
    }

    fn signed_answers(&self) -> [PcsAnswer; 2] {
        let answer = |name, header, member, signed: &SignedJson, chain: &[Vec<u8>]| PcsAnswer {
            name,
            header: Some((header, percent_encoded(chain))),
            body: signed.answer(member).into_bytes(),
        };
        [
            answer(
                "tcbinfo.json",
                "TCB-Info-Issuer-Chain",
                "tcbInfo",
                &self.tcb_info,
                &self.tcb_info_chain,
            ),
            answer(
                "qeidentity.json",
                "SGX-Enclave-Identity-Issuer-Chain",
                "enclaveIdentity",
                &self.qe_identity,
                &self.qe_identity_chain,
            ),
        ]
    }
}

/// PEM in percent-encoding (RFC 3986 section 2.1), as it stands in Intel's headers.
fn percent_encoded(chain: &[Vec<u8>]) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    pem_chain(chain).bytes().map(encode).collect()
}
