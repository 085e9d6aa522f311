//! Simulated services that verify evidence themselves: EigenLabs' KMS, Intel Trust Authority and
//! NVIDIA's attestation service, with their keys and tokens.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::formats::token::parse::Service;

use super::certificate::{Template, simulated_name};
use super::google::TokenSpec;
use super::keys::Key;
use super::{ENTITY_VALIDITY, der, pem};

/// The nonce of the healthy GPU tokens, 32 bytes in hex.
pub const GPU_NONCE: &str = "5355535355535355535355535355535355535355535355535355535355535355";

/// The key of EigenLabs' KMS, as a PEM file.
pub fn kms_key() -> Vec<u8> {
    public_pem(Key::EigenKms)
}

/// The public half of `key` as a PEM file.
pub fn public_pem(key: Key) -> Vec<u8> {
    pem("PUBLIC KEY", &key.spki()).into_bytes()
}

/// A healthy token of EigenLabs' KMS about an app on a TDX machine, in the form of
/// Layr-Labs/eigenx-kms, internal/auth.
pub fn kms_token() -> TokenSpec {
    let image = "sha256:0101010101010101010101010101010101010101010101010101010101010101";
    TokenSpec {
        certificates: Vec::new(),
        signer: Key::EigenKms,
        claims: json!({
            "iss": Service::EigenKms.issuer(),
            "aud": ["https://verifier.example"],
            "sub": "0x00000000000000000000000000000000000000aa",
            "iat": TokenSpec::ISSUED.0, "exp": TokenSpec::ISSUED.0 + 3600,
            "app_id": "0x00000000000000000000000000000000000000aa",
            "secboot": true, "hwmodel": "GCP_INTEL_TDX", "platform": "INTEL_TDX",
            "hardened": true,
            "submods": {
                "container": {
                    "image_reference": format!("registry.example/simulated@{image}"),
                    "image_digest": image,
                    "image_id": "sha256:0202020202020202020202020202020202020202020202020202020202020202",
                    "restart_policy": "Never",
                    "args": ["/simulated"], "env": { "PATH": "/bin" },
                },
                "gce": { "project_id": "simulated", "project_number": "1", "zone": "z", "instance_name": "app-0xaa", "instance_id": "2" },
            },
            "tdx": {
                "mrtd": "11".repeat(48), "rtmr0": "22".repeat(48), "rtmr1": "33".repeat(48),
                "rtmr2": "44".repeat(48), "rtmr3": "55".repeat(48), "tee_tcb_svn": "06".repeat(16),
            },
            "extra_data": "c2ltdWxhdGVkLW5vbmNl",
        }),
        ..TokenSpec::default()
    }
}

/// A list of keys with Intel Trust Authority's.
pub fn authority_keys() -> Vec<u8> {
    let public = Key::TrustAuthority.public();
    let numbers = der::sequence(&public);
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes.strip_prefix(&[0]).unwrap_or(bytes));
    let key = json!({
        "kty": "RSA", "alg": "PS384", "kid": "authority",
        "n": number(&numbers[0]), "e": number(&numbers[1]),
    });
    json!({ "keys": [key] }).to_string().into_bytes()
}

/// A healthy token of Intel Trust Authority about a TDX guest, version 2: the guest's claims are
/// in `tdx`.
pub fn authority_token() -> TokenSpec {
    TokenSpec {
        algorithm: "PS384".into(),
        key_id: Some("authority".into()),
        certificates: Vec::new(),
        signer: Key::TrustAuthority,
        claims: json!({
            "iss": Service::IntelTrustAuthority.issuer(), "ver": "2.0.0", "intuse": "generic",
            "iat": TokenSpec::ISSUED.0, "nbf": TokenSpec::ISSUED.0, "exp": TokenSpec::ISSUED.0 + 300,
            "tdx": {
                "attester_type": "TDX", "attester_tcb_status": "UpToDate",
                "attester_tcb_date": "2025-01-01T00:00:00Z", "attester_advisory_ids": [],
                "attester_held_data": "c2ltdWxhdGVkLW5vbmNl", "dbgstat": "disabled",
                "tdx_is_debuggable": false, "tdx_td_attributes_debug": false,
                "tdx_mrtd": "11".repeat(48), "tdx_rtmr0": "22".repeat(48),
                "tdx_rtmr1": "33".repeat(48), "tdx_rtmr2": "44".repeat(48),
                "tdx_rtmr3": "55".repeat(48), "tdx_report_data": "66".repeat(64),
            },
        }),
    }
}

/// A list of keys as Microsoft Azure Attestation serves it: in certificates only.
pub fn azure_keys() -> Vec<u8> {
    let (key, name) = (Key::AzureVtpmAttestation, || simulated_name("Azure Attestation"));
    let certificate = Template::new(name(), name(), ENTITY_VALIDITY, key, key).sign();
    let key = json!({ "kty": "RSA", "kid": "azure", "x5c": [STANDARD.encode(certificate)] });
    json!({ "keys": [key] }).to_string().into_bytes()
}

