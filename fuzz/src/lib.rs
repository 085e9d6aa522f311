//! What each fuzz target does with bytes of a stranger. `fuzz_targets` runs them under libFuzzer with a
//! nightly compiler; the program `bounded` runs them on any compiler, over the simulator's files with
//! changes in them.

pub mod change;
mod sealed_answer;
pub mod seeds;

use silicon_to_source::time::UnixTime;

pub use sealed_answer::run as sealed_answer;

/// A target by its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("aci_keyset", aci_keyset),
    ("aci_receipt", aci_receipt),
    ("apple_device", apple_device),
    ("beside", beside),
    ("bundle", bundle),
    ("certificate", certificate),
    ("cloud_build", cloud_build),
    ("contrast_manifest", contrast_manifest),
    ("cvm_envelope", cvm_envelope),
    ("coordinator_binding", coordinator_binding),
    ("coordinator_document", coordinator_document),
    ("coordinator_exchange", coordinator_exchange),
    ("dstack_answer", dstack_answer),
    ("dstack_compose", dstack_compose),
    ("dstack_named", dstack_named),
    ("eigencompute", eigencompute),
    ("eventlog_cel", eventlog_cel),
    ("eventlog_dstack", eventlog_dstack),
    ("eventlog_tcg", eventlog_tcg),
    ("examine", examine),
    ("git_stored", git_stored),
    ("github_attestations", github_attestations),
    ("github_decoded", github_decoded),
    ("intel_collateral", intel_collateral),
    ("intel_pck", intel_pck),
    ("intel_qe_identity", intel_qe_identity),
    ("intel_quote", intel_quote),
    ("intel_tcb_info", intel_tcb_info),
    ("launch_description", launch_description),
    ("launch_firmware", launch_firmware),
    ("pem", pem),
    ("policy", policy),
    ("rekor_answer", rekor_answer),
    ("revocation_list", revocation_list),
    ("sealed_answer", sealed_answer::run),
    ("sigstore_bundle", sigstore_bundle),
    ("sigstore_certificate", sigstore_certificate),
    ("sigstore_statement", sigstore_statement),
    ("sigstore_trusted_root", sigstore_trusted_root),
    ("snp_answer", snp_answer),
    ("snp_certificate_table", snp_certificate_table),
    ("snp_report", snp_report),
    ("tinfoil_document", tinfoil_document),
    ("token", token),
    ("token_keys", token_keys),
    ("tpm_attest", tpm_attest),
    ("tpm_attestation", tpm_attestation),
    ("tpm_public", tpm_public),
    ("tpm_signature", tpm_signature),
    ("policy_use", policy_use),
    ("shelf", shelf),
    ("bundle_again", bundle_again),
    ("gpu_beside", gpu_beside),
    ("json_strict", json_strict),
    ("oracle_quote", oracle_quote),
    ("oracle_snp", oracle_snp),
];

/// The moment for which evidence is examined.
const NOW: UnixTime = UnixTime(1_769_904_000);

/// Several files in one input, with this between them.
pub const BETWEEN: &[u8] = b"\n\x00FILE\x00\n";

fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let own = rest?;
        match own.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
            Some(at) => {
                rest = Some(&own[at + BETWEEN.len()..]);
                Some(&own[..at])
            }
            None => {
                rest = None;
                Some(own)
            }
        }
    })
}

/// Any bytes as a file beside a whole chain of evidence.
pub fn beside(bytes: &[u8]) {
    let demonstration = s2s_sim::demonstration();
    let files = [
        silicon_to_source::File::new("evidence", demonstration),
        silicon_to_source::File::new("beside", bytes),
    ];
    let context = silicon_to_source::Context::at(NOW);
    let policy = silicon_to_source::engine::builtin("simulated");
    let policy = policy.and_then(|built_in| built_in.policy().ok());
    let _ = silicon_to_source::examine(&files, policy.as_ref(), &context);
}

/// Any bytes as an envelope of CVM Attestation v1; what can be read is examined.
pub fn cvm_envelope(bytes: &[u8]) {
    if silicon_to_source::formats::cvm::parse::Envelope::parse(bytes).is_ok() {
        let file = silicon_to_source::File::new("evidence", bytes);
        let context = silicon_to_source::Context::at(NOW);
        let policy = silicon_to_source::engine::builtin("simulated-machine");
        let policy = policy.and_then(|built_in| built_in.policy().ok());
        let _ = silicon_to_source::examine(&[file], policy.as_ref(), &context);
    }
}

