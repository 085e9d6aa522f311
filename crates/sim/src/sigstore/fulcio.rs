//! Fulcio's certificates, and the certificate transparency log's timestamps in them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use silicon_to_source::digest::Sha256;
use silicon_to_source::time::{UnixTime, Validity};
use x509_cert::name::RdnSequence;

use super::Build;
use crate::certificate::{
    AltName, CODE_SIGNING, CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template,
    authority_key_identifier, basic_constraints, extended_key_usage, extension, key_usage,
    simulated_name, subject_alt_name, subject_key_identifier,
};
use crate::der::{OCTET_STRING, UTF8_STRING, tlv};
use crate::keys::Key;
use crate::signature::Algorithm;
use crate::{AUTHORITY_VALIDITY, BUILD_TIME};

/// Common name of the root.
pub(super) const ROOT_NAME: &str = "SIMULATED sigstore root";
/// Common name of the authority that issues to builds.
const INTERMEDIATE_NAME: &str = "SIMULATED sigstore intermediate";
/// Common name of the root of the instance without logs.
const GITHUB_ROOT_NAME: &str = "SIMULATED GitHub-like root";
/// Common name of its issuing authority.
const GITHUB_NAME: &str = "SIMULATED GitHub-like intermediate";

/// Fulcio's root certificate in DER. Signed once per process.
pub fn root() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| self_signed(ROOT_NAME, Key::FulcioRoot))
}

/// The certificate in DER of Fulcio's authority that issues to builds. Signed once per process.
pub fn intermediate() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| {
        issuing(ROOT_NAME, INTERMEDIATE_NAME, Key::FulcioIntermediate, Key::FulcioRoot).sign()
    })
}

/// As [`intermediate`], by Fulcio's root too, with one thing wrong or one extension more.
pub fn intermediate_with(key: Key, spoil: &Spoil) -> Vec<u8> {
    let mut intermediate = issuing(ROOT_NAME, INTERMEDIATE_NAME, key, Key::FulcioRoot);
    intermediate.spoil(spoil);
    intermediate.sign()
}

/// The root certificate in DER of the instance without logs. Signed once per process.
pub fn github_root() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| self_signed(GITHUB_ROOT_NAME, Key::GitHubRoot))
}

/// The issuing certificate in DER of the instance without logs. Signed once per process.
pub fn github_intermediate() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| {
        issuing(GITHUB_ROOT_NAME, GITHUB_NAME, Key::GitHubFulcio, Key::GitHubRoot).sign()
    })
}

fn self_signed(name: &str, key: Key) -> Vec<u8> {
    let name = simulated_name(name);
    let mut root = Template::new(name.clone(), name, AUTHORITY_VALIDITY, key, key);
    root.extensions = vec![
        key_usage(KEY_CERT_SIGN | CRL_SIGN),
        basic_constraints(Some(PathLength::AtMost(1))),
        subject_key_identifier(key),
    ];
    root.sign()
}

fn issuing(root_name: &str, name: &str, key: Key, root_key: Key) -> Template {
    let mut intermediate = Template::new(
        simulated_name(root_name),
        simulated_name(name),
        AUTHORITY_VALIDITY,
        key,
        root_key,
    );
    intermediate.serial = vec![2];
    intermediate.extensions = vec![
        key_usage(KEY_CERT_SIGN | CRL_SIGN),
        extended_key_usage(&[CODE_SIGNING]),
        basic_constraints(Some(PathLength::AtMost(0))),
        subject_key_identifier(key),
        authority_key_identifier(root_key),
    ];
    intermediate
}

/// Who issues a build's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// Fulcio.
    Fulcio,
    /// Someone who uses Fulcio's name and a key of their own.
    Stranger,
    /// Fulcio of the instance without logs.
    GitHub,
}

impl Issuer {
    /// The key that signs.
    pub const fn key(self) -> Key {
        match self {
            Self::Fulcio => Key::FulcioIntermediate,
            Self::Stranger => Key::StrangerP384,
            Self::GitHub => Key::GitHubFulcio,
        }
    }

    /// The name in the certificates.
    const fn name(self) -> &'static str {
        match self {
            Self::Fulcio | Self::Stranger => INTERMEDIATE_NAME,
            Self::GitHub => GITHUB_NAME,
        }
    }
}

/// A signed certificate timestamp (RFC 6962 section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sct {
    /// The log that it names.
    pub log: Key,
    /// The P-256 key that signs it.
    pub signer: Key,
    /// Milliseconds since 1970.
    pub timestamp: u64,
    /// The issuer's key that is signed about, when it is not that of the certificate's issuer.
    pub issuer: Option<Key>,
}

