//! T17 to T20: the quoting enclave, its key and the quote.

use super::chain::{PckChain, QUOTE, at};
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::digest::Sha256;
use crate::finding::{Finding, Value, Why};
use crate::formats::intel::checks;
use crate::formats::intel::parse::collateral::{QeIdentity, SvnLevel};
use crate::formats::intel::parse::place::enclave::{
    ATTRIBUTES, ISV_PROD_ID, ISV_SVN, MISC_SELECT, MR_SIGNER, REPORT_DATA,
};
use crate::formats::intel::parse::{Quote, place};
use crate::pki::Cert;
use crate::span::Span;

/// First byte of an uncompressed SEC 1 point.
const UNCOMPRESSED: u8 = 0x04;

/// T17, T18 and T20.
pub(super) fn signatures(quote: &Quote<'_>, chain: Result<&PckChain<'_>, Why>) -> Vec<Finding> {
    let check = &checks::DCAP_QE_SIGNATURE;
    let by_pck = match chain {
        Err(why) => Finding::unknown(check, why),
        Ok(chain) => {
            let key = chain.leaf.public_key();
            let (bytes, signature) = (quote.qe_report_bytes(), &quote.qe_report_signature);
            Finding::test(check, signed(key, bytes, signature), "bad-signature")
                .expected(chain.leaf.subject())
        }
    };
    let chosen = &quote.qe_report.report_data;
    let (binding, padding) = chosen.split_at_checked(Sha256::LEN).unwrap_or_default();
    let digest = Sha256::of_parts(&[&quote.attestation_key, quote.qe_auth_data]);
    let point = [&[UNCOMPRESSED], &quote.attestation_key[..]].concat();
    let by_key = signed(&point, quote.signed_bytes(), &quote.signature);
    let field = |start, len| place::within(quote.qe_report_span, Span::new(start, len));
    vec![
        at(by_pck, quote.qe_report_span),
        at(
            Finding::equal(&checks::DCAP_QE_BINDING, &digest.0, binding),
            field(REPORT_DATA.start, Sha256::LEN),
        ),
        at(
            Finding::test(
                &checks::DCAP_QE_PADDING,
                padding.iter().all(|&byte| byte == 0),
                "not-zero",
            )
            .actual(Value::hex(padding)),
            field(REPORT_DATA.start.saturating_add(Sha256::LEN), padding.len()),
        ),
        at(
            Finding::test(&checks::DCAP_QUOTE_SIGNATURE, by_key, "bad-signature")
                .expected(Value::hex(quote.attestation_key)),
            quote.signed,
        ),
    ]
}

/// Whether the key of `pck` signed the report of the quoting enclave.
pub(super) fn is_signed_by(quote: &Quote<'_>, pck: &Cert<'_>) -> bool {
    signed(pck.public_key(), quote.qe_report_bytes(), &quote.qe_report_signature)
}

fn signed(key: &[u8], bytes: &[u8], signature: &[u8; 64]) -> bool {
    let algorithm = Algorithm::EcdsaP256(Hash::Sha256);
    let signature = Signature::Concatenated(signature);
    crypto::verify(algorithm, key, Message::Bytes(bytes), signature).is_ok()
}

/// T19: whether the quoting enclave is Intel's, and its level.
pub(super) fn identity<'i>(
    quote: &Quote<'_>,
    identity: Result<&'i QeIdentity, Why>,
) -> (Vec<Finding>, Result<&'i SvnLevel, Why>) {
    let identity = match identity {
        Ok(identity) => identity,
        Err(why) => {
            return (checks::QE.map(|check| Finding::unknown(check, why)).to_vec(), Err(why));
        }
    };
    let report = &quote.qe_report;
    let place = |finding: Finding, field: Span| {
        finding.within(QUOTE, place::within(quote.qe_report_span, field))
    };
    let masked = |value: [u8; 16]| {
        let mut value = value;
        for (byte, mask) in value.iter_mut().zip(identity.attributes_mask) {
            *byte &= mask;
        }
        value
    };
    let misc = (
        identity.misc_select & identity.misc_select_mask,
        report.misc_select & identity.misc_select_mask,
    );
    let product = (identity.isv_prod_id, report.isv_prod_id);
    let mut findings = vec![
        place(
            Finding::test(&checks::DCAP_QE_MISC_SELECT, misc.0 == misc.1, "not-equal")
                .expected(Value::hex(misc.0.to_le_bytes()))
                .actual(Value::hex(misc.1.to_le_bytes())),
            MISC_SELECT,
        ),
        place(
            Finding::equal(
                &checks::DCAP_QE_ATTRIBUTES,
                &masked(identity.attributes),
                &masked(report.attributes),
            ),
            ATTRIBUTES,
        ),
        place(
            Finding::equal(&checks::DCAP_QE_SIGNER, &identity.mr_signer, &report.mr_signer.0),
            MR_SIGNER,
        ),
        place(
            Finding::test(&checks::DCAP_QE_PRODUCT, product.0 == product.1, "not-equal")
                .expected(Value::number(product.0))
                .actual(Value::number(product.1)),
            ISV_PROD_ID,
        ),
    ];
    let failed = findings.iter().find(|finding| !finding.passed()).map(|finding| finding.check);
    let check = &checks::DCAP_QE_LEVEL;
    let level = match failed {
        Some(by) => Err(Why::Blocked { by }),
        None => identity
            .levels
            .iter()
            .find(|level| level.svn <= report.isv_svn)
            .ok_or(Why::Blocked { by: check }),
    };
    let least = identity.levels.last().map_or(0, |level| level.svn);
    let finding = match (failed, &level) {
        (Some(by), _) => Finding::blocked(check, by),
        (None, Ok(level)) => Finding::pass(check).expected(Value::number(level.svn)),
        (None, Err(_)) => Finding::fail(check, "no-level").expected(Value::number(least)),
    };
    findings.push(place(finding.actual(Value::number(report.isv_svn)), ISV_SVN));
    (findings, level)
}
