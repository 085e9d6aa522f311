//! What Tinfoil's workflows signed and somebody put beside the evidence: releases, lists of hardware,
//! and witnesses. Each is told by its predicate type before anything in it is believed.

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

/// The most statements of one type that are examined: GitHub answers with the newest first.
pub(super) const MAX_STATEMENTS: usize = 8;

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

    /// MRTD and RTMR0 against the list of hardware: of several that count, the first that names both,
    /// or else the first.
    pub(super) fn hardware(
        &self,
        measured: Result<Td<'_>, &'static Check>,
        policy: &dyn ForTinfoil,
        now: UnixTime,
    ) -> Part {
        let check = &checks::TINFOIL_HARDWARE_LIST;
        let rules = policy.tinfoil().hardware.as_ref();
        let mut chosen: Option<(&Signed<'_>, VerifiedStatement, Hardware)> = None;
        let mut open = None;
        for signed in self.hardware.iter().take(MAX_STATEMENTS) {
            let accepted = self.accepted(check, signed, rules, policy, now).and_then(|verified| {
                let list = Hardware::of_predicate(signed.statement.predicate());
                let malformed =
                    |error: Error| Finding::fail(check, "malformed").actual(error.to_string());
                Ok((verified, list.map_err(malformed)?))
            });
            match accepted {
                Ok((verified, list)) => {
                    let names_both = measured.is_ok_and(|own| own.is_on(&list));
                    if names_both || chosen.is_none() {
                        chosen = Some((signed, verified, list));
                    }
                    if names_both {
                        break;
                    }
                }
                Err(finding) => open = open.or(Some(finding)),
            }
        }
        let Some((signed, verified, list)) = chosen else {
            let open = open.unwrap_or_else(|| Finding::unknown(check, Why::NotFetched));
            return Part::of([open, Finding::blocked(&checks::TINFOIL_HARDWARE, check)]);
        };
        signed.used();
        let mut part = Part::of([Finding::pass(check).actual(signer(&verified))]);
        part.findings.extend(appraise::registers::hardware(&list, measured));
        let link = LinkId::Measurements;
        let payload = verified.payload();
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
        let mut said: Option<(UnixTime, &Signed<'_>, Witness)> = None;
        let mut open = None;
        let own = self.witnesses.iter().filter_map(|signed| {
            let witness = Witness::of_predicate(signed.statement.predicate());
            let is_own = |witness: &Witness| {
                repository.strip_prefix("https://github.com/") == Some(&witness.repository)
            };
            witness.as_ref().map_or(true, is_own).then_some((signed, witness))
        });
        for (signed, witness) in own.take(MAX_STATEMENTS) {
            match (witness, self.accepted(check, signed, rules, policy, now)) {
                (Ok(witness), Ok(verified)) => {
                    let first = verified.signed_at().first().copied();
                    if let Some(at) = first.filter(|at| said.as_ref().is_none_or(|s| s.0 < *at)) {
                        said = Some((at, signed, witness));
                    }
                }
                (Err(error), Ok(_)) => {
                    let malformed = Finding::fail(check, "malformed").actual(error.to_string());
                    open = open.or(Some(malformed));
                }
                (_, Err(finding)) => open = open.or(Some(finding)),
            }
        }
        match (said, open) {
            (Some((_, signed, witness)), _) => {
                signed.used();
                appraise::newest::newest(&witness, build)
            }
            (None, Some(finding)) => finding,
            (None, None) => Finding::unknown(check, Why::NotFetched),
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
    ) -> Result<VerifiedStatement, Finding> {
        let Some(rules) = rules.filter(|rules| rules.names_source()) else {
            return Err(Finding::no_reference(check));
        };
        let own = signed.statement.predicate_type().to_owned();
        let rules = ProvenancePolicy { predicate_types: vec![own], ..rules.clone() };
        let examined =
            sigstore::examine::signed(signed.bytes(), signed.read(), None, &self.keys, policy, now)
                .map_err(|error| Finding::fail(check, "malformed").actual(error.to_string()))?;
        let refused = |findings: &[Finding], reason| {
            let fails = |finding: &&Finding| matches!(finding.outcome, Outcome::Fail(_));
            let failed = findings.iter().find(fails)?;
            Some(Finding::fail(check, reason).actual(failed.check.id))
        };
        let Some(verified) = examined.verified else {
            let open = || Finding::unknown(check, Why::NotSupported);
            return Err(refused(&examined.part.findings, "not-signed").unwrap_or_else(open));
        };
        let mut appraised = provenance::appraise::provenance(&verified, &rules, now);
        appraised.push(public_log(&verified, policy.sigstore().no_public_log));
        // An old word contradicts nothing: a newer one is missing.
        let age = &provenance::checks::PROVENANCE_AGE;
        let (old, appraised): (Vec<_>, Vec<_>) =
            appraised.into_iter().partition(|finding| finding.check == age);
        if let Some(refused) = refused(&appraised, "not-accepted") {
            return Err(refused);
        }
        match refused(&old, "not-accepted") {
            Some(_) => Err(Finding::unknown(check, Why::NotFetched).actual(signer(&verified))),
            None => Ok(verified),
        }
    }
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
