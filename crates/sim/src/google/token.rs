//! Confidential Space tokens and the certificates above them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use silicon_to_source::formats::token::parse::Service;
use silicon_to_source::time::UnixTime;

use crate::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template, basic_constraints,
    key_usage, simulated_name,
};
use crate::keys::Key;
use crate::signature::{Algorithm, Hash};
use crate::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};

/// What a certificate above a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The root, committed as `src/pki/simulated/confidential-space-root.der`.
    Root,
    /// Signs the certificates of token keys.
    Intermediate,
    /// Signs tokens.
    Signer,
}

impl Role {
    /// The role's key.
    pub const fn key(self) -> Key {
        match self {
            Self::Root => Key::GoogleTokenRoot,
            Self::Intermediate => Key::GoogleTokenIntermediate,
            Self::Signer => Key::GoogleTokenSigner,
        }
    }

    const fn common_name(self) -> &'static str {
        match self {
            Self::Root => "Confidential Space Root CA",
            Self::Intermediate => "Confidential Space Intermediate CA",
            Self::Signer => "Confidential Space Leaf Certificate",
        }
    }

    const fn issuer(self) -> Self {
        match self {
            Self::Root | Self::Intermediate => Self::Root,
            Self::Signer => Self::Intermediate,
        }
    }
}

/// The certificate of `role` with at most one thing wrong, in DER.
pub fn certificate(role: Role, spoil: Option<&Spoil>) -> Vec<u8> {
    let validity = match role {
        Role::Signer => ENTITY_VALIDITY,
        _ => AUTHORITY_VALIDITY,
    };
    let issuer = role.issuer();
    let names = [issuer, role].map(|role| simulated_name(role.common_name()));
    let [issuer_name, name] = names;
    let mut template = Template::new(issuer_name, name, validity, role.key(), issuer.key());
    template.algorithm = Algorithm::Pkcs1v15Sha256;
    template.extensions = match role {
        Role::Signer => vec![key_usage(DIGITAL_SIGNATURE), basic_constraints(None)],
        _ => vec![key_usage(KEY_CERT_SIGN | CRL_SIGN), basic_constraints(Some(PathLength::Any))],
    };
    if let Some(spoil) = spoil {
        template.spoil(spoil);
    }
    template.sign()
}

/// A key list (RFC 7517) with the signer's key, called `simulated`.
pub fn key_list() -> Vec<u8> {
    let public = Key::GoogleTokenSigner.public();
    let numbers = crate::der::sequence(&public);
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes.strip_prefix(&[0]).unwrap_or(bytes));
    let key = json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "simulated",
        "n": number(&numbers[0]), "e": number(&numbers[1]),
    });
    json!({ "keys": [key] }).to_string().into_bytes()
}

/// A token that is not signed yet.
#[derive(Clone, Debug)]
pub struct TokenSpec {
    /// The algorithm that the header names.
    pub algorithm: String,
    /// The key that the header names.
    pub key_id: Option<String>,
    /// The certificates, the signer's first.
    pub certificates: Vec<Vec<u8>>,
    /// The claims.
    pub claims: Value,
    /// The key that signs.
    pub signer: Key,
}

impl Default for TokenSpec {
    /// A healthy token of a machine in Confidential Space, good for the hour from
    /// 2025-06-01T00:00:00Z, with its chain.
    fn default() -> Self {
        Self {
            algorithm: "RS256".into(),
            key_id: None,
            certificates: [Role::Signer, Role::Intermediate, Role::Root]
                .map(|role| certificate(role, None))
                .to_vec(),
            claims: json!({
                "iss": Service::Google.issuer(),
                "aud": "https://verifier.example",
                "sub": "https://www.example/projects/simulated/zones/z/instances/i",
                "iat": Self::ISSUED.0, "nbf": Self::ISSUED.0, "exp": Self::ISSUED.0 + 3600,
                "eat_nonce": ["c2ltdWxhdGVkLW5vbmNl"],
                "secboot": true, "oemid": 11129,
                "hwmodel": "GCP_INTEL_TDX", "swname": "CONFIDENTIAL_SPACE",
                "swversion": ["250300"], "dbgstat": "disabled-since-boot",
                "submods": {
                    "confidential_space": { "support_attributes": ["LATEST", "STABLE", "USABLE"] },
                    "container": {
                        "image_reference": "registry.example/simulated@sha256:0101010101010101010101010101010101010101010101010101010101010101",
                        "image_digest": "sha256:0101010101010101010101010101010101010101010101010101010101010101",
                        "image_id": "sha256:0202020202020202020202020202020202020202020202020202020202020202",
                        "restart_policy": "Never",
                        "args": ["/simulated"],
                    },
                    "gce": { "project_id": "simulated", "project_number": "1", "zone": "z", "instance_name": "i", "instance_id": "2" },
                },
            }),
            signer: Key::GoogleTokenSigner,
        }
    }
}

impl TokenSpec {
    /// When the healthy token was issued: 2025-06-01T00:00:00Z.
    pub const ISSUED: UnixTime = UnixTime(1_748_736_000);

    /// A token that names its key instead of carrying certificates.
    pub fn by_key_list() -> Self {
        Self { key_id: Some("simulated".into()), certificates: Vec::new(), ..Self::default() }
    }

    /// The token in compact form.
    pub fn sign(&self) -> String {
        let mut header = json!({ "alg": self.algorithm, "typ": "JWT" });
        if let Some(key_id) = &self.key_id {
            header["kid"] = json!(key_id);
        }
        if !self.certificates.is_empty() {
            let chain: Vec<String> =
                self.certificates.iter().map(|der| STANDARD.encode(der)).collect();
            header["x5c"] = json!(chain);
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&self.claims));
        let signature = match self.algorithm.as_str() {
            "ES384" => {
                let (r, s) = self.signer.sign_p384(signed.as_bytes());
                [r, s].concat()
            }
            "PS384" => {
                let hash = Hash::Sha384;
                let algorithm = Algorithm::Pss { hash, mgf1: hash, salt: 48 };
                self.signer.sign(algorithm, signed.as_bytes())
            }
            _ => self.signer.sign(Algorithm::Pkcs1v15Sha256, signed.as_bytes()),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
