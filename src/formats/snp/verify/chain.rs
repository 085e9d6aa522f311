//! S2 to S5, S8, S9: AMD's root, the key below it, and the chip's or provider's key.

use super::Endorsements;
use crate::crypto::Hash;
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::snp::checks;
use crate::formats::snp::parse::amd::Vek;
use crate::formats::snp::parse::{Component, Product, Report, SigningKey, place};
use crate::pki::anchors::{AmdAnchor, simulated};
use crate::pki::chain::{self, Rules, unsigned};
use crate::pki::named;
use crate::pki::{Cert, KeyKind, PssHash, SignatureAlgorithm};
use crate::time::UnixTime;

/// The evidence ids under which certificates are shown.
pub(super) const VEK: &str = "vek";
const INTERMEDIATE: &str = "amd-intermediate";
const ROOT: &str = "amd-root";

/// AMD's RSA keys have 4096 bits (57230, certificate definitions).
const AMD_RSA_BITS: usize = 4096;

/// The signatures' parameters have a check of their own.
static AUTHORITY: Rules = Rules {
    key: |kind| *kind == KeyKind::Rsa(AMD_RSA_BITS),
    algorithm: None,
    signs_documents: false,
};
static CHIP: Rules =
    Rules { key: |kind| *kind == KeyKind::P384, algorithm: None, signs_documents: false };

/// The intermediate certificate to use: the supplied one, or the shipped ASK when the chip's own
/// key is to be vouched for.
pub(super) fn intermediate<'a>(
    anchor: &AmdAnchor<'_>,
    endorsements: &Endorsements<'a>,
) -> Option<Cert<'a>> {
    let supplied = endorsements.intermediate.clone();
    let shipped = || {
        let names_ask = endorsements.vek.as_ref()?.cert.issuer_common_name()? == anchor.ask_name;
        names_ask.then(|| Cert::parse("shipped ASK", anchor.ask).ok()).flatten()
    };
    supplied.or_else(shipped)
}

/// S4 and S5 for the root and the intermediate key.
pub(super) fn root(
    anchor: Option<&AmdAnchor<'_>>,
    endorsements: &Endorsements<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let Some((anchor, ark)) = anchor.and_then(|anchor| Some((anchor, anchor.root().ok()?))) else {
        let by = &checks::SNP_PRODUCT;
        let mut findings = checks::AUTHORITY.map(|check| Finding::blocked(check, by)).to_vec();
        findings.push(match endorsements.root {
            Some(_) => Finding::blocked(&checks::SNP_ROOT_SUPPLIED, by),
            None => Finding::unknown(&checks::SNP_ROOT_SUPPLIED, Why::NotApplicable),
        });
        return findings;
    };
    let mut findings = Vec::new();
    let Some(ask) = intermediate(anchor, endorsements) else {
        let why = if endorsements.vek.is_some() {
            Why::NotFetched
        } else {
            Why::Blocked { by: &checks::SNP_VEK_SIGNATURE }
        };
        findings.extend(checks::AUTHORITY.map(|check| match check {
            check if *check == checks::SNP_ARK_VALIDITY => validity(check, &ark, ROOT, now),
            check => Finding::unknown(check, why),
        }));
        findings.push(supplied_root(&ark, endorsements));
        return findings;
    };
    let reason = if is_simulated(anchor, &ask, endorsements) {
        Some("simulated")
    } else if ask.names_issuer(&ark) {
        None
    } else {
        Some("wrong-root")
    };
    let begins = Finding::unless(&checks::SNP_ROOT_PINNED, reason)
        .expected(ark.subject())
        .actual(ask.issuer())
        .at(ROOT, 0, ark.der().len());
    findings.push(named::told(anchor.is_named, &ark, begins));
    findings.push(supplied_root(&ark, endorsements));
    findings.push(validity(&checks::SNP_ARK_VALIDITY, &ark, ROOT, now));
    findings.push(role(&checks::SNP_ASK_ROLE, &ask, &expected_names(anchor, endorsements)));
    findings.push(parameters(&checks::SNP_ASK_PARAMETERS, &ask, INTERMEDIATE));
    findings.push(signed_by(&checks::SNP_ASK_SIGNATURE, &ask, &ark, INTERMEDIATE));
    findings.push(validity(&checks::SNP_ASK_VALIDITY, &ask, INTERMEDIATE, now));
    findings
}

/// Whether the certificates lead to a simulated root in place of the pinned one. A simulated key
/// bears AMD's names, so that only its signature tells it apart.
fn is_simulated(anchor: &AmdAnchor<'_>, ask: &Cert<'_>, endorsements: &Endorsements<'_>) -> bool {
    let all = [&simulated::MILAN, &simulated::GENOA, &simulated::TURIN];
    if all.iter().any(|known| known.ark == anchor.ark) {
        return false;
    }
    let known = |der: &'static [u8]| Cert::parse("simulated certificate of AMD's", der).ok();
    let signed = |cert: &Cert<'_>, der| known(der).is_some_and(|by| unsigned(cert, &by).is_none());
    let vek = endorsements.vek.as_ref().filter(|vek| unsigned(&vek.cert, ask).is_some());
    let is_genuine = known_issuer(anchor, ask);
    all.iter().any(|simulated| {
        (!is_genuine && signed(ask, simulated.ark))
            || vek.is_some_and(|vek| signed(&vek.cert, simulated.ask))
    })
}

