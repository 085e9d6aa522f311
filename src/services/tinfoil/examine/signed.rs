//! What Tinfoil's workflows signed and somebody put beside the evidence: releases, lists of hardware,
//! and witnesses. Each is told by its predicate type before anything in it is believed.

use crate::builds::git::parse::github::MAX_ATTESTATIONS;
use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::sigstore::appraise::public_log;
use crate::builds::sigstore::examine::Examined;
use crate::builds::sigstore::parse::{Bundle, Content, Statement};
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::builds::{provenance, sigstore, tuf};
use crate::error::Error;
use crate::finding::{Check, Finding, LinkId, Outcome, Why};
use crate::piece::{self, Piece, Role};
use crate::report::{EvidenceItem, Part};
use crate::services::tinfoil::appraise::{self, Td};
use crate::services::tinfoil::checks;
use crate::services::tinfoil::parse::{
    HARDWARE_TYPE, Hardware, PREDICATE_TYPE, WITNESS_TYPE, Witness,
};
use crate::services::tinfoil::policy::ForTinfoil;
use crate::time::UnixTime;

/// The most statements of one type that are examined: as many as GitHub answers with. Where more are
/// there nothing is decided: the newest may be among the others.
pub(super) const MAX_STATEMENTS: usize = MAX_ATTESTATIONS;

/// A statement in a Sigstore bundle, which nobody verified yet.
pub(super) struct Signed<'p> {
    piece: Piece<'p>,
    bundle: Bundle,
    /// What it says.
    pub(super) statement: Statement,
    /// Its bytes, for reading.
    pub(super) payload: Vec<u8>,
}

/// The statements beside the evidence, in the order of the files.
pub(super) struct Beside<'p> {
    /// Releases.
    pub(super) releases: Vec<Signed<'p>>,
    hardware: Vec<Signed<'p>>,
    witnesses: Vec<Signed<'p>>,
    /// What may bring newer keys of Sigstore's into force, and answers of the log's.
    pub(super) keys: Vec<Piece<'p>>,
}

/// A statement that counts.
struct Accepted<'s, 'p> {
    signed: &'s Signed<'p>,
    /// When its signature was first seen.
    at: Option<UnixTime>,
    verified: VerifiedStatement,
}

impl<'p> Signed<'p> {
    fn of(piece: Piece<'p>) -> Option<Self> {
        let bundle = Bundle::read(piece.bytes).ok()?;
        let Content::Envelope { payload, .. } = bundle.content() else { return None };
        let statement = Statement::parse(payload).ok()?;
        let payload = payload.to_vec();
        Some(Self { piece, bundle, statement, payload })
    }

    /// The bundle.
    pub(super) const fn bytes(&self) -> &'p [u8] {
        self.piece.bytes
    }

    /// The bundle, as it was read.
    pub(super) fn read(&self) -> Bundle {
        self.bundle.clone()
    }

    /// Notes that the examination used it.
    pub(super) fn used(&self) {
        self.piece.used();
    }
}

