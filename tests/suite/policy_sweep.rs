//! Every check there is, required alone by a policy that names no value, on evidence of every kind:
//! the policy is refused, or its answer counts only where that very check was decided.

use std::fs;

use s2s_sim::azure::{AzureSpec, AzureTdxSpec};
use s2s_sim::coordinator::CoordinatorSpec;
use s2s_sim::gcb::CloudBuildSpec;
use s2s_sim::google::{TokenSpec, VtpmSpec, key_list};
use s2s_sim::intel::CollateralSpec;
use s2s_sim::keys::Key;
use s2s_sim::near::NearSpec;
use s2s_sim::nitro::NitroSpec;
use s2s_sim::nvidia::{ReportSpec, Role, certificate};
use s2s_sim::oci::ImageSpec;
use s2s_sim::service::{
    GpuTokensSpec, KeyForm, authority_keys, authority_token, azure_keys, azure_token, gpu_keys,
    kms_key, kms_token,
};
use s2s_sim::sigstore::{Build, BundleSpec};
use s2s_sim::tinfoil::TinfoilSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::crypto::remembering;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{builtin, checks};
use silicon_to_source::finding::{Check, Property};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::{dcap, eigencompute, examine, shared, snp};

/// One piece of evidence, the files beside it, and when it is examined.
pub(crate) struct Piece {
    pub(crate) name: &'static str,
    pub(crate) input: Vec<u8>,
    pub(crate) files: Vec<Vec<u8>>,
    pub(crate) now: UnixTime,
    /// The least level that every piece of its kind reaches.
    level: &'static str,
    roots: &'static str,
    /// What the policy says beside the check: whose keys count, and what a build is about.
    rules: Json,
}

fn piece(name: &'static str, input: Vec<u8>, files: Vec<Vec<u8>>, now: UnixTime) -> Piece {
    Piece { name, input, files, now, level: "A0", roots: "simulated", rules: json!({}) }
}

impl Piece {
    fn examine(&self, policy: &Policy) -> Report {
        let files: Vec<&[u8]> = self.files.iter().map(Vec::as_slice).collect();
        examine(&self.input, &files, Some(policy), self.now).unwrap()
    }

    fn policy(&self, check: &Check, level: Option<&str>) -> Option<Policy> {
        let mut json = json!({
            "name": "x", "roots": self.roots, "least-level": level, "required": [check.id],
        });
        json.as_object_mut().unwrap().extend(self.rules.as_object().unwrap().clone());
        Policy::from_json(json.to_string().as_bytes()).ok()
    }
}

