//! Roots that a policy names: a chain under one is the word of whoever wrote the policy, and never a
//! vendor's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s::export::{Asked, ear, vsa};
use s2s::wording::Sentences;
use s2s_sim::azure::AzureTdxSpec;
use s2s_sim::certificate::twin;
use s2s_sim::google::{self, TokenSpec, VtpmRole, vtpm_certificate};
use s2s_sim::intel::{self, CollateralSpec};
use s2s_sim::keys::Key;
use s2s_sim::nitro::{LinkSpec, NitroSpec};
use s2s_sim::{AUTHORITY_VALIDITY, amd, nvidia};
use serde_json::{Value as Json, json};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::policy::{LeastLevel, Policy};
use silicon_to_source::finding::LinkId;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::pki::anchors;
use silicon_to_source::pki::named::NamedRoot;
use silicon_to_source::report::answer::{RowId, RowReason};
use silicon_to_source::report::{Level, Report, RootOfTrust, State, Word};
use silicon_to_source::time::{UnixTime, Validity};
use silicon_to_source::{Context, File, examine_with, recorded};

use crate::common::table::findings;
use crate::common::{dcap, examine, shared, snp};
use crate::policy_sweep::{Piece, pieces};

/// Ended before any of the evidence was made.
const ENDED: Validity =
    Validity { not_before: AUTHORITY_VALIDITY.not_before, not_after: UnixTime(1_600_000_000) };

const VENDORS: [&str; 6] = ["amd", "aws", "google", "intel", "microsoft", "nvidia"];

/// The evidence, and the files beside it.
type Handed = (Vec<u8>, Vec<Vec<u8>>);

/// Evidence under one simulated root.
struct Chain {
    /// The member of the policy under which its root has to be named.
    vendor: &'static str,
    /// A check of the chain's last signature.
    signature: &'static str,
    /// The check of the root.
    root_check: &'static str,
    /// The check that fails where the root has ended.
    validity: &'static str,
    root: Vec<u8>,
    key: Key,
    evidence: fn(root: Vec<u8>) -> Handed,
    now: UnixTime,
}

fn sound(name: &str) -> (Vec<u8>, Vec<Vec<u8>>) {
    let Piece { input, files, .. } = pieces().into_iter().find(|piece| piece.name == name).unwrap();
    (input, files)
}

fn when(name: &str) -> UnixTime {
    pieces().into_iter().find(|piece| piece.name == name).unwrap().now
}