impl Default for Sct {
    fn default() -> Self {
        Self::at(BUILD_TIME)
    }
}

impl Sct {
    /// The healthy one of a certificate that was issued at `time`.
    pub fn at(time: UnixTime) -> Self {
        let timestamp = u64::try_from(time.0).unwrap() * 1000 + 123;
        Self { log: Key::CtLog, signer: Key::CtLog, timestamp, issuer: None }
    }
}

/// The certificate of one build.
#[derive(Clone, Debug)]
pub struct LeafSpec {
    /// Values of Fulcio's extensions 1.3.6.1.4.1.57264.1.N by N. One that is not in the map is
    /// left out.
    pub claims: BTreeMap<u8, String>,
    /// subjectAltName.
    pub names: Vec<AltName>,
    /// extKeyUsage; none leaves the extension out.
    pub purposes: Vec<&'static str>,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// The certified key.
    pub subject_key: Key,
    /// Who signs.
    pub issuer: Issuer,
    /// The embedded timestamps; none leaves the extension out.
    pub scts: Vec<Sct>,
    /// What is wrong. It is done before the timestamps are signed.
    pub spoil: Option<Spoil>,
}

impl LeafSpec {
    /// The healthy certificate of `build`: valid for ten minutes from its time.
    pub fn new(build: &Build) -> Self {
        Self {
            claims: build.claims(),
            names: vec![AltName::Uri(build.identity())],
            purposes: vec![CODE_SIGNING],
            validity: Validity { not_before: build.time, not_after: UnixTime(build.time.0 + 600) },
            subject_key: Key::FulcioLeaf,
            issuer: Issuer::Fulcio,
            scts: vec![Sct::at(build.time)],
            spoil: None,
        }
    }

    /// The certificate with its timestamps, spoiled and not signed yet.
    pub fn template(&self) -> Template {
        let mut template = Template::new(
            simulated_name(self.issuer.name()),
            RdnSequence::default(),
            self.validity,
            self.subject_key,
            self.issuer.key(),
        );
        template.serial = b"SIMULATED build".to_vec();
        template.extensions = vec![key_usage(DIGITAL_SIGNATURE)];
        if !self.purposes.is_empty() {
            template.extensions.push(extended_key_usage(&self.purposes));
        }
        template.extensions.extend([
            subject_key_identifier(self.subject_key),
            authority_key_identifier(self.issuer.key()),
        ]);
        if !self.names.is_empty() {
            template.extensions.push(subject_alt_name(&self.names, true));
        }
        template.extensions.extend(self.claims.iter().map(|(number, text)| {
            let value = match number {
                ..8 => text.as_bytes().to_vec(),
                8.. => tlv(UTF8_STRING, &[text.as_bytes()]),
            };
            extension(&format!("1.3.6.1.4.1.57264.1.{number}"), false, &value)
        }));
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        if !self.scts.is_empty() {
            let list = timestamps(&self.scts, self.issuer, &template.tbs());
            template.extensions.push(extension(SCT_LIST, false, &list));
        }
        template
    }

    /// The signed certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        self.template().sign()
    }
}

/// OID of the list of embedded timestamps (RFC 6962 section 3.3).
pub(super) const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";

fn timestamps(scts: &[Sct], issuer: Issuer, tbs: &[u8]) -> Vec<u8> {
    let list: Vec<u8> = scts
        .iter()
        .flat_map(|sct| {
            let signed = [
                [0, 0].as_slice(),
                &sct.timestamp.to_be_bytes(),
                &[0, 1],
                Sha256::of(&sct.issuer.unwrap_or(issuer.key()).spki()).as_bytes(),
                &(tbs.len() as u32).to_be_bytes()[1..],
                tbs,
                &[0, 0],
            ]
            .concat();
            let signature = sct.signer.sign(Algorithm::EcdsaP256Sha256, &signed);
            let sha256_with_ecdsa = [4, 3];
            let sct = [
                [0].as_slice(),
                sct.log.log_id().as_bytes(),
                &sct.timestamp.to_be_bytes(),
                &[0, 0],
                &sha256_with_ecdsa,
                &prefixed(&signature),
            ]
            .concat();
            prefixed(&sct)
        })
        .collect();
    tlv(OCTET_STRING, &[&prefixed(&list)])
}

/// `bytes` after their length in two bytes.
fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}