/// A healthy token of Microsoft Azure Attestation about a machine on SEV-SNP.
pub fn azure_token() -> TokenSpec {
    TokenSpec {
        algorithm: "RS256".into(),
        key_id: Some("azure".into()),
        certificates: Vec::new(),
        signer: Key::AzureVtpmAttestation,
        claims: json!({
            "iss": "https://simulated.eus.attest.azure.net", "jti": "SIMULATED",
            "iat": TokenSpec::ISSUED.0, "nbf": TokenSpec::ISSUED.0, "exp": TokenSpec::ISSUED.0 + 28_800,
            "secureboot": true, "x-ms-attestation-type": "azurevm", "x-ms-ver": "1.0",
            "x-ms-policy-hash": "SIMULATED",
            "x-ms-isolation-tee": {
                "x-ms-attestation-type": "sevsnpvm",
                "x-ms-compliance-status": "azure-compliant-cvm",
                "x-ms-sevsnpvm-is-debuggable": false,
                "x-ms-sevsnpvm-launchmeasurement": "11".repeat(48),
                "x-ms-sevsnpvm-vmpl": 0,
            },
            "x-ms-runtime": { "client-payload": { "nonce": "c2ltdWxhdGVkLW5vbmNl" } },
        }),
    }
}

/// How a list holds NVIDIA's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// By its coordinates.
    Coordinates,
    /// In a certificate only.
    Certificate,
}

/// A list of keys with that of NVIDIA's service.
pub fn gpu_keys(form: KeyForm) -> Vec<u8> {
    let point = Key::NvidiaService.public();
    let mut key = json!({ "kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "service" });
    match form {
        KeyForm::Coordinates => {
            key["x"] = json!(URL_SAFE_NO_PAD.encode(&point[1..49]));
            key["y"] = json!(URL_SAFE_NO_PAD.encode(&point[49..]));
        }
        KeyForm::Certificate => {
            let name = || simulated_name("NRAS");
            let key_of = Key::NvidiaService;
            let template = Template::new(name(), name(), ENTITY_VALIDITY, key_of, key_of);
            key["x5c"] = json!([STANDARD.encode(template.sign())]);
        }
    }
    json!({ "keys": [key] }).to_string().into_bytes()
}

/// NVIDIA's tokens about GPUs, not signed yet.
#[derive(Clone, Debug)]
pub struct GpuTokensSpec {
    /// The token about all. Digests in its `submods` that are null are computed.
    pub overall: TokenSpec,
    /// The token of each GPU.
    pub devices: BTreeMap<String, TokenSpec>,
}

impl Default for GpuTokensSpec {
    /// Healthy tokens about two GPUs, good for the hour from 2025-06-01T00:00:00Z.
    fn default() -> Self {
        let devices = ["GPU-0", "GPU-1"].map(|name| (name.to_owned(), gpu_token(name)));
        let overall = service_token(json!({
            "sub": "NVIDIA-PLATFORM-ATTESTATION", "x-nvidia-ver": "3.0",
            "x-nvidia-overall-att-result": true,
            "submods": { "GPU-0": null, "GPU-1": null },
        }));
        Self { overall, devices: devices.into() }
    }
}

impl GpuTokensSpec {
    /// The bundle.
    pub fn bytes(&self) -> Vec<u8> {
        let (overall, devices) = self.sign();
        json!([["JWT", overall], devices]).to_string().into_bytes()
    }

    /// The token about all, and the others.
    pub fn sign(&self) -> (String, BTreeMap<String, String>) {
        let sign = |(name, spec): (&String, &TokenSpec)| (name.clone(), spec.sign());
        let devices: BTreeMap<String, String> = self.devices.iter().map(sign).collect();
        let mut overall = self.overall.clone();
        if let Some(named) = overall.claims["submods"].as_object_mut() {
            for (name, value) in named.iter_mut().filter(|(_, value)| value.is_null()) {
                let token = devices.get(name).map(String::as_str).unwrap_or_default();
                let digest = hex::encode(Sha256::of(token.as_bytes()).0);
                *value = json!(["DIGEST", ["SHA-256", digest]]);
            }
        }
        (overall.sign(), devices)
    }
}

fn gpu_token(name: &str) -> TokenSpec {
    service_token(json!({
        "ueid": format!("simulated-{name}"), "oemid": "5703", "hwmodel": "GH100 A01 GSP BROM",
        "measres": "success", "secboot": true, "dbgstat": "disabled",
        "x-nvidia-gpu-driver-version": "000.00", "x-nvidia-gpu-vbios-version": "00.00.00.00.00",
        "x-nvidia-gpu-arch-check": true,
        "x-nvidia-gpu-attestation-report-signature-verified": true,
        "x-nvidia-gpu-attestation-report-nonce-match": true,
        "x-nvidia-gpu-driver-rim-signature-verified": true,
        "x-nvidia-attestation-warning": null,
    }))
}

fn service_token(own: Value) -> TokenSpec {
    let mut claims = json!({
        "iss": Service::Nvidia.issuer(), "eat_nonce": GPU_NONCE,
        "iat": TokenSpec::ISSUED.0, "nbf": TokenSpec::ISSUED.0, "exp": TokenSpec::ISSUED.0 + 3600,
    });
    let Value::Object(own) = own else { panic!("an object") };
    claims.as_object_mut().unwrap().extend(own);
    TokenSpec {
        algorithm: "ES384".into(),
        key_id: Some("service".into()),
        certificates: Vec::new(),
        claims,
        signer: Key::NvidiaService,
    }
}
