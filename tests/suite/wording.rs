//! The English wording holds to its rules: nothing is missing, nothing is left over, and the
//! words that promise more than evidence can show are not used.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use silicon_to_source::finding::{Check, LinkId, Why, checks};
use silicon_to_source::report::{
    Custody, DebugFlag, Freshness, KeyFlag, Level, Overrides, RootOfTrust, State,
};
use silicon_to_source::wording;

const STATES: [State; 5] =
    [State::Verified, State::Warning, State::NotPublished, State::Unknown, State::Failed];
const KINDS: &[&str] = &[
    "cloud-build-provenance",
    "tinfoil-bundle",
    "snp-report",
    "tdx-quote",
    "sgx-quote",
    "dstack-quote-report",
    "sigstore-bundle",
    "github-attestations",
    "attestation-token",
    "nitro-document",
    "azure-snp-evidence",
    "dstack-nitro-attestation",
    "dstack-snp-attestation",
    "dstack-tdx-attestation",
    "dstack-certificate",
    "gpu-report",
    "gpu-tokens",
    "launch-description",
    "near-report",
    "near-machine",
    "simulated",
];

/// Checks that a policy rule or an old file can turn into a warning; a dot at the end stands for
/// all that begin so.
const CAN_WARN: &[&str] = &[
    "snp.crl.freshness",
    "snp.chip-id",
    "snp.product.standing",
    "snp.report.version",
    "snp.report.reserved",
    "snp.root.supplied",
    "snp.tcb.order",
    "snp.tcb.provisional",
    "snp.tcb.minimum",
    "snp.mitigations",
    "snp.platform.",
    "snp.guest-policy.",
    "snp.measurement",
    "snp.vmpl",
    "snp.migration-report",
    "dcap.quote.trailing",
    "dcap.policy.tcb-status",
    "tdx.attributes.",
    "tdx.seam.signer",
    "tdx.seam.attributes",
    "tdx.service-td",
    "tdx.xfam",
    "tdx.mr-config-id",
    "tdx.mr-owner",
    "tdx.mr-owner-config",
    "tdx.software",
    "sgx.attributes.debug",
    "sgx.attributes.provision-key",
    "sgx.reserved",
    "sgx.xfrm",
    "sgx.mrenclave",
    "eventlog.coverage",
    "dstack.key-provider",
    "dstack.images",
    "dstack.os-image",
    "dstack.acpi-tables",
    "nitro.debug",
    "nitro.document.time",
    "nitro.image",
    "dcap.collateral.evaluation",
    "dcap.tcb.relaunch",
    "dcap.tcb.status",
    "dcap.tcb.advisories",
    "sigstore.trusted-root",
    "tuf.expiry",
    "tpm.provider",
    "eigencompute.challenge",
    "eigencompute.hardened",
    "eigencompute.launch",
    "eigencompute.overrides",
    "tpm.secure-boot",
    "azure.paravisor",
    "azure.boot",
    "azure.secure-boot",
    "sigstore.log.inclusion",
    "gcb.time",
    "gcb.log",
    "gcb.project",
    "oci.reference",
    "provenance.release",
    "sigstore.public-log",
    "provenance.workflow",
    "provenance.repository",
    "provenance.owner",
    "binding.tls.domain",
    "tinfoil.container",
    "tinfoil.vm-image",
    "binding.tls.issuer",
    "binding.freshness",
    "git.tree",
    "git.tag",
    "github.attestations",
    "token.key",
    "gpu.chain.revocation",
    "gpu.measurements",
    "near.actions",
    "near.ohttp",
    "token.verifier",
    "token.audience",
    "token.hardware",
    "token.secure-boot",
    "token.image",
    "token.overrides",
    "token.tcb",
    "nras.secure-boot",
    "registry.release",
    "registry.compose-hash",
];

/// Why no attestation was read: statuses, words of the contract, and failures of asking.
const ANSWERS: [&str; 18] = [
    "404",
    "410",
    "503",
    "429",
    "400",
    "unavailable",
    "content-type",
    "not-asked",
    "cors-or-network",
    "timeout",
    "too-large",
    "redirect",
    "offline",
    "aborted",
    "tls",
    "dns",
    "refused",
    "truncated",
];

/// Why nobody was asked about a register.
const UNASKED: [&str; 3] = ["no-app", "no-chain", "no-provider"];

fn english() -> Json {
    serde_json::from_str(include_str!("../../www/locales/en.json")).unwrap()
}

/// Every text with its path.
fn texts(json: &Json) -> Vec<(String, &str)> {
    match json {
        Json::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                texts(value).into_iter().map(move |(path, text)| (format!("{key}/{path}"), text))
            })
            .collect(),
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(text) => vec![(String::new(), text)],
        _ => Vec::new(),
    }
}

