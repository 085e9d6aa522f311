//! What a file beside evidence is, by its bytes: one table for every format.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::builds::cloud_build::parse::Provenance;
use crate::builds::git;
use crate::builds::git::parse::objects::Object;
use crate::builds::sigstore::parse::{Bundle, RekorAnswer};
use crate::builds::tuf::parse::Metadata;
use crate::bytes::find;
use crate::engine::kind::{has, is_image};
use crate::error::Error;
use crate::formats::contrast::parse::Manifest;
use crate::formats::dstack::parse::{Answer, AppCompose};
use crate::formats::gce::parse::LaunchEndorsement;
use crate::formats::gpu::parse::Manifest as GpuManifest;
use crate::formats::intel::parse::GuestEvidence;
use crate::formats::launch::parse::{Description, Firmware};
use crate::formats::snp::parse::members::Evidence;
use crate::formats::snp::parse::{Answer as SnpAnswer, CertificateTable};
use crate::json::{self, Names};
use crate::piece::Role;
use crate::pki::{Cert, Crl, Ocsp, pem_blocks};
use crate::services::registry::parse::Recorded;
use crate::services::{aci, near};
use crate::wire::pasted::decoded;

const WHAT: &str = "file";

/// A part of a file with what it is.
pub(crate) type Part<'a> = (Role, Cow<'a, [u8]>);

/// The parts of `bytes`, in order. A file that is compressed or written as text is decoded. `names`
/// are those of its members, where it is an object of JSON.
///
/// # Errors
/// When it begins as something that is known and is not it; the role says as what.
pub(crate) fn parts<'a>(
    bytes: &'a [u8],
    names: Option<&Names<'_>>,
) -> Result<Vec<Part<'a>>, (Role, Error)> {
    let whole = |role| Ok(vec![(role, Cow::Borrowed(bytes))]);
    match Object::stored(bytes) {
        Ok(Some(_)) => return whole(Role::GitObject),
        Ok(None) => {}
        Err(error) => return Err((Role::GitObject, error)),
    }
    match git::parse::github::decoded(bytes) {
        Ok(Some(inside)) => return Ok(vec![(Role::SigstoreBundle, Cow::Owned(inside))]),
        Ok(None) => {}
        Err(error) => return Err((Role::SigstoreBundle, error)),
    }
    if CertificateTable::is_likely(bytes) {
        let table = table(bytes).map_err(|error| (Role::AmdCertificate, error))?;
        return Ok(owned(table));
    }
    // Firmware and its endorsement may hold PEM somewhere inside.
    let begins_as_pem = bytes.trim_ascii_start().starts_with(b"-----BEGIN ");
    if let Some(role) = of_binary(bytes).filter(|_| !begins_as_pem) {
        return whole(role);
    }
    if is_pem(bytes) {
        return pem(bytes);
    }
    if let Some(role) = of_der(bytes) {
        return whole(role);
    }
    match bytes.trim_ascii_start().first() {
        Some(b'<') if GpuManifest::is_likely(bytes) => return whole(Role::GpuReference),
        Some(b'[') if RekorAnswer::of(bytes).is_some() => return whole(Role::RekorAnswer),
        Some(b'[') => return whole(Role::DstackLog),
        Some(b'{') => {
            if let Some(roots) = json::lines(bytes).filter(|lines| lines.iter().all(is_root)) {
                let part = |line: &RawValue| Cow::Owned(line.get().as_bytes().to_vec());
                return Ok(roots.iter().map(|line| (Role::TrustedRoot, part(line))).collect());
            }
            return host_answer(bytes, names).unwrap_or_else(|| Ok(json(bytes, names)));
        }
        _ => {}
    }
    if let Some(binary) = decoded(bytes)
        && let Some(role) = of_der(&binary)
    {
        return Ok(vec![(role, Cow::Owned(binary))]);
    }
    whole(Role::Unknown)
}

