//! What is said about a report, by example; and the page says the same as the terminal.

use std::process::{Command, Stdio};

use s2s::wording::Sentences;
use serde_json::{Value as Json, json};
use silicon_to_source::builds::{provenance, sigstore};
use silicon_to_source::claims::Claim;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::checks;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::{Finding, LinkId, Value, Why};
use silicon_to_source::formats::{snp, token, tpm};
use silicon_to_source::report::answer::Row;
use silicon_to_source::report::{
    DebugFlag, Draft, Flags, Part, Report, RootOfTrust, Subject, Wanted,
};
use silicon_to_source::services::{coordinator, tinfoil};
use silicon_to_source::time::UnixTime;

const HOST: Option<&str> = Some("https://api.example.com");
const COMMIT: &str = "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7";

/// What a case hands over, and which level its policy asks for.
struct Case {
    root: RootOfTrust,
    findings: Vec<Finding>,
    asked: Option<&'static str>,
    debug: DebugFlag,
    source: bool,
    policy: Json,
    wanted: Vec<&'static str>,
    name: Option<String>,
}

impl Case {
    fn of(root: RootOfTrust, findings: Vec<Finding>, least: Option<&str>) -> Self {
        let required: Vec<&str> = findings.iter().map(|finding| finding.check.id).collect();
        let mut policy = json!({"name": "p", "required": required});
        if let Some(least) = least {
            policy["least-level"] = least.into();
        }
        Self {
            root,
            findings,
            asked: None,
            debug: DebugFlag::Unknown,
            source: false,
            policy,
            wanted: Vec::new(),
            name: None,
        }
    }

    fn report(self) -> Report {
        let subject =
            Subject { kind: "snp-report", name: self.name, sha256: Sha256([7; 32]), len: 1 };
        let claim = |name, text: &str| Claim {
            name,
            value: Value::text(text),
            link: LinkId::Commit,
            part: None,
        };
        let claims = match self.source {
            true => vec![
                claim("git.commit", COMMIT),
                claim("git.repository", "https://github.com/someone/something"),
            ],
            false => Vec::new(),
        };
        let wanted = self.wanted.into_iter().map(|what| Wanted {
            what,
            url: "https://example.com/".to_owned(),
            decides: vec![&snp::checks::SNP_VEK_SIGNATURE],
            reveals: "nothing-beyond-your-address",
        });
        let part = Part {
            findings: self.findings,
            claims,
            wanted: wanted.collect(),
            asked: self.asked.map(str::to_owned),
            flags: Flags { debug: self.debug, ..Flags::UNKNOWN },
            ..Part::default()
        };
        let draft = Draft { part, ..Draft::of(subject, self.root) };
        // A check that needs a value of the policy's is required here by its finding alone.
        let mut policy = self.policy;
        let required = policy["required"].as_array_mut().unwrap();
        required.retain(|id| {
            let check = checks::find(id.as_str().unwrap()).unwrap();
            !check.is(silicon_to_source::finding::Property::NeedsReference)
        });
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        Report::assemble(draft, &policy.requirements(""), UnixTime(1_769_904_000))
    }
}

fn chip() -> Vec<Finding> {
    [
        &snp::checks::SNP_ASK_SIGNATURE,
        &snp::checks::SNP_VEK_SIGNATURE,
        &snp::checks::SNP_REPORT_SIGNATURE,
        &snp::checks::SNP_TCB_MINIMUM,
    ]
    .map(Finding::pass)
    .to_vec()
}

fn under_named_root() -> Vec<Finding> {
    let mut findings = chip();
    findings.push(Finding::warn(&snp::checks::SNP_ROOT_PINNED, "named"));
    findings
}

fn build() -> Vec<Finding> {
    [
        &sigstore::checks::SIGSTORE_SIGNATURE,
        &sigstore::checks::SIGSTORE_CERTIFICATE_CHAIN,
        &provenance::checks::PROVENANCE_COMMIT,
    ]
    .map(Finding::pass)
    .to_vec()
}

fn whole() -> Case {
    let mut findings = chip();
    findings.push(Finding::pass(&tinfoil::checks::TINFOIL_MEASUREMENT));
    findings.extend(build());
    Case {
        debug: DebugFlag::Off,
        source: true,
        ..Case::of(RootOfTrust::CpuVendor, findings, Some("A5"))
    }
}

fn with(mut case: Case, finding: Finding) -> Case {
    case.findings.push(finding);
    case
}