/// How many members the objects of `json` have.
fn members(json: &Json) -> usize {
    match json {
        Json::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        Json::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

#[test]
fn no_key_is_written_twice() {
    let text = include_str!("../../www/locales/en.json");
    let keys = text.lines().filter(|line| {
        line.trim_start().strip_prefix('"').is_some_and(|rest| rest.contains("\": "))
    });
    assert_eq!(keys.count(), members(&english()), "one member a line, and none twice");
}

fn is_presence(check: &Check) -> bool {
    check.id.starts_with("link.")
}

fn can_warn(check: &Check) -> bool {
    CAN_WARN.iter().any(|id| match id.strip_suffix('.') {
        Some(_) => check.id.starts_with(id),
        None => check.id == *id,
    })
}

#[test]
fn every_check_has_a_title_and_a_sentence_for_each_outcome() {
    for check in checks::ALL.iter() {
        let mut needed = vec!["title", "pass"];
        if is_presence(check) {
            needed.push("unknown");
        } else {
            needed.extend(["fail", "todo"]);
        }
        if can_warn(check) {
            needed.push("warn");
        }
        for key in needed {
            let text = wording::find(&["checks", check.id, key]);
            assert!(text.is_some_and(|text| !text.is_empty()), "{} has no {key}", check.id);
        }
    }
    for id in CAN_WARN.iter().filter(|id| !id.ends_with('.')) {
        assert!(checks::find(id).is_some(), "{id} is not a check");
    }
}

#[test]
fn no_wording_is_left_over_from_a_check_that_does_not_exist() {
    let english = english();
    let written: BTreeSet<_> = english["checks"].as_object().unwrap().keys().cloned().collect();
    let known: BTreeSet<_> = checks::ALL.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(written, known);
}

#[test]
fn outcome_keys_are_spelled_as_findings_spell_them() {
    let english = english();
    let why = [Why::NotApplicable, Why::NotFetched, Why::NotPublished, Why::NotSupported];
    let why: BTreeSet<_> = why.map(Why::word).into_iter().chain(["blocked"]).collect();
    let reasons = english["reasons"].as_object().unwrap();
    for (id, check) in english["checks"].as_object().unwrap() {
        for key in check.as_object().unwrap().keys() {
            let (outcome, narrower) = key.split_once('.').unwrap_or((key, ""));
            let fits = match outcome {
                "title" | "expected" | "found" => narrower.is_empty(),
                "pass" => ["", "set", "clear", "simulated"].contains(&narrower),
                "unknown" => {
                    let answer = id == "coordinator.answer" && ANSWERS.contains(&narrower);
                    let unasked = id.starts_with("registry.") && UNASKED.contains(&narrower);
                    narrower.is_empty() || why.contains(narrower) || answer || unasked
                }
                "fail" | "warn" | "todo" => narrower.is_empty() || reasons.contains_key(narrower),
                _ => false,
            };
            assert!(fits, "{id} has {key}");
        }
    }
}

fn assert_words(path: &[&str]) {
    assert!(wording::find(path).is_some_and(|text| !text.is_empty()), "{path:?} is missing");
}

/// Roots of trust that have sentences of their own.
const ROOTS: [&str; 2] = ["cloud-provider", "statement"];

#[test]
fn every_link_and_state_has_its_words() {
    for link in LinkId::ALL {
        for key in ["title", "question", "holds", "warning", "failed", "not-published", "unknown"] {
            assert_words(&["links", link.word(), key]);
            let (link, words) = (link.word(), &english()["links"][link.word()]);
            let narrowed = words.as_object().unwrap().keys().filter_map(|k| k.split_once('.'));
            for (_, root) in narrowed.filter(|(of, root)| *of == key && *root != "simulated") {
                assert!(ROOTS.contains(&root), "{link} has words for {root}");
            }
        }
    }
    for key in ["word", "label", "meaning"] {
        for state in STATES {
            assert_words(&["states", &wording::word(&state), key]);
        }
        assert_words(&["states", "checking", key]);
    }
    for key in ["complete", "after", "nowhere", "build-only"] {
        assert_words(&["ends-at", key]);
    }
}

#[test]
fn every_level_and_root_of_trust_has_its_words() {
    for level in [Level::A0, Level::A1, Level::A2, Level::A3, Level::A4, Level::A5] {
        assert_words(&["levels", &wording::word(&level), "name"]);
        assert_words(&["levels", &wording::word(&level), "meaning"]);
    }
    for root in [
        RootOfTrust::CpuVendor,
        RootOfTrust::CloudProvider,
        RootOfTrust::Statement,
        RootOfTrust::BuildOnly,
        RootOfTrust::Nothing,
    ] {
        assert_words(&["root-of-trust", &wording::word(&root)]);
        assert_words(&["levels", &wording::level_key(None, root), "meaning"]);
    }
}

#[test]
fn every_flag_value_has_its_words() {
    fn flag(name: &str, values: &[impl serde::Serialize]) {
        assert_words(&["flags", name, "title"]);
        for value in values {
            assert_words(&["flags", name, &wording::word(value)]);
        }
    }
    flag("key", &[KeyFlag::Bound, KeyFlag::NotShown]);
    flag("custody", &[Custody::KmsDerived, Custody::NotStated]);
    flag("custody", &[Custody::OperatorProvisioned, Custody::TeeGenerated]);
    flag("freshness", &[Freshness::Challenge, Freshness::Cached, Freshness::None]);
    flag("debug", &[DebugFlag::On, DebugFlag::Off, DebugFlag::Unknown]);
    flag("overrides", &[Overrides::Present, Overrides::None, Overrides::NotShown]);
}

#[test]
fn every_why_and_outcome_has_a_general_sentence() {
    for why in [
        Why::Blocked { by: &checks::SNP_CHIP_ID },
        Why::NotApplicable,
        Why::NotFetched,
        Why::NotPublished,
        Why::NotSupported,
    ] {
        assert_words(&["why", why.word()]);
        assert_words(&["reasons", why.word()]);
    }
    for outcome in ["pass", "fail", "warn"] {
        assert_words(&["outcomes", outcome]);
    }
    assert_words(&["undermined"]);
}

#[test]
fn every_kind_and_state_says_what_it_means_and_what_it_does_not() {
    for kind in KINDS {
        for state in STATES {
            let key = format!("{kind}.{}", wording::word(&state));
            assert_words(&["verdicts", &key]);
            for (section, begin) in [("means", "This means "), ("not-means", "This does not mean ")]
            {
                let lines = wording::list(&[section, &key]);
                assert!(lines.iter().any(|line| line.starts_with(begin)), "{section} {key}");
            }
        }
    }
    assert!(!wording::list(&["beyond"]).is_empty());
}

#[test]
fn simulated_verdicts_name_themselves_and_never_a_real_maker() {
    let english = english();
    for (key, text) in english["verdicts"].as_object().unwrap() {
        let text = text.as_str().unwrap();
        assert_eq!(key.starts_with("simulated."), text.starts_with("SIMULATED"), "{key}");
        if key.starts_with("simulated.") {
            assert!(!["AMD", "GitHub", "Sigstore"].iter().any(|name| text.contains(name)), "{key}");
        }
    }
}

#[test]
fn words_that_promise_too_much_are_not_used() {
    const FORBIDDEN: &[&str] = &[
        "secure",
        "securely",
        "safe",
        "safely",
        "safety",
        "certified",
        "trusted",
        "trustworthy",
        "proof",
        "prove",
        "proves",
        "proved",
        "proven",
        "guarantee",
        "guarantees",
        "guaranteed",
    ];
    let english = english();
    for (path, text) in texts(&english) {
        assert!(!text.contains('!'), "{path}: {text}");
        // The name of Sigstore's own file, which a reader has to look for.
        let text = text.to_lowercase().replace("trusted_root.json", "");
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            assert!(!FORBIDDEN.contains(&word), "{path}: {text}");
        }
        let terminal = path.starts_with("cli/");
        assert!(terminal || !text.contains("--"), "an option of s2s in {path}: {text}");
        let state = path.starts_with("states/");
        assert!(state || !text.contains("verified"), "without its object in {path}: {text}");
    }
}

#[test]
fn sentences_are_short() {
    let english = english();
    for (path, text) in texts(&english) {
        for sentence in text.split_inclusive(". ").flat_map(|s| s.split_inclusive("? ")) {
            let words = sentence.split_whitespace().count();
            assert!(words <= 30, "{words} words in {path}: {sentence}");
        }
        assert!(text.trim() == text && !text.contains("  "), "spaces in {path}: {text}");
    }
}

#[test]
fn sentences_end_as_sentences_and_labels_do_not() {
    let english = english();
    for section in ["checks", "links", "why", "outcomes", "verdicts", "means", "not-means"] {
        for (path, text) in texts(&english[section]) {
            let key = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let key = key.split('.').next().unwrap_or_default();
            let label = ["title", "expected", "found"].contains(&key);
            let end = if key == "question" { '?' } else { '.' };
            assert_eq!(text.ends_with(end), !label, "{section}/{path}: {text}");
            let upper = text.starts_with(char::is_uppercase);
            assert!(upper || label, "{section}/{path}: {text}");
        }
    }
}