/// Any bytes as a manifest of Contrast.
pub fn contrast_manifest(bytes: &[u8]) {
    let _ = silicon_to_source::formats::contrast::parse::Manifest::parse(bytes);
}

/// Any bytes as what an enclave of Tinfoil's answers, and as what its workflows signed.
pub fn tinfoil_document(bytes: &[u8]) {
    use silicon_to_source::services::tinfoil::parse::{Document, Hardware, Witness};
    let _ = Document::of(bytes);
    if let Ok(predicate) = serde_json::from_slice(bytes) {
        let _ = Hardware::of_predicate(&predicate);
        let _ = Witness::of_predicate(&predicate);
    }
}

/// Any bytes as a file beside the report of a GPU: reference values, an answer about revocation.
pub fn gpu_beside(bytes: &[u8]) {
    use s2s_sim::nvidia::{ReportSpec, Role, certificate};
    let file = silicon_to_source::File::new;
    let mut files = vec![file("evidence", ReportSpec::default().sign())];
    for role in [Role::Device, Role::Authority, Role::Root] {
        files.push(file("certificate", certificate(role, &ReportSpec::FIRMWARE, None)));
    }
    files.push(file("beside", bytes.to_vec()));
    let context = silicon_to_source::Context::at(NOW);
    let policy = silicon_to_source::engine::builtin("simulated-machine");
    let policy = policy.and_then(|built_in| built_in.policy().ok());
    let _ = silicon_to_source::examine(&files, policy.as_ref(), &context);
}

/// Any bytes as a bundle, whose report is made again.
pub fn bundle(bytes: &[u8]) {
    if let Ok(bundle) = silicon_to_source::engine::bundle::Bundle::read(bytes) {
        let _ = silicon_to_source::recorded(&bundle);
    }
}

/// A simulated ACI service's report.
static ACI: std::sync::LazyLock<serde_json::Value> = std::sync::LazyLock::new(|| {
    let report = s2s_sim::aci::AciSpec::default().bytes();
    serde_json::from_slice(&report).unwrap_or_default()
});

/// Examines files under the simulated vendors' roots.
fn simulated(files: &[(&str, &[u8])]) {
    let files: Vec<_> =
        files.iter().map(|(name, bytes)| silicon_to_source::File::new(*name, *bytes)).collect();
    let context = silicon_to_source::Context::at(NOW);
    let policy = silicon_to_source::engine::builtin("simulated-machine");
    let policy = policy.and_then(|built_in| built_in.policy().ok());
    let report = silicon_to_source::examine(&files, policy.as_ref(), &context);
    let _ = report.map(|report| report.to_json());
}

/// Any JSON as the keys of an ACI report.
pub fn aci_keyset(bytes: &[u8]) {
    let Ok(keyset) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let mut report = ACI.clone();
    report["attestation"]["workload_keyset"] = keyset;
    simulated(&[("report", report.to_string().as_bytes())]);
}

/// Any bytes beside an ACI report, as a receipt or a session.
pub fn aci_receipt(bytes: &[u8]) {
    simulated(&[("report", ACI.to_string().as_bytes()), ("beside", bytes)]);
}

/// Any bytes as Apple's certificate of a device, in a row of a feed of providers.
pub fn apple_device(bytes: &[u8]) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let mut row = s2s_sim::apple::RowSpec::with_chain();
    let authority = s2s_sim::apple::CertificateSpec::authority().der();
    row.chain = None;
    let chain = [bytes, &authority].map(|der| STANDARD.encode(der));
    row.members.insert("mda_cert_chain_b64".to_owned(), serde_json::json!(chain));
    simulated(&[("feed", &s2s_sim::apple::feed(&[row]))]);
}

/// Any bytes as a certificate.
pub fn certificate(bytes: &[u8]) {
    let _ = silicon_to_source::pki::Cert::parse("certificate", bytes);
}