/// Sound simulated evidence of every kind.
pub(crate) fn pieces() -> Vec<Piece> {
    let at = |text: &str| text.parse::<UnixTime>().unwrap();
    let (minute, year) = (UnixTime(TokenSpec::ISSUED.0 + 60), at("2026-02-01T00:00:10Z"));
    let chip = snp::Case::vcek(Product::Genoa);
    // No bulletin of AMD's was about this product yet.
    let then = at("2025-01-15T00:00:00Z");
    let old = snp::Case { now: then, crl: None, ..snp::Case::vcek(Product::Turin) };
    let (td, enclave) = (dcap::Case::td(), dcap::Case::enclave());
    let [(guest, beside_guest), (attested, beside_attested)] = crate::dstack::sound();
    let gpu = ReportSpec::default();
    let gpu_chain = [(Role::Device, ReportSpec::FIRMWARE), (Role::Authority, [0; 48])];
    let gpu_chain = gpu_chain.iter().chain(&[(Role::Root, [0; 48])]);
    let gpu_chain = gpu_chain.map(|(role, firmware)| certificate(*role, firmware, None)).collect();
    let (image, listed) = (ImageSpec::default(), TokenSpec::by_key_list());
    let build = Build::default();
    let statement = build.slsa_statement("SIMULATED", &"01".repeat(32));
    let eigen = |name, case: eigencompute::Case| {
        let (bound, files) = case.parts();
        piece(name, bound.bytes(), files, case.now)
    };
    let exchange = |spec: CoordinatorSpec| serde_json::to_vec(&spec.exchange()).unwrap();
    let built = |piece: Piece, rules: Json| Piece { level: "build", rules, ..piece };
    let by = |piece: Piece, policy: &str, key: Key| {
        let policy: Json = serde_json::from_str(builtin(policy).unwrap().json).unwrap();
        let mut token = policy.get("token").cloned().unwrap_or(json!({}));
        token["keys"] = json!([Sha256::of(&key.spki()).to_string()]);
        Piece { rules: json!({ "token": token }), ..piece }
    };
    vec![
        piece("snp-report", chip.report_bytes(), chip.collateral(), chip.now),
        piece("snp-report of a new chip", old.report_bytes(), old.collateral(), old.now),
        piece("tdx-quote", td.quote_bytes(), vec![td.files().bytes()], td.now),
        piece("sgx-quote", enclave.quote_bytes(), vec![enclave.files().bytes()], enclave.now),
        piece("dstack-quote-report", guest, beside_guest, td.now),
        piece("dstack-snp-attestation", attested, beside_attested, snp::NOW),
        piece("nitro-document", NitroSpec::healthy().bytes(), vec![], at("2030-01-01T00:01:00Z")),
        piece("tinfoil-bundle", TinfoilSpec::default().bytes(), vec![], year),
        piece(
            "near-report",
            NearSpec::default().bytes(),
            vec![CollateralSpec::tdx().bytes()],
            dcap::NOW,
        ),
        piece("gpu-report", gpu.sign(), gpu_chain, UnixTime(1_740_000_000)),
        by(
            piece("confidential-space-token", listed.sign().into_bytes(), vec![key_list()], minute),
            "confidential-space",
            listed.signer,
        ),
        by(
            piece("kms-token", kms_token().sign().into_bytes(), vec![kms_key()], minute),
            "kms-token",
            Key::EigenKms,
        ),
        by(
            piece(
                "trust-authority-token",
                authority_token().sign().into_bytes(),
                vec![authority_keys()],
                minute,
            ),
            "trust-authority",
            Key::TrustAuthority,
        ),
        by(
            piece("azure-token", azure_token().sign().into_bytes(), vec![azure_keys()], minute),
            "azure-attestation",
            Key::AzureVtpmAttestation,
        ),
        by(
            piece(
                "gpu-tokens",
                GpuTokensSpec::default().bytes(),
                vec![gpu_keys(KeyForm::Coordinates)],
                minute,
            ),
            "nras",
            Key::NvidiaService,
        ),
        piece(
            "vtpm-attestation",
            VtpmSpec::new(b"SIMULATED question").bytes(),
            vec![],
            at("2025-06-01T00:00:00Z"),
        ),
        piece(
            "azure-snp-evidence",
            AzureSpec::new(b"SIMULATED question").bytes(),
            vec![],
            snp::NOW,
        ),
        piece(
            "azure-tdx-evidence",
            AzureTdxSpec::new(b"SIMULATED question").attested().to_string().into_bytes(),
            vec![CollateralSpec::tdx().bytes()],
            snp::NOW,
        ),
        eigen("eigencompute-evidence on TDX", eigencompute::Case::tdx()),
        eigen("eigencompute-evidence on SEV-SNP", eigencompute::Case::snp()),
        eigen("eigencompute-evidence without a report", eigencompute::Case::shielded()),
        piece("coordinator on SEV-SNP", exchange(CoordinatorSpec::default()), vec![], year),
        piece("coordinator on TDX", exchange(CoordinatorSpec::tdx()), vec![], year),
        built(
            piece("sigstore-bundle", BundleSpec::dsse(&build, statement).bytes(), vec![], year),
            json!({ "sigstore": { "artifact": format!("sha256:{}", "01".repeat(32)) } }),
        ),
        built(
            piece(
                "cloud-build-provenance",
                CloudBuildSpec::of(image.manifest_digest()).bytes(),
                vec![image.manifest_bytes()],
                dcap::NOW,
            ),
            json!({ "provenance": { "cloud-build": {} } }),
        ),
    ]
}

