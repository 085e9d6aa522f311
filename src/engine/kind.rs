//! Recognising an input by its bytes.

use std::borrow::Cow;

use crate::builds::cloud_build::parse::Provenance;
use crate::builds::git;
use crate::builds::sigstore::parse::Bundle;
use crate::engine::{likeness, table};
use crate::error::Error;
use crate::formats::azure::parse::Evidence;
use crate::formats::cvm::parse::Envelope;
use crate::formats::dstack::parse::{
    Answer, Carried, RaTls, SnpAttestation, TdxAttestation, form, nitro_document, unread,
};
use crate::formats::eigencompute::parse::{BoundEvidence, Platform};
use crate::formats::intel::parse::{GuestEvidence, Quote};
use crate::formats::launch::parse::Description as LaunchDescription;
use crate::formats::nitro::parse::of_dstack;
use crate::formats::nras::parse::Bundle as GpuTokens;
use crate::formats::token::parse::{Service, Token};
use crate::formats::tpm::parse::Attestation;
use crate::formats::{apple, contrast, dstack, gce, gpu, snp};
use crate::json::Names;
use crate::pki::{Cert, pem_certificates};
use crate::services::coordinator::parse::exchange::Exchange;
use crate::services::tinfoil::parse::Document;
use crate::services::{aci, near, providers};
use crate::span::Span;
use crate::wire::pasted::decoded;

