//! Verification of Sigstore bundles: Rekor v1 and v2, with RFC 3161 timestamps, v0.1 to v0.3, of
//! the public-good instance, of GitHub's own, of a reader's, and by keys without a certificate.
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
mod signer;
mod timestamp;
mod verified;

use jiff::Timestamp;

use super::checks;
use super::parse::{Bundle, Content, Statement, Version};
use crate::crypto::provider;
use crate::finding::{Check, Examined, Finding, Outcome, Why};
use crate::sorted::Sorted as _;
use crate::time::UnixTime;
use content::Digests;
use signer::{Identity, Signer};

pub use content::Artifact;
pub use root::{EMBEDDED_SNAPSHOT, RootSource, TrustedRoot};
pub use signer::ManagedKey;
pub use verified::{Logged, VerifiedStatement};

/// The checks that must have passed for every bundle, and not merely have found nothing to do.
const MUST_PASS: [&Check; 3] =
    [&checks::SIGSTORE_BUNDLE, &checks::SIGSTORE_SIGNATURE, &checks::SIGSTORE_LIBRARY];

/// Those of a signer with a certificate.
const OF_CERTIFICATE: [&Check; 4] = [
    &checks::SIGSTORE_TIME,
    &checks::SIGSTORE_CERTIFICATE_CHAIN,
    &checks::SIGSTORE_CERTIFICATE_VALIDITY,
    &checks::SIGSTORE_CERTIFICATE_PROFILE,
];

/// Verifies `bundle` under `root` for the moment `now`.
///
/// With an `artifact`, it must be the one that was signed or be among the statement's subjects.
/// Without one, `sigstore.subject` is left open (not fetched), and so it is with one that the
/// statement names by other digests (no reference). The statement is still verified then: its
/// reader must compare the subjects, as [`VerifiedStatement::is_compared`] says.
///
/// `now` bounds what counts as the future, and nothing else: an old signature stays valid, since
/// what counts is the time at which it was made.
///
/// What `root` has no keys for is not asked: under a root without transparency logs, a bundle
/// without log entries can verify, and [`VerifiedStatement::logged`] is empty then. What the
/// bundle has is verified in any case.
pub fn verify(
    bundle: &Bundle,
    root: &TrustedRoot,
    artifact: Option<Artifact<'_>>,
    now: UnixTime,
) -> Examined<VerifiedStatement> {
    verify_with_keys(bundle, root, &[], artifact, now)
}

/// As [`verify`], with the `keys` that may sign without a certificate. They count for bundles
/// that have none.
pub(crate) fn verify_with_keys(
    bundle: &Bundle,
    root: &TrustedRoot,
    keys: &[ManagedKey],
    artifact: Option<Artifact<'_>>,
    now: UnixTime,
) -> Examined<VerifiedStatement> {
    if provider::install().is_err() {
        let finding = Finding::fail(&checks::SIGSTORE_LIBRARY, "foreign-crypto-provider");
        let mut findings = vec![finding];
        findings.extend(blocked(&checks::SIGSTORE_LIBRARY));
        return Examined { findings, verified: None };
    }
    let digests = Digests::new(bundle, artifact);
    Examination { bundle, root, keys, artifact, digests, now, findings: Vec::new() }.run()
}

/// Every check as blocked by `by`: for input in which no bundle was found or could be read.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::STEPS
        .iter()
        .filter(|check| **check != by)
        .map(|check| Finding::blocked(check, by))
        .collect()
}

struct Examination<'a> {
    bundle: &'a Bundle,
    root: &'a TrustedRoot,
    keys: &'a [ManagedKey],
    artifact: Option<Artifact<'a>>,
    digests: Digests<'a>,
    now: UnixTime,
    findings: Vec<Finding>,
}