/// Real evidence, as far as the shared vectors are at hand.
fn real_pieces() -> Vec<Piece> {
    let vector = |name, at: &str, own: &[&str]| {
        let read = |name: &str| fs::read(shared(&format!("vectors/{name}"))?).ok();
        let files = own.iter().map(|name| read(name)).collect::<Option<Vec<_>>>()?;
        let piece = piece(name, read(name)?, files, at.parse().unwrap());
        Some(Piece { roots: "vendor", ..piece })
    };
    let quote = "intel/tdx-v4-up-to-date.quote";
    [
        vector("amd/milan.report", "2026-03-01T00:00:00Z", &["amd/milan.vcek.pem"]),
        vector(quote, "2025-07-01T00:00:00Z", &["intel/tdx-v4-up-to-date.collateral.json"]),
        vector("dstack/quote-report.json", "2026-07-01T00:00:00Z", &[]),
        vector("azure/snp-live-evidence.json", "2026-03-01T00:00:00Z", &[]),
        vector("nitro/production-2022.cose", "2022-10-13T09:00:00Z", &[]),
        vector("tinfoil/attestation-bundle.json", "2026-02-01T00:00:00Z", &[]),
        vector("gcp/vtpm-cos-85-nonce9009.pb", "2025-02-20T00:00:00Z", &[]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is wrong with the answers that policies give which require one check each.
fn swept(piece: &Piece) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut counted = 0;
    for check in checks::ALL.iter().copied() {
        let Some(policy) = piece.policy(check, Some(piece.level)) else { continue };
        let report = piece.examine(&policy);
        let counts = |report: &Report| report.verdict.state <= State::Warning;
        let name = format!("{}, {check}", piece.name);
        if counts(&report) {
            counted += 1;
            let holds = report.findings(check).any(|f| ["pass", "warn"].contains(&f.outcome));
            if !holds {
                wrong.push(format!("{name}: {:?}, and it was not decided", report.verdict.state));
            }
            let unleveled = piece.policy(check, None).unwrap();
            if counts(&piece.examine(&unleveled)) {
                wrong.push(format!("{name}: it counts without a least level"));
            }
        }
    }
    println!("{}: {counted} checks count alone", piece.name);
    if counted == 0 && piece.roots == "simulated" {
        wrong.push(format!("{}: no check counts, so nothing was tried", piece.name));
    }
    wrong
}

fn assert_swept(pieces: &[Piece]) {
    let wrong: Vec<String> = remembering(|| pieces.iter().flat_map(swept).collect());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_required_check_counts_only_where_it_was_decided() {
    assert_swept(&pieces());
}

#[test]
fn a_required_check_of_real_evidence_counts_only_where_it_was_decided() {
    assert_swept(&real_pieces());
}

/// The list of the checks that no value but a policy's can decide, from the description of each: a
/// policy that names none of these values is refused by the name of the check.
#[test]
fn a_policy_without_a_value_is_refused_by_the_name_of_the_check() {
    let defaults =
        ["provenance.predicate-type", "provenance.runner", "provenance.trigger", "token.support"];
    for check in checks::ALL.iter().filter(|check| check.is(Property::NeedsReference)) {
        let json = json!({ "name": "x", "least-level": "A0", "required": [check.id] });
        let read = Policy::from_json(json.to_string().as_bytes());
        if defaults.contains(&check.id) {
            assert!(read.is_ok(), "{check} has a value unless a policy takes it away");
            continue;
        }
        let error = read.expect_err(check.id).to_string();
        assert!(error.contains(check.id) && error.contains("no value"), "{error}");
    }
    for id in [
        "snp.measurement",
        "tdx.software",
        "sgx.mrenclave",
        "nitro.image",
        "nitro.document.time",
        "azure.paravisor",
        "binding.tls.domain",
    ] {
        let check = checks::find(id).unwrap();
        assert!(check.is(Property::NeedsReference), "{id}");
    }
}

/// The same where the check is required of one kind only, or of a coordinator's machine.
#[test]
fn a_policy_without_a_value_is_refused_wherever_it_requires_the_check() {
    for rest in [
        r#""required":[],"required-of":{"nitro-document":["nitro.document.time"]}"#,
        r#""required":[],"coordinator":{"nitro":["nitro.document.time"]}"#,
        r#""required":[],"coordinator":{"required":["snp.measurement"]}"#,
        r#""required":[],"token":{"project":"p"},"coordinator":{"google-vm":["token.project"]}"#,
    ] {
        let json = format!(r#"{{"name":"x",{rest}}}"#);
        let error = Policy::from_json(json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("no value"), "{json}: {error}");
    }
    let json = r#"{"name":"x","required":[],"coordinator":{"google-vm":["token.project"],
        "google-vm-token":{"project":"p"}}}"#;
    assert!(Policy::from_json(json.as_bytes()).is_ok());
}