pub(crate) fn cases() -> Vec<(Report, &'static str, &'static str)> {
    let google = [&tpm::checks::TPM_CHAIN_SIGNATURE, &tpm::checks::TPM_QUOTE_SIGNATURE]
        .map(Finding::pass)
        .to_vec();
    let token =
        [&token::checks::TOKEN_KEY, &token::checks::TOKEN_SIGNATURE].map(Finding::pass).to_vec();
    let open = |why| {
        let mut findings = chip();
        findings[1] = Finding::unknown(&snp::checks::SNP_VEK_SIGNATURE, why);
        findings[2] =
            Finding::blocked(&snp::checks::SNP_REPORT_SIGNATURE, &snp::checks::SNP_VEK_SIGNATURE);
        findings[3] =
            Finding::blocked(&snp::checks::SNP_TCB_MINIMUM, &snp::checks::SNP_REPORT_SIGNATURE);
        Case::of(RootOfTrust::CpuVendor, findings, Some("A3"))
    };
    let by_tag = || Finding::warn(&tinfoil::checks::TINFOIL_CONTAINER, "by-tag");
    let named = |finding| {
        let mut findings = chip();
        findings.push(finding);
        Case::of(RootOfTrust::CpuVendor, findings, Some("A4"))
    };
    let denied = {
        let mut case = with(whole(), by_tag());
        case.policy["warnings"] = "deny".into();
        case
    };
    let simulated = {
        let mut case = whole();
        case.policy["roots"] = "simulated".into();
        case
    };
    vec![
        (
            Case { asked: HOST, ..with(whole(), by_tag()) }.report(),
            "Verified, but one part could be replaced without anyone noticing",
            "api.example.com runs software built from commit 7a4ca87d5481 of \
             github.com/someone/something, on a genuine AMD chip that hides its memory from the \
             operator, but one part could be replaced without anyone noticing.",
        ),
        (
            simulated.report(),
            "SIMULATED: Verified",
            "SIMULATED: The machine behind this evidence runs software built from commit \
             7a4ca87d5481 of github.com/someone/something, on a genuine AMD chip that hides its \
             memory from the operator.",
        ),
        (
            Case { source: false, ..whole() }.report(),
            "Verified image",
            "The machine behind this evidence runs the image that a signed build names, on a \
             genuine AMD chip that hides its memory from the operator. Nothing here ties it to \
             public source code.",
        ),
        (
            named(Finding::pass(&snp::checks::SNP_MEASUREMENT)).report(),
            "Verified image",
            "The machine behind this evidence runs the software that your policy names, on a \
             genuine AMD chip. Nothing here ties it to public source code.",
        ),
        (
            Case { asked: HOST, ..Case::of(RootOfTrust::CpuVendor, chip(), Some("A3")) }.report(),
            "Real machine, unknown software",
            "A genuine AMD chip answered for api.example.com. Nothing here shows which software \
             runs on it.",
        ),
        (
            Case::of(RootOfTrust::CloudProvider, google, Some("A2")).report(),
            "Cloud provider's word",
            "Google says so; no chip signed it.",
        ),
        (
            Case::of(RootOfTrust::PolicyRoot, under_named_root(), Some("A1")).report(),
            "Your policy's root says so",
            "A chain under the root that your policy names says so. Only your policy vouches for it.",
        ),
        (
            Case {
                asked: HOST,
                ..Case::of(RootOfTrust::PolicyRoot, under_named_root(), Some("A1"))
            }
            .report(),
            "Your policy's root says so",
            "A chain under the root that your policy names speaks for api.example.com. Only your \
             policy vouches for it.",
        ),
        (
            Case::of(RootOfTrust::PolicyKey, token.clone(), Some("A1")).report(),
            "The word of a key that you named",
            "The holder of a key that your policy names says so. There is no evidence to check.",
        ),
        (
            Case { asked: HOST, ..Case::of(RootOfTrust::Statement, token, Some("A1")) }.report(),
            "A statement",
            "Somebody makes a statement about api.example.com. There is no evidence to check.",
        ),
        (
            Case { source: true, ..Case::of(RootOfTrust::BuildOnly, build(), Some("build")) }
                .report(),
            "A signed record, no machine",
            "A signed record names commit 7a4ca87d5481 of github.com/someone/something as the \
             source. No machine is part of this.",
        ),
        (
            Case::of(
                RootOfTrust::BuildOnly,
                [&sigstore::checks::SIGSTORE_SIGNATURE, &sigstore::checks::SIGSTORE_KEY]
                    .map(Finding::pass)
                    .to_vec(),
                Some("build"),
            )
            .report(),
            "Not decided",
            "The chain shows less than the level that was asked for.",
        ),
        (
            with(whole(), Finding::fail(&snp::checks::SNP_POLICY_DEBUG, "set")).report(),
            "Do not rely on it",
            "Do not rely on this evidence. This machine may be debugged: its operator can read its \
             memory. The policy refuses that.",
        ),
        (
            Case {
                asked: HOST,
                ..Case::of(
                    RootOfTrust::Nothing,
                    vec![Finding::unknown(
                        &coordinator::checks::COORDINATOR_ANSWER,
                        Why::NotPublished,
                    )],
                    Some("A3"),
                )
            }
            .report(),
            "Nothing published",
            "api.example.com publishes nothing that anyone could check. Whoever runs it could read \
             your requests, and nobody outside could tell.",
        ),
        (
            Case {
                asked: HOST,
                ..Case::of(
                    RootOfTrust::Unknown,
                    vec![Finding::unknown(&coordinator::checks::COORDINATOR_ANSWER, Why::NotAsked)],
                    Some("A3"),
                )
            }
            .report(),
            "No answer",
            "api.example.com gave no answer that could be read, so nothing was checked.",
        ),
        (
            Case::of(
                RootOfTrust::Unknown,
                vec![
                    Finding::unknown(&token::checks::TOKEN_KEY, Why::NoReference),
                    Finding::pass(&token::checks::TOKEN_SIGNATURE),
                ],
                Some("A1"),
            )
            .report(),
            "Nobody's word",
            "Nothing says whose key signed this, so it shows nothing.",
        ),
        (
            Case { wanted: vec!["vcek", "vcek"], ..open(Why::NotFetched) }.report(),
            "Not decided",
            "One file is missing: The chip's certificate (VCEK).",
        ),
        (
            Case { wanted: vec!["vcek", "crl"], ..open(Why::NotFetched) }.report(),
            "Not decided",
            "2 files are missing. The first is: The chip's certificate (VCEK).",
        ),
        (
            open(Why::NotSupported).report(),
            "Not decided",
            "This verifier cannot decide this: AMD's signature on the chip's certificate.",
        ),
        (
            Case::of(RootOfTrust::CpuVendor, chip(), None).report(),
            "Not decided",
            "Your policy names no least level, so nothing can meet it.",
        ),
        (
            Case::of(RootOfTrust::CpuVendor, chip(), Some("A5")).report(),
            "Not decided",
            "The chain shows less than the level that was asked for.",
        ),
        (
            denied.report(),
            "Not decided",
            "There is a warning, and you asked for none: one part could be replaced without anyone \
             noticing.",
        ),
    ]
}

