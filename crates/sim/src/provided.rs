//! Evidence of a coordinator beside plain quotes and reports: EigenCompute's, a virtual TPM's,
//! tokens, Nitro documents, each with the digest that it has to carry.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::formats::token::parse::Service;
use silicon_to_source::time::UnixTime;

use super::bound::{BoundSpec, Processor};
use super::cel;
use super::coordinator::IMAGE;
use super::google::{TokenSpec, VtpmSpec, boot_events};
use super::nitro::NitroSpec;

/// Evidence of one of these types.
#[derive(Clone, Debug)]
pub enum Provided {
    /// `eigen-bound-evidence`.
    Bound(Box<BoundSpec>),
    /// `gce-vtpm-attestation`, with what is changed in it after it was signed.
    Vtpm(fn(&mut VtpmSpec)),
    /// A token under the name of its type. Its nonces, and an image of Confidential Space, are
    /// overwritten.
    Token(&'static str, Box<TokenSpec>),
    /// `nitro-attestation`. Its nonce is overwritten.
    Nitro(Box<NitroSpec>),
}

impl Provided {
    /// A token of `kind` that was issued at `issued`.
    pub fn token(kind: &'static str, issued: UnixTime) -> Self {
        let mut spec = match kind {
            "gcp-cs-oidc-token" | "ita-token" => TokenSpec::by_key_list(),
            _ => TokenSpec::default(),
        };
        spec.claims["iat"] = issued.0.into();
        spec.claims["nbf"] = issued.0.into();
        spec.claims["exp"] = (issued.0 + 3600).into();
        match kind {
            "ita-token" => {
                spec.claims["iss"] = Service::IntelTrustAuthority.issuer().into();
                spec.claims["hwmodel"] = "INTEL_TDX".into();
                spec.claims["tdx"] =
                    json!({ "attester_tcb_status": "UpToDate", "tdx_is_debuggable": false });
            }
            "gcp-cvm-token" => {
                spec.claims["hwmodel"] = "GCP_AMD_SEV".into();
                spec.claims["swname"] = "GCE".into();
                let parts = spec.claims["submods"].as_object_mut().unwrap();
                parts.remove("container");
                parts.remove("confidential_space");
            }
            _ => {}
        }
        Self::Token(kind, Box::new(spec))
    }

    /// A Nitro document that was made at `made`.
    pub fn nitro(made: UnixTime) -> Self {
        let timestamp_ms = u64::try_from(made.0).unwrap() * 1000;
        Self::Nitro(Box::new(NitroSpec { timestamp_ms, ..NitroSpec::healthy() }))
    }

    /// The name of the type.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bound(_) => "eigen-bound-evidence",
            Self::Vtpm(_) => "gce-vtpm-attestation",
            Self::Token(kind, _) => kind,
            Self::Nitro(_) => "nitro-attestation",
        }
    }

    /// What the operator says that it runs on.
    pub(super) fn substrate(&self) -> &'static str {
        match self {
            Self::Bound(spec) => match spec.processor {
                Processor::None => "gcp-none",
                Processor::Snp(_) => "gcp-snp",
                Processor::Tdx(_) => "gcp-tdx",
            },
            Self::Vtpm(_) | Self::Token("gcp-cvm-token", _) => "gcp-sev",
            Self::Token(..) => "gcp-tdx",
            Self::Nitro(_) => "nitro",
        }
    }

    /// The document's member, called `id`: evidence that carries `d`, of a machine that runs
    /// `image`.
    pub(super) fn member(&self, id: &str, d: [u8; 64], image: &str) -> Value {
        let reference = format!("{IMAGE}@{image}");
        let launch: [(u8, &[u8]); 4] = [
            (cel::IMAGE_REFERENCE, reference.as_bytes()),
            (cel::IMAGE_DIGEST, image.as_bytes()),
            (cel::RESTART_POLICY, b"Never"),
            (cel::LAUNCH_SEPARATOR, b""),
        ];
        let binary = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let (body, carrier) = match self {
            Self::Bound(spec) => (binary(spec.bytes(&d, &launch)), "eigen-bound/v1"),
            Self::Vtpm(change) => {
                let boot = boot_events(true, "SIMULATED=1");
                let mut spec = VtpmSpec::of(Sha256::of(&d).as_bytes(), &boot, &launch);
                change(&mut spec);
                (binary(spec.bytes()), "tpm/v1")
            }
            Self::Token(_, spec) => {
                let mut spec = spec.as_ref().clone();
                spec.claims["eat_nonce"] = json!(["another nonce", URL_SAFE_NO_PAD.encode(d)]);
                if let Some(container) = spec.claims["submods"].get_mut("container") {
                    container["image_reference"] = reference.as_str().into();
                    container["image_digest"] = image.into();
                }
                (spec.sign(), "eat-nonce/v1")
            }
            Self::Nitro(spec) => {
                let spec = NitroSpec { nonce: Some(d.to_vec()), ..spec.as_ref().clone() };
                (binary(spec.bytes()), "nitro/v1")
            }
        };
        json!({ "id": id, "type": self.kind(), "body": body, "carrier": carrier })
    }

    /// What the document staples for it.
    pub(super) fn collateral(&self) -> Value {
        match self {
            Self::Bound(spec) => match &spec.processor {
                Processor::None => json!({}),
                Processor::Snp(machine) => machine.collateral(),
                Processor::Tdx(machine) => machine.collateral(),
            },
            _ => json!({}),
        }
    }
}