/// Any bytes as a DSSE envelope: of Google Cloud Build's, or with its signer's certificate.
pub fn cloud_build(bytes: &[u8]) {
    examine(&[&br#"{"payloadType":"application/vnd.in-toto+json","#[..], bytes].concat());
}

/// Any bytes as a binding.
pub fn coordinator_binding(bytes: &[u8]) {
    let _ = silicon_to_source::services::coordinator::parse::Binding::parse(bytes);
}

/// Any bytes as a coordinator's attestation.
pub fn coordinator_document(bytes: &[u8]) {
    let _ = silicon_to_source::services::coordinator::parse::Document::parse(bytes);
}

/// Any bytes as a recorded exchange.
pub fn coordinator_exchange(bytes: &[u8]) {
    let _ = silicon_to_source::services::coordinator::parse::exchange::Exchange::parse(bytes);
}

/// Any bytes as an answer of dstack's agent.
pub fn dstack_answer(bytes: &[u8]) {
    let _ = silicon_to_source::formats::dstack::parse::Answer::parse(bytes);
}

/// Any bytes as an app-compose file.
pub fn dstack_compose(bytes: &[u8]) {
    let _ = silicon_to_source::formats::dstack::parse::AppCompose::parse(bytes);
}

/// Any bytes behind the beginning of an attestation of dstack's, version 1.
pub fn dstack_named(bytes: &[u8]) {
    examine(&[&b"\x83\xa7version\x01\xa8platform\x82\xa4kind"[..], bytes].concat());
}

/// Any bytes as EigenCompute's bound evidence (JSON).
pub fn eigencompute(bytes: &[u8]) {
    let _ = silicon_to_source::formats::eigencompute::parse::BoundEvidence::from_json(bytes);
}

/// Any bytes as a launcher's event log.
pub fn eventlog_cel(bytes: &[u8]) {
    let _ = silicon_to_source::formats::eventlog::parse::cel::Log::parse(bytes);
}

/// Any bytes as dstack's event log.
pub fn eventlog_dstack(bytes: &[u8]) {
    let _ = silicon_to_source::formats::eventlog::parse::dstack::Log::parse(bytes);
}

/// Any bytes as a firmware's event log.
pub fn eventlog_tcg(bytes: &[u8]) {
    let _ = silicon_to_source::formats::eventlog::parse::tcg::Log::parse(bytes);
}

/// Any bytes as the evidence, from bytes to a report.
pub fn examine(bytes: &[u8]) {
    let files = [silicon_to_source::File::new("input", bytes)];
    let context = silicon_to_source::Context::at(NOW);
    let _ = silicon_to_source::examine(&files, None, &context).map(|report| report.to_json());
}

/// Any bytes as an object as git stores it.
pub fn git_stored(bytes: &[u8]) {
    let _ = silicon_to_source::builds::git::parse::objects::Object::stored(bytes);
}

/// Any bytes as GitHub's answer about attestations.
pub fn github_attestations(bytes: &[u8]) {
    let _ = silicon_to_source::builds::git::parse::github::attestations(bytes);
}

/// Any bytes as a bundle as GitHub stores it.
pub fn github_decoded(bytes: &[u8]) {
    let _ = silicon_to_source::builds::git::parse::github::decoded(bytes);
}

/// Any bytes as a file of Intel's collateral.
pub fn intel_collateral(bytes: &[u8]) {
    let _ = silicon_to_source::formats::intel::parse::collateral::parts(bytes);
}

/// Any bytes as the extension of a PCK certificate.
pub fn intel_pck(bytes: &[u8]) {
    let _ = silicon_to_source::formats::intel::parse::collateral::PckExtension::parse(bytes);
}

/// Any bytes as Intel's QE identity.
pub fn intel_qe_identity(bytes: &[u8]) {
    let _ = silicon_to_source::formats::intel::parse::collateral::QeIdentity::parse(bytes);
}

/// Any bytes as an SGX or TDX quote.
pub fn intel_quote(bytes: &[u8]) {
    let _ = silicon_to_source::formats::intel::parse::Quote::parse(bytes);
}

/// Any bytes as Intel's TCB info.
pub fn intel_tcb_info(bytes: &[u8]) {
    let _ = silicon_to_source::formats::intel::parse::collateral::TcbInfo::parse(bytes);
}

/// Any bytes as a description of a launch.
pub fn launch_description(bytes: &[u8]) {
    let _ = silicon_to_source::formats::launch::parse::Description::parse(bytes);
}

/// Any bytes as a firmware image.
pub fn launch_firmware(bytes: &[u8]) {
    let _ = silicon_to_source::formats::launch::parse::Firmware::parse(bytes);
}

/// Any bytes as PEM.
pub fn pem(bytes: &[u8]) {
    let _ = silicon_to_source::pki::pem_blocks("PEM", bytes);
}

/// Any bytes as a policy file.
pub fn policy(bytes: &[u8]) {
    let _ = silicon_to_source::engine::policy::Policy::from_json(bytes);
}

/// An envelope that came without its entry in the log.
static ENVELOPE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    use base64::Engine as _;
    use s2s_sim::sigstore::{Build, BundleSpec};
    let build = Build::default();
    let bundle = BundleSpec::dsse(&build, build.slsa_statement("image", &"0".repeat(64))).json();
    let der = bundle["verificationMaterial"]["certificate"]["rawBytes"].as_str();
    let standard = base64::engine::general_purpose::STANDARD;
    let text = standard.encode(standard.decode(der.unwrap_or_default()).unwrap_or_default());
    let mut envelope = bundle["dsseEnvelope"].clone();
    envelope["signatures"][0]["cert"] =
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into();
    envelope.to_string()
});

