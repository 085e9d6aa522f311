//! dump
mod common;
use silicon_to_source::endorsements::sigstore::Bundle;
use silicon_to_source::time::UnixTime;
use silicon_to_source::verify::sigstore::{TrustedRoot, verify};
#[test]
fn dump() {
    let dir = common::crate_dir("sigstore-verify").unwrap().join("test_data");
    let b2 = common::crate_dir("sigstore-bundle").unwrap().join("tests/fixtures");
    let prod = TrustedRoot::embedded().unwrap();
    let staging =
        TrustedRoot::from_json(sigstore_trust_root::SIGSTORE_STAGING_TRUSTED_ROOT.as_bytes())
            .unwrap();
    let github =
        TrustedRoot::from_json(sigstore_trust_root::SIGSTORE_GITHUB_TRUSTED_ROOT.as_bytes())
            .unwrap();
    let read = |p: &str| TrustedRoot::from_json(&std::fs::read(dir.join(p)).unwrap());
    let badct = read("invalid-ct-key_fail/trusted_root.json");
    let multi = read("sct-multi-intermediate/staging_trusted_root.json");
    let valid = read("timestamps/valid_trusted_root.json");
    let ghtsa = read("timestamps/github_trusted_root.json");
    for (r, n) in [(&badct, "badct"), (&multi, "multi"), (&valid, "valid"), (&ghtsa, "ghtsa")] {
        if let Err(e) = r {
            println!("ROOT {n}: {e}");
        }
    }
    let (badct, multi, valid, ghtsa) = (badct.ok(), multi.ok(), valid.ok(), ghtsa.ok());
    let now: UnixTime = "2026-11-20T00:00:00Z".parse().unwrap();
    let mut files = vec![];
    for d in [
        dir.join("bundles"),
        dir.join("upstream/sigstore-python"),
        dir.join("managed-key"),
        dir.join("invalid-ct-key_fail"),
        dir.join("sct-multi-intermediate"),
        dir.join("timestamps"),
        b2,
    ] {
        for f in std::fs::read_dir(d).unwrap() {
            files.push(f.unwrap().path());
        }
    }
    files.sort();
    for f in files {
        let n = f.to_string_lossy().into_owned();
        if !(n.contains("sigstore") && (n.ends_with("json") || n.ends_with(".sigstore")))
            || n.contains("trusted_root")
        {
            continue;
        }
        println!("=== {}", n.split("test_data").last().unwrap());
        let bytes = std::fs::read(&f).unwrap();
        let bundle = match Bundle::parse(&bytes) {
            Ok(b) => b,
            Err(e) => {
                println!("  PARSE {e}");
                continue;
            }
        };
        let roots: Vec<(&str, Option<&TrustedRoot>)> = vec![
            ("prod", Some(&prod)),
            ("staging", Some(&staging)),
            ("github", Some(&github)),
            ("badct", badct.as_ref()),
            ("multi", multi.as_ref()),
            ("valid", valid.as_ref()),
            ("ghtsa", ghtsa.as_ref()),
        ];
        for (rn, r) in roots {
            let Some(r) = r else { continue };
            let e = verify(&bundle, r, None, now);
            let bad: Vec<String> = e
                .findings
                .iter()
                .filter(|f| !f.passed())
                .map(|f| {
                    format!("{}{:?}", f.check.id, f.outcome)
                        .replace("Fail(Reason", "F(")
                        .replace("Unknown(", "U(")
                })
                .filter(|s| !s.contains("Blocked") && !s.contains("NotApplicable"))
                .collect();
            println!("  {rn}: {} {bad:?}", e.verified.is_some());
            if rn == "prod" && e.verified.is_none() {
                for f in &e.findings {
                    if f.check.id == "sigstore.library" {
                        println!("     {:?}", f.actual);
                    }
                }
            }
        }
    }
}
