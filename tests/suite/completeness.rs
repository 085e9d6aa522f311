//! Every check there is has an input for which exactly it fails, warns or is let pass, or, where
//! nothing can make it do so, an input for which it stays open.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use s2s_sim::sigstore::{Build, BundleSpec};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::{LaunchDescription, checks};
use silicon_to_source::finding::{Check, LinkId};
use silicon_to_source::time::UnixTime;

use crate::common::examine;
use crate::common::table::{Told, check_of, findings};
use crate::{
    aci, apple, azure, contrast, coordinator, cvm, dcap, dstack, eigencompute, gcb, git, google,
    near, nitro, nvidia, oci, providers, service_tokens, sigstore, snp, tinfoil, tinfoil_guest,
    tuf,
};

/// Every table of inputs; the tests beside each table see that its rows do what they say.
const TABLES: &[fn() -> Vec<Told>] = &[
    aci::told,
    apple::told,
    azure::checks::told,
    azure::tdx::told,
    contrast::told,
    coordinator::carriers::told,
    coordinator::checks::told,
    cvm::told,
    dcap::checks::told,
    dstack::told,
    eigencompute::checks::told,
    gcb::checks::told,
    git::checks::told,
    git::github::told,
    google::firmware::told,
    google::token_checks::told,
    google::tpm_checks::told,
    near::told,
    nitro::told,
    nvidia::gpu::told,
    nvidia::tokens::told,
    oci::told,
    providers::told,
    service_tokens::told,
    sigstore::checks::told,
    sigstore::provenance::told,
    sigstore::summary::told,
    snp::checks::told,
    snp::launch::told,
    tinfoil::told,
    tinfoil_guest::told,
    tuf::checks::told,
];

/// What a test that is no row sees: the finding, what becomes of it, the test's file and name.
const ELSEWHERE: &[(&str, &str, &str, &str)] = &[
    (
        "coordinator.answer",
        "unknown not-published",
        "coordinator/checks.rs",
        "an_answer_without_a_document_has_its_own_state_and_word",
    ),
    (
        "coordinator.document/binding",
        "fail malformed",
        "coordinator/checks.rs",
        "a_binding_that_is_no_binding_fails",
    ),
    (
        "coordinator.evidence",
        "fail not-exactly-one",
        "coordinator/checks.rs",
        "evidence_that_cannot_be_read_or_told_apart_fails",
    ),
    (
        "coordinator.other-evidence/beside-0",
        "fail invalid",
        "coordinator/carriers.rs",
        "evidence_beside_the_chain_has_to_hold_too",
    ),
    (
        "coordinator.reference-value/reference value 1",
        "fail other-repository",
        "coordinator/checks.rs",
        "a_measurement_that_another_repository_signed_shows_no_image",
    ),
    (
        "dcap.qe-identity.form",
        "fail not-equal",
        "dcap/verify.rs",
        "collateral_of_another_platform_is_refused_by_name",
    ),
    (
        "dcap.tcb-info.fmspc",
        "fail not-equal",
        "dcap/verify.rs",
        "collateral_of_another_platform_is_refused_by_name",
    ),
    (
        "dstack.acpi-tables",
        "warn not-measured",
        "dstack/image.rs",
        "real_sev_snp_attestation_booted_the_image_it_names_and_no_other",
    ),
    (
        "eigencompute.launch",
        "warn provider-is-the-root",
        "eigencompute/checks.rs",
        "sound_evidence_has_the_level_that_each_platform_deserves",
    ),
    (
        "git.object",
        "unknown not-supported",
        "git/checks.rs",
        "answer_that_cannot_be_read_is_a_finding_about_that_answer",
    ),
    (
        "link.chip",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.commit",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.hardware-root",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.image",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.key-binding",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.measurements",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.provenance",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.report",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "link.tcb",
        "unknown not-published",
        "completeness.rs",
        "a_link_without_evidence_is_told_as_not_published",
    ),
    (
        "near.form/model-2",
        "unknown not-supported",
        "near.rs",
        "machine_in_another_form_is_named_and_leaves_the_whole_open",
    ),
    (
        "nras.device/GPU-1",
        "fail missing",
        "nvidia/tokens.rs",
        "tokens_that_do_not_belong_together_are_refused",
    ),
    (
        "nras.machine",
        "unknown not-published",
        "nvidia/tokens.rs",
        "healthy_bundle_is_the_word_of_nvidias_service_and_names_no_machine",
    ),
    (
        "provenance.other-build/file 7",
        "unknown not-supported",
        "oci.rs",
        "documents_and_builds_that_cannot_be_read_are_findings_about_themselves",
    ),
    (
        "provenance.release",
        "warn not-a-build",
        "sigstore/provenance.rs",
        "release_attestation_names_the_tags_commit_and_is_no_build",
    ),
    (
        "provenance.time-order",
        "fail signed-before-commit",
        "git/checks.rs",
        "build_that_was_signed_before_its_commit_contradicts_itself",
    ),
    (
        "registry.answer/answer 1",
        "unknown not-supported",
        "registry.rs",
        "a_recorded_answer_in_part_is_told_as_unreadable",
    ),
    (
        "registry.compose-hash",
        "fail not-allowed",
        "registry.rs",
        "the_contract_of_a_dstack_app_is_asked_on_the_chain_that_the_reader_names",
    ),
    (
        "registry.entry/registry 1",
        "unknown not-supported",
        "registry.rs",
        "a_register_that_is_not_looked_at_is_never_silent",
    ),
    (
        "registry.release/registry 1",
        "warn not-equal",
        "registry.rs",
        "a_register_that_the_document_names_is_shown_and_asked_about",
    ),
    (
        "sigstore.key",
        "fail not-by-this-key",
        "sigstore/checks.rs",
        "signature_that_the_named_key_did_not_make_fails",
    ),
    (
        "sigstore.trusted-root",
        "warn stale",
        "sigstore/vectors.rs",
        "shipped_keys_that_are_old_are_a_warning_and_stop_nothing",
    ),
    (
        "token.key",
        "fail not-equal",
        "service_tokens.rs",
        "kms_token_is_eigenlabs_word_whoever_holds_its_key",
    ),
    (
        "token.verifier",
        "warn issuer-is-the-verifier",
        "service_tokens.rs",
        "kms_token_is_eigenlabs_word_whoever_holds_its_key",
    ),
    (
        "tpm.chain.revocation",
        "fail revoked",
        "google/tpm_checks.rs",
        "revocation_lists_of_the_issuers_are_asked",
    ),
    (
        "tpm.provider",
        "warn provider-is-the-root",
        "google/tpm_checks.rs",
        "sound_quotes_hold_and_are_the_providers_word",
    ),
    (
        "tuf.file/file 5",
        "unknown not-supported",
        "tuf/checks.rs",
        "metadata_and_key_lists_that_cannot_be_read_are_findings_about_themselves",
    ),
    (
        "tuf.rollback",
        "fail rollback",
        "tuf/checks.rs",
        "a_later_state_must_not_fall_behind_what_was_seen",
    ),
];

