//! Evidence of one platform beside files of another: real evidence, with every file that belongs
//! to something else. A stranger's file is refused, or changes nothing for the better.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::{self, examine};

/// One piece of evidence, when it is examined, and the files that belong to it.
struct Machine {
    name: &'static str,
    at: &'static str,
    own: &'static [&'static str],
}

const fn machine(name: &'static str, at: &'static str, own: &'static [&'static str]) -> Machine {
    Machine { name, at, own }
}

const AMD: &[Machine] = &[
    machine("amd/milan.report", "2026-02-01T00:00:00Z", &["amd/milan.vcek.pem"]),
    machine("amd/turin.report", "2026-02-01T00:00:00Z", &["amd/turin.vcek.pem"]),
    machine("amd/milan-v2.report", "2026-02-01T00:00:00Z", &["amd/milan-v2.vcek.der"]),
    machine(
        "amd/milan-vlek.report",
        "2025-06-01T00:00:00Z",
        &["amd/milan-vlek.vlek.der", "amd/certs/milan-asvk.der"],
    ),
    machine("azure/snp-live-evidence.json", "2026-03-01T00:00:00Z", &[]),
    machine("dstack/sev-snp-attestation.json", "2026-08-01T00:00:00Z", &[]),
    machine("tinfoil/attestation-bundle.json", "2026-02-01T00:00:00Z", &[]),
];

const INTEL: &[Machine] = &[
    machine(
        "intel/tdx-v4-up-to-date.quote",
        "2025-07-01T00:00:00Z",
        &["intel/tdx-v4-up-to-date.collateral.json"],
    ),
    machine(
        "gcp/tdx-2026-06-30.quote",
        "2026-07-10T00:00:00Z",
        &["gcp/tdx-2026-06-30.collateral.json"],
    ),
    machine(
        "gcp/cos-113-tdx.quote",
        "2026-07-10T00:00:00Z",
        &["gcp/tdx-2026-06-30.collateral.json", "gcp/cos-113-tdx.ccel"],
    ),
    machine("dstack/quote-report.json", "2026-07-01T00:00:00Z", &[]),
    machine("dstack/tdx-lite-getquote.json", "2026-07-01T00:00:00Z", &[]),
];

const EIGEN: &[Machine] = &[
    machine("eigencompute/0", "2026-07-10T00:00:00Z", &["gcp/tdx-2026-06-30.collateral.json"]),
    machine("eigencompute/3", "2026-07-10T00:00:00Z", &["gcp/tdx-2026-06-30.collateral.json"]),
    machine("eigencompute/4", "2026-07-10T00:00:00Z", &[]),
    machine("eigencompute/5", "2026-07-10T00:00:00Z", &[]),
];

const OTHERS: &[Machine] = &[
    machine("nitro/production-2022.cose", "2022-10-13T09:00:00Z", &[]),
    machine("nitro/dstack-nitro-attestation.bin", "2025-12-25T13:20:00Z", &[]),
    machine(
        "nvidia/hopper-report.hex.txt",
        "2025-02-20T00:00:00Z",
        &["nvidia/hopper-cert-chain.txt"],
    ),
    machine("gcp/vtpm-cos-85-nonce9009.pb", "2025-02-20T00:00:00Z", &[]),
    machine("gcp/confidential-space-pki-token.jwt", "2024-11-04T00:10:00Z", &[]),
    machine("gcp/confidential-space-oidc-token.jwt", "2024-11-04T00:10:00Z", &[]),
    machine("gcb/v1.0-container-github.json", "2026-02-01T00:00:00Z", &[]),
];

const PIECES: &[Machine] = &[
    machine("pieces/coco-az-snp-v0.json", "2026-11-30T00:00:00Z", &[]),
    machine("pieces/coco-az-snp-genoa.json", "2026-11-30T00:00:00Z", &[]),
    machine("pieces/nvidia-evidence-hopper.json", "2026-11-30T00:00:00Z", &[]),
    machine(
        "pieces/nvidia-blackwell-report.txt",
        "2026-11-30T00:00:00Z",
        &["pieces/nvidia-blackwell-chain.txt"],
    ),
    machine(
        "pieces/nvidia-switch-report.txt",
        "2026-11-30T00:00:00Z",
        &["pieces/nvidia-switch-chain.txt"],
    ),
    machine("pieces/pep740.publish.attestation", "2026-11-30T00:00:00Z", &[]),
    machine("pieces/slsa-generator.intoto.jsonl", "2026-11-30T00:00:00Z", &[]),
    machine("faults/gcb-older-global-key/region.json", "2026-11-30T00:00:00Z", &[]),
];