/// Any bytes as an answer of the log's, beside an envelope that came without its entry.
pub fn rekor_answer(bytes: &[u8]) {
    let files = [
        silicon_to_source::File::new("evidence", ENVELOPE.as_bytes()),
        silicon_to_source::File::new("beside", bytes),
    ];
    let context = silicon_to_source::Context::at(NOW);
    let policy = silicon_to_source::engine::builtin("sigstore");
    let policy = policy.and_then(|built_in| built_in.policy().ok());
    let _ = silicon_to_source::examine(&files, policy.as_ref(), &context);
}

/// Any bytes as a revocation list.
pub fn revocation_list(bytes: &[u8]) {
    let _ = silicon_to_source::pki::Crl::parse("revocation list", bytes);
}

/// Any bytes as a Sigstore bundle.
pub fn sigstore_bundle(bytes: &[u8]) {
    let _ = silicon_to_source::builds::sigstore::parse::Bundle::parse(bytes);
}

/// Any bytes as a signing certificate.
pub fn sigstore_certificate(bytes: &[u8]) {
    let _ = silicon_to_source::builds::sigstore::parse::SigningCertificate::parse(bytes);
}

/// Any bytes as an in-toto statement.
pub fn sigstore_statement(bytes: &[u8]) {
    let _ = silicon_to_source::builds::sigstore::parse::Statement::parse(bytes);
}

/// Any bytes as a list of Sigstore's keys.
pub fn sigstore_trusted_root(bytes: &[u8]) {
    let _ = silicon_to_source::builds::sigstore::verify::TrustedRoot::from_json(bytes);
}

/// Any bytes as what a guest device puts around a report.
pub fn snp_answer(bytes: &[u8]) {
    let _ = silicon_to_source::formats::snp::parse::Answer::of(bytes);
}

/// Any bytes as a host's certificate table.
pub fn snp_certificate_table(bytes: &[u8]) {
    let _ = silicon_to_source::formats::snp::parse::CertificateTable::parse(bytes);
}

/// Any bytes as an SEV-SNP report.
pub fn snp_report(bytes: &[u8]) {
    let _ = silicon_to_source::formats::snp::parse::Report::parse(bytes);
}

/// Any bytes as an attestation token.
pub fn token(bytes: &[u8]) {
    let _ = silicon_to_source::formats::token::parse::Token::parse(bytes);
}

/// Any bytes as a list of token keys.
pub fn token_keys(bytes: &[u8]) {
    let _ = silicon_to_source::formats::token::parse::jwks::KeyList::parse(bytes);
}

/// Any bytes as a TPM's quote.
pub fn tpm_attest(bytes: &[u8]) {
    let _ = silicon_to_source::formats::tpm::parse::Attest::parse(bytes);
}

/// Any bytes as an attestation of go-tpm-tools.
pub fn tpm_attestation(bytes: &[u8]) {
    let _ = silicon_to_source::formats::tpm::parse::Attestation::parse(bytes);
}

/// Any bytes as the public part of a TPM's key.
pub fn tpm_public(bytes: &[u8]) {
    let _ = silicon_to_source::formats::tpm::parse::Public::parse(bytes);
}