fn known_issuer(anchor: &AmdAnchor<'_>, ask: &Cert<'_>) -> bool {
    anchor.root().is_ok_and(|ark| unsigned(ask, &ark).is_none())
}

/// The names the intermediate key may have: by the kind of key it is to vouch for.
fn expected_names(anchor: &AmdAnchor<'_>, endorsements: &Endorsements<'_>) -> Vec<&'static str> {
    match endorsements.vek.as_ref().and_then(|vek| kind(&vek.cert)) {
        Some(SigningKey::Vcek) => vec![anchor.ask_name],
        Some(SigningKey::Vlek) => vec![anchor.asvk_name],
        _ => vec![anchor.ask_name, anchor.asvk_name],
    }
}

/// The kind of a chip's or provider's key, by its name.
pub(super) fn kind(cert: &Cert<'_>) -> Option<SigningKey> {
    match cert.common_name()? {
        "SEV-VCEK" => Some(SigningKey::Vcek),
        "SEV-VLEK" => Some(SigningKey::Vlek),
        _ => None,
    }
}

fn supplied_root(ark: &Cert<'_>, endorsements: &Endorsements<'_>) -> Finding {
    let check = &checks::SNP_ROOT_SUPPLIED;
    match &endorsements.root {
        None => Finding::unknown(check, Why::NotApplicable),
        Some(supplied) if supplied.der() == ark.der() => Finding::pass(check),
        Some(_) => Finding::warn(check, "not-equal"),
    }
    .expected(Value::hex(ark.fingerprint().0))
}

fn role(check: &'static Check, ask: &Cert<'_>, names: &[&str]) -> Finding {
    let name = ask.common_name().unwrap_or("no name");
    let reason = if !names.contains(&name) { Some("wrong-name") } else { AUTHORITY.misfit(ask, 1) };
    Finding::unless(check, reason).expected(names.join(" or ")).actual(name).at(
        INTERMEDIATE,
        0,
        ask.der().len(),
    )
}

fn parameters(check: &'static Check, cert: &Cert<'_>, evidence: &'static str) -> Finding {
    let expected = SignatureAlgorithm::RsaPss {
        hash: PssHash::Known(Hash::Sha384),
        mask: PssHash::Known(Hash::Sha384),
        salt: 48,
        trailer: 1,
    };
    Finding::test(check, *cert.algorithm() == expected, "wrong-parameters")
        .expected(expected.to_string())
        .actual(cert.algorithm().to_string())
        .at(evidence, 0, cert.der().len())
}

fn signed_by(
    check: &'static Check,
    cert: &Cert<'_>,
    issuer: &Cert<'_>,
    evidence: &'static str,
) -> Finding {
    let span = cert.span_of(cert.tbs()).unwrap_or(crate::span::Span::new(0, cert.der().len()));
    Finding::test(check, cert.verify_signed_by(issuer).is_ok(), "bad-signature")
        .expected(issuer.subject())
        .within(evidence, span)
}

fn validity(check: &'static Check, cert: &Cert<'_>, id: &'static str, now: UnixTime) -> Finding {
    chain::dated(check, cert.validity(), now, "expired").at(id, 0, cert.der().len())
}

/// S2, S3, S4, S5, S8 and S9 for the chip's or provider's key.
pub(super) fn vek(
    report: &Report<'_>,
    product: Option<Product>,
    anchor: Option<&AmdAnchor<'_>>,
    endorsements: &Endorsements<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let Some(vek) = &endorsements.vek else {
        return checks::VEK
            .map(|check| match (check, product, report.cpuid) {
                (check, None, Some(cpuid)) if *check == checks::SNP_PRODUCT => {
                    Finding::fail(check, "unsupported").actual(cpuid.to_string())
                }
                (check, ..) => Finding::unknown(check, Why::NotFetched),
            })
            .to_vec();
    };
    let mut findings = vec![
        product_agrees(report, product, vek),
        vek_role(anchor, vek),
        parameters(&checks::SNP_VEK_PARAMETERS, &vek.cert, VEK),
    ];
    findings.push(match anchor.and_then(|anchor| intermediate(anchor, endorsements)) {
        Some(ask) if vek.cert.names_issuer(&ask) => {
            signed_by(&checks::SNP_VEK_SIGNATURE, &vek.cert, &ask, VEK)
        }
        Some(ask) => Finding::fail(&checks::SNP_VEK_SIGNATURE, "wrong-issuer")
            .expected(ask.subject())
            .actual(vek.cert.issuer()),
        None if anchor.is_none() => {
            Finding::blocked(&checks::SNP_VEK_SIGNATURE, &checks::SNP_PRODUCT)
        }
        None => Finding::unknown(&checks::SNP_VEK_SIGNATURE, Why::NotFetched)
            .expected(vek.cert.issuer()),
    });
    findings.push(validity(&checks::SNP_VEK_VALIDITY, &vek.cert, VEK, now));
    match product {
        Some(product) => {
            findings.extend(security_versions(report, product, vek));
            findings.push(chip_id(report, product, vek));
        }
        None => findings.extend(
            [&checks::SNP_VEK_TCB, &checks::SNP_CHIP_ID]
                .map(|check| Finding::blocked(check, &checks::SNP_PRODUCT)),
        ),
    }
    findings
}