/// Every file of the vectors by its name, with EigenCompute's six apart.
fn files() -> Option<Vec<(String, Vec<u8>)>> {
    let root = common::shared("vectors")?;
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    let at = files.iter().position(|(name, _)| name == "eigencompute/bound-evidence.json")?;
    let (_, all) = files.remove(at);
    let all: Vec<serde_json::Value> = serde_json::from_slice(&all).unwrap();
    for (number, evidence) in all.iter().enumerate() {
        files.push((format!("eigencompute/{number}"), evidence.to_string().into_bytes()));
        let bytes = STANDARD.decode(evidence["attestation"].as_str().unwrap()).unwrap();
        files.push((format!("eigencompute/{number}.pb"), bytes));
    }
    files.sort();
    Some(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_none_or(|extension| extension != "md") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

/// How `mixed` stands better than `pure` somewhere. A report that is refused as a whole may show
/// what of the stranger's file counts for every machine, such as Intel's revocation lists.
fn gains(pure: &Report, mixed: &Report) -> Vec<String> {
    let mut gains = Vec::new();
    if mixed.verdict.state == State::Failed {
        return gains;
    }
    if mixed.verdict.state < pure.verdict.state {
        gains.push(format!("the verdict is {:?}", mixed.verdict.state));
    }
    if mixed.assurance.level > pure.assurance.level {
        gains.push(format!("the level is {:?}", mixed.assurance.level));
    }
    for link in &mixed.links {
        // Where nothing stood, a stranger's file may stand and be open, and no better.
        let before = pure.link(link.id).unwrap().state;
        let better = link.state < before && link.state <= State::Warning;
        if better {
            gains.push(format!("{:?} is {:?}, and was {before:?}", link.id, link.state));
        }
    }
    gains
}

/// Examines each of `machines` beside every file that is not its own.
fn assert_strangers_gain_nothing(machines: &[Machine]) {
    let Some(files) = files() else { return };
    let bytes = |name: &str| -> &[u8] {
        &files.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}")).1
    };
    let mut wrong = Vec::new();
    let (mut refused, mut examined, mut others) = (0, 0, 0);
    for machine in machines {
        let at: UnixTime = machine.at.parse().unwrap();
        let own: Vec<&[u8]> = machine.own.iter().map(|name| bytes(name)).collect();
        let pure = examine(bytes(machine.name), &own, None, at).unwrap();
        for (name, stranger) in &files {
            // The certificate above the older TPM's key is of this machine's chain too.
            let is_own = name == machine.name || machine.own.contains(&name.as_str());
            if is_own || name == "faults/tpm-older-log/tpm_ek_intermediate_2.crt" {
                continue;
            }
            let mut beside = own.clone();
            beside.push(stranger);
            match examine(bytes(machine.name), &beside, None, at) {
                Err(_) => refused += 1,
                // The other file says more, and is what was examined: named as that.
                Ok(mixed) if mixed.subject.sha256 != pure.subject.sha256 => others += 1,
                Ok(mixed) => {
                    examined += 1;
                    for gain in gains(&pure, &mixed) {
                        wrong.push(format!("{} beside {name}: {gain}", machine.name));
                    }
                }
            }
        }
    }
    println!("{refused} mixtures refused, {examined} examined, {others} of the other file");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_of_others_gain_nothing_for_amds_machines() {
    assert_strangers_gain_nothing(AMD);
}

#[test]
fn files_of_others_gain_nothing_for_intels_machines() {
    assert_strangers_gain_nothing(INTEL);
}

#[test]
fn files_of_others_gain_nothing_for_eigencomputes_machines() {
    assert_strangers_gain_nothing(EIGEN);
}

#[test]
fn files_of_others_gain_nothing_for_what_providers_and_builders_sign() {
    assert_strangers_gain_nothing(OTHERS);
}

#[test]
fn files_of_others_gain_nothing_for_what_other_programs_write() {
    assert_strangers_gain_nothing(PIECES);
}
