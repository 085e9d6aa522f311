//! The same on TDX: the paravisor's report has a TD report in it, and Intel's signed quote of it
//! lies beside.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha384;

use super::{hash, numbers, paravisor, quote, runtime, signed};
use crate::certificate::{
    DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Template, basic_constraints, key_usage,
    simulated_name,
};
use crate::google::QuoteSpec;
use crate::intel::{self, COLLATERAL_VALIDITY};
use crate::keys::Key;

/// Evidence that is not signed yet.
#[derive(Clone, Debug)]
pub struct AzureTdxSpec {
    /// The processor's quote; REPORTDATA is filled in.
    pub td: intel::QuoteSpec,
    /// What the processor signs in place of the runtime data's hash.
    pub report_data: Option<[u8; 64]>,
    /// The TD report that the paravisor keeps, when it is of another guest.
    pub kept: Option<intel::TdSpec>,
    /// The runtime data.
    pub runtime: Json,
    /// The TPM's quote.
    pub quote: QuoteSpec,
    /// The registers beside the quote.
    pub registers: Vec<Vec<u8>>,
    /// The certificate of the TPM's key, and the one above it, in DER.
    pub certificates: Vec<Vec<u8>>,
}

impl AzureTdxSpec {
    /// Sound evidence in answer to `nonce`. Azure's paravisor uses none of the registers.
    pub fn new(nonce: &[u8]) -> Self {
        let (quote, registers) = quote(nonce);
        let mut td = intel::QuoteSpec::tdx_v4();
        td.td().rtmr = [[0; 48]; 4];
        Self {
            td,
            report_data: None,
            kept: None,
            runtime: runtime(),
            quote,
            registers,
            certificates: certificates(Key::AzureVtpmAttestation, Key::GoogleTokenIntermediate),
        }
    }

    /// The processor's quote.
    pub fn td_quote(&self) -> Vec<u8> {
        self.filled().bytes()
    }

    fn filled(&self) -> intel::QuoteSpec {
        let mut quote = self.td.clone();
        let runtime = self.runtime.to_string();
        quote.td().report_data = self.report_data.unwrap_or_else(|| hash(&runtime));
        quote
    }

    /// The paravisor's report.
    pub fn hcl_report(&self) -> Vec<u8> {
        let own = self.filled().td().clone();
        let kept = self.kept.clone().unwrap_or(own);
        paravisor(4, &td_report(&kept), &self.runtime.to_string())
    }

    /// The evidence of version 1.
    pub fn json(&self) -> Json {
        json!({
            "version": 1,
            "tpm_quote": signed(&self.quote, &self.registers, |bytes| hex::encode(bytes).into()),
            "hcl_report": URL_SAFE.encode(self.hcl_report()),
            "td_quote": URL_SAFE_NO_PAD.encode(self.td_quote()),
        })
    }

    /// The evidence in its first form, without a version.
    pub fn first_form(&self) -> Json {
        json!({
            "tpm_quote": signed(&self.quote, &self.registers, numbers),
            "hcl_report": self.hcl_report(),
            "td_quote": self.td_quote(),
        })
    }

    /// The evidence with the certificates, as attested-tls writes it.
    pub fn attested(&self) -> Json {
        let pem = |der: &Vec<u8>| crate::pem("CERTIFICATE", der);
        let (own, above) = self.certificates.split_first().expect("a certificate of the key");
        // The TPM's memory is longer than the certificate in it.
        let padded = [own.as_slice(), &[0; 100]].concat();
        json!({
            "tdx_quote_base64": URL_SAFE.encode(self.td_quote()),
            "hcl_report_base64": URL_SAFE.encode(self.hcl_report()),
            "tpm_attestation": {
                "ak_certificate_pem": pem(&padded),
                "ak_intermediate_certificates_pem": above.iter().map(pem).collect::<Vec<_>>(),
                "quote": signed(&self.quote, &self.registers, numbers),
                "event_log": [],
                "instance_info": null,
            },
        })
    }
}

/// A certificate over `key` by an authority with the key `authority`, and the authority's own.
pub fn certificates(key: Key, authority: Key) -> Vec<Vec<u8>> {
    let [root, above, leaf] =
        ["Virtual TPM Root", "Virtual TPM CA", "virtual TPM"].map(simulated_name);
    let mut own = Template::new(above.clone(), leaf, COLLATERAL_VALIDITY, key, authority);
    own.extensions = vec![key_usage(DIGITAL_SIGNATURE), basic_constraints(None)];
    let mut next = Template::new(root, above, COLLATERAL_VALIDITY, authority, Key::GoogleTokenRoot);
    next.extensions = vec![key_usage(KEY_CERT_SIGN), basic_constraints(Some(PathLength::Any))];
    vec![own.sign(), next.sign()]
}

/// TDREPORT_STRUCT of a guest (Intel TDX module 1.5 ABI); no processor made its MAC.
fn td_report(td: &intel::TdSpec) -> Vec<u8> {
    let body = td.encode();
    let mut module = vec![0xff, 1, 3, 0, 0, 0, 0, 0];
    module.extend(&body[..120]);
    module.resize(239, 0);
    let mut guest = body[120..520].to_vec();
    guest.resize(512, 0);
    let mut report = vec![0x81, 0, 0, 0];
    report.resize(32, 0);
    report.extend(Sha384::of(&module).0);
    report.extend(Sha384::of(&guest).0);
    report.extend(&body[520..584]);
    report.resize(224, 0);
    report.extend(b"SIMULATED MAC of no processor...");
    report.extend(module);
    report.resize(512, 0);
    report.extend(guest);
    report
}
