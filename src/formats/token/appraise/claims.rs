//! What a token states, as claims.

use serde_json::Value as Json;

use crate::claims::Claim;
use crate::finding::{LinkId, Value};
use crate::formats::token::parse::{Service, Token};

/// What the token states, as claims of the links that show who states it.
pub(crate) fn claims(token: &Token<'_>) -> Vec<Claim> {
    let stated = &token.claims;
    let mut claims = Vec::new();
    let mut claim = |name, link, value: Option<&str>| {
        if let Some(value) = value {
            claims.push(Claim { name, value: Value::text(value), link, part: None });
        }
    };
    claim("token.hardware", LinkId::Report, stated.hardware.as_deref());
    // EigenLabs' KMS repeats the app there.
    if token.service() != Some(Service::EigenKms) {
        claim("token.subject", LinkId::Report, stated.subject.as_deref());
    }
    if let Some(audience) = &stated.audience {
        claim("token.audience", LinkId::Report, Some(&audience.all().join(", ")));
    }
    for account in &stated.google_service_accounts {
        claim("token.service-account", LinkId::Report, Some(account));
    }
    if let Some(gce) = &stated.submodules.gce {
        claim("token.project", LinkId::Report, gce.project_id.as_deref());
        claim("token.zone", LinkId::Report, gce.zone.as_deref());
        claim("token.instance", LinkId::Report, gce.instance_name.as_deref());
    }
    claim("token.software", LinkId::Measurements, stated.software.as_deref());
    if let Some(version) = &stated.software_version {
        claim("token.software-version", LinkId::Measurements, Some(&version.all().join(", ")));
    }
    if let Some(container) = &stated.submodules.container {
        claim("token.image-reference", LinkId::Image, container.image_reference.as_deref());
        claim("token.image-digest", LinkId::Image, container.image_digest.as_deref());
        claim("token.arguments", LinkId::Image, Some(&container.args.join(" ")));
        if !container.cmd_override.is_empty() {
            let command = container.cmd_override.join(" ");
            claim("token.command-override", LinkId::Image, Some(&command));
        }
        for (name, value) in &container.env_override {
            claim("token.environment-override", LinkId::Image, Some(&format!("{name}={value}")));
        }
    }
    if matches!(token.service(), Some(Service::EigenKms | Service::IntelTrustAuthority)) {
        claims.extend(of_service(token));
    }
    if token.service() == Some(Service::MicrosoftAzure) {
        claims.extend(of_microsoft(token));
    }
    claims
}

/// Everything that Microsoft's service says in words of its own, at the top and of the processor.
fn of_microsoft(token: &Token<'_>) -> Vec<Claim> {
    let places = [Some(&token.members), token.members.get("x-ms-isolation-tee")];
    let members = places.into_iter().flatten().filter_map(Json::as_object).flatten();
    let own = members.filter(|(name, _)| {
        let is_own = name.starts_with("x-ms-") || name.starts_with("tdx_");
        is_own && name.as_str() != "x-ms-isolation-tee"
    });
    let claim = |(name, value): (&String, &Json)| Claim {
        name: "token.microsoft",
        value: Value::text(format!("{name}: {}", text(value)).as_str()),
        link: LinkId::Measurements,
        part: None,
    };
    own.map(claim).collect()
}

/// Members of Intel's and EigenLabs' tokens, with the link that shows each.
const NAMED: [(&str, &[&str], LinkId); 17] = [
    ("token.app", &["app_id"], LinkId::Report),
    ("token.platform", &["platform", "attester_type"], LinkId::Report),
    ("token.hardened", &["hardened"], LinkId::Measurements),
    ("token.extra-data", &["extra_data", "attester_held_data"], LinkId::KeyBinding),
    ("token.report-data", &["tdx_report_data", "report_data"], LinkId::KeyBinding),
    ("token.tcb-status", &["attester_tcb_status"], LinkId::Tcb),
    ("token.tcb-date", &["attester_tcb_date"], LinkId::Tcb),
    ("token.rollout-tcb-status", &["gcp_attester_tcb_status"], LinkId::Tcb),
    ("token.rollout-tcb-date", &["gcp_attester_tcb_date"], LinkId::Tcb),
    ("token.advisories", &["attester_advisory_ids"], LinkId::Tcb),
    ("token.debuggable", &["tdx_is_debuggable"], LinkId::Report),
    ("token.mrtd", &["tdx_mrtd", "mrtd"], LinkId::Measurements),
    ("token.rtmr0", &["tdx_rtmr0", "rtmr0"], LinkId::Measurements),
    ("token.rtmr1", &["tdx_rtmr1", "rtmr1"], LinkId::Measurements),
    ("token.rtmr2", &["tdx_rtmr2", "rtmr2"], LinkId::Measurements),
    ("token.rtmr3", &["tdx_rtmr3", "rtmr3"], LinkId::Measurements),
    ("token.mrseam", &["tdx_mrseam"], LinkId::Tcb),
];

fn of_service(token: &Token<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut claim = |name, value: &Json, link| {
        claims.push(Claim { name, value: Value::text(text(value)), link, part: None });
    };
    for (name, members, link) in NAMED {
        for member in members {
            for value in token.stated(member) {
                claim(name, value, link);
            }
        }
    }
    if let Some(Json::Object(members)) = token.members.get("sevsnp") {
        for (member, value) in members {
            let shown = Json::String(format!("{member}: {}", text(value)));
            claim("token.sev-snp", &shown, LinkId::Measurements);
        }
    }
    if token.service() == Some(Service::EigenKms) {
        let container = token.claims.submodules.container.iter();
        for (name, value) in container.flat_map(|container| &container.env) {
            let shown = Json::String(format!("{name}={value}"));
            claim("token.environment", &shown, LinkId::Image);
        }
    }
    claims
}

/// A text as it is, a list with commas, anything else as JSON.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