fn chains() -> Vec<Chain> {
    let vtpm = VtpmRole::Root;
    let role = nvidia::Role::Root;
    vec![
        Chain {
            vendor: "amd",
            signature: "snp.report.signature",
            root_check: "snp.root.pinned",
            validity: "snp.ark.validity",
            root: amd::authority(Product::Genoa, amd::Role::Ark).to_vec(),
            key: Key::Ark,
            evidence: |_| sound("snp-report"),
            now: when("snp-report"),
        },
        Chain {
            vendor: "intel",
            signature: "dcap.quote.signature",
            root_check: "dcap.root.pinned",
            validity: "dcap.root.validity",
            root: intel::authority(intel::Role::Root).to_vec(),
            key: Key::IntelRoot,
            evidence: |root| {
                let case = dcap::Case { root, ..dcap::Case::td() };
                (case.quote_bytes(), vec![case.files().bytes()])
            },
            now: dcap::NOW,
        },
        Chain {
            vendor: "aws",
            signature: "nitro.document.signature",
            root_check: "nitro.root.pinned",
            validity: "nitro.ca.validity",
            root: LinkSpec::root().der(),
            key: Key::AwsNitroRoot,
            evidence: |_| sound("nitro-document"),
            now: when("nitro-document"),
        },
        Chain {
            vendor: "nvidia",
            signature: "gpu.signature",
            root_check: "gpu.root",
            validity: "gpu.chain.validity/root",
            root: nvidia::certificate(role, &[0; 48], None),
            key: Key::NvidiaRoot,
            evidence: |_| sound("gpu-report"),
            now: when("gpu-report"),
        },
        Chain {
            vendor: "google",
            signature: "token.signature",
            root_check: "token.root",
            validity: "token.chain.validity/root",
            root: google::certificate(google::Role::Root, None),
            key: Key::GoogleTokenRoot,
            evidence: |_| (TokenSpec::default().sign().into_bytes(), Vec::new()),
            now: UnixTime(TokenSpec::ISSUED.0 + 60),
        },
        Chain {
            vendor: "google",
            signature: "tpm.quote.signature",
            root_check: "tpm.root",
            validity: "tpm.chain.validity/root",
            root: vtpm_certificate(vtpm, vtpm.key(), None),
            key: Key::GoogleVtpmRoot,
            evidence: |_| sound("vtpm-attestation"),
            now: when("vtpm-attestation"),
        },
    ]
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

fn policy(signature: &str, vendor: &str, roots: &[&[u8]]) -> Json {
    let roots: Vec<String> = roots.iter().map(|der| pem(der)).collect();
    json!({
        "name": "own roots", "least-level": "A1", "required": [signature],
        "named-roots": { vendor: roots },
    })
}

impl Chain {
    fn examine(&self, policy: &Json) -> Report {
        self.examine_with(policy, self.root.clone())
    }

    fn examine_with(&self, policy: &Json, root: Vec<u8>) -> Report {
        let (input, files) = (self.evidence)(root);
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        examine(&input, &files, Some(&policy), self.now).unwrap()
    }

    fn outcome(&self, report: &Report, check: &str) -> Option<String> {
        findings(report).get(check).cloned()
    }
}

/// Names of vendors in what a report says of the links of which a root vouches, where it says that
/// something holds.
fn vendors_named(report: &Report) -> Vec<String> {
    let sentences = Sentences::of(report);
    let mut said: Vec<String> = report
        .links
        .iter()
        .filter(|link| link.id <= LinkId::Measurements && link.holds())
        .flat_map(|link| sentences.link(link))
        .collect();
    let line = sentences.headline();
    said.extend([line.short, line.sentence, line.card]);
    said.extend(report.answer.rows.iter().map(|row| sentences.row(row).answer));
    let links = report.links.iter().filter(|link| link.id <= LinkId::Tcb);
    let holds = links.flat_map(|link| &link.findings).filter(|f| f.outcome == "pass");
    said.extend(holds.map(|finding| sentences.finding(finding)));
    let names = ["AMD", "AWS", "Google", "Intel", "Microsoft", "NVIDIA"];
    // The warning that no vendor vouches has to name the vendor that does not.
    said.retain(|text| !text.contains("only your policy says"));
    said.retain(|text| names.iter().any(|name| text.contains(name)));
    said
}

fn assert_policys_word(report: &Report, of: &str) {
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::PolicyRoot, "{of}");
    assert_eq!(report.assurance.level, Some(Level::A1), "{of}: {:?}", report.verdict);
    assert_eq!(report.verdict.state, State::Warning, "{of}: {:?}", report.verdict);
    assert_eq!(report.headline.word, Word::PolicyRoot, "{of}");
    let row = |id| report.answer.rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(row(RowId::Machine).reason, RowReason::PolicyRoot, "{of}");
    assert!(row(RowId::Machine).maker.is_none(), "{of}");
    let named = vendors_named(report);
    assert!(named.is_empty(), "{of}: {named:#?}");
    let claimed = report.claims.iter().any(|claim| claim.name == "hardware.root");
    assert!(!claimed, "{of}: a root is called by a vendor's name");
    let asked = Asked { require: LeastLevel::parse("A1"), ..Asked::default() };
    let ear: Json = serde_json::from_str(&ear(report, &asked)).unwrap();
    let own = &ear["submods"][report.subject.kind];
    assert_eq!(own["ear_verifier_claims"]["s2s_root_of_trust"], "policy-root", "{of}");
    assert_eq!(own["ear_status"], "none", "{of}: {own}");
    let vsa: Json = serde_json::from_str(&vsa(report, &asked)).unwrap();
    assert_eq!(vsa["predicate"]["s2s_rootOfTrust"], "policy-root", "{of}");
}