fn product_agrees(report: &Report<'_>, product: Option<Product>, vek: &Vek<'_>) -> Finding {
    let check = &checks::SNP_PRODUCT;
    let named = vek.product_name();
    let actual = named.unwrap_or("no product name").to_owned();
    match (product, named.and_then(Product::of_name)) {
        (Some(product), Some(by_name)) => {
            Finding::test(check, product == by_name, "not-equal").expected(product.name())
        }
        (Some(product), None) => Finding::fail(check, "missing").expected(product.name()),
        (None, _) => Finding::fail(check, "unsupported")
            .expected(report.cpuid.map_or_else(String::new, |cpuid| cpuid.to_string())),
    }
    .actual(actual)
    .within(place::REPORT, place::CPUID)
}

fn vek_role(anchor: Option<&AmdAnchor<'_>>, vek: &Vek<'_>) -> Finding {
    let cert = &vek.cert;
    let ids = (vek.has_hardware_id(), vek.has_provider_id());
    let issuer_fits = match (anchor, kind(cert)) {
        (Some(anchor), Some(SigningKey::Vcek)) => {
            cert.issuer_common_name() == Some(anchor.ask_name)
        }
        (Some(anchor), Some(SigningKey::Vlek)) => {
            cert.issuer_common_name() == Some(anchor.asvk_name)
        }
        _ => true,
    };
    let reason = match kind(cert) {
        None => Some("wrong-name"),
        Some(_) if !issuer_fits => Some("wrong-issuer"),
        Some(SigningKey::Vcek) if ids != (true, false) => Some("wrong-ids"),
        Some(SigningKey::Vlek) if ids != (false, true) => Some("wrong-ids"),
        Some(_) => CHIP.misfit(cert, 0),
    };
    reason
        .map_or_else(
            || Finding::pass(&checks::SNP_VEK_ROLE),
            |reason| Finding::fail(&checks::SNP_VEK_ROLE, reason),
        )
        .expected("SEV-VCEK with a chip id, or SEV-VLEK with a provider id")
        .actual(cert.subject())
        .at(VEK, 0, cert.der().len())
}

/// S8: each security version in the certificate is the report's.
fn security_versions(report: &Report<'_>, product: Product, vek: &Vek<'_>) -> Vec<Finding> {
    let reported = report.reported_tcb.decode(product);
    Component::ALL
        .into_iter()
        .filter_map(|component| {
            let expected = reported.component(component)?;
            let offset = component.offset(product)?;
            let finding = match vek.security_version(component) {
                Some(actual) => {
                    Finding::test(&checks::SNP_VEK_TCB, actual == expected, "not-equal")
                        .actual(Value::number(actual))
                }
                None if component == Component::Fmc
                    && kind(&vek.cert) == Some(SigningKey::Vlek) =>
                {
                    Finding::unknown(&checks::SNP_VEK_TCB, Why::NotApplicable)
                }
                None => Finding::fail(&checks::SNP_VEK_TCB, "missing"),
            };
            let at = offset.saturating_add(place::REPORTED_TCB.start);
            let finding = finding.part(component.word()).expected(Value::number(expected));
            Some(finding.at(place::REPORT, at, 1))
        })
        .collect()
}

/// S9: the chip the certificate names is the report's.
fn chip_id(report: &Report<'_>, product: Product, vek: &Vek<'_>) -> Finding {
    let check = &checks::SNP_CHIP_ID;
    let len = product.hardware_id_len();
    if kind(&vek.cert) == Some(SigningKey::Vlek) {
        return Finding::unknown(check, Why::NotApplicable)
            .actual(vek.provider_id().unwrap_or("no provider id"));
    }
    let Some(expected) = vek.hardware_id(product) else {
        return Finding::fail(check, "missing");
    };
    let (actual, rest) = report.chip_id.split_at_checked(len).unwrap_or((&[], &[]));
    let finding = if report.masks_chip_id() {
        Finding::warn(check, "masked")
    } else if rest.iter().any(|&byte| byte != 0) {
        Finding::fail(check, "malformed")
    } else {
        Finding::test(check, expected == actual, "not-equal")
    };
    finding.expected(Value::hex(expected)).actual(Value::hex(actual)).at(
        place::REPORT,
        place::CHIP_ID.start,
        len,
    )
}
