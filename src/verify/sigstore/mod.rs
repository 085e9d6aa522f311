//! Verification of Sigstore bundles: Rekor v1 and v2, with RFC 3161 timestamps, v0.1 to v0.3.
//!
//! Every step of the client specification is a finding of its own, made with the Sigstore
//! project's lower crates, and sigstore-verify's own answer to the whole is one more. A
//! [`VerifiedStatement`] exists only when all of them agree.

mod certificate;
pub mod conformance;
mod content;
mod entry;
mod library;
mod log;
mod root;
mod sct;
mod timestamp;
mod verified;

use jiff::Timestamp;

use crate::crypto::provider;
use crate::endorsements::sigstore::{Bundle, Content, SigningCertificate, Statement, Version};
use crate::finding::{Check, Examined, Finding, Outcome, Why, checks};
use crate::time::UnixTime;
use content::Digests;

pub use content::Artifact;
pub use root::{EMBEDDED_SNAPSHOT, RootSource, TrustedRoot};
pub use verified::{Logged, VerifiedStatement};

/// Every check that this examination answers, in its order.
const STEPS: [&Check; 16] = [
    &checks::SIGSTORE_BUNDLE,
    &checks::SIGSTORE_TRUSTED_ROOT,
    &checks::SIGSTORE_TIME,
    &checks::SIGSTORE_TIMESTAMP,
    &checks::SIGSTORE_CERTIFICATE_CHAIN,
    &checks::SIGSTORE_CERTIFICATE_VALIDITY,
    &checks::SIGSTORE_CERTIFICATE_PROFILE,
    &checks::SIGSTORE_SCT,
    &checks::SIGSTORE_LOG_ENTRY,
    &checks::SIGSTORE_LOG_INCLUSION,
    &checks::SIGSTORE_LOG_CHECKPOINT,
    &checks::SIGSTORE_LOG_PROMISE,
    &checks::SIGSTORE_SIGNATURE,
    &checks::PROVENANCE_STATEMENT,
    &checks::SIGSTORE_SUBJECT,
    &checks::SIGSTORE_LIBRARY,
];

/// Age in seconds after which the shipped copy of Sigstore's keys is called old. The public-good
/// instance renews what it publishes about twice a year.
const MAX_ROOT_AGE: i64 = 366 * crate::time::DAY;

/// The checks that must have passed, and not merely have found nothing to do.
const MUST_PASS: [&Check; 9] = [
    &checks::SIGSTORE_BUNDLE,
    &checks::SIGSTORE_TIME,
    &checks::SIGSTORE_CERTIFICATE_CHAIN,
    &checks::SIGSTORE_CERTIFICATE_VALIDITY,
    &checks::SIGSTORE_CERTIFICATE_PROFILE,
    &checks::SIGSTORE_SCT,
    &checks::SIGSTORE_LOG_ENTRY,
    &checks::SIGSTORE_SIGNATURE,
    &checks::SIGSTORE_LIBRARY,
];

/// Verifies `bundle` under `root` for the moment `now`.
///
/// With an `artifact`, it must be the one that was signed or be among the statement's subjects.
/// Without one, `sigstore.subject` is left open (not fetched) and the statement is still
/// verified: its reader must compare the subjects.
///
/// `now` bounds what counts as the future, and nothing else: an old signature stays valid, since
/// what counts is the time at which it was made.
pub fn verify(
    bundle: &Bundle,
    root: &TrustedRoot,
    artifact: Option<Artifact<'_>>,
    now: UnixTime,
) -> Examined<VerifiedStatement> {
    if provider::install().is_err() {
        return stopped(Finding::fail(&checks::SIGSTORE_LIBRARY, "foreign-crypto-provider"));
    }
    if bundle.is_managed_key() {
        let finding = Finding::unknown(&checks::SIGSTORE_BUNDLE, Why::NotSupported);
        return stopped(finding.actual("a key that the reader must already have"));
    }
    Examination::new(bundle, root, artifact, now).run()
}

/// Every check as blocked by `by`: for input in which no bundle was found or could be read.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    STEPS.iter().filter(|check| **check != by).map(|check| Finding::blocked(check, by)).collect()
}