#[test]
fn a_chain_under_a_root_that_the_policy_names_is_the_policys_word_for_every_vendor() {
    for chain in chains() {
        let report = chain.examine(&policy(chain.signature, chain.vendor, &[&chain.root]));
        assert_policys_word(&report, chain.root_check);
        assert!(report.simulated, "{}: its private key is published", chain.root_check);
        let named = chain.outcome(&report, chain.root_check);
        assert_eq!(named.as_deref(), Some("warn named"), "{}", chain.root_check);
        // No level of a machine is reached, whatever the policy asks for.
        let mut more = policy(chain.signature, chain.vendor, &[&chain.root]);
        more["least-level"] = json!("A2");
        let report = chain.examine(&more);
        assert_eq!(report.verdict.lacks, ["level-not-reached"], "{}", chain.root_check);
        more["least-level"] = json!("A1");
        more["warnings"] = json!("deny");
        assert_eq!(chain.examine(&more).verdict.lacks, ["warnings-denied"]);
    }
}

#[test]
fn the_same_chain_fails_where_no_policy_names_its_root() {
    for chain in chains() {
        let mut unnamed = policy(chain.signature, chain.vendor, &[]);
        for other in [None, Some("other vendor")] {
            if other.is_some() {
                // Named in the place of every other vendor's root.
                for vendor in VENDORS.iter().filter(|vendor| **vendor != chain.vendor) {
                    unnamed["named-roots"][vendor] = json!([pem(&chain.root)]);
                }
            }
            let report = chain.examine(&unnamed);
            assert_eq!(report.verdict.state, State::Failed, "{}", chain.root_check);
            assert_eq!(report.assurance.level, None, "{}", chain.root_check);
            assert_ne!(report.assurance.root_of_trust, RootOfTrust::PolicyRoot);
            let outcome = chain.outcome(&report, chain.root_check);
            assert_eq!(outcome.as_deref(), Some("fail simulated"), "{}", chain.root_check);
        }
    }
}

#[test]
fn a_named_root_that_has_ended_fails() {
    for chain in chains() {
        let ended = twin(&chain.root, chain.key, ENDED);
        let report =
            chain.examine_with(&policy(chain.signature, chain.vendor, &[&ended]), ended.clone());
        assert_eq!(report.verdict.state, State::Failed, "{}", chain.root_check);
        assert_eq!(report.assurance.level, None, "{}", chain.root_check);
        let expired = chain.outcome(&report, chain.validity);
        // A Nitro document shows the root that came with it, which is the one that has not ended.
        if chain.vendor == "aws" {
            assert_eq!(
                chain.outcome(&report, "nitro.ca.validity").as_deref(),
                Some("fail expired")
            );
        }
        assert_eq!(expired.as_deref(), Some("fail expired"), "{}", chain.root_check);
    }
}

#[test]
fn of_two_named_roots_of_one_name_the_one_that_signed_counts() {
    for chain in chains() {
        let other = twin(&chain.root, chain.key.stranger(), AUTHORITY_VALIDITY);
        let first = chain.examine(&policy(chain.signature, chain.vendor, &[&chain.root, &other]));
        let second = chain.examine(&policy(chain.signature, chain.vendor, &[&other, &chain.root]));
        for report in [&first, &second] {
            assert_policys_word(report, chain.root_check);
        }
        let alone = chain.examine(&policy(chain.signature, chain.vendor, &[&other]));
        assert_eq!(alone.verdict.state, State::Failed, "{}", chain.root_check);
        assert_eq!(alone.assurance.level, None, "{}", chain.root_check);
        assert_ne!(alone.assurance.root_of_trust, RootOfTrust::PolicyRoot, "{}", chain.root_check);
    }
}

