//! Evidence that begins at a provider's key: its virtual TPM, its tokens, its enclaves. No chip
//! maker vouches for any of it, and it shows no more here than on its own.

use super::machine::{COMPARERS, Context, Examined, images};
use super::stapled;
use crate::adapters::nitro::document_of;
use crate::adapters::snp::to_blame;
use crate::adapters::{token, tpm};
use crate::appraise::coordinator::stated::Substrate;
use crate::appraise::coordinator::{Measured, binding};
use crate::appraise::token as statements;
use crate::bytes::Span;
use crate::error::Error;
use crate::evidence::coordinator::{Evidence, carrier};
use crate::evidence::nitro::Document;
use crate::evidence::token::{OneOrMore, Service, Token};
use crate::evidence::tpm::Attestation;
use crate::finding::Check;
use crate::policy::Machine;
use crate::report::{DebugFlag, Overrides, RootOfTrust};
use crate::verify::nitro::DOCUMENT;
use crate::verify::token::TOKEN;

/// The quotes of a virtual TPM, with nothing beside them.
pub(super) fn vtpm(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, files, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let attestation = Attestation::parse(&bytes)?;
    let machine = tpm::alone(&attestation, &bytes, files, policy, COMPARERS, now)?;
    let by = to_blame(&machine.findings);
    let verified = machine.verified.as_ref().ok_or(by);
    let expected = carrier::tpm_qualifying_data(d);
    let actual = verified.map(|verified| verified.extra_data());
    let mut findings = stapled::unread_logs(document);
    findings.extend(machine.findings);
    Ok(Examined {
        findings,
        machine: Machine::Vtpm,
        substrate: None,
        debug: DebugFlag::Unknown,
        overrides: tpm::overrides(machine.launch.as_ref()),
        digest: binding::holds(carrier::TPM, &item.carrier, expected.as_bytes(), actual),
        measured: verified.map(|_| Measured::Provider),
        logged: machine.launch.iter().flat_map(images).collect(),
        by_policy: false,
        claims: machine.claims,
        evidence: machine.evidence,
        wanted: machine.wanted,
    })
}

/// Whose word a token is, by whether its key has certificates.
pub(super) fn of_token(item: &Evidence) -> RootOfTrust {
    Token::parse(item.body.as_bytes())
        .map_or(RootOfTrust::Statement, |token| token::root_of_trust(&token))
}

/// A token of Google or Intel, of exactly the type that the document names.
pub(super) fn token(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { item, keys, policy, now, ref d, .. } = *context;
    let token = Token::parse(item.body.as_bytes())?;
    let machine = of_its_type(item, &token)?;
    let rules = match machine {
        Machine::GoogleVm => &policy.coordinator.google_vm_token,
        Machine::TrustAuthority => &policy.coordinator.trust_authority_token,
        _ => &policy.token,
    };
    let examined = token::token_of(&token, keys, rules, policy.roots, COMPARERS, now)?;
    let by: &'static Check = to_blame(&examined.findings);
    let nonces = token.claims.nonce.as_ref().map(OneOrMore::all).unwrap_or_default();
    let held = examined.is_verified.then_some(()).ok_or(by);
    let at = token.claims_span();
    let measures = token.claims.software.as_deref() == Some("CONFIDENTIAL_SPACE");
    let container = token.claims.submodules.container.as_ref();
    let image = container.and_then(|container| container.image_digest.clone());
    Ok(Examined {
        machine,
        substrate: token
            .claims
            .hardware
            .as_deref()
            .filter(|_| examined.is_verified)
            .and_then(Substrate::of_hardware),
        debug: examined.flags.debug,
        overrides: examined.flags.overrides,
        digest: binding::token_nonce(held.map(|()| nonces), &item.carrier, d)
            .at(TOKEN, at.start, at.len),
        measured: held.map(|()| Measured::Issuer),
        logged: image.filter(|_| measures).into_iter().collect(),
        by_policy: false,
        claims: if examined.is_verified { statements::claims(&token) } else { Vec::new() },
        findings: examined.findings,
        evidence: examined.evidence,
        wanted: examined.wanted,
    })
}

/// What the token is of, when issuer and certificates are those of the type. A token under another
/// type's name is refused: its name says whose word it is.
fn of_its_type(item: &Evidence, token: &Token<'_>) -> Result<Machine, Error> {
    let (issuer, certificates, machine) = match item.kind.as_str() {
        "gcp-cs-pki-token" => (Service::Google, Some(true), Machine::ConfidentialSpace),
        "gcp-cs-oidc-token" => (Service::Google, Some(false), Machine::ConfidentialSpace),
        "gcp-cvm-token" => (Service::Google, None, Machine::GoogleVm),
        _ => (Service::IntelTrustAuthority, Some(false), Machine::TrustAuthority),
    };
    let carries = !token.header.certificates.is_empty();
    let found = if token.service() != Some(issuer) {
        token.claims.issuer.as_str()
    } else if certificates.is_some_and(|expected| expected != carries) {
        if carries { "one with certificates" } else { "one without certificates" }
    } else {
        return Ok(machine);
    };
    let whole = Span::new(0, item.body.len());
    Err(Error::unsupported("coordinator attestation, token of this type", found, whole))
}

/// A document of an AWS Nitro enclave.
pub(super) fn nitro(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let own = Document::parse(&bytes)?;
    let examined = document_of(&own, policy, COMPARERS, now);
    let by = to_blame(&examined.findings);
    let held = examined.is_verified.then_some(()).ok_or(by);
    let nonce = held.map(|()| own.nonce.map(|nonce| nonce.value).unwrap_or_default());
    let digest = binding::holds(carrier::NITRO, &item.carrier, d.as_bytes(), nonce);
    let mut findings = stapled::unread_logs(document);
    findings.extend(examined.findings);
    Ok(Examined {
        findings,
        claims: examined.claims,
        evidence: examined.evidence,
        wanted: Vec::new(),
        machine: Machine::Nitro,
        substrate: examined.is_verified.then_some(Substrate::Nitro),
        debug: examined.debug,
        overrides: Overrides::NotShown,
        digest: match own.nonce {
            Some(nonce) => digest.at(DOCUMENT, nonce.span.start, nonce.span.len),
            None => digest,
        },
        measured: held.map(|()| Measured::Provider),
        logged: Vec::new(),
        by_policy: false,
    })
}
