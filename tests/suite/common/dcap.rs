//! An SGX or TDX quote with Intel's collateral, made by the simulated Intel: each part can be
//! spoiled on its own.

use s2s_sim::intel::{
    AuthoritySpec, Certification, CollateralSpec, CrlSpec, PckSpec, QeIdentitySpec, QuoteSpec,
    Role, TcbInfoSpec, TdSpec, authority,
};
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::Examined;
use silicon_to_source::formats::intel::parse::Quote;
use silicon_to_source::formats::intel::parse::collateral::{Collateral, TcbStatus};
use silicon_to_source::formats::intel::verify::{VerifiedQuote, verify};
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;

use crate::common::examine;

/// 2030-01-01T00:00:00Z.
pub(crate) const NOW: UnixTime = UnixTime(1_893_456_000);

/// One examination.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) quote: QuoteSpec,
    pub(crate) pck: PckSpec,
    pub(crate) ca: AuthoritySpec,
    pub(crate) root: Vec<u8>,
    pub(crate) info: TcbInfoSpec,
    pub(crate) identity: QeIdentitySpec,
    pub(crate) signer: AuthoritySpec,
    pub(crate) root_crl: CrlSpec,
    pub(crate) pck_crl: CrlSpec,
    /// Changes the files after they were made.
    pub(crate) last: fn(&mut CollateralSpec),
    /// Event logs beside the quote.
    pub(crate) logs: Vec<Vec<u8>>,
    /// The policy's part about quotes.
    pub(crate) dcap: Json,
    pub(crate) now: UnixTime,
}

impl Case {
    /// A TDX quote of body type 3 with collateral, in which every check that has something to
    /// compare with passes.
    pub(crate) fn td() -> Self {
        Self {
            quote: QuoteSpec::tdx_v5(TdSpec::healthy_1_5()),
            pck: PckSpec::platform(),
            ca: AuthoritySpec::new(Role::PlatformCa),
            root: authority(Role::Root).to_vec(),
            info: TcbInfoSpec::tdx(),
            identity: QeIdentitySpec::tdx(),
            signer: AuthoritySpec::new(Role::TcbSigning),
            root_crl: CrlSpec::new(Role::Root),
            pck_crl: CrlSpec::new(Role::PlatformCa),
            last: |_| {},
            logs: Vec::new(),
            dcap: json!({}),
            now: NOW,
        }
    }

    /// The same for an SGX quote of version 3.
    pub(crate) fn enclave() -> Self {
        Self {
            quote: QuoteSpec::sgx_v3(),
            pck: PckSpec::processor(),
            ca: AuthoritySpec::new(Role::ProcessorCa),
            info: TcbInfoSpec::sgx(),
            identity: QeIdentitySpec::sgx(),
            pck_crl: CrlSpec::new(Role::ProcessorCa),
            ..Self::td()
        }
    }

    /// The certificates of the quote.
    pub(crate) fn chain(&self) -> Vec<Vec<u8>> {
        vec![self.pck.der(), self.ca.der(), self.root.clone()]
    }

    /// The quote, which carries the chain unless its certification data were replaced.
    pub(crate) fn quote_bytes(&self) -> Vec<u8> {
        let mut quote = self.quote.clone();
        let usual = match quote.tee_type {
            0 => QuoteSpec::sgx_v3().certification,
            _ => QuoteSpec::tdx_v4().certification,
        };
        if quote.certification == usual {
            quote.certification = Certification::chain(&self.chain());
        }
        quote.bytes()
    }

    /// The collateral.
    pub(crate) fn files(&self) -> CollateralSpec {
        let mut files = CollateralSpec::new(self.info.sign(), self.identity.sign(), self.ca.role);
        let signer = vec![self.signer.der(), authority(Role::Root).to_vec()];
        files.tcb_info_chain.clone_from(&signer);
        files.qe_identity_chain = signer;
        files.root_crl = self.root_crl.der();
        files.pck_crl = self.pck_crl.der();
        (self.last)(&mut files);
        files
    }

    /// The built-in policy for this kind of quote under the simulated root, with this case's
    /// values.
    pub(crate) fn policy(&self) -> Policy {
        let name = match self.quote.tee_type {
            0 => "sgx",
            _ => "tdx",
        };
        let mut policy: Json = serde_json::from_str(builtin(name).unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["dcap"] = self.dcap.clone();
        Policy::from_json(policy.to_string().as_bytes()).unwrap()
    }

    pub(crate) fn examine(&self) -> Report {
        let collateral = self.files().bytes();
        let files: Vec<&[u8]> =
            [&collateral].into_iter().chain(&self.logs).map(Vec::as_slice).collect();
        examine(&self.quote_bytes(), &files, Some(&self.policy()), self.now).unwrap()
    }

    /// The verified quote alone.
    pub(crate) fn with<T>(&self, read: impl FnOnce(Examined<VerifiedQuote<'_>>) -> T) -> T {
        let bytes = self.quote_bytes();
        let collateral = Collateral::from_files(&[&self.files().bytes()]).unwrap();
        read(verify(&Quote::parse(&bytes).unwrap(), &collateral, Roots::Simulated, self.now))
    }

    pub(crate) fn status(&self) -> Option<TcbStatus> {
        self.with(|examined| Some(examined.verified?.tcb()?.status))
    }
}