/// A private authority, which is nobody's simulation: its evidence is not called simulated.
#[test]
fn a_private_root_is_not_called_simulated() {
    let other = Key::Ark.stranger();
    let product = Product::Genoa;
    let root = twin(amd::authority(product, amd::Role::Ark), other, AUTHORITY_VALIDITY);
    let ask =
        amd::AuthoritySpec { signer: other, ..amd::AuthoritySpec::new(product, amd::Role::Ask) };
    let chip = snp::Case { ask: Some(ask), root: None, crl: None, ..snp::Case::vcek(product) };
    let of_amd = policy("snp.report.signature", "amd", &[&root]);

    let stranger = Key::StrangerP384;
    let link = LinkSpec { subject_key: stranger, signer: stranger, ..LinkSpec::root() };
    let root = link.der();
    let regional = LinkSpec { signer: stranger, ..LinkSpec::regional() };
    let cabundle = vec![link, regional, LinkSpec::instance()];
    let document = NitroSpec { cabundle, ..NitroSpec::healthy() }.bytes();
    let of_aws = policy("nitro.document.signature", "aws", &[&root]);

    for (of, input, files, policy, now) in [
        ("amd", chip.report_bytes(), chip.collateral(), of_amd, chip.now),
        ("aws", document, Vec::new(), of_aws, when("nitro-document")),
    ] {
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let report = examine(&input, &files, Some(&policy), now).unwrap();
        assert_policys_word(&report, of);
        assert!(!report.simulated, "{of}");
        let headline = Sentences::of(&report).headline();
        assert!(headline.short.starts_with("Your policy's root says so"), "{headline:?}");
        let asked = Asked { require: LeastLevel::parse("A1"), ..Asked::default() };
        let vsa: Json = serde_json::from_str(&vsa(&report, &asked)).unwrap();
        assert_eq!(vsa["predicate"]["verificationResult"], "PASSED", "{of}");
        assert_eq!(
            vsa["predicate"]["verifiedLevels"],
            json!(["SLSA_BUILD_LEVEL_UNEVALUATED", "S2S_LEVEL_A1"])
        );
    }
}

/// What several machines say together is at most the policy's word, when one chain of theirs is.
#[test]
fn one_chain_under_a_named_root_makes_the_whole_the_policys_word() {
    let mut all = json!({ "name": "x", "least-level": "A1", "required": ["dcap.quote.signature"] });
    for chain in chains() {
        let named = &mut all["named-roots"][chain.vendor];
        let mut roots = named.as_array().cloned().unwrap_or_default();
        roots.push(json!(STANDARD.encode(&chain.root)));
        *named = json!(roots);
    }
    let policy = Policy::from_json(all.to_string().as_bytes()).unwrap();
    let mut tried = 0;
    for Piece { name, input, files, now, .. } in pieces() {
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let report = examine(&input, &files, Some(&policy), now).unwrap();
        let is_named = findings(&report).values().any(|is| is == "warn named");
        let root = report.assurance.root_of_trust;
        let vendors = [RootOfTrust::CpuVendor, RootOfTrust::CloudProvider];
        assert!(!is_named || !vendors.contains(&root), "{name}: {root:?}");
        assert!(report.assurance.level <= Some(Level::A1) || !is_named, "{name}");
        if root == RootOfTrust::PolicyRoot {
            tried += 1;
            let named = vendors_named(&report);
            assert!(named.is_empty(), "{name}: {named:#?}");
        }
    }
    assert!(tried > 10, "{tried} pieces begin at a named root");
}

#[test]
fn a_policy_that_names_a_vendors_own_root_changes_nothing_about_it() {
    let Some(report) = shared("vectors/amd/milan.report") else { return };
    let Some(vcek) = shared("vectors/amd/milan.vcek.pem") else { return };
    let [report, vcek] = [report, vcek].map(|path| std::fs::read(path).unwrap());
    let own = policy("snp.report.signature", "amd", &[anchors::AMD_MILAN.ark]);
    let own = Policy::from_json(own.to_string().as_bytes()).unwrap();
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    let report = examine(&report, &[&vcek], Some(&own), now).unwrap();
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
    assert_eq!(findings(&report).get("snp.root.pinned").map(String::as_str), Some("pass"));
}

#[test]
fn a_named_root_of_a_bundles_maker_counts_for_nobody_else() {
    for chain in chains() {
        let (input, beside) = (chain.evidence)(chain.root.clone());
        let mut files = vec![File::new("evidence", input)];
        files.extend(beside.into_iter().map(|bytes| File::new("beside", bytes)));
        let mut options = Options::default();
        let named = policy(chain.signature, chain.vendor, &[&chain.root]);
        options.set_policy(named.to_string()).unwrap();
        let context = Context::at(chain.now);
        let made = examine_with(&files, &options, &context).unwrap();
        assert_eq!(made.assurance.root_of_trust, RootOfTrust::PolicyRoot);
        let bundle = silicon_to_source::engine::bundle::Bundle::of(
            &files,
            &options,
            &context,
            made.to_json(),
            None,
        )
        .unwrap();
        assert_eq!(bundle.options().personal(), ["policy"]);
        let json = bundle.to_json().unwrap();
        let kept = [File::new("kept.s2s.json", json.as_bytes())];
        let now = examine_with(&kept, &Options::default(), &context).unwrap();
        assert_eq!(now.verdict.state, State::Failed, "{}", chain.root_check);
        assert_ne!(now.assurance.root_of_trust, RootOfTrust::PolicyRoot, "{}", chain.root_check);
        assert_eq!(now.assurance.level, None, "{}", chain.root_check);
        // As recorded it is the maker's word, and says so.
        let again = recorded(&bundle).unwrap();
        assert!(again.same);
        assert_eq!(again.report.assurance.root_of_trust, RootOfTrust::PolicyRoot);
    }
}