/// One finding, and every other check blocked by it.
fn stopped(finding: Finding) -> Examined<VerifiedStatement> {
    let by = finding.check;
    let mut findings = vec![finding];
    findings.extend(blocked(by));
    Examined { findings, verified: None }
}

struct Examination<'a> {
    bundle: &'a Bundle,
    root: &'a TrustedRoot,
    artifact: Option<Artifact<'a>>,
    digests: Digests<'a>,
    now: UnixTime,
    findings: Vec<Finding>,
}

/// The certificate's findings, and what later steps need from them.
struct Signer {
    certificate: Option<SigningCertificate>,
    /// The check to blame when there is none.
    blame: &'static Check,
}

impl<'a> Examination<'a> {
    fn new(
        bundle: &'a Bundle,
        root: &'a TrustedRoot,
        artifact: Option<Artifact<'a>>,
        now: UnixTime,
    ) -> Self {
        let digests = Digests::new(bundle, artifact);
        Self { bundle, root, artifact, digests, now, findings: Vec::new() }
    }

    fn run(mut self) -> Examined<VerifiedStatement> {
        self.findings.push(shape(self.bundle));
        self.findings.push(anchors(self.root, self.now));
        let (seen, tokens) = self.timestamps();
        let (promised, promises) = self.promises();
        let mut times: Vec<Timestamp> = seen.into_iter().chain(promised).collect();
        times.sort_unstable();
        times.dedup();
        self.findings.push(time(&times, &tokens, &promises, self.now));
        self.findings.extend(tokens);
        let signer = self.certificate(&times);
        self.log(&signer);
        self.findings.extend(promises);
        let payload = match self.bundle.content() {
            Content::Envelope { payload, .. } => Some(payload),
            Content::Message { .. } => None,
        };
        let parsed = payload.map(Statement::parse);
        self.content(&signer, parsed.as_ref());
        let statement = parsed.and_then(Result::ok);
        self.findings.push(library::examine(
            self.bundle,
            self.root,
            self.artifact,
            statement.as_ref(),
            &times,
        ));
        let verified = signer.certificate.filter(|_| agreed(&self.findings)).map(|certificate| {
            VerifiedStatement {
                identity: certificate.identity().clone(),
                statement,
                payload: payload.unwrap_or_default().to_vec(),
                signed_at: times.iter().map(|time| UnixTime(time.as_second())).collect(),
                logged: self.logged(),
            }
        });
        Examined { findings: self.findings, verified }
    }

    fn timestamps(&self) -> (Vec<Timestamp>, Vec<Finding>) {
        let tokens = self.bundle.timestamps();
        if tokens.len() == 0 {
            let none = Finding::unknown(&checks::SIGSTORE_TIMESTAMP, Why::NotApplicable);
            return (Vec::new(), vec![none]);
        }
        let count = tokens.len();
        let mut times = Vec::new();
        let mut findings = Vec::new();
        for (number, token) in tokens.enumerate() {
            let (finding, time) = timestamp::examine(token, self.bundle.signature(), self.root);
            times.extend(time);
            findings.push(numbered(finding, "token", number, count));
        }
        (times, findings)
    }

    fn promises(&self) -> (Vec<Timestamp>, Vec<Finding>) {
        let entries = self.bundle.log_entries();
        if entries.len() == 0 {
            let check = &checks::SIGSTORE_LOG_PROMISE;
            return (Vec::new(), vec![Finding::blocked(check, &checks::SIGSTORE_LOG_ENTRY)]);
        }
        let count = entries.len();
        let mut times = Vec::new();
        let mut findings = Vec::new();
        for (number, (entry, _)) in entries.enumerate() {
            let (finding, time) = log::promise(entry, self.bundle.version(), self.root);
            times.extend(time);
            findings.push(numbered(finding, "entry", number, count));
        }
        (times, findings)
    }