/// What an input is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Kind<'a> {
    /// Evidence of an Azure confidential VM.
    AzureEvidence(Box<Evidence>),
    /// An ACI report.
    AciReport,
    /// Apple's certificates about a managed device, in DER, the device's first.
    AppleDevice(Vec<Vec<u8>>),
    /// EigenCompute's bound evidence.
    BoundEvidence(BoundEvidence),
    /// Build provenance by Google Cloud Build: gcloud's answer, or one DSSE envelope of it.
    CloudBuildProvenance,
    /// A coordinator's feed of its providers.
    ProviderFeed,
    /// The certificate of a provider's process.
    ProcessCertificate,
    /// A coordinator's attestation, without the question that it answers.
    CoordinatorAttestation,
    /// What a reader's software asked a service, and what came back.
    Exchange(Box<Exchange>),
    /// An envelope of CVM Attestation v1.
    CvmEnvelope(Box<Envelope>),
    /// What dstack's guest agent answers: a quote with its event log.
    DstackQuoteReport,
    /// What dstack's guest agent answers for an SEV-SNP guest, or its hex or base64.
    DstackSnpAttestation(Cow<'a, [u8]>),
    /// What dstack's guest agent answers for a TDX guest, or its hex or base64.
    DstackTdxAttestation(Cow<'a, [u8]>),
    /// A certificate that carries a quote or a report of dstack's, and those behind it, in DER.
    DstackCertificate(Vec<Vec<u8>>),
    /// The Nitro document in what dstack's guest agent answers for an enclave.
    DstackNitroAttestation(Vec<u8>),
    /// NEAR AI's attestation report, of the gateway with its machines.
    NearReport,
    /// What one machine of NEAR AI's answers by itself.
    NearMachine,
    /// An attestation document of an AWS Nitro enclave, or its hex or base64.
    NitroDocument(Cow<'a, [u8]>),
    /// The report of an NVIDIA GPU, or its hex or base64.
    GpuReport(Cow<'a, [u8]>),
    /// Reports of NVIDIA's devices with their certificates.
    GpuEvidence,
    /// NVIDIA's tokens about GPUs, in one bundle.
    GpuTokens,
    /// GitHub's answer about the attestations of an artifact.
    GithubAttestations,
    /// What is launched as an SEV-SNP guest, as somebody describes it.
    LaunchDescription,
    /// A quote of an SGX enclave, or its hex or base64.
    SgxQuote(Cow<'a, [u8]>),
    /// A quote of a TDX guest, or its hex or base64.
    TdxQuote(Cow<'a, [u8]>),
    /// A Sigstore bundle.
    SigstoreBundle,
    /// A Sigstore bundle as GitHub stores it (snappy or gzip), decoded.
    StoredBundle(Vec<u8>),
    /// A raw SEV-SNP report, or its hex or base64.
    SnpReport(Cow<'a, [u8]>),
    /// Tinfoil's bundle.
    TinfoilBundle,
    /// What an enclave of Tinfoil's on an SEV-SNP machine answers about itself.
    TinfoilSnp(Document),
    /// What an enclave of Tinfoil's on a TDX machine answers about itself.
    TinfoilTdx(Document),
    /// An attestation token in compact form, with the known service that it names.
    Token(Option<Service>),
    /// An attestation of go-tpm-tools, or its hex or base64.
    TpmAttestation(Cow<'a, [u8]>),
}

impl<'a> Kind<'a> {
    /// Recognises `input`.
    ///
    /// # Errors
    /// When it is none of the known kinds: the error says what was expected and what was found. An
    /// attestation of dstack's in a form that is not read is named.
    pub fn of(input: &'a [u8]) -> Result<Self, Error> {
        Self::named(input, Names::of(input).as_ref())
    }

    /// The same, with the names of the input's members, where it is an object of JSON.
    pub(super) fn named(input: &'a [u8], names: Option<&Names<'_>>) -> Result<Self, Error> {
        if looks_like_token(input) {
            return Ok(Self::Token(Token::parse(input).ok().and_then(|token| token.service())));
        }
        if GpuTokens::is_likely(input) {
            return Ok(Self::GpuTokens);
        }
        if gpu::parse::Evidence::is_likely(input, has(names)) {
            return Ok(Self::GpuEvidence);
        }
        if let Some(ders) = certificates(input) {
            return Ok(Self::DstackCertificate(ders));
        }
        if let Some(ders) = apple::examine::certificates(input) {
            return Ok(Self::AppleDevice(ders));
        }
        let text = decoded(input);
        let form = unread(input).or_else(|| unread(text.as_deref()?));
        if let Some(kind) = of_binary(Cow::Borrowed(input))
            .or_else(|| text.and_then(|bytes| of_binary(Cow::Owned(bytes))))
        {
            return Ok(kind);
        }
        if let Some(form) = form {
            return Err(unread_form(input, form));
        }
        if input.trim_ascii_start().starts_with(b"{") {
            return of_json(input, names);
        }
        if Evidence::is_yaml(input) {
            let evidence = Evidence::of_yaml(input)?;
            return Ok(Self::AzureEvidence(Box::new(evidence)));
        }
        if gce::examine::is_endorsement(input) {
            return Err(Error::whole(input, gce::examine::ALONE));
        }
        match git::source::stored_bundle(input)? {
            Some(bundle) => Ok(Self::StoredBundle(bundle)),
            None => Err(unknown(input, names)),
        }
    }

    /// Whether it is a record of a build, which may stand beside a machine's evidence.
    pub fn is_build(&self) -> bool {
        matches!(
            self,
            Self::CloudBuildProvenance
                | Self::GithubAttestations
                | Self::SigstoreBundle
                | Self::StoredBundle(_)
        )
    }

    /// The name of the built-in policy for this kind.
    pub fn policy(&self) -> &'static str {
        table::row(self).policy
    }
}

/// What a manifest or an index on its own is for.
const IMAGE: &str = "it is an image index or manifest, which names files and which nobody signed; \
                     give it beside a signed build or a machine's evidence, to tie one to the other";

/// What an answer of dstack's without a quote is for.
const INFO: &str = "it is what dstack's agent says about a guest, which nobody signed; give it \
                    beside the agent's quote, to compare the two";

/// What a receipt or a session of an ACI service on its own is for.
const ACI: &str = "it is a receipt or a session of an ACI service, and nothing at hand says whose \
                   keys those are; give it beside the service's report";

const NEAR: &str = "it is a signature of NEAR AI over one response, and nothing at hand says whose key that \
                    is; give it beside the report of the machine that signed";

/// A signed record outside of a Sigstore bundle, where nothing says when its signer was valid.
const ENVELOPE: &str = "DSSE envelope without a log entry: its builder";

/// An attestation of dstack's in the JSON of its answer, by its version and variant. The other
/// attestations that stand in a member of this name never begin with a zero.
fn of_attestation<'a>(input: &[u8]) -> Result<Option<Kind<'a>>, Error> {
    let Some(bytes) = dstack::examine::attestation(input) else { return Ok(None) };
    if let Some(document) = nitro(&bytes) {
        return Ok(Some(Kind::DstackNitroAttestation(document)));
    }
    match bytes.as_slice() {
        own if own.starts_with(&[0, 0]) || TdxAttestation::is_likely(own) => {
            Ok(Some(Kind::DstackTdxAttestation(Cow::Owned(bytes))))
        }
        own if own.starts_with(&[0, 3]) || SnpAttestation::is_likely(own) => {
            Ok(Some(Kind::DstackSnpAttestation(Cow::Owned(bytes))))
        }
        [0, ..] => Err(unread_form(input, form(&bytes))),
        _ => unread(&bytes).map_or(Ok(None), |form| Err(unread_form(input, form))),
    }
}

/// The Nitro document in an attestation of dstack's of either version.
fn nitro(bytes: &[u8]) -> Option<Vec<u8>> {
    of_dstack(bytes).map(<[u8]>::to_vec).or_else(|| nitro_document(bytes))
}

/// An attestation of dstack's in a form that is not read.
fn unread_form(input: &[u8], form: String) -> Error {
    Error::unsupported("dstack attestation", form, Span::new(0, input.len()))
}

/// The certificates of PEM or DER, when the first carries evidence of dstack's.
fn certificates(input: &[u8]) -> Option<Vec<Vec<u8>>> {
    const WHAT: &str = "dstack certificate";
    let text = input.trim_ascii_start();
    let ders = if text.starts_with(b"-----BEGIN CERTIFICATE") {
        pem_certificates(WHAT, input).ok()?
    } else if input.starts_with(&[0x30, 0x82]) {
        vec![input.to_vec()]
    } else if text.starts_with(b"MI") {
        vec![decoded(input)?]
    } else {
        return None;
    };
    let is_one = RaTls::is_one(&Cert::parse(WHAT, ders.first()?).ok()?);
    is_one.then_some(ders)
}

/// Whether a certificate carries a report of an SEV-SNP guest.
pub(super) fn is_of_snp(ders: &[Vec<u8>]) -> bool {
    let cert = ders.first().and_then(|der| Cert::parse("dstack certificate", der).ok());
    let carried = cert.and_then(|cert| RaTls::of(&cert).ok().map(|own| own.evidence));
    matches!(carried, Some(Carried::Snp(_)))
}

fn of_binary(bytes: Cow<'_, [u8]>) -> Option<Kind<'_>> {
    if gpu::parse::Report::is_likely(&bytes) {
        Some(Kind::GpuReport(bytes))
    } else if let Some(report) = report(&bytes) {
        Some(Kind::SnpReport(report))
    } else if looks_like_document(&bytes) {
        Some(Kind::NitroDocument(bytes))
    } else if SnpAttestation::is_likely(&bytes) {
        Some(Kind::DstackSnpAttestation(bytes))
    } else if TdxAttestation::is_likely(&bytes) {
        Some(Kind::DstackTdxAttestation(bytes))
    } else if let Some(document) = nitro(&bytes) {
        Some(Kind::DstackNitroAttestation(document))
    } else if looks_like_quote(&bytes) {
        // Version 3 is of SGX only, whatever stands where later versions name the environment.
        let is_tdx = matches!(*bytes, [version, _, _, _, 0x81, ..] if version != 3);
        Some(if is_tdx { Kind::TdxQuote(bytes) } else { Kind::SgxQuote(bytes) })
    } else if Attestation::is_one(&bytes) {
        // One with a processor's report in it is of EigenCompute.
        match BoundEvidence::from_attestation(&bytes) {
            Ok(bound) if bound.platform != Platform::ShieldedVm => Some(Kind::BoundEvidence(bound)),
            _ => Some(Kind::TpmAttestation(bytes)),
        }
    } else {
        None
    }
}

/// An SEV-SNP report by itself, or in what the guest's device or its host put around it.
fn report<'a>(bytes: &Cow<'a, [u8]>) -> Option<Cow<'a, [u8]>> {
    Some(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(snp::parse::Answer::of(bytes)?.report),
        Cow::Owned(bytes) => Cow::Owned(snp::parse::Answer::of(bytes)?.report.to_vec()),
    })
}

/// COSE_Sign1, with its tag or without: an array of four that begins with a protected header of
/// four bytes; the parser decides.
fn looks_like_document(input: &[u8]) -> bool {
    let array = input.strip_prefix(&[0xd2]).unwrap_or(input);
    array.starts_with(&[0x84, 0x44, 0xa1, 0x01])
}

/// A header of a quote: a small version number, and a known key type or Intel's vendor id; the
/// parser decides.
fn looks_like_quote(input: &[u8]) -> bool {
    let by_intel = input.get(12..28) == Some(&Quote::INTEL);
    input.len() > Quote::HEADER
        && (by_intel || matches!(input, [3..=5, 0, 2 | 3, 0, 0 | 0x81, 0, 0, 0, ..]))
}

/// Three parts of base64url, the first of which begins as JSON does.
pub(crate) fn looks_like_token(input: &[u8]) -> bool {
    let text = input.trim_ascii();
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    text.starts_with(b"eyJ")
        && text.iter().filter(|&&byte| byte == b'.').count() == 2
        && text.iter().all(|byte| *byte == b'.' || is_base64url(byte))
}

/// Whether an object of JSON with these names has a member; without names there is none.
pub(super) fn has(names: Option<&Names<'_>>) -> impl Copy + Fn(&str) -> bool {
    move |name| names.is_some_and(|names| names.has(name))
}

/// JSON is told apart by its top-level members.
fn of_json<'a>(input: &'a [u8], names: Option<&Names<'_>>) -> Result<Kind<'a>, Error> {
    crate::json::unique("JSON input", input)?;
    let has = has(names);
    if has("format")
        && has("body")
        && let Some(Document { evidence, names_keys }) = Document::of(input)?
    {
        let own =
            |evidence: Cow<'_, [u8]>| Document { evidence: evidence.into_owned(), names_keys };
        match of_binary(Cow::Owned(evidence)) {
            Some(Kind::SnpReport(report)) => Ok(Kind::TinfoilSnp(own(report))),
            Some(Kind::TdxQuote(quote)) => Ok(Kind::TinfoilTdx(own(quote))),
            other => other.ok_or_else(|| unknown(input, names)),
        }
    } else if LaunchDescription::is_likely(input) {
        Ok(Kind::LaunchDescription)
    } else if has("schema") && has("answers") {
        Exchange::parse(input).map(|exchange| Kind::Exchange(Box::new(exchange)))
    } else if has("schema") && has("binding") {
        Ok(Kind::CoordinatorAttestation)
    } else if Envelope::is_one(has) {
        Envelope::parse(input).map(|envelope| Kind::CvmEnvelope(Box::new(envelope)))
    } else if aci::parse::Report::is_one(has) {
        Ok(Kind::AciReport)
    } else if aci::parse::Receipt::is_one(has) || aci::parse::Session::is_one(has) {
        Err(Error::whole(input, ACI))
    } else if near::parse::Signed::is_one(has) {
        Err(Error::whole(input, NEAR))
    } else if providers::parse::Feed::is_one(has) {
        Ok(Kind::ProviderFeed)
    } else if providers::parse::Certificate::is_one(has) {
        Ok(Kind::ProcessCertificate)
    } else if has("enclaveAttestationReport") {
        Ok(Kind::TinfoilBundle)
    } else if snp::parse::members::Evidence::is_one(has) {
        let evidence = snp::parse::members::Evidence::parse(input)?;
        Ok(Kind::SnpReport(Cow::Owned(evidence.report)))
    } else if GuestEvidence::is_likely(has)
        && let Some(evidence) = GuestEvidence::of(input)
    {
        evidence.map(|evidence| Kind::TdxQuote(Cow::Owned(evidence.quote)))
    } else if has("quote") && ["event_log", "tcb_info", "vm_config"].into_iter().any(has) {
        Ok(Kind::DstackQuoteReport)
    } else if near::parse::Report::is_whole(has) {
        Ok(Kind::NearReport)
    } else if near::parse::Report::is_machine(has) {
        Ok(Kind::NearMachine)
    } else if Evidence::is_one(has) {
        Evidence::parse(input).map(|evidence| Kind::AzureEvidence(Box::new(evidence)))
    } else if has("attestation") && has("challenge") {
        BoundEvidence::from_json(input).map(Kind::BoundEvidence)
    } else if has("attestation")
        && let Some(kind) = of_attestation(input)?
    {
        Ok(kind)
    } else if has("attestation")
        && let Ok(bound) = BoundEvidence::from_json(input)
    {
        Ok(Kind::BoundEvidence(bound))
    } else if contrast::parse::Manifest::is_one(has) {
        Err(Error::whole(input, contrast::examine::ALONE))
    } else if Answer::is_info(has) {
        Err(Error::whole(input, INFO))
    } else if has("verificationMaterial") {
        Ok(Kind::SigstoreBundle)
    } else if has("attestations") {
        Ok(Kind::GithubAttestations)
    } else if has("provenance_summary") {
        Ok(Kind::CloudBuildProvenance)
    } else if Bundle::is_packed(input, has) {
        Ok(Kind::SigstoreBundle)
    } else if has("payload") && has("payloadType") {
        match Provenance::other_builder(input) {
            None => Ok(Kind::CloudBuildProvenance),
            Some(builder) => Err(Error::unsupported(ENVELOPE, builder, Span::new(0, input.len()))),
        }
    } else if is_image(has) {
        Err(Error::whole(input, IMAGE))
    } else {
        Err(unknown(input, names))
    }
}

/// Whether JSON with these members is an image's index or manifest.
pub(super) fn is_image(has: impl Fn(&str) -> bool) -> bool {
    has("schemaVersion") && (has("manifests") || (has("config") && has("layers")))
}

/// None of the kinds that are read, with what it looks like.
fn unknown(input: &[u8], names: Option<&Names<'_>>) -> Error {
    let like = likeness::of(input, names);
    Error::whole(input, format!("no kind of evidence is recognised in it; it {like}"))
}
