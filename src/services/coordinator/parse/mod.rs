//! The document that a coordinator answers to `GET /v1/coordinator/attestation`, contract v1.
//!
//! Everything in it is the word of whoever served it. Three kinds of members are told apart, as
//! RFC 9334 does: evidence ([`Document::evidence`], [`Document::event_logs`]), endorsements
//! ([`Document::collateral`]) and reference values ([`Document::reference_values`],
//! [`Document::provenance`]); they carry signatures of others and are verified elsewhere. The rest
//! (`substrate`, `workload`, `limits`, `freshness`) carries nobody's signature and stays a claim.
//!
//! Members that are not known are ignored, so that the contract can grow. Evidence of a type that
//! is not known is kept, so that it can be shown.

pub mod exchange;
pub(crate) mod launch;

pub mod binding;
pub mod carrier;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::builds::git::parse as git;
use crate::error::Error;
use crate::services::registry::parse::Entry;
use crate::sorted::Sorted as _;
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::Base64Url;

pub use binding::{Binding, Key};

/// The value of [`Document::schema`].
pub const SCHEMA: &str = "https://darkbloom.dev/schemas/coordinator-attestation/v1";
/// The path of the endpoint.
pub const PATH: &str = "/v1/coordinator/attestation";
/// The path of the endpoint that names the key of sealed requests.
pub const KEY_PATH: &str = "/v1/encryption-key";
/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 1024 * 1024;
/// The most members of one list of the document.
pub const MAX_ITEMS: usize = 32;

const WHAT: &str = "coordinator attestation";

/// The document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: String,
    /// The nonce that was answered; absent from an answer made for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Base64Url>,
    /// When the document was put together. The binding has a time of its own, which the evidence
    /// covers.
    pub issued_at: UnixTime,
    /// For whom it was made.
    pub freshness: Freshness,
    /// On what the coordinator says that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substrate: Option<Substrate>,
    /// What the evidence covers.
    pub binding: BindingBytes,
    /// Statements of chips, hypervisors and platforms.
    pub evidence: Vec<Evidence>,
    /// Logs of what was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_logs: Vec<EventLog>,
    /// Certificates and lists of the vendors.
    #[serde(default)]
    pub collateral: Collateral,
    /// Which image runs, as the operator says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// Signed statements about how the image was built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<Provenance>,
    /// Signed statements about which measurements stand for which image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_values: Vec<ReferenceValue>,
    /// What the commit's name is the hash of, so that a reader need not ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Source>,
    /// Public registers that name the image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registry: Vec<Entry>,
    /// What the operator says that the document does not show (`developer-upgradable`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
}

/// For whom the document was made, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// How.
    pub mode: Mode,
    /// For how long the operator serves it again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_s: Option<u64>,
}

/// How a document is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It answers a nonce.
    Challenge,
    /// It was made for everyone, and is served again until it is too old.
    Cached,
    /// It rests on a platform's token with a time of its own.
    Token,
}

impl Mode {
    /// The word in the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Cached => "cached",
            Self::Token => "token",
        }
    }
}

/// On what the coordinator says that it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Substrate {
    /// `gcp-tdx`, `gcp-snp`, `gcp-sev`, `gcp-none`, `eigencompute`, `dstack`, `nitro`, or another
    /// word.
    pub claimed: String,
    /// More about it, any JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<RawValue>>,
}

/// The binding as it travels: bytes that are hashed as they are, and never written anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingBytes {
    /// `application/json`.
    pub media_type: String,
    /// The bytes; [`Binding::parse`] reads them.
    pub bytes: Base64Url,
}

/// One statement of a chip, a hypervisor or a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name in the document.
    pub id: String,
    /// `tdx-quote`, `snp-report`, or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// base64url without padding; for tokens the compact JWS.
    pub body: String,
    /// How it carries the digest of the binding, such as [`carrier::DIRECT`].
    pub carrier: String,
}

impl Evidence {
    /// The body's bytes, for types whose body is binary.
    ///
    /// # Errors
    /// When the body is not base64url without padding.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        Base64Url::decode("coordinator attestation, evidence body", &self.body).map(|bytes| bytes.0)
    }
}

/// A log of what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLog {
    /// `tcg-ccel`, `tcg-tpm`, `cos-cel`, `dstack-json`, or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The registers that it is said to extend to, for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registers: Vec<String>,
    /// The log.
    pub body: Base64Url,
}

/// Certificates and lists that vendors signed, so that a reader need not fetch them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collateral {
    /// Intel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tdx: Option<TdxCollateral>,
    /// AMD's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snp: Option<SnpCollateral>,
    /// When the operator fetched it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<UnixTime>,
}