    fn certificate(&mut self, times: &[Timestamp]) -> Signer {
        use checks::{
            SIGSTORE_BUNDLE, SIGSTORE_CERTIFICATE_CHAIN, SIGSTORE_CERTIFICATE_PROFILE,
            SIGSTORE_CERTIFICATE_VALIDITY, SIGSTORE_SCT, SIGSTORE_TIME,
        };
        let Some(der) = self.bundle.certificate() else {
            self.findings.extend(
                [
                    &SIGSTORE_CERTIFICATE_CHAIN,
                    &SIGSTORE_CERTIFICATE_VALIDITY,
                    &SIGSTORE_CERTIFICATE_PROFILE,
                    &SIGSTORE_SCT,
                ]
                .map(|check| Finding::blocked(check, &SIGSTORE_BUNDLE)),
            );
            return Signer { certificate: None, blame: &SIGSTORE_BUNDLE };
        };
        let certificate = match SigningCertificate::parse(der) {
            Ok(certificate) => certificate,
            Err(error) => {
                let blame = &SIGSTORE_CERTIFICATE_PROFILE;
                let mut unreadable =
                    Finding::fail(blame, error.code()).actual(error.to_string().as_str());
                if let Some(span) = error.span() {
                    unreadable = unreadable.at("sigstore-certificate", span.start, span.len);
                }
                self.findings.extend([
                    Finding::blocked(&SIGSTORE_CERTIFICATE_CHAIN, blame),
                    Finding::blocked(&SIGSTORE_CERTIFICATE_VALIDITY, blame),
                    unreadable,
                    Finding::blocked(&SIGSTORE_SCT, blame),
                ]);
                return Signer { certificate: None, blame };
            }
        };
        let validity = if times.is_empty() {
            Finding::blocked(&SIGSTORE_CERTIFICATE_VALIDITY, &SIGSTORE_TIME)
        } else {
            certificate::validity(&certificate, times)
        };
        let (chain, issuer) = if times.is_empty() {
            (Finding::blocked(&SIGSTORE_CERTIFICATE_CHAIN, &SIGSTORE_TIME), None)
        } else if !validity.passed() {
            (Finding::blocked(&SIGSTORE_CERTIFICATE_CHAIN, &SIGSTORE_CERTIFICATE_VALIDITY), None)
        } else {
            certificate::chain(der, self.root, times)
        };
        let sct = match issuer {
            Some(issuer) => sct::examine(der, &issuer, self.root),
            None => Finding::blocked(&SIGSTORE_SCT, &SIGSTORE_CERTIFICATE_CHAIN),
        };
        let profile = certificate::profile(&certificate);
        self.findings.extend(
            [chain, validity, profile, sct]
                .map(|finding| finding.at("sigstore-certificate", 0, der.len())),
        );
        Signer { certificate: Some(certificate), blame: &SIGSTORE_CERTIFICATE_PROFILE }
    }

    fn log(&mut self, signer: &Signer) {
        let entries = self.bundle.log_entries();
        let count = entries.len();
        if count == 0 {
            let by = &checks::SIGSTORE_LOG_ENTRY;
            self.findings.extend([
                Finding::fail(by, "missing"),
                Finding::blocked(&checks::SIGSTORE_LOG_INCLUSION, by),
                Finding::blocked(&checks::SIGSTORE_LOG_CHECKPOINT, by),
            ]);
            return;
        }
        let version = self.bundle.version();
        let mut bodies = Vec::new();
        let mut paths = Vec::new();
        let mut notes = Vec::new();
        for (number, (entry, note)) in entries.enumerate() {
            let host = self.root.log_host(&entry.log_id.key_id);
            let body = match self.bundle.certificate().filter(|_| signer.certificate.is_some()) {
                Some(der) => entry::examine(entry, self.bundle, der, &self.digests, host),
                None => Finding::blocked(&checks::SIGSTORE_LOG_ENTRY, signer.blame),
            };
            let path = log::inclusion(entry, note, version);
            let note = log::checkpoint(entry, note, version, self.root, self.now);
            bodies.push(numbered(body, "entry", number, count));
            paths.push(numbered(path, "entry", number, count));
            notes.push(numbered(note, "entry", number, count));
        }
        self.findings.extend(bodies.into_iter().chain(paths).chain(notes));
    }

    fn content(
        &mut self,
        signer: &Signer,
        parsed: Option<&Result<Statement, crate::error::Error>>,
    ) {
        let signature = match &signer.certificate {
            Some(certificate) => content::signature(self.bundle, certificate, &self.digests),
            None => Finding::blocked(&checks::SIGSTORE_SIGNATURE, signer.blame),
        };
        let statement = content::statement(self.bundle, parsed, &signature);
        let read = parsed.and_then(|parsed| parsed.as_ref().ok());
        let subject = content::subject(self.bundle, read, self.artifact, &signature, &statement);
        self.findings.extend([signature, statement, subject]);
    }