impl<'p> Beside<'p> {
    /// What of `pieces` Tinfoil's workflows are said to have signed.
    pub(super) fn of(pieces: &[Piece<'p>]) -> Self {
        let mut beside = Self {
            releases: Vec::new(),
            hardware: Vec::new(),
            witnesses: Vec::new(),
            keys: piece::of(pieces, tuf::ROLES),
        };
        let bundles = piece::of(pieces, &[Role::SigstoreBundle]).into_iter();
        for signed in bundles.filter_map(Signed::of) {
            match signed.statement.predicate_type() {
                PREDICATE_TYPE => beside.releases.push(signed),
                HARDWARE_TYPE => beside.hardware.push(signed),
                WITNESS_TYPE => beside.witnesses.push(signed),
                _ => {}
            }
        }
        beside
    }

    /// MRTD and RTMR0 against the list of hardware. The newest list that counts decides.
    pub(super) fn hardware(
        &self,
        measured: Result<Td<'_>, &'static Check>,
        policy: &dyn ForTinfoil,
        now: UnixTime,
    ) -> Part {
        let check = &checks::TINFOIL_HARDWARE_LIST;
        let rules = policy.tinfoil().hardware.as_ref();
        let newest = self.newest_of(check, &self.hardware, rules, policy, now);
        let newest = newest.and_then(|newest| {
            let lists = read(check, newest, Hardware::of_predicate)?;
            worst(check, lists, |(_, list)| measured.is_ok_and(|own| own.is_on(list)))
        });
        let (own, list) = match newest {
            Ok(newest) => newest,
            Err(open) => {
                return Part::of([*open, Finding::blocked(&checks::TINFOIL_HARDWARE, check)]);
            }
        };
        let (signed, signer) = (own.signed, signer(&own.verified));
        signed.used();
        let mut part = Part::of([Finding::pass(check).actual(signer)]);
        part.findings.extend(appraise::registers::hardware(&list, measured));
        let link = LinkId::Measurements;
        let payload = signed.payload.as_slice();
        part.evidence.push(EvidenceItem::new("hardware-list", "json", link, payload, Vec::new()));
        part
    }

    /// Whether the release is the newest, by the latest witness about its repository.
    pub(super) fn newest(
        &self,
        release: &Examined,
        policy: &dyn ForTinfoil,
        now: UnixTime,
    ) -> Finding {
        let check = &checks::TINFOIL_NEWEST;
        let Some(build) = &release.verified else {
            return Finding::blocked(check, super::to_blame(release));
        };
        let repository = build.identity().source_repository_uri().unwrap_or_default();
        // Without a greatest age an old word would count for ever.
        let rules = policy.tinfoil().witness.as_ref();
        let rules = rules.filter(|rules| rules.maximum_age_days.is_some());
        // One that cannot be read may be about this repository.
        let is_own = |signed: &&Signed<'_>| {
            let witness = Witness::of_predicate(signed.statement.predicate());
            let own = repository.strip_prefix("https://github.com/");
            witness.map_or(true, |witness| own == Some(&witness.repository))
        };
        let own = self.witnesses.iter().filter(is_own);
        let newest = self.newest_of(check, own, rules, policy, now).and_then(|newest| {
            let words = read(check, newest, Witness::of_predicate)?;
            let found = words
                .into_iter()
                .map(|(own, witness)| (own.signed, appraise::newest::newest(&witness, build)));
            worst(check, found.collect(), |(_, finding)| finding.passed())
        });
        match newest {
            Ok((signed, finding)) => {
                signed.used();
                finding
            }
            Err(open) => *open,
        }
    }