/// What stands in the certificate table behind an SEV-SNP report, or beside the report in
/// Confidential Containers' JSON; nothing when there is none.
pub(crate) fn behind_report(bytes: &[u8]) -> Vec<Part<'static>> {
    if let Ok(evidence) = Evidence::parse(bytes) {
        let role = |der: &[u8]| of_der(der).unwrap_or(Role::Unknown);
        let own = evidence.certificates.into_iter();
        return own.map(|der| (role(&der), Cow::Owned(der))).collect();
    }
    let text;
    let answer = match SnpAnswer::of(bytes) {
        Some(answer) => answer,
        None => {
            text = decoded(bytes).unwrap_or_default();
            match SnpAnswer::of(&text) {
                Some(answer) => answer,
                None => return Vec::new(),
            }
        }
    };
    table(answer.table).map(owned).unwrap_or_default()
}

/// The logs beside a quote in Confidential Containers' JSON; nothing when there are none.
pub(crate) fn beside_quote(bytes: &[u8]) -> Vec<Part<'static>> {
    let Some(Ok(evidence)) = GuestEvidence::of(bytes) else { return Vec::new() };
    let logs = [(Role::FirmwareLog, evidence.log), (Role::LauncherLog, evidence.own_log)];
    logs.into_iter().filter_map(|(role, log)| Some((role, Cow::Owned(log?)))).collect()
}

/// The certificates and lists of a table that a host wrote.
fn table(bytes: &[u8]) -> Result<Vec<(Role, &[u8])>, Error> {
    let table = CertificateTable::parse(bytes)?;
    Ok(table.parts().map(|der| (of_der(der).unwrap_or(Role::Unknown), der)).collect())
}

fn owned(parts: Vec<(Role, &[u8])>) -> Vec<Part<'static>> {
    parts.into_iter().map(|(role, bytes)| (role, Cow::Owned(bytes.to_vec()))).collect()
}

pub(crate) fn is_pem(bytes: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN ";
    !bytes.trim_ascii_start().starts_with(b"{") && find(bytes, BEGIN).is_some()
}

/// The blocks of a PEM file, each by itself; a public key is read as a whole.
fn pem(bytes: &[u8]) -> Result<Vec<Part<'_>>, (Role, Error)> {
    let blocks = pem_blocks(WHAT, bytes).map_err(|error| (Role::Certificate, error))?;
    let is_key = |label: &str| label.ends_with("PUBLIC KEY");
    if blocks.iter().any(|(label, _)| is_key(label)) {
        return Ok(vec![(Role::KeyList, Cow::Borrowed(bytes))]);
    }
    Ok(blocks
        .into_iter()
        .map(|(_, der)| (of_der(&der).unwrap_or(Role::Unknown), Cow::Owned(der)))
        .collect())
}

/// Certificates and revocation lists, by the names in them. A name decides nothing but who looks
/// at the file.
fn of_der(der: &[u8]) -> Option<Role> {
    if !der.starts_with(&[0x30]) {
        return None;
    }
    if Ocsp::is_likely(der) {
        return Some(Role::OcspAnswer);
    }
    if let Ok(crl) = Crl::parse(WHAT, der) {
        return Some(match crl.issuer_common_name().unwrap_or_default() {
            name if is_amd(name) => Role::AmdCrl,
            name if name.starts_with("Intel SGX ") => Role::IntelCrl,
            name if is_google(name) => Role::GoogleCrl,
            _ => Role::Crl,
        });
    }
    let cert = Cert::parse(WHAT, der).ok()?;
    let names = [cert.common_name(), cert.issuer_common_name()];
    let is = |of: fn(&str) -> bool| names.iter().flatten().any(|name| of(name));
    Some(if is(is_amd) {
        Role::AmdCertificate
    } else if is(|name| name.starts_with("Intel SGX ")) {
        Role::IntelCertificate
    } else if is(is_google) {
        Role::GoogleCertificate
    } else {
        Role::Certificate
    })
}

fn is_amd(name: &str) -> bool {
    name.starts_with("SEV-") || name.starts_with("ARK-")
}

fn is_google(name: &str) -> bool {
    name.starts_with("EK/AK CA ")
}

fn of_binary(bytes: &[u8]) -> Option<Role> {
    if bytes.get(32..47) == Some(b"Spec ID Event03") {
        Some(Role::FirmwareLog)
    } else if matches!(bytes, [0, 0, 0, 0, 8, ..]) {
        Some(Role::LauncherLog)
    } else if LaunchEndorsement::is_likely(bytes) {
        Some(Role::GoogleEndorsement)
    } else if Firmware::is_likely(bytes) {
        Some(Role::Firmware)
    } else {
        None
    }
}