/// Every finding and what becomes of it, in a row or elsewhere.
fn told() -> BTreeSet<Told> {
    let rows = TABLES.iter().flat_map(|table| table());
    rows.chain(ELSEWHERE.iter().map(|(finding, becomes, ..)| (*finding, *becomes))).collect()
}

#[test]
fn every_check_has_an_input_for_which_exactly_it_does_not_pass() {
    let told = told();
    let lacks = |check: &&&Check| {
        let can = |outcome: &str| match outcome {
            "fail" | "warn" | "allowed" => true,
            // Nothing makes the check do more than stay open.
            _ => check.fails.is_empty() && check.warns.is_empty() && check.allows.is_empty(),
        };
        let mut own = told.iter().filter(|(finding, _)| check_of(finding) == check.id);
        !own.any(|(_, becomes)| {
            *becomes != "pass" && can(becomes.split(' ').next().unwrap_or_default())
        })
    };
    let lacking: Vec<&str> = checks::ALL.iter().filter(lacks).map(|check| check.id).collect();
    assert!(lacking.is_empty(), "{} without an input: {lacking:#?}", lacking.len());
}

#[test]
fn what_becomes_of_a_check_stands_in_its_row() {
    let mut wrong = Vec::new();
    for (finding, becomes) in told() {
        let Some(check) = checks::find(check_of(finding)) else {
            wrong.push(format!("{finding} is of no check"));
            continue;
        };
        let known = match becomes.split_once(' ') {
            Some(("fail", reason)) => check.fails.contains(&reason),
            Some(("warn", reason)) => check.warns.contains(&reason),
            Some(("allowed", reason)) => check.allows.contains(&reason),
            _ => true,
        };
        if !known {
            wrong.push(format!("{finding} never becomes {becomes}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tests_that_are_no_rows_are_there_and_name_their_check() {
    let rows: BTreeSet<Told> = TABLES.iter().flat_map(|table| table()).collect();
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/suite"));
    let mut wrong = Vec::new();
    for (finding, becomes, file, test) in ELSEWHERE {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let name = check_of(finding);
        let constant = name.split_once('.').map_or(name, |(_, rest)| rest);
        let constant = constant.to_uppercase().replace(['.', '-'], "_");
        if !text.contains(&format!("#[test]\nfn {test}()")) {
            wrong.push(format!("{file} has no test {test}"));
        } else if !text.contains(name) && !text.contains(&constant) {
            wrong.push(format!("{file} does not name {name}"));
        } else if rows.contains(&(*finding, *becomes)) {
            wrong.push(format!("{finding} {becomes} is a row as well"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Nothing stands for a link that nobody presented, and no check of a link can fail without it.
#[test]
fn a_link_without_evidence_is_told_as_not_published() {
    let launch = LaunchDescription {
        schema: LaunchDescription::SCHEMA.into(),
        kernel_sha256: None,
        initrd_sha256: None,
        command_line: String::new(),
        processors: 1,
        processor_type: "EPYC-v4".into(),
        features: 1,
        monitor: "qemu".into(),
    };
    let build = Build::default();
    let statement = build.slsa_statement("image", &Sha256::of(b"image").to_string());
    let build = BundleSpec::dsse(&build, statement).bytes();
    let mut told = BTreeSet::new();
    for evidence in [serde_json::to_vec(&launch).unwrap(), build] {
        let report = examine(&evidence, &[], None, UnixTime(1_780_272_000)).unwrap();
        for (finding, becomes) in findings(&report) {
            if finding.starts_with("link.") {
                assert_eq!(becomes, "unknown not-published", "{finding}");
                told.insert(finding);
            }
        }
    }
    let all: BTreeSet<String> =
        LinkId::ALL.iter().map(|link| format!("link.{}", link.word())).collect();
    assert_eq!(told, all);
}