/// Any bytes as a TPM's signature.
pub fn tpm_signature(bytes: &[u8]) {
    let _ = silicon_to_source::formats::tpm::parse::Signature::parse(bytes);
}

/// Any bytes as the policy under which a whole chain is examined.
pub fn policy_use(bytes: &[u8]) {
    let Ok(policy) = silicon_to_source::engine::policy::Policy::from_json(bytes) else { return };
    let files = [silicon_to_source::File::new("evidence", s2s_sim::demonstration())];
    let context = silicon_to_source::Context::at(NOW);
    let _ =
        silicon_to_source::examine(&files, Some(&policy), &context).map(|report| report.to_json());
}

/// Any bytes as several files, and the same files in another order: what is decided is the same.
pub fn shelf(bytes: &[u8]) {
    let pieces: Vec<&[u8]> = pieces(bytes).take(6).collect();
    let answer = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let files: Vec<_> =
            pieces.map(|piece| silicon_to_source::File::new("piece", piece)).collect();
        let context = silicon_to_source::Context::at(NOW);
        silicon_to_source::examine(&files, None, &context).map(|report| report.to_json())
    };
    let first = answer(&mut pieces.iter().copied());
    assert_eq!(first.ok(), answer(&mut pieces.iter().copied()).ok(), "the same files, twice");
    let _ = answer(&mut pieces.iter().rev().copied());
}

/// Any bytes as a bundle: what was read and written once is read and written alike.
pub fn bundle_again(bytes: &[u8]) {
    let Ok(bundle) = silicon_to_source::engine::bundle::Bundle::read(bytes) else { return };
    let Ok(json) = bundle.to_json() else { return };
    let again = silicon_to_source::engine::bundle::Bundle::read(json.as_bytes());
    let again = again.and_then(|bundle| bundle.to_json());
    assert_eq!(again.ok().as_ref(), Some(&json), "a written bundle reads back");
}

/// What the verifier takes for JSON, another reader takes for JSON too.
pub fn json_strict(bytes: &[u8]) {
    let ours = [
        silicon_to_source::engine::policy::Policy::from_json(bytes).is_ok(),
        silicon_to_source::builds::sigstore::parse::Bundle::parse(bytes).is_ok(),
        silicon_to_source::builds::sigstore::parse::Statement::parse(bytes).is_ok(),
        silicon_to_source::formats::launch::parse::Description::parse(bytes).is_ok(),
        silicon_to_source::services::coordinator::parse::exchange::Exchange::parse(bytes).is_ok(),
    ];
    if ours.contains(&true) {
        let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let other = serde_json::from_slice::<serde_json::Value>(plain);
        assert!(other.is_ok(), "{ours:?}: {other:?}");
    }
}

/// A quote that the verifier reads is read by dcap-qvl too, with the same report data.
pub fn oracle_quote(bytes: &[u8]) {
    use silicon_to_source::formats::intel::parse::{Body, Quote};
    let Ok(ours) = Quote::parse(bytes) else { return };
    let Ok(theirs) = dcap_qvl::quote::Quote::parse(bytes) else { return };
    let ours = match &ours.body {
        Body::Enclave(enclave) => enclave.report_data,
        Body::Td(td) => td.report_data,
    };
    let theirs = match &theirs.report {
        dcap_qvl::quote::Report::SgxEnclave(report) => report.report_data,
        dcap_qvl::quote::Report::TD10(report) => report.report_data,
        dcap_qvl::quote::Report::TD15(report) => report.base.report_data,
        dcap_qvl::quote::Report::TD15Ex(report) => report.base.base.report_data,
    };
    assert_eq!(ours, theirs, "the same quote, two readers");
}

/// A report that the verifier reads is read by the sev crate too, with the same measurement.
pub fn oracle_snp(bytes: &[u8]) {
    use sev::parser::ByteParser as _;
    let Ok(ours) = silicon_to_source::formats::snp::parse::Report::parse(bytes) else { return };
    let Ok(theirs) = sev::firmware::guest::AttestationReport::from_bytes(bytes) else { return };
    assert_eq!(ours.report_data[..], theirs.report_data[..], "REPORT_DATA");
    assert_eq!(ours.measurement.0[..], theirs.measurement[..], "MEASUREMENT");
}
