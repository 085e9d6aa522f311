//! Tinfoil's bundle and the documents of its enclaves, put together.

pub(crate) mod document;
mod signed;

use std::str::FromStr as _;

use super::appraise::Measured;
use super::parse::{Bundle, PREDICATE_TYPE, Predicate};
use super::{appraise, checks};
use crate::builds::sigstore::parse::Statement;
use crate::builds::sigstore::verify::{Artifact, VerifiedStatement};
use crate::builds::{provenance, sigstore, tuf};
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::compared::{Compared, Comparers};
use crate::finding::{Check, Finding, LinkId, Value, connection};
use crate::formats::snp;
use crate::formats::snp::files::Amd;
use crate::formats::snp::parse::amd::Vek;
use crate::piece::{self, Piece};
use crate::pki::Cert;
use crate::report::{Draft, EvidenceItem, KeyFlag, RootOfTrust, Subject};
use crate::services::tinfoil::policy::ForTinfoil;
use crate::time::UnixTime;

/// The measurement and REPORT_DATA have checks of their own here.
const COMPARERS: Comparers = Comparers {
    software: Compared::By(&checks::TINFOIL_MEASUREMENT),
    data: Compared::By(&connection::TLS_KEY),
};

/// A bundle.
pub(crate) fn bundle(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForTinfoil,
    now: UnixTime,
) -> Result<Draft, Error> {
    let bundle = Bundle::parse(input)?;
    Vek::parse(&bundle.vcek)?;
    let tls = Cert::parse("TLS certificate", &bundle.tls)?;
    let mut amd = Amd::of(beside);
    amd.add("vcek", &bundle.vcek);
    let machine = snp::examine::report(&bundle.report, &amd, policy, COMPARERS, now)?;
    let artifact = Sha256::from_str(&bundle.digest)?;
    let artifact = Artifact::Sha256(artifact);
    let tuf = piece::of(beside, tuf::ROLES);
    let signed = bundle.sigstore.as_slice();
    let read = sigstore::parse::Bundle::read(signed)?;
    let build = provenance::examine::bundle_with(signed, read, Some(artifact), &tuf, policy, now)?;

    let mut part = machine.part;
    let measurement = match &machine.verified {
        Some(verified) => {
            part.findings.extend(appraise::tls::keys(verified.report(), &tls));
            let report = verified.report();
            if !report.is_host_requested() {
                part.claims.extend(appraise::tls::claims(&report.report_data));
            }
            Ok(report.measurement)
        }
        None => {
            let blame = crate::finding::to_blame(&part.findings);
            let blocked = connection::KEYS.iter().map(|c| Finding::blocked(c, blame));
            part.findings.extend(blocked);
            Err(blame)
        }
    };
    let verified = build.verified.as_ref();
    match verified.and_then(|verified| Some((verified, verified.statement()?))) {
        Some((verified, statement)) => {
            part.findings.push(appraise::digest(statement, &bundle.digest));
            let payload = verified.payload();
            let measured = Measured::Snp(measurement);
            part.findings.extend(appraise::release(statement, payload, measured));
            part.claims.extend(build_claims(statement, payload));
        }
        None => {
            let by = to_blame(&build);
            let blocked = checks::OF_BUNDLE.iter().chain(&checks::OF_SNP);
            let blocked = blocked.chain(&checks::FROM_STATEMENT);
            part.findings.extend(blocked.map(|check| Finding::blocked(check, by)));
        }
    }
    part.findings.push(signed::Beside::of(beside).newest(&build, policy, now));
    part.absorb(build.part);
    let domain = policy.domain();
    let signed_at = build.verified.as_ref().map(VerifiedStatement::signed_at).unwrap_or_default();
    let freshness = match part.passed(&checks::TINFOIL_MEASUREMENT) {
        true => appraise::tls::freshness(signed_at, policy.tinfoil(), now),
        false => Finding::no_reference(&connection::FRESHNESS),
    };
    part.findings.extend(appraise::tls::certificate(&tls, &bundle, domain, freshness, now));
    part.evidence.push(tls_certificate(&tls));
    if part.passed(&connection::TLS_KEY) {
        part.flags.key = KeyFlag::Bound;
    }
    let subject = Subject::of("tinfoil-bundle", input).named(Some(bundle.domain));
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::CpuVendor) })
}

/// The check by which a build shows nothing.
fn to_blame(build: &sigstore::examine::Examined) -> &'static Check {
    match build.verified {
        Some(_) => &sigstore::checks::PROVENANCE_STATEMENT,
        None => crate::finding::to_blame(&build.part.findings),
    }
}

/// What the signed statement says about the machine.
fn build_claims(statement: &Statement, payload: &[u8]) -> Vec<Claim> {
    if statement.predicate_type() != PREDICATE_TYPE {
        return Vec::new();
    }
    let Ok(predicate) = Predicate::parse(payload) else { return Vec::new() };
    let claim = |name, value| Claim { name, value, link: LinkId::Image, part: None };
    vec![
        claim("tinfoil.image-version", Value::text(predicate.image_version.as_str())),
        claim("tinfoil.config-sha256", Value::hex(predicate.config_digest().0)),
        claim("tinfoil.command-line", Value::text(predicate.command_line)),
    ]
}

fn tls_certificate(tls: &Cert<'_>) -> EvidenceItem {
    crate::report::certificate("tls-certificate", LinkId::KeyBinding, tls)
}
