//! Every check there is has an input for which exactly it fails, warns or is let pass, or, where
//! nothing can make it do so, an input for which it stays open.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use silicon_to_source::engine::checks;
use silicon_to_source::finding::Check;

use crate::common::table::{Told, check_of};
use crate::{
    azure, coordinator, dcap, dstack, eigencompute, gcb, git, google, near, nitro, nvidia, oci,
    service_tokens, sigstore, snp, tinfoil, tuf,
};

/// Every table of inputs; the tests beside each table see that its rows do what they say.
const TABLES: &[fn() -> Vec<Told>] = &[
    azure::checks::told,
    coordinator::carriers::told,
    coordinator::checks::told,
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
    service_tokens::told,
    sigstore::checks::told,
    sigstore::provenance::told,
    snp::checks::told,
    snp::launch::told,
    tinfoil::told,
    tuf::checks::told,
];

/// What a test that is no row sees: the finding, what becomes of it, the test's file and name.
const ELSEWHERE: &[(&str, &str, &str, &str)] = &[];

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