impl Examination<'_> {
    fn run(mut self) -> Examined<VerifiedStatement> {
        self.findings.push(shape(self.bundle));
        self.findings.push(self.root.finding(self.now));
        let (seen, tokens) = self.timestamps();
        let (promised, promises) = self.promises();
        let mut times: Vec<Timestamp> = seen.into_iter().chain(promised).collect();
        times.sorted_once();
        self.findings.push(self.time(&times, &tokens, &promises));
        self.findings.extend(tokens);
        let (findings, signer) = if self.bundle.is_managed_key() {
            signer::key(self.bundle, self.keys, &self.digests)
        } else {
            signer::certificate(self.bundle, self.root, &times)
        };
        self.findings.extend(findings);
        self.log(&signer, &promises);
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
            &signer,
            self.artifact.filter(|_| self.is_compared()),
            statement.as_ref(),
            &times,
            self.absent(),
        ));
        let identity = signer.identity.filter(|signer| self.agreed(signer));
        let verified = identity.map(|signer| VerifiedStatement {
            signer: signer.into(),
            is_compared: self.passed(&checks::SIGSTORE_SUBJECT),
            instance: self.root.name(),
            statement,
            payload: payload.unwrap_or_default().to_vec(),
            signed_at: times.iter().map(|time| UnixTime(time.as_second())).collect(),
            logged: self.logged(),
        });
        Examined { findings: self.findings, verified }
    }

    fn passed(&self, check: &Check) -> bool {
        self.findings.iter().any(|finding| finding.check == check && finding.passed())
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
            let finding = if self.root.keeps_log() {
                Finding::blocked(check, &checks::SIGSTORE_LOG_ENTRY)
            } else {
                Finding::unknown(check, Why::NotApplicable)
            };
            return (Vec::new(), vec![finding]);
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

    /// At least one moment of signing is authenticated, and none lies in the future. A key that
    /// the reader named does not expire, so without a moment nothing is amiss.
    fn time(&self, times: &[Timestamp], tokens: &[Finding], promises: &[Finding]) -> Finding {
        let check = &checks::SIGSTORE_TIME;
        let failed = |findings: &[Finding]| {
            let open = Outcome::Unknown(Why::NotFetched);
            findings.iter().any(|f| matches!(f.outcome, Outcome::Fail(_)) || f.outcome == open)
        };
        let Some(latest) = times.last() else {
            return if failed(tokens) {
                Finding::blocked(check, &checks::SIGSTORE_TIMESTAMP)
            } else if failed(promises) {
                Finding::blocked(check, &checks::SIGSTORE_LOG_PROMISE)
            } else if self.bundle.is_managed_key() {
                Finding::unknown(check, Why::NotApplicable)
            } else if self.bundle.leaves_out_log() {
                Finding::unknown(check, Why::NotFetched)
            } else {
                Finding::fail(check, "missing")
            };
        };
        let now = self.now;
        let finding = if latest.as_second() > now.0 {
            Finding::fail(check, "in-the-future").expected(format!("{now} or before").as_str())
        } else {
            Finding::pass(check)
        };
        finding.actual(certificate::list(times).as_str())
    }

    /// The steps that find a signer whom the root does not have, or nothing of a log.
    fn absent(&self) -> Option<&'static Check> {
        let signers = [
            &checks::SIGSTORE_LOG_ENTRY,
            &checks::SIGSTORE_TIMESTAMP,
            &checks::SIGSTORE_LOG_PROMISE,
            &checks::SIGSTORE_LOG_CHECKPOINT,
            &checks::SIGSTORE_CERTIFICATE_CHAIN,
            &checks::SIGSTORE_SCT,
        ];
        let open = Outcome::Unknown(Why::NotFetched);
        let mut own = self.findings.iter().filter(|finding| finding.outcome == open);
        own.find(|finding| signers.contains(&finding.check)).map(|finding| finding.check)
    }

    /// Whether the artifact has a digest of an algorithm by which the bundle names what it is about.
    fn is_compared(&self) -> bool {
        let open = Outcome::Unknown(Why::NoReference);
        let check = &checks::SIGSTORE_SUBJECT;
        !self.findings.iter().any(|finding| finding.check == check && finding.outcome == open)
    }

    fn log(&mut self, signer: &Signer, promises: &[Finding]) {
        let entries = self.bundle.log_entries();
        let count = entries.len();
        if count == 0 {
            let by = &checks::SIGSTORE_LOG_ENTRY;
            let others = [&checks::SIGSTORE_LOG_INCLUSION, &checks::SIGSTORE_LOG_CHECKPOINT];
            if self.root.keeps_log() {
                self.findings.push(match self.bundle.leaves_out_log() {
                    true => Finding::unknown(by, Why::NotFetched),
                    false => Finding::fail(by, "missing"),
                });
                self.findings.extend(others.map(|check| Finding::blocked(check, by)));
            } else {
                let none = |check| Finding::unknown(check, Why::NotApplicable);
                self.findings.push(none(by));
                self.findings.extend(others.map(none));
            }
            return;
        }
        let version = self.bundle.version();
        let mut bodies = Vec::new();
        let mut paths = Vec::new();
        let mut notes = Vec::new();
        for (number, (entry, note)) in entries.enumerate() {
            let host = self.root.log_host(&entry.log_id.key_id);
            let body = match &signer.identity {
                Some(signer) => entry::examine(entry, self.bundle, signer, &self.digests, host),
                None => Finding::blocked(&checks::SIGSTORE_LOG_ENTRY, signer.blame),
            };
            let path = log::inclusion(entry, note, version);
            let note = log::checkpoint(entry, note, version, self.root, self.now);
            // A root hash that no log signed, or a body that no log vouches for, shows nothing.
            let path = if path.passed() && !note.passed() {
                Finding::blocked(path.check, note.check)
            } else {
                path
            };
            let promised = promises.get(number).is_some_and(Finding::passed);
            let body = if body.passed() && !promised && !path.passed() {
                let idle = path.outcome == Outcome::Unknown(Why::NotApplicable);
                Finding::blocked(
                    body.check,
                    if idle { &checks::SIGSTORE_LOG_PROMISE } else { path.check },
                )
            } else {
                body
            };
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
        let signature = match &signer.identity {
            Some(signer) => content::signature(self.bundle, signer.key(), &self.digests),
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
                is_included: entry.inclusion_proof.is_some(),
            })
            .collect()
    }

    /// Whether every step came to the answer that a [`VerifiedStatement`] promises.
    fn agreed(&self, signer: &Identity) -> bool {
        let fits = |finding: &Finding| match finding.outcome {
            Outcome::Pass | Outcome::Warn(_) | Outcome::Unknown(Why::NotApplicable) => true,
            Outcome::Unknown(Why::NotFetched | Why::NoReference) => {
                finding.check == &checks::SIGSTORE_SUBJECT
            }
            Outcome::Allowed(_) | Outcome::Fail(_) | Outcome::Unknown(_) => false,
        };
        let passed = |check: &Check| {
            self.findings.iter().any(|finding| finding.check == check && finding.outcome.holds())
        };
        let promised = passed(&checks::SIGSTORE_LOG_PROMISE);
        let included =
            passed(&checks::SIGSTORE_LOG_INCLUSION) && passed(&checks::SIGSTORE_LOG_CHECKPOINT);
        let logged = passed(&checks::SIGSTORE_LOG_ENTRY) && (promised || included);
        let known = match signer {
            Identity::Certificate { .. } => {
                let certified = passed(&checks::SIGSTORE_SCT) || !self.root.keeps_certificate_log();
                certified && OF_CERTIFICATE.iter().all(|check| passed(check))
            }
            Identity::Key(_) => passed(&checks::SIGSTORE_KEY),
        };
        self.findings.iter().all(fits)
            && known
            && (logged || !self.root.keeps_log())
            && MUST_PASS.iter().all(|check| passed(check))
    }
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
    let finding = if bundle.certificate().is_none() && !bundle.is_managed_key() {
        Finding::fail(check, "no-certificate")
    } else if bundle.version() == Version::V0_3 && bundle.has_chain() {
        Finding::fail(check, "chain-not-allowed")
    } else if roots() {
        // It is not used, and the client specification does not allow it.
        Finding::warn(check, "root-certificate")
    } else {
        Finding::pass(check)
    };
    finding.actual(match bundle.version() {
        Version::V0_1 => "v0.1",
        Version::V0_2 => "v0.2",
        Version::V0_3 => "v0.3",
    })
}

/// Names the part when there are several.
fn numbered(finding: Finding, what: &str, number: usize, count: usize) -> Finding {
    if count < 2 {
        return finding;
    }
    finding.part(format!("{what} {}", number.saturating_add(1)))
}