/// Intel's collateral for a TDX quote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TdxCollateral {
    /// The whole body of Intel's answer, `{"tcbInfo":{...},"signature":"..."}`, as exact text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcb_info: Option<String>,
    /// PEM: the signer of `tcb_info` and the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcb_info_issuer_chain: Option<String>,
    /// The whole body of Intel's answer, `{"enclaveIdentity":{...},"signature":"..."}`, as exact
    /// text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qe_identity: Option<String>,
    /// PEM: the signer of `qe_identity` and the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qe_identity_issuer_chain: Option<String>,
    /// The root's revocation list, DER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_ca_crl: Option<Base64Url>,
    /// The revocation list of the authority of the chip's certificate, DER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pck_crl: Option<Base64Url>,
    /// PEM: the authority of the chip's certificate and the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pck_crl_issuer_chain: Option<String>,
    /// PEM: the chip's certificate, its authority and the root, when the quote has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pck_chain: Option<String>,
}

/// AMD's certificates for an SEV-SNP report, each DER.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnpCollateral {
    /// The chip's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcek: Option<Base64Url>,
    /// The certificate of a key that AMD gave the cloud provider, instead of `vcek`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vlek: Option<Base64Url>,
    /// The authority of the chip's certificate (ASK or ASVK).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Base64Url>,
    /// The root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ark: Option<Base64Url>,
    /// The root's revocation list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crl: Option<Base64Url>,
}

/// Which image runs, as the operator says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// The name under which a registry serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_reference: Option<String>,
    /// `sha256:` and hex of SHA-256 of the OCI manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    /// The OCI manifest byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Base64Url>,
    /// The OCI index that lists the manifest, byte for byte, when the build is about the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Base64Url>,
    /// The commit that it was built from, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_version: Option<String>,
    /// The image of the machine that it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image: Option<BaseImage>,
}

/// The image of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseImage {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A signed statement about how the image was built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provenance {
    /// `sigstore-bundle`, `gcb-slsa-dsse`, or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The media type of `bundle`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What it is said to be about: `sha256:` and hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A Sigstore bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<Box<RawValue>>,
    /// A DSSE envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<Box<RawValue>>,
}

/// A signed statement about which measurements stand for which image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReferenceValue {
    /// `sigstore-bundle`, or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about, such as `launch-measurement`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// A Sigstore bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<Box<RawValue>>,
}

/// An object of the source repository: a commit, or a tree or file on the way to the build's
/// workflow. Its name is the hash of its content, so it does not matter who serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// [`Source::OBJECT`], [`Source::ANSWER`] or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object, compressed or not, or the answer's body.
    pub body: Base64Url,
}

impl Source {
    /// An object as git stores it: `kind SP length NUL content`, or that compressed with zlib.
    pub const OBJECT: &'static str = git::OBJECT;
    /// An answer of GitHub's API about a commit, tree, blob or tag.
    pub const ANSWER: &'static str = git::ANSWER;
}

impl Document {
    /// Reads a document. Its binding is read by [`Binding::parse`].
    ///
    /// # Errors
    /// When it is larger than [`MAX_DOCUMENT`], is not JSON of this form, has a member twice, a
    /// list longer than [`MAX_ITEMS`], two pieces of evidence of one name, or another schema.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_DOCUMENT)?;
        crate::json::unique(WHAT, bytes)?;
        let document: Self = crate::json::borrowed(WHAT, bytes)?;
        let whole = Span::new(0, bytes.len());
        if document.schema != SCHEMA {
            let what = "coordinator attestation, schema";
            return Err(Error::unsupported(what, &document.schema, whole));
        }
        let lists = [
            document.evidence.len(),
            document.event_logs.len(),
            document.provenance.len(),
            document.reference_values.len(),
            document.source.len(),
            document.registry.len(),
            document.limits.len(),
        ];
        for len in lists {
            Error::cap("coordinator attestation, list", len, MAX_ITEMS)?;
        }
        let mut ids: Vec<&str> = document.evidence.iter().map(|item| item.id.as_str()).collect();
        ids.sorted_by(Ord::cmp);
        if ids.is_sorted_by(|one, next| one != next) {
            Ok(document)
        } else {
            Err(Error::malformed(WHAT, whole, "two pieces of evidence have one name"))
        }
    }

    /// The types of evidence and of event logs that are present, sorted and each once: what
    /// [`Binding::evidence_types`] must name.
    pub fn types(&self) -> Vec<&str> {
        let evidence = self.evidence.iter().map(|item| item.kind.as_str());
        let logs = self.event_logs.iter().map(|log| log.kind.as_str());
        let mut types: Vec<&str> = evidence.chain(logs).collect();
        types.sorted_once();
        types
    }
}
