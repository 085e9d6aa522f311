//! No row of the answer says more than the links, flags and findings of its report.

use silicon_to_source::finding::{LinkId, connection};
use silicon_to_source::report::answer::{Next, RowId, RowReason, RowState};
use silicon_to_source::report::{DebugFlag, Freshness, KeyFlag, Level, Report, RootOfTrust, State};
use silicon_to_source::services::coordinator::checks::BINDING_TLS_END;

/// Every row of `report` that says more than its links carry.
pub(crate) fn broken(report: &Report) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, claim: &str| {
        if !holds {
            broken.push(claim.to_owned());
        }
    };
    let ids = report.answer.rows.each_ref().map(|row| row.id);
    must(ids == RowId::ALL, "the six rows stand in their order");
    let [machine, software, operator, current, fresh, connection] = &report.answer.rows;
    let in_run = |id| report.ends_at.link.is_some_and(|end| id <= end);
    let level = report.assurance.level;
    let root = report.assurance.root_of_trust;
    let good = |state| matches!(state, RowState::Yes | RowState::Caveat);
    let holds = |id| report.link(id).is_some_and(|link| link.holds());
    let clean = |id| report.link(id).is_some_and(|link| link.state == State::Verified);
    let signed = [LinkId::HardwareRoot, LinkId::Chip, LinkId::Report];
    let is_chip = root == RootOfTrust::CpuVendor;
    let is_machine = is_chip || root == RootOfTrust::CloudProvider;

    must(
        !good(machine.state) || is_machine && signed.into_iter().all(in_run),
        "a machine is told without a run to its report",
    );
    must(
        machine.state != RowState::Yes || is_chip && signed.into_iter().all(clean),
        "a real machine is told with a reservation of its chip, or without a chip",
    );
    must(
        software.state != RowState::Yes
            || level >= Some(Level::A4) && in_run(LinkId::Image) && clean(LinkId::Image),
        "software is told under A4",
    );
    must(
        software.state != RowState::Yes || report.assurance.except.is_empty(),
        "software is told without what is excepted from it",
    );
    must(
        operator.state != RowState::Yes || report.assurance.except.is_empty(),
        "software that could be replaced unnoticed is told to keep its operator out",
    );
    must(
        software.source.is_none() || holds(LinkId::Commit),
        "a source is named, and the link to it does not hold",
    );
    must(
        software.reason != RowReason::Commit || level == Some(Level::A5) && in_run(LinkId::Commit),
        "a commit is told under A5",
    );
    must(
        (report.flags.debug == DebugFlag::On) == (operator.reason == RowReason::Debug)
            || [RootOfTrust::Nothing, RootOfTrust::Unknown, RootOfTrust::BuildOnly].contains(&root),
        "a machine that may be debugged can be looked into, and no other is said to be",
    );
    must(
        !good(operator.state) || report.flags.debug == DebugFlag::Off,
        "memory is called hidden, and debugging is not shown to be off",
    );
    must(
        operator.state != RowState::Yes
            || is_chip && level >= Some(Level::A4) && in_run(LinkId::Measurements),
        "memory is called hidden of software that is not known",
    );
    must(
        !good(current.state) || holds(LinkId::Tcb) && in_run(LinkId::Report),
        "firmware is called up to date, and its link does not hold",
    );
    must(current.state != RowState::Yes || clean(LinkId::Tcb), "firmware without its reservation");
    must(
        fresh.state != RowState::Yes
            || report.flags.freshness == Freshness::Challenge
                && report.headline.of.is_some()
                && report.recorded_at.is_none(),
        "an answer is called made for this check, and this process asked for none",
    );
    must(
        !good(fresh.state) || report.flags.freshness == Freshness::Challenge,
        "an answer without a challenge is called fresh",
    );
    let all = |check, outcome: &str| {
        report.findings(check).next().is_some()
            && report.findings(check).all(|finding| finding.outcome == outcome)
    };
    must(
        !good(connection.state)
            || all(&connection::TLS_CONNECTION, "pass")
                && report.headline.of.is_some()
                && report.recorded_at.is_none()
                && holds(LinkId::KeyBinding),
        "a key is called met, and this process did not compare it",
    );
    must(
        connection.state != RowState::Yes
            || level >= Some(Level::A4) && all(&BINDING_TLS_END, "pass"),
        "a key is called met of unknown software, or of another end of the connection",
    );
    must(
        connection.reason != RowReason::NotCompared || report.flags.key == KeyFlag::Bound,
        "a key is called named, and none is",
    );
    for row in &report.answer.rows {
        must(row.state == row.reason.state(), "a row's state is that of its reason");
        must(row.reason.rows().contains(&row.id), "a row's reason is one of its own");
        let named = row.check.as_ref().is_none_or(|named| {
            report.findings(named.check).any(|finding| finding.part == named.part)
        });
        must(named, "a row names a finding that is not there");
        must(
            report.verdict.state != State::Failed
                || ![RowId::Software, RowId::Operator, RowId::Connection].contains(&row.id)
                || row.state != RowState::Yes,
            "what failed is told in favour of it",
        );
    }
    match &report.answer.next {
        Some(Next::File { decides, url, .. }) => {
            must(!decides.is_empty(), "a file decides nothing");
            must(report.wanted.iter().any(|wanted| wanted.url == *url), "a file is not wanted");
            must(report.verdict.state != State::Failed, "a file is asked for after a failure");
            let open = decides
                .iter()
                .all(|check| report.findings(check).any(|finding| finding.outcome == "unknown"));
            must(open, "a file decides what is decided");
        }
        Some(Next::Advice { finding }) => {
            let mut own = report.findings(finding.check);
            let named = own.any(|f| f.part == finding.part && f.outcome != "pass");
            must(
                named || report.findings(finding.check).next().is_some(),
                "advice about a finding that is not there",
            );
        }
        None => {}
    }
    broken
}