/// What a host on Azure answers about its chip: two members with AMD's certificates in PEM.
fn host_answer(
    bytes: &[u8],
    names: Option<&Names<'_>>,
) -> Option<Result<Vec<Part<'static>>, (Role, Error)>> {
    const MEMBERS: [&str; 2] = ["vcekCert", "certificateChain"];
    if !MEMBERS.into_iter().all(has(names)) {
        return None;
    }
    let member = |name| {
        let text = json::member(bytes, name)?.of(bytes)?;
        json::borrowed::<String>(WHAT, text).ok()
    };
    let [certificate, chain] = MEMBERS.map(member);
    let whole = [certificate?, chain?].join("\n");
    let own = |parts: Vec<Part<'_>>| {
        parts.into_iter().map(|(role, bytes)| (role, Cow::Owned(bytes.into_owned()))).collect()
    };
    Some(pem(whole.as_bytes()).map(own))
}

/// A JSON file; the bundles in an answer of GitHub's are parts of it.
fn json<'a>(bytes: &'a [u8], names: Option<&Names<'_>>) -> Vec<Part<'a>> {
    let role = of_json(bytes, names);
    let mut parts = vec![(role, Cow::Borrowed(bytes))];
    if role == Role::GithubAnswer
        && let Ok(Some(git::parse::github::Answer::Attestations(attestations))) =
            git::parse::github::Answer::of(bytes)
    {
        parts.extend(attestations.into_iter().filter_map(|attestation| match attestation {
            git::parse::github::Attestation::Bundle(bundle) => {
                Some((Role::SigstoreBundle, Cow::Owned(bundle)))
            }
            git::parse::github::Attestation::Stored(_) => None,
        }));
    }
    parts
}

/// JSON, by its top-level members.
fn of_json(bytes: &[u8], names: Option<&Names<'_>>) -> Role {
    let has = has(names);
    if Metadata::is_one(bytes, has) {
        return Role::TufMetadata;
    }
    if is_trusted_root(bytes) {
        return Role::TrustedRoot;
    }
    if Recorded::is_likely(has) {
        return Role::RegistryAnswer;
    }
    if RekorAnswer::of(bytes).is_some() {
        return Role::RekorAnswer;
    }
    if Description::is_likely(bytes) {
        return Role::LaunchDescription;
    }
    if names.is_none() {
        return Role::Unknown;
    }
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    if has("verificationMaterial") || Bundle::is_packed(bytes, has) {
        Role::SigstoreBundle
    } else if has("provenance_summary") {
        Role::CloudBuild
    } else if has("payload") && has("payloadType") {
        match Provenance::other_builder(bytes) {
            None => Role::CloudBuild,
            Some(_) => Role::Unknown,
        }
    } else if is_image(has) {
        Role::ImageDocument
    } else if aci::parse::Receipt::is_one(has) {
        Role::AciReceipt
    } else if aci::parse::Session::is_one(has) {
        Role::AciSession
    } else if near::parse::Signed::is_one(has) {
        Role::NearSignature
    } else if Manifest::is_one(has) {
        Role::ContrastManifest
    } else if Answer::is_info(has) {
        Role::DstackInfo
    } else if AppCompose::is_likely(has) {
        Role::AppCompose
    } else if has("keys") {
        Role::KeyList
    } else if any(&["tcbInfo", "enclaveIdentity", "tcb_info", "qe_identity", "root_ca_crl"])
        || any(&["pck_crl", "pck_crl_issuer_chain", "pck_certificate_chain", "pck_chain"])
        || (has("headers") && has("body"))
        || any(&["collateral", "tdx", "sgx"])
    {
        Role::IntelCollateral
    } else if has("verdict") && has("links") && has("checked_at") {
        Role::OwnReport
    } else if has("name") && has("required") {
        Role::OwnPolicy
    } else if matches!(git::parse::github::Answer::of(bytes), Ok(Some(_)) | Err(_)) {
        Role::GithubAnswer
    } else {
        Role::Unknown
    }
}

fn is_root(line: &&RawValue) -> bool {
    is_trusted_root(line.get().as_bytes())
}

/// Whether JSON names itself a trusted root of Sigstore's.
fn is_trusted_root(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"application/vnd.dev.sigstore.trustedroot";
    find(bytes, NAME).is_some()
}