    fn logged(&self) -> Vec<Logged> {
        let host = |id| self.root.log_host(id).unwrap_or_default().to_owned();
        self.bundle
            .log_entries()
            .map(|(entry, _)| Logged {
                host: host(&entry.log_id.key_id),
                index: entry.log_index.get(),
            })
            .collect()
    }
}

/// The keys in force, and whether the copy of them that comes with the verifier is old.
fn anchors(root: &TrustedRoot, now: UnixTime) -> Finding {
    let check = &checks::SIGSTORE_TRUSTED_ROOT;
    let old = now.0.saturating_sub(EMBEDDED_SNAPSHOT.0) > MAX_ROOT_AGE;
    match root.source() {
        RootSource::Embedded if old => Finding::warn(check, "stale"),
        RootSource::Embedded
        | RootSource::Refreshed
        | RootSource::Simulated
        | RootSource::Supplied => Finding::pass(check),
    }
    .actual(root.describe().as_str())
}

/// Whether the bundle has the shape that its version asks for.
fn shape(bundle: &Bundle) -> Finding {
    let check = &checks::SIGSTORE_BUNDLE;
    let roots = || {
        let certificates = bundle.certificate().into_iter().chain(bundle.chain());
        certificates
            .filter_map(|der| crate::pki::Cert::parse("Sigstore bundle certificate", der).ok())
            .any(|cert| cert.names_issuer(&cert))
    };
    let finding = if bundle.certificate().is_none() {
        Finding::fail(check, "no-certificate")
    } else if bundle.version() == Version::V0_3 && bundle.has_chain() {
        Finding::fail(check, "chain-not-allowed")
    } else if roots() {
        Finding::fail(check, "root-certificate")
    } else {
        Finding::pass(check)
    };
    finding.actual(match bundle.version() {
        Version::V0_1 => "v0.1",
        Version::V0_2 => "v0.2",
        Version::V0_3 => "v0.3",
    })
}

/// At least one moment of signing is authenticated, and none lies in the future.
fn time(times: &[Timestamp], tokens: &[Finding], promises: &[Finding], now: UnixTime) -> Finding {
    let check = &checks::SIGSTORE_TIME;
    let failed = |findings: &[Finding]| {
        findings.iter().any(|finding| matches!(finding.outcome, Outcome::Fail(_)))
    };
    let Some(latest) = times.last() else {
        return if failed(tokens) {
            Finding::blocked(check, &checks::SIGSTORE_TIMESTAMP)
        } else if failed(promises) {
            Finding::blocked(check, &checks::SIGSTORE_LOG_PROMISE)
        } else {
            Finding::fail(check, "missing")
        };
    };
    let finding = if latest.as_second() > now.0 {
        Finding::fail(check, "in-the-future").expected(format!("{now} or before").as_str())
    } else {
        Finding::pass(check)
    };
    finding.actual(certificate::list(times).as_str())
}

/// Names the part when there are several.
fn numbered(finding: Finding, what: &str, number: usize, count: usize) -> Finding {
    if count < 2 {
        return finding;
    }
    finding.part(format!("{what} {}", number.saturating_add(1)))
}

/// Whether every step came to the answer that a [`VerifiedStatement`] promises.
fn agreed(findings: &[Finding]) -> bool {
    let fits = |finding: &Finding| match finding.outcome {
        Outcome::Pass | Outcome::Warn(_) | Outcome::Unknown(Why::NotApplicable) => true,
        Outcome::Unknown(Why::NotFetched) => finding.check == &checks::SIGSTORE_SUBJECT,
        Outcome::Fail(_) | Outcome::Unknown(_) => false,
    };
    let passed =
        |check: &Check| findings.iter().any(|finding| finding.check == check && finding.passed());
    let logged = passed(&checks::SIGSTORE_LOG_PROMISE)
        || (passed(&checks::SIGSTORE_LOG_INCLUSION) && passed(&checks::SIGSTORE_LOG_CHECKPOINT));
    findings.iter().all(fits) && logged && MUST_PASS.iter().all(|check| passed(check))
}
