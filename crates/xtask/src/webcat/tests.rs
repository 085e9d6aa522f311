//! A reader of what is served, by WEBCAT's specification (server.md, manifest.md, csp.md) and by what its
//! extension does where that is more exact: what it refuses, the page must not have.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_sim::sigstore::{Build, BundleSpec};
use silicon_to_source::builds::sigstore::conformance::{Signer, verify_bundle};
use silicon_to_source::builds::sigstore::verify::Artifact;
use silicon_to_source::digest::Sha256;
use silicon_to_source::pki::Cert;
use silicon_to_source::time::UnixTime;

use super::*;

const OFFLINE: &str = "default-src 'none'; connect-src 'none'; script-src 'sha256-AAAA' 'wasm-unsafe-eval'; \
     style-src 'sha256-BBBB'; img-src data:; base-uri 'none'; form-action 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

fn files() -> Listing {
    ["index.html", "audit.html", "app.js", "css/page.css", listing::WASM]
        .into_iter()
        .map(|name| (name.to_owned(), Sha256::of(name.as_bytes())))
        .collect()
}

/// Canonical JSON: members sorted, no spaces, and only quotation marks and backslashes escaped.
fn canonicalized(value: &Json) -> String {
    let text = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    match value {
        Json::String(own) => text(own),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(canonicalized).collect::<Vec<_>>().join(","))
        }
        Json::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let members = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", text(key), canonicalized(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Json::Number(number) => {
            assert!(number.is_i64() || number.is_u64(), "{number}");
            number.to_string()
        }
        other => other.to_string(),
    }
}

/// The directives of a policy; the first of a name counts.
fn directives(csp: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for directive in csp.split(';') {
        let mut words = directive.split_ascii_whitespace().map(str::to_lowercase);
        let Some(name) = words.next() else { continue };
        found.entry(name).or_insert_with(|| words.collect());
    }
    found
}

/// csp.md, sections 1 and 2.
fn check_policy(csp: &str) -> Result<(), String> {
    if csp.contains(',') {
        return Err("a comma".into());
    }
    let found = directives(csp);
    let is_none = found.get("default-src").is_some_and(|sources| sources == &["'none'"]);
    if found.get("default-src").is_some_and(|sources| {
        sources.iter().any(|source| source != "'none'" && source != "'self'")
    }) {
        return Err("default-src".into());
    }
    let rules: [(&str, &[&str], bool); 6] = [
        ("script-src", &["'none'", "'self'", "'wasm-unsafe-eval'"], true),
        ("script-src-elem", &["'none'", "'self'", "'wasm-unsafe-eval'"], true),
        ("style-src", &["'none'", "'self'"], true),
        ("style-src-elem", &["'none'", "'self'"], true),
        ("object-src", &["'none'"], false),
        ("worker-src", &["'none'", "'self'"], false),
    ];
    for (name, keywords, may_hash) in rules {
        match found.get(name) {
            None if !is_none && !name.ends_with("-elem") => return Err(format!("no {name}")),
            None => {}
            Some(sources) => {
                for source in sources {
                    let hash = may_hash
                        && ["'sha256-", "'sha384-", "'sha512-"]
                            .iter()
                            .any(|hash| source.starts_with(hash));
                    if !hash && !keywords.contains(&source.as_str()) {
                        return Err(format!("{name} {source}"));
                    }
                }
            }
        }
    }
    Ok(())
}

/// manifest.md, and what the extension asks of a manifest.
fn check_manifest(manifest: &Json) -> Result<(), String> {
    let text = |name: &str| {
        manifest[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| name.to_owned())
    };
    let files = manifest["files"].as_object().filter(|files| !files.is_empty()).ok_or("files")?;
    let is_digest = |digest: &Json| {
        let decoded = digest.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        decoded.is_some_and(|bytes| bytes.len() == 32)
    };
    if !files.iter().all(|(path, digest)| path.starts_with('/') && is_digest(digest)) {
        return Err("a file".into());
    }
    text("app")?;
    text("version")?;
    check_policy(text("default_csp")?)?;
    for (prefix, csp) in manifest["extra_csp"].as_object().ok_or("extra_csp")? {
        if !prefix.starts_with('/') {
            return Err(prefix.clone());
        }
        check_policy(csp.as_str().ok_or("extra_csp")?)?;
    }
    let index = format!("/{}", text("default_index")?);
    if !files.contains_key(&index) || !files.contains_key(text("default_fallback")?) {
        return Err("default_index or default_fallback".into());
    }
    let wasm = manifest["wasm"].as_array().ok_or("wasm")?;
    if wasm.is_empty() || !wasm.iter().all(is_digest) { Err("wasm".into()) } else { Ok(()) }
}