#[test]
fn microsofts_root_is_the_one_that_the_policy_names() {
    let key = Key::AzureVtpmAttestation;
    let root = twin(&LinkSpec::root().der(), Key::StrangerP384, AUTHORITY_VALIDITY);
    let other = twin(&LinkSpec::root().der(), Key::AwsNitroCa, AUTHORITY_VALIDITY);
    let ended = twin(&LinkSpec::root().der(), Key::StrangerP384, ENDED);
    let leaf = LinkSpec {
        name: "SIMULATED virtual TPM".into(),
        subject_key: key,
        signer: Key::StrangerP384,
        path_length: None,
        ..LinkSpec::root()
    };
    let leaf = leaf.der();
    type Row<'a> = (&'a str, Vec<Vec<u8>>, &'a [&'a [u8]]);
    let rows: [Row<'_>; 6] = [
        ("unknown no-reference", vec![leaf.clone()], &[]),
        ("pass", vec![leaf.clone()], &[&root]),
        ("pass", vec![leaf.clone(), root.clone()], &[&other, &root]),
        ("fail wrong-root", vec![leaf.clone(), root.clone()], &[&other]),
        ("unknown not-fetched", vec![leaf.clone()], &[&other]),
        ("fail expired", vec![leaf.clone()], &[&ended]),
    ];
    for (becomes, certificates, roots) in rows {
        let spec = AzureTdxSpec { certificates, ..AzureTdxSpec::new(b"SIMULATED question") };
        let input = spec.attested().to_string().into_bytes();
        let mut policy = policy("azure.quote.signature", "microsoft", roots);
        policy["roots"] = json!("simulated");
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let files = CollateralSpec::tdx().bytes();
        let report = examine(&input, &[&files], Some(&policy), snp::NOW).unwrap();
        let is = findings(&report).get("azure.certificate.issuer").cloned();
        assert_eq!(is.as_deref(), Some(becomes));
        // The machine's own chain begins elsewhere.
        assert_ne!(report.assurance.root_of_trust, RootOfTrust::PolicyRoot);
    }
}

#[test]
fn what_is_no_root_is_refused_when_the_policy_is_read() {
    let root = LinkSpec::root().der();
    let read = |text: &str| {
        let json = json!({ "name": "x", "required": [], "named-roots": { "aws": [text] } });
        Policy::from_json(json.to_string().as_bytes()).map_err(|error| error.to_string())
    };
    assert!(read(&pem(&root)).is_ok());
    assert!(read(&STANDARD.encode(&root)).is_ok());
    assert_eq!(NamedRoot::read(&pem(&root)).unwrap().der(), root);
    for (text, why) in [
        (String::new(), "not DER X.509"),
        ("no base64".to_owned(), "neither PEM nor DER"),
        (STANDARD.encode(b"SIMULATED"), "not DER X.509"),
        (format!("{}{}", pem(&root), pem(&root)), "one certificate"),
        (pem(&LinkSpec::enclave().der()), "no authority that signed itself"),
        (pem(&LinkSpec::regional().der()), "no authority that signed itself"),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }
    let many = json!({
        "name": "x", "required": [], "named-roots": { "aws": vec![pem(&root); 17] },
    });
    let error = Policy::from_json(many.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains("16 roots"), "{error}");
    let unknown = json!({ "name": "x", "required": [], "named-roots": { "arm": [] } });
    assert!(Policy::from_json(unknown.to_string().as_bytes()).is_err());
}
