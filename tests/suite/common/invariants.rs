//! What holds of every report, whatever was examined: [`super::examine`] asks it of each report
//! that any test makes.

use silicon_to_source::engine::checks;
use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{DebugFlag, Freshness, Level, Report, RootOfTrust, State, Word};

/// Every way in which `report` says more than its links carry.
pub(crate) fn broken(report: &Report) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, claim: &str| {
        if !holds {
            broken.push(claim.to_owned());
        }
    };
    let (state, level) = (report.verdict.state, report.assurance.level);
    let good = state <= State::Warning;
    let holds = |id| report.link(id).is_some_and(|link| link.holds());
    let any = report.links.iter().any(|link| link.holds());
    let beyond = report.ends_at.link >= Some(LinkId::Image) && report.ends_at.link.is_some();
    must(any || !good, "no link holds, and the answer is better than not decided");
    must(level >= Some(Level::A4) || !beyond, "under A4 the chain ends before the image");
    must(
        level != Some(Level::A4) || report.ends_at.link >= Some(LinkId::Image),
        "at A4 the chain reaches the image",
    );
    must(
        level != Some(Level::A5) || report.ends_at.link == Some(LinkId::Commit),
        "at A5 the chain reaches the commit",
    );
    must(
        report.flags.debug != DebugFlag::On || level <= Some(Level::A3),
        "a guest that may be debugged is at most A3",
    );
    let is_token = ["attestation-token", "gpu-tokens"].contains(&report.subject.kind);
    must(!is_token || level <= Some(Level::A1), "a token alone is at most A1");
    must(
        !is_token || report.assurance.root_of_trust != RootOfTrust::Unknown || !good,
        "a token under a key of unknown origin decides nothing",
    );
    must(
        report.assurance.root_of_trust != RootOfTrust::Unknown || level.is_none(),
        "without a root of trust there is no level",
    );
    must(state != State::Failed || level.is_none(), "what failed has no level");
    must(
        (report.headline.word == Word::Verified) == (good && level == Some(Level::A5)),
        "Verified is said from a chip to a commit and of nothing else",
    );
    must(
        (report.headline.word == Word::VerifiedImage) == (good && level == Some(Level::A4)),
        "Verified image is said of a chip and an image and of nothing else",
    );
    must(
        state == State::Verified
            || !report.verdict.because.is_empty()
            || !report.verdict.lacks.is_empty()
            || report.verdict.required == 0
            || report.verdict.passed == 0,
        "an answer other than Verified says why",
    );
    let of_apple = ["apple-device", "provider-feed", "process-certificate"];
    if of_apple.contains(&report.subject.kind) {
        must(level <= Some(Level::A1), "Apple's word about a device is at most A1");
        let software = [
            LinkId::Measurements,
            LinkId::Image,
            LinkId::Provenance,
            LinkId::Commit,
            LinkId::KeyBinding,
        ];
        must(!software.into_iter().any(holds), "Apple attests no program and no key");
    }
    if report.subject.kind == "cvm-envelope" {
        must(level <= Some(Level::A4), "an envelope leads to no source");
        let asked = ["cvm.nonce", "azure.nonce"].map(|id| checks::find(id).unwrap());
        let is_asked = asked
            .into_iter()
            .any(|check| report.findings(check).any(|finding| finding.outcome == "pass"));
        must(
            report.flags.freshness != Freshness::Challenge || is_asked,
            "an envelope's own question is not the reader's",
        );
    }
    let of_contrast = report
        .links
        .iter()
        .any(|link| link.carried_by.iter().any(|by| by.id.starts_with("contrast.")));
    must(!of_contrast, "a manifest that nobody signed carries a link");
    for link in &report.links {
        let name = link.id.word();
        must(!link.holds() || !link.carried_by.is_empty(), &format!("{name} holds by nothing"));
        let carried = link.carried_by.iter().all(|check| {
            let mut own = report.findings(check);
            own.any(|finding| ["pass", "warn"].contains(&finding.outcome))
        });
        must(carried, &format!("{name} is carried by a check that did not hold"));
        must(
            link.joined_by.is_none() || link.holds(),
            &format!("{name} is joined and does not hold"),
        );
        let failed = link.findings.iter().any(|finding| finding.outcome == "fail");
        must(!failed || !link.holds(), &format!("{name} holds, and a check of it failed"));
    }
    let all = || report.links.iter().flat_map(|link| &link.findings);
    for by in all().filter_map(|finding| finding.blocked_by) {
        let mut own = all().filter(|finding| finding.check == by).peekable();
        let is_end = own.peek().is_none() || own.any(|finding| finding.blocked_by.is_none());
        must(is_end, &format!("{by} is to blame, and is only blocked itself"));
    }
    let mut reached = true;
    for id in LinkId::CHAIN {
        let in_run = report.ends_at.link.is_some_and(|end| id <= end);
        let joined =
            id.before().is_none() || report.link(id).is_some_and(|link| link.joined_by.is_some());
        reached &= holds(id) && joined;
        must(!in_run || reached, &format!("the chain runs over {}, which stands apart", id.word()));
    }
    broken
}