#[test]
fn a_headline_names_its_object_and_its_worst_caveat() {
    for (report, short, sentence) in cases() {
        let line = Sentences::of(&report).headline();
        assert_eq!((line.short.as_str(), line.sentence.as_str()), (short, sentence));
    }
}

#[test]
fn the_reason_follows_what_blocked_it_to_its_end() {
    let report = {
        let mut findings = chip();
        findings[1] = Finding::unknown(&snp::checks::SNP_VEK_SIGNATURE, Why::NotFetched);
        findings[2] =
            Finding::blocked(&snp::checks::SNP_REPORT_SIGNATURE, &snp::checks::SNP_VEK_SIGNATURE);
        findings[3] =
            Finding::blocked(&snp::checks::SNP_TCB_MINIMUM, &snp::checks::SNP_REPORT_SIGNATURE);
        Case::of(RootOfTrust::CpuVendor, findings, Some("A3")).report()
    };
    let sentences = Sentences::of(&report);
    let firmware = sentences.findings(&snp::checks::SNP_TCB_MINIMUM)[0];
    assert_eq!(
        sentences.finding(firmware),
        "Not checked, because of this: The chip's certificate, or AMD's intermediate certificate, \
         was not supplied."
    );
}

#[test]
fn checks_that_block_each_other_end_in_a_title() {
    let findings = vec![
        Finding::blocked(&snp::checks::SNP_TCB_MINIMUM, &snp::checks::SNP_REPORT_SIGNATURE),
        Finding::blocked(&snp::checks::SNP_REPORT_SIGNATURE, &snp::checks::SNP_TCB_MINIMUM),
    ];
    let report = Case::of(RootOfTrust::CpuVendor, findings, Some("A3")).report();
    let sentences = Sentences::of(&report);
    let said = sentences.finding(sentences.findings(&snp::checks::SNP_TCB_MINIMUM)[0]);
    assert!(said.starts_with("Not checked, because of this: ") && said.ends_with('.'), "{said}");
}