/// A whole bundle: who may sign, that this one signed these bytes, and that it was not long ago.
fn check_bundle(bundle: &Json, now: UnixTime) -> Result<(), String> {
    let enrollment = &bundle["enrollment"];
    if enrollment["type"] != "sigstore" || !enrollment["trusted_root"].is_object() {
        return Err("enrollment".into());
    }
    let claim =
        |oid: &str| enrollment["claims"][oid].as_str().ok_or_else(|| format!("claim {oid}"));
    let signer =
        Signer::Identity { identity: claim("2.5.29.17")?, issuer: claim("1.3.6.1.4.1.57264.1.8")? };
    let max_age = enrollment["max_age"].as_i64().ok_or("max_age")?;
    check_manifest(&bundle["manifest"])?;
    let signed = canonicalized(&bundle["manifest"]);
    let mut why = String::from("no signature");
    for signature in bundle["signatures"].as_array().ok_or("signatures")? {
        let certificate = &signature["verificationMaterial"]["certificate"]["rawBytes"];
        let der = STANDARD.decode(certificate.as_str().unwrap_or_default()).unwrap_or_default();
        let cert = Cert::parse("signer", &der).map_err(|error| error.to_string())?;
        let begun = cert.validity().not_before;
        let bytes = signature.to_string();
        let artifact = Artifact::Bytes(signed.as_bytes());
        let held = verify_bundle(bytes.as_bytes(), signer, Some(ROOT), artifact, now);
        match held {
            Ok(()) if now.0 - begun.0 <= max_age => return Ok(()),
            Ok(()) => why = "too old".into(),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// The simulated instance's keys, which stand for those that the enrollment names.
const ROOT: &[u8] = include_bytes!("../../../../src/pki/simulated/trusted-root.json");

/// When the simulated certificate begins to count.
const BUILT: UnixTime = s2s_sim::BUILD_TIME;

fn signer() -> Build {
    Build {
        repository: "silicon-to-source/silicon-to-source".into(),
        workflow: ".github/workflows/page.yml".into(),
        reference: "refs/heads/main".into(),
        trigger: "schedule".into(),
        time: BUILT,
        ..Build::default()
    }
}

fn bundle_of(signer: &Build) -> Json {
    let canonical = canonical(&files(), OFFLINE).unwrap();
    let signature = BundleSpec::message(signer, canonical.clone()).json();
    let manifest = serde_json::from_slice(&canonical).unwrap();
    joined(&enrollment().unwrap(), &manifest, &signature).1
}

fn soon() -> UnixTime {
    UnixTime(BUILT.0 + 86_400)
}

#[test]
fn the_manifest_is_what_webcat_reads_and_the_bytes_to_sign_are_canonical() {
    let canonical = canonical(&files(), OFFLINE).unwrap();
    let manifest: Json = serde_json::from_slice(&canonical).unwrap();
    check_manifest(&manifest).unwrap();
    assert_eq!(canonicalized(&manifest).as_bytes(), canonical);
    assert_eq!(manifest["files"]["/app.js"], base64url(&Sha256::of(b"app.js")));
}

#[test]
fn a_signed_page_is_accepted_and_each_way_of_tampering_is_not() {
    let bundle = bundle_of(&signer());
    check_bundle(&bundle, soon()).unwrap();
    let late = UnixTime(BUILT.0 + i64::from(MAX_AGE) + 1);
    assert!(check_bundle(&bundle, late).is_err(), "too old");
    let changes: [fn(&mut Json); 5] = [
        |bundle| bundle["manifest"]["files"]["/app.js"] = json!(base64url(&Sha256::of(b"another"))),
        |bundle| bundle["manifest"]["default_csp"] = json!("default-src 'none'"),
        |bundle| bundle["manifest"]["wasm"] = json!([]),
        |bundle| bundle["signatures"] = json!([]),
        |bundle| bundle["enrollment"]["claims"] = json!({}),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = bundle.clone();
        change(&mut changed);
        assert!(check_bundle(&changed, soon()).is_err(), "{number}");
    }
    let other = Build { workflow: ".github/workflows/ci.yml".into(), ..signer() };
    assert!(check_bundle(&bundle_of(&other), soon()).is_err());
    let stranger = Build { repository: "somebody/silicon-to-source".into(), ..signer() };
    assert!(check_bundle(&bundle_of(&stranger), soon()).is_err());
}

#[test]
fn policies_that_webcat_refuses_are_refused_here() {
    for good in [headers::PAGE, OFFLINE, &headers::of_offline(OFFLINE)] {
        check_policy(good).unwrap();
    }
    for bad in [
        "default-src 'none', default-src 'self'",
        "default-src https:",
        "default-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'",
        "default-src 'none'; script-src 'self' 'unsafe-eval'",
        "default-src 'none'; script-src https://example.com",
        "default-src 'none'; script-src 'nonce-abc'",
        "default-src 'none'; worker-src blob:",
        "default-src 'none'; object-src 'self'",
    ] {
        assert!(check_policy(bad).is_err(), "{bad}");
    }
}

/// A host sends with each file the very policy that the manifest names for it.
#[test]
fn the_headers_of_each_file_are_those_of_the_manifest() {
    let canonical = canonical(&files(), OFFLINE).unwrap();
    let manifest: Json = serde_json::from_slice(&canonical).unwrap();
    let names: Vec<String> = files().into_keys().collect();
    let text = headers::file(names.iter().map(String::as_str), &headers::of_offline(OFFLINE));
    let sent = |path: &str| -> Vec<&str> {
        let mut own = false;
        let mut found = Vec::new();
        for line in text.lines() {
            if line.starts_with('/') {
                own = match line.strip_suffix('*') {
                    Some(folder) => path.starts_with(folder),
                    None => path == line,
                };
            } else if own {
                found.extend(line.trim().strip_prefix("content-security-policy: "));
            }
        }
        found
    };
    for path in names.iter().map(|name| format!("/{name}")).chain(["/".to_owned()]) {
        let extra = manifest["extra_csp"].as_object().unwrap();
        let longest = extra
            .iter()
            .filter(|(prefix, _)| path.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, _)| prefix.len());
        let wanted = longest.map_or(&manifest["default_csp"], |(_, csp)| csp);
        assert_eq!(sent(&path), [wanted.as_str().unwrap()], "{path}");
    }
    for refused in ["refresh:", "link:", "location:"] {
        assert!(!text.contains(refused), "{refused}");
    }
}