    /// Of the statements that count the newest ones, by the first moment at which their signatures were
    /// seen: usually one.
    fn newest_of<'s>(
        &'s self,
        check: &'static Check,
        statements: impl IntoIterator<Item = &'s Signed<'p>>,
        rules: Option<&ProvenancePolicy>,
        policy: &dyn ForTinfoil,
        now: UnixTime,
    ) -> Result<Vec<Accepted<'s, 'p>>, Box<Finding>> {
        let mut newest: Vec<Accepted<'s, 'p>> = Vec::new();
        let mut open = None;
        for (number, signed) in statements.into_iter().enumerate() {
            if number >= MAX_STATEMENTS {
                return Err(Box::new(Finding::unknown(check, Why::NotSupported)));
            }
            match self.accepted(check, signed, rules, policy, now) {
                Ok(verified) => {
                    let own =
                        Accepted { signed, at: verified.signed_at().first().copied(), verified };
                    let known = newest.first().map(|known| known.at);
                    if known.is_none_or(|at| at < own.at) {
                        newest = vec![own];
                    } else if known == Some(own.at) {
                        newest.push(own);
                    }
                }
                Err(finding) => open = open.or(Some(finding)),
            }
        }
        match newest.is_empty() {
            true => Err(open.unwrap_or_else(|| not_fetched(check))),
            false => Ok(newest),
        }
    }

    /// The statement, when its signature holds and its signer is the one that `rules` name.
    fn accepted(
        &self,
        check: &'static Check,
        signed: &Signed<'_>,
        rules: Option<&ProvenancePolicy>,
        policy: &dyn ForTinfoil,
        now: UnixTime,
    ) -> Result<VerifiedStatement, Box<Finding>> {
        let Some(rules) = rules.filter(|rules| rules.names_source()) else {
            return Err(Box::new(Finding::no_reference(check)));
        };
        let own = signed.statement.predicate_type().to_owned();
        let rules = ProvenancePolicy { predicate_types: vec![own], ..rules.clone() };
        let examined =
            sigstore::examine::signed(signed.bytes(), signed.read(), None, &self.keys, policy, now)
                .map_err(|error| malformed(check, &error))?;
        let failed = |findings: &[Finding], reason| {
            let fails = |finding: &&Finding| matches!(finding.outcome, Outcome::Fail(_));
            let failed = findings.iter().find(fails)?;
            Some(Box::new(Finding::fail(check, reason).actual(failed.check.id)))
        };
        // The age of the list of keys is told beside the release.
        let warned = |findings: &[Finding]| {
            let warns = |finding: &&Finding| {
                matches!(finding.outcome, Outcome::Warn(_))
                    && finding.check != &sigstore::checks::SIGSTORE_TRUSTED_ROOT
            };
            findings.iter().find(warns).map(|finding| finding.check.id)
        };
        let unchecked = || Finding::unknown(check, Why::NotSupported);
        let Some(verified) = examined.verified else {
            let why = failed(&examined.part.findings, "not-signed");
            return Err(why.unwrap_or_else(|| Box::new(unchecked())));
        };
        // An old word contradicts nothing: a newer one is missing.
        let age = &provenance::checks::PROVENANCE_AGE;
        let (old, appraised): (Vec<_>, Vec<_>) =
            provenance::appraise::provenance(&verified, &rules, now)
                .into_iter()
                .partition(|finding| finding.check == age);
        if let Some(refused) = failed(&appraised, "not-accepted") {
            return Err(refused);
        }
        if let Some(id) = warned(&appraised) {
            return Err(Box::new(Finding::fail(check, "not-accepted").actual(id)));
        }
        let logged = public_log(&verified, policy.sigstore().no_public_log);
        if let Some(refused) = failed(std::slice::from_ref(&logged), "not-accepted") {
            return Err(refused);
        }
        if let Some(id) = warned(&examined.part.findings).or_else(|| warned(&[logged])) {
            return Err(Box::new(unchecked().actual(id)));
        }
        match failed(&old, "not-accepted") {
            Some(_) => Err(Box::new(not_fetched(check).actual(signer(&verified)))),
            None => Ok(verified),
        }
    }
}

/// What each statement says, when all of them can be read.
fn read<'s, 'p, T>(
    check: &'static Check,
    statements: Vec<Accepted<'s, 'p>>,
    says: impl Fn(&serde_json::Value) -> Result<T, Error>,
) -> Result<Vec<(Accepted<'s, 'p>, T)>, Box<Finding>> {
    let read = statements.into_iter().map(|own| {
        let said =
            says(own.signed.statement.predicate()).map_err(|error| malformed(check, &error))?;
        Ok((own, said))
    });
    read.collect()
}

/// Of several of one moment the first that does not hold, or else the first.
fn worst<T>(
    check: &'static Check,
    several: Vec<T>,
    holds: impl Fn(&T) -> bool,
) -> Result<T, Box<Finding>> {
    let place = several.iter().position(|own| !holds(own)).unwrap_or_default();
    several.into_iter().nth(place).ok_or_else(|| not_fetched(check))
}

fn not_fetched(check: &'static Check) -> Box<Finding> {
    Box::new(Finding::unknown(check, Why::NotFetched))
}

fn malformed(check: &'static Check, error: &Error) -> Box<Finding> {
    Box::new(Finding::fail(check, "malformed").actual(error.to_string()))
}

/// Who signed, and when the signature was first seen.
fn signer(verified: &VerifiedStatement) -> String {
    let identity = verified.identity();
    let repository = identity.source_repository_uri().unwrap_or_default();
    let reference = identity.source_repository_ref().unwrap_or_default();
    match verified.signed_at().first() {
        Some(at) => format!("{repository} {reference}, {at}"),
        None => format!("{repository} {reference}"),
    }
}