fn links_of(report: &Report, id: LinkId) -> Vec<String> {
    Sentences::of(report).link(report.link(id).unwrap())
}

/// Fault A1: a bundle that a bare key signed.
#[test]
fn a_bundle_signed_by_a_bare_key_names_neither_a_workflow_nor_a_log() {
    let findings = [&sigstore::checks::SIGSTORE_SIGNATURE, &sigstore::checks::SIGSTORE_KEY]
        .map(Finding::pass)
        .to_vec();
    let report = Case::of(RootOfTrust::BuildOnly, findings, Some("build")).report();
    let said = links_of(&report, LinkId::Provenance).join(" ");
    assert!(said.contains("A key that your policy names signed this file."), "{said}");
    assert!(!said.contains("workflow") && !said.contains("log"), "{said}");
}

/// Fault A1: GitHub's statement about a release is no build.
#[test]
fn a_release_statement_says_that_nobody_built_it() {
    let findings = vec![
        Finding::pass(&sigstore::checks::SIGSTORE_SIGNATURE),
        Finding::pass(&sigstore::checks::SIGSTORE_CERTIFICATE_CHAIN),
        Finding::unknown(&provenance::checks::PROVENANCE_COMMIT, Why::NotApplicable),
        Finding::warn(&provenance::checks::PROVENANCE_RELEASE, "not-a-build"),
    ];
    let report = Case::of(RootOfTrust::BuildOnly, findings, Some("build")).report();
    let line = Sentences::of(&report).headline();
    assert_eq!(line.short, "Not decided", "a release is no build");
    let said = links_of(&report, LinkId::Commit).join(" ");
    let expected = "GitHub says which commit the release's tag had. Nobody says how its files were \
                    made.";
    assert_eq!(said, expected);
}

/// Fault A4: no words of a chip maker for a statement.
#[test]
fn a_statement_by_a_key_of_the_policy_names_no_chip_maker() {
    let token =
        [&token::checks::TOKEN_KEY, &token::checks::TOKEN_SIGNATURE].map(Finding::pass).to_vec();
    let report = Case::of(RootOfTrust::PolicyKey, token, Some("A1")).report();
    let sentences = Sentences::of(&report);
    let all: Vec<String> = report.links.iter().flat_map(|link| sentences.link(link)).collect();
    let first = all.first().map(String::as_str);
    assert_eq!(first, Some("The chain begins at the key that your policy names."));
    for word in ["chip maker", "AMD", "Intel", "hardware"] {
        assert!(!all[..3].iter().any(|said| said.contains(word)), "{word}: {all:?}");
    }
}

#[test]
fn a_policy_that_names_a_measurement_does_not_make_the_image_known() {
    let mut findings = chip();
    findings.push(Finding::pass(&snp::checks::SNP_MEASUREMENT));
    let report = Case::of(RootOfTrust::CpuVendor, findings, Some("A4")).report();
    let said = links_of(&report, LinkId::Image).join(" ");
    assert!(said.starts_with("Your policy names this measurement."), "{said}");
}

#[test]
fn what_the_policy_lets_pass_carries_no_link() {
    let mut findings = chip();
    findings[3] = Finding::allowed(&snp::checks::SNP_TCB_MINIMUM, "below-minimum");
    let report = Case::of(RootOfTrust::CpuVendor, findings, Some("A3")).report();
    let said = links_of(&report, LinkId::Tcb).join(" ");
    assert!(!said.contains("meets the minimum"), "{said}");
}

#[test]
fn without_an_answer_no_link_says_that_something_is_not_published() {
    let findings = vec![Finding::unknown(&coordinator::checks::COORDINATOR_ANSWER, Why::NotAsked)];
    let report = Case::of(RootOfTrust::Unknown, findings, Some("A3")).report();
    let sentences = Sentences::of(&report);
    for link in &report.links {
        let said = sentences.link(link).join(" ");
        assert!(said.starts_with("No answer was read"), "{}: {said}", link.id.word());
    }
}

/// Fault A9: whatever the evidence says, the sentence is the same.
#[test]
fn evidence_chooses_no_sentence() {
    let said = |actual: &str| {
        let finding = Finding::unknown(&coordinator::checks::BINDING_SEALED_KEY, Why::NotSupported);
        let findings = vec![finding.actual(actual)];
        let report = Case::of(RootOfTrust::CpuVendor, findings, Some("A3")).report();
        let sentences = Sentences::of(&report);
        sentences.finding(sentences.findings(&coordinator::checks::BINDING_SEALED_KEY)[0])
    };
    for actual in ["not-published", "not-fetched", "pass", "set", "title"] {
        assert_eq!(said(actual), said("an algorithm"), "{actual}");
    }
}

