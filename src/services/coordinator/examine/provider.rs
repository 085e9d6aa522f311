//! Evidence that begins at a provider's key: its virtual TPM, its tokens, its enclaves. No chip
//! maker vouches for any of it, and it shows no more here than on its own.

use super::machine::{COMPARERS, Context, Examined, images};
use super::stapled;
use crate::error::Error;
use crate::finding::to_blame;
use crate::formats::launch::measured::Measured;
use crate::formats::nitro::examine::document_of;
use crate::formats::nitro::parse::Document;
use crate::formats::nitro::verify::DOCUMENT;
use crate::formats::token::parse::{OneOrMore, Service, Token};
use crate::formats::token::verify::TOKEN;
use crate::formats::tpm::parse::Attestation;
use crate::formats::{token, tpm};
use crate::report::RootOfTrust;
use crate::services::coordinator::appraise::binding;
use crate::services::coordinator::appraise::stated::Substrate;
use crate::services::coordinator::parse::{Evidence, carrier};
use crate::services::coordinator::policy::Machine;
use crate::span::Span;

/// The quotes of a virtual TPM, with nothing beside them.
pub(super) fn vtpm(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, beside, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let attestation = Attestation::parse(&bytes)?;
    let machine = tpm::examine::alone(&attestation, &bytes, beside, policy, COMPARERS, now)?;
    let mut part = machine.part;
    let signed = match &machine.verified {
        Some(_) => Ok(()),
        None => Err(to_blame(&part.findings)),
    };
    let (own, expected) = (carrier::TPM, carrier::tpm_qualifying_data(d));
    let extra = attestation.extra_data();
    let digest = binding::all_hold(own, &item.carrier, expected.as_bytes(), &extra, signed);
    part.findings.splice(0..0, stapled::unread_logs(document));
    part.flags.overrides = tpm::examine::overrides(machine.launch.as_ref());
    Ok(Examined {
        part,
        machine: Machine::Vtpm,
        substrate: None,
        digest,
        measured: signed.map(|()| Measured::Provider),
        logged: machine.launch.iter().flat_map(images).collect(),
        by_policy: false,
        root_of_trust: None,
    })
}

/// A service's statement, whatever stands above its key.
pub(super) const fn of_token(_: &Evidence) -> RootOfTrust {
    RootOfTrust::Statement
}

/// A token of Google or Intel, of exactly the type that the document names.
pub(super) fn token(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { item, beside, policy, now, ref d, .. } = *context;
    let token = Token::parse(item.body.as_bytes())?;
    let machine = of_its_type(item, &token)?;
    let rules = match machine {
        Machine::GoogleVm => &policy.coordinator().google_vm_token,
        Machine::TrustAuthority => &policy.coordinator().trust_authority_token,
        _ => policy.token(),
    };
    let token::examine::Examined { part, vouched } =
        token::examine::token_of(&token, beside, rules, policy.anchors(), COMPARERS, now);
    let nonces = token.claims.nonce.as_ref().map(OneOrMore::all).unwrap_or_default();
    let signed = match vouched {
        Some(_) => Ok(()),
        None => Err(to_blame(&part.findings)),
    };
    let at = token.claims_span();
    let measures = token.claims.software.as_deref() == Some("CONFIDENTIAL_SPACE");
    let container = token.claims.submodules.container.as_ref();
    let image = container.and_then(|container| container.image_digest.clone());
    let hardware = token.claims.hardware.as_deref().filter(|_| vouched.is_some());
    Ok(Examined {
        part,
        machine,
        substrate: hardware.and_then(Substrate::of_hardware),
        digest: binding::token_nonce(nonces, signed, &item.carrier, d).within(TOKEN, at),
        measured: signed.map(|()| Measured::Issuer),
        logged: image.filter(|_| measures).into_iter().collect(),
        by_policy: false,
        root_of_trust: Some(token::examine::root_of_trust(vouched)),
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
    let mut part = examined.part;
    let signed = match examined.is_verified {
        true => Ok(()),
        false => Err(to_blame(&part.findings)),
    };
    let nonce = own.nonce.map(|nonce| nonce.value).unwrap_or_default();
    let digest = binding::holds(carrier::NITRO, &item.carrier, d.as_bytes(), nonce, signed);
    part.findings.splice(0..0, stapled::unread_logs(document));
    Ok(Examined {
        part,
        machine: Machine::Nitro,
        substrate: examined.is_verified.then_some(Substrate::Nitro),
        digest: match own.nonce {
            Some(nonce) => digest.within(DOCUMENT, nonce.span),
            None => digest,
        },
        measured: signed.map(|()| Measured::Provider),
        logged: Vec::new(),
        by_policy: false,
        root_of_trust: None,
    })
}
