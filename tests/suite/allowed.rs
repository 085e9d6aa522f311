//! What a policy lets pass is told as what the policy allows: it holds nowhere, carries no link, and
//! leaves no verdict without a warning.

use std::fs;
use std::path::Path;

use s2s_sim::azure::AzureSpec;
use s2s_sim::google::{TokenSpec, VtpmSpec, boot_events, key_list};
use s2s_sim::nitro::NitroSpec;
use s2s_sim::service::{GpuTokensSpec, KeyForm, authority_keys, authority_token, gpu_keys};
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{builtin, checks};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::{dcap, eigencompute, examine, snp};

/// An input in which something does not hold, under a policy that allows it.
struct Case {
    report: Report,
    check: &'static str,
    reason: &'static str,
}

/// A member of the policy, what spoils the report, the check and the reason.
type Spoiled<C> = (&'static str, fn(&mut C), &'static str, &'static str);

fn snp_cases() -> Vec<Case> {
    let rows: &[Spoiled<snp::Case>] = &[
        ("debug", |c| c.report.policy |= 1 << 19, "snp.guest-policy.debug", "set"),
        (
            "migration-agent",
            |c| c.report.policy |= 1 << 18,
            "snp.guest-policy.migration-agent",
            "set",
        ),
        ("migration-agent", |c| c.report.report_id_ma = [1; 32], "snp.migration-report", "set"),
        ("smt", |c| c.report.policy |= 1 << 16, "snp.guest-policy.smt", "set"),
        ("smt", |c| c.report.platform_info |= 1, "snp.platform.smt", "set"),
        ("cxl", |c| c.report.policy |= 1 << 21, "snp.guest-policy.cxl", "set"),
        (
            "unasked-single-socket",
            |c| c.report.policy &= !(1 << 20),
            "snp.guest-policy.single-socket",
            "clear",
        ),
        (
            "unasked-aes-256-xts",
            |c| c.report.policy &= !(1 << 22),
            "snp.guest-policy.aes-256-xts",
            "clear",
        ),
        (
            "unasked-rapl-disabled",
            |c| c.report.policy &= !(1 << 23),
            "snp.guest-policy.rapl-disabled",
            "clear",
        ),
        (
            "unasked-ciphertext-hiding",
            |c| c.report.policy &= !(1 << 24),
            "snp.guest-policy.ciphertext-hiding",
            "clear",
        ),
        (
            "unasked-page-swap-disabled",
            |c| c.report.policy &= !(1 << 25),
            "snp.guest-policy.page-swap-disabled",
            "clear",
        ),
        ("reserved", |c| c.report.policy |= 1 << 26, "snp.guest-policy.reserved", "set"),
        ("reserved", |c| c.report.platform_info |= 1 << 8, "snp.platform.reserved", "set"),
        ("without-tsme", |c| c.report.platform_info &= !(1 << 1), "snp.platform.tsme", "clear"),
        ("without-ecc", |c| c.report.platform_info &= !(1 << 2), "snp.platform.ecc", "clear"),
        (
            "without-rapl-disabled",
            |c| c.report.platform_info &= !(1 << 3),
            "snp.platform.rapl-disabled",
            "clear",
        ),
        (
            "without-ciphertext-hiding",
            |c| c.report.platform_info &= !(1 << 4),
            "snp.platform.ciphertext-hiding",
            "clear",
        ),
        (
            "without-alias-check",
            |c| c.report.platform_info &= !(1 << 5),
            "snp.platform.alias-check",
            "clear",
        ),
        (
            "without-iommu-write-safe",
            |c| c.report.platform_info &= !(1 << 6),
            "snp.platform.iommu-write-safe",
            "clear",
        ),
        ("tio", |c| c.report.platform_info |= 1 << 7, "snp.platform.tio", "set"),
        (
            "provisional-firmware",
            |c| c.report.committed_version.build -= 1,
            "snp.tcb.provisional",
            "provisional",
        ),
        ("below-minimum", |c| c.report.launch_tcb.snp = 26, "snp.tcb.minimum", "below-minimum"),
    ];
    let run = |(member, spoil, check, reason): &Spoiled<snp::Case>| {
        let mut case = snp::Case::vcek(Product::Genoa);
        case.rule(member, "allow");
        spoil(&mut case);
        Case { report: case.examine().unwrap(), check, reason }
    };
    let milan = snp::Case::vcek(Product::Milan).examine().unwrap();
    let weak = Case { report: milan, check: "snp.product.standing", reason: "weak-product" };
    rows.iter().map(run).chain([weak]).collect()
}

fn dcap_cases() -> Vec<Case> {
    fn bit(case: &mut dcap::Case, position: u32) {
        case.quote.td().td_attributes ^= 1 << position;
    }
    let rows: &[Spoiled<dcap::Case>] = &[
        ("tdx.debug", |c| bit(c, 0), "tdx.attributes.debug", "set"),
        ("tdx.tud", |c| bit(c, 1), "tdx.attributes.tud", "set"),
        ("tdx.without-sept-ve-disable", |c| bit(c, 28), "tdx.attributes.sept-ve-disable", "clear"),
        ("tdx.migratable", |c| bit(c, 29), "tdx.attributes.migratable", "set"),
        ("tdx.pks", |c| bit(c, 30), "tdx.attributes.pks", "set"),
        ("tdx.kl", |c| bit(c, 31), "tdx.attributes.kl", "set"),
        ("tdx.perfmon", |c| bit(c, 63), "tdx.attributes.perfmon", "set"),
        ("tdx.tpa", |c| bit(c, 62), "tdx.attributes.tpa", "set"),
        ("tdx.reserved", |c| bit(c, 26), "tdx.attributes.reserved", "set"),
        ("tdx.reserved", |c| c.quote.td().xfam[7] = 0x80, "tdx.xfam", "set"),
        (
            "tdx.service-td",
            |c| c.quote.td().relaunch.as_mut().unwrap().mr_service_td = [1; 48],
            "tdx.service-td",
            "set",
        ),
        ("trailing", |c| c.quote.trailing = vec![0, 1], "dcap.quote.trailing", "not-signed"),
    ];
    let under = |case: &mut dcap::Case, member: &str| {
        case.dcap = match member.split_once('.') {
            Some((part, member)) => json!({ part: { member: "allow" } }),
            None => json!({ member: "allow" }),
        };
    };
    let run = |(member, spoil, check, reason): &Spoiled<dcap::Case>| {
        let mut case = dcap::Case::td();
        under(&mut case, member);
        spoil(&mut case);
        Case { report: case.examine(), check, reason }
    };
    let of_enclaves: &[Spoiled<dcap::Case>] = &[
        ("sgx.debug", |c| c.quote.enclave().attributes[0] |= 2, "sgx.attributes.debug", "set"),
        (
            "sgx.provision-key",
            |c| c.quote.enclave().attributes[0] |= 1 << 4,
            "sgx.attributes.provision-key",
            "set",
        ),
        ("sgx.reserved", |c| c.quote.enclave().misc_select = 4, "sgx.reserved", "set"),
        ("sgx.reserved", |c| c.quote.enclave().attributes[9] = 1, "sgx.xfrm", "set"),
    ];
    let run_enclave = |(member, spoil, check, reason): &Spoiled<dcap::Case>| {
        let mut case = dcap::Case::enclave();
        under(&mut case, member);
        spoil(&mut case);
        Case { report: case.examine(), check, reason }
    };
    let statuses = [
        ("SWHardeningNeeded", "sw-hardening-needed", "hardening"),
        ("ConfigurationNeeded", "configuration-needed", "configuration"),
        (
            "ConfigurationAndSWHardeningNeeded",
            "configuration-and-sw-hardening-needed",
            "configuration",
        ),
        ("OutOfDate", "out-of-date", "out-of-date"),
    ];
    let of_status = statuses.map(|(status, member, reason)| {
        let mut case = dcap::Case::td();
        case.info.levels[0].status = status.into();
        case.dcap = json!({ "tcb": { member: "allow" } });
        Case { report: case.examine(), check: "dcap.policy.tcb-status", reason }
    });
    let of_guests = rows.iter().map(run);
    of_guests.chain(of_enclaves.iter().map(run_enclave)).chain(of_status).collect()
}

/// The built-in policy called `name` under the simulated roots, changed.
fn policy(name: &str, change: impl FnOnce(&mut Json)) -> Policy {
    let mut json: Json = serde_json::from_str(builtin(name).unwrap().json).unwrap();
    json["roots"] = json!("simulated");
    change(&mut json);
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

fn provider_cases() -> Vec<Case> {
    let mut document = NitroSpec::healthy();
    document.pcrs.iter_mut().for_each(|(_, value)| value.fill(0));
    let nitro = policy("nitro", |p| p["nitro"]["debug"] = json!("allow"));
    let minute = UnixTime(1_893_456_060);
    let nitro = examine(&document.bytes(), &[], Some(&nitro), minute).unwrap();

    let mut azure = AzureSpec::new(b"SIMULATED question");
    azure.runtime["vm-configuration"]["secure-boot"] = json!(false);
    let rules = policy("snp-azure", |p| p["azure"] = json!({ "without-secure-boot": "allow" }));
    let azure = examine(&azure.bytes(), &[], Some(&rules), snp::NOW).unwrap();

    let line = "SIMULATED=1 confidential-space.hardened=false";
    let mut debug = eigencompute::Case::tdx();
    debug.boots(line);
    debug.policy["eigencompute"] = json!({ "debug-image": "allow" });
    let vtpm = VtpmSpec::of(b"SIMULATED", &boot_events(false, line), &[]);
    let rules = policy("vtpm", |p| p["tpm"] = json!({ "without-secure-boot": "allow" }));
    let vtpm = examine(&vtpm.bytes(), &[], Some(&rules), UnixTime(1_748_736_000)).unwrap();
    vec![
        Case { report: nitro, check: "nitro.debug", reason: "set" },
        Case { report: azure, check: "azure.secure-boot", reason: "off" },
        Case { report: debug.examine(), check: "eigencompute.hardened", reason: "debug-image" },
        Case { report: vtpm, check: "tpm.secure-boot", reason: "off" },
    ]
}

fn token_cases() -> Vec<Case> {
    let now = UnixTime(TokenSpec::ISSUED.0 + 60);
    let token = |change: fn(&mut Json), member: &str, accepted: Json| {
        let mut spec = TokenSpec::by_key_list();
        change(&mut spec.claims);
        let pin = Sha256::of(&spec.signer.spki()).to_string();
        let rules = policy("confidential-space", |p| {
            p["token"] = json!({ member: accepted, "keys": [pin] });
        });
        examine(spec.sign().as_bytes(), &[&key_list()], Some(&rules), now).unwrap()
    };
    let mut old = authority_token();
    old.claims["tdx"]["attester_tcb_status"] = json!("OutOfDate");
    let rules = policy("trust-authority", |p| {
        p["token"]["tcb-statuses"] = json!(["UpToDate", "OutOfDate"]);
        p["token"]["keys"] = json!([Sha256::of(&old.signer.spki()).to_string()]);
    });
    let old = examine(old.sign().as_bytes(), &[&authority_keys()], Some(&rules), now).unwrap();
    let gpus = |name: &str, value: Json, member: &str, accepted: Json| {
        let mut spec = GpuTokensSpec::default();
        spec.devices.get_mut("GPU-1").unwrap().claims[name] = value;
        let rules = policy("nras", |p| {
            p["token"][member] = accepted;
            p["token"]["keys"] = json!([Sha256::of(&spec.overall.signer.spki()).to_string()]);
        });
        examine(&spec.bytes(), &[&gpu_keys(KeyForm::Coordinates)], Some(&rules), now).unwrap()
    };
    let debuggable = token(
        |claims| claims["dbgstat"] = json!("enabled"),
        "debug",
        json!(["disabled-since-boot", "enabled"]),
    );
    let unchecked = token(|c| c["secboot"] = json!(false), "secure-boot", json!("allow"));
    let overridden = token(
        |c| c["submods"]["container"]["env_override"] = json!({ "A": "1" }),
        "overrides",
        json!("allow"),
    );
    let both = json!(["disabled", "enabled"]);
    vec![
        Case { report: debuggable, check: "token.debug", reason: "debuggable" },
        Case { report: unchecked, check: "token.secure-boot", reason: "off" },
        Case { report: overridden, check: "token.overrides", reason: "present" },
        Case { report: old, check: "token.tcb", reason: "not-up-to-date" },
        Case {
            report: gpus("dbgstat", json!("enabled"), "debug", both),
            check: "nras.debug",
            reason: "debuggable",
        },
        Case {
            report: gpus("secboot", json!(false), "secure-boot", json!("allow")),
            check: "nras.secure-boot",
            reason: "off",
        },
    ]
}

#[test]
fn what_a_policy_allows_is_told_as_allowed_and_carries_nothing() {
    let groups = [snp_cases(), dcap_cases(), provider_cases(), token_cases()];
    let cases: Vec<Case> = groups.into_iter().flatten().collect();
    let mut wrong = Vec::new();
    for Case { report, check, reason } in &cases {
        let known = checks::find(check).unwrap();
        let mut outcomes = report.findings(known).map(|f| (f.outcome, f.reason));
        let told = outcomes.any(|outcome| outcome == ("allowed", Some(reason)));
        let all: Vec<_> = report.findings(known).map(|f| (f.outcome, f.reason)).collect();
        if !told {
            wrong.push(format!("{check}: {all:?}, and not allowed {reason}"));
        }
        if report.verdict.state < State::Warning {
            wrong.push(format!("{check}: {:?}", report.verdict.state));
        }
        if report.links.iter().any(|l| l.carried_by.contains(&known) || l.told_by.contains(&known))
            && report.findings(known).all(|f| f.outcome == "allowed")
        {
            wrong.push(format!("{check}: it carries a link"));
        }
    }
    println!("{} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule is turned into an outcome in one place, so that no other can call it a pass.
#[test]
fn one_place_says_what_an_allowing_rule_makes_of_a_finding() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("src");
    let mut places = Vec::new();
    collect(&root, &mut places);
    let own: Vec<&String> = places.iter().filter(|(_, n)| *n > 0).map(|(path, _)| path).collect();
    assert_eq!(own, ["finding/compared.rs"]);
}

fn collect(folder: &Path, places: &mut Vec<(String, usize)>) {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("src");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, places);
            continue;
        }
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            places.push((name, text.matches("Rule::Allow").count()));
        }
    }
}