/// Fault A7: the evidence's own name is quoted, cut, and never in the headline.
#[test]
fn a_name_that_evidence_gives_itself_is_quoted_and_never_first() {
    let name = format!("Verified\" by \u{202e}us {}", "x".repeat(200));
    let report = Case { name: Some(name), ..whole() }.report();
    let sentences = Sentences::of(&report);
    let line = sentences.headline();
    assert!(!line.sentence.contains("by us") && !line.sentence.contains("xxx"), "{line:?}");
    let own = sentences.calls_itself().unwrap();
    assert!(own.starts_with("It calls itself \"Verified' by \\u{202e}us x"), "{own}");
    assert!(own.ends_with("...\".") && own.chars().count() < 100, "{own}");
}

#[test]
fn every_sentence_of_a_simulated_report_is_marked() {
    let mut case = with(whole(), Finding::warn(&tinfoil::checks::TINFOIL_CONTAINER, "by-tag"));
    case.policy["roots"] = "simulated".into();
    let report = case.report();
    let sentences = Sentences::of(&report);
    let links = report.links.iter().flat_map(|link| sentences.link(link));
    let findings = report.links.iter().flat_map(|link| &link.findings);
    let line = sentences.headline();
    let findings = findings.map(|finding| sentences.finding(finding));
    let rows = report.answer.rows.iter().map(|row| sentences.row(row).answer);
    let lines = [line.short, line.sentence, line.card];
    for said in links.chain(findings).chain(rows).chain(lines) {
        assert!(said.starts_with("SIMULATED: "), "{said}");
        assert_eq!(said.matches("SIMULATED").count(), 1, "{said}");
    }
}

fn row_json(sentences: &Sentences<'_>, row: &Row) -> Json {
    let line = sentences.row(row);
    json!({"question": line.question, "answer": line.answer})
}

/// Where Node is at hand, which the page's own tests need as well.
#[test]
fn the_page_says_what_the_terminal_says() {
    let mut reports: Vec<Report> = cases().into_iter().map(|(report, ..)| report).collect();
    let hostile = format!("a\"\u{9b}\u{202e}\n{}", "é".repeat(100));
    reports.push(Case { name: Some(hostile), ..whole() }.report());
    let texts: Vec<String> = reports.iter().map(Report::to_json).collect();
    let expected: Vec<Json> = reports
        .iter()
        .map(|report| {
            let sentences = Sentences::of(report);
            let line = sentences.headline();
            let findings = report.links.iter().flat_map(|link| &link.findings);
            json!({
                "short": line.short,
                "sentence": line.sentence,
                "card": line.card,
                "rows": report.answer.rows.iter().map(|row| row_json(&sentences, row)).collect::<Vec<_>>(),
                "next": sentences.next(),
                "subject": sentences.subject(),
                "itself": sentences.calls_itself(),
                "links": report.links.iter().map(|link| sentences.link(link)).collect::<Vec<_>>(),
                "apart": report.links.iter().map(|link| sentences.apart(link)).collect::<Vec<_>>(),
                "findings": findings.map(|f| sentences.finding(f)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wasm/headline.mjs");
    let file = std::env::temp_dir().join(format!("s2s-wording-{}.json", std::process::id()));
    std::fs::write(&file, format!("[{}]", texts.join(","))).unwrap();
    let node = Command::new("node").arg(script).arg(&file).stderr(Stdio::inherit()).output();
    std::fs::remove_file(&file).unwrap();
    let Ok(node) = node else {
        eprintln!("SKIPPED: Node is absent, so the page's sentences were not compared");
        return;
    };
    let said: Vec<Json> = serde_json::from_slice(&node.stdout).unwrap();
    assert_eq!(said.len(), expected.len());
    for (said, expected) in said.iter().zip(&expected) {
        assert_eq!(said, expected);
    }
}

/// The page and this crate have one list of letters that are written out.
#[test]
fn the_page_writes_out_every_letter_that_the_terminal_does() {
    let page = include_str!("../../../www/dom.js");
    for (from, to) in silicon_to_source::text::INVISIBLE {
        let range = match from == to {
            true => format!("\\u{{{from:x}}}"),
            false => format!("\\u{{{from:x}}}-\\u{{{to:x}}}"),
        };
        assert!(page.contains(&range), "{range}");
    }
}
