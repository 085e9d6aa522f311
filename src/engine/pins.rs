//! A policy written from a report: what verified evidence states, as what a reader will ask for.
//!
//! Only values of links that the chain reaches are pinned. What changes with every answer, every
//! machine or every release is left out: nonces, report data, chip ids, tags.

use serde_json::{Map, Value as Json, json};

use crate::engine::checks;
use crate::engine::policy::Policy;
use crate::error::Error;
use crate::finding::{LinkId, Value, Why};
use crate::report::{Link, Report, RootOfTrust, State};
use crate::requirements::LeastLevel;

/// A policy that was written, and what it asks for.
#[derive(Clone, Debug)]
pub struct Written {
    /// The policy file.
    pub json: String,
    /// What it pins, in order.
    pub pins: Vec<Pin>,
}

/// One value that a policy asks for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The member of the policy file, its folders separated by dots.
    pub member: &'static str,
    /// The value.
    pub value: String,
    /// Why it is asked for.
    pub why: &'static str,
}

/// How a value stands in a policy file.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// One text.
    Text,
    /// One of a list.
    Listed,
    /// The least number.
    Number,
    /// Any tag, where the value is one.
    AnyTag,
    /// The path in its repository.
    Path,
    /// The location without its ref.
    Located,
}

/// What a claim is pinned by.
struct Row {
    claim: &'static str,
    member: &'static str,
    form: Form,
    /// The checks that compare the value; those that there are in the report are required.
    checks: &'static [&'static str],
    why: &'static str,
}

const fn row(
    claim: &'static str,
    member: &'static str,
    form: Form,
    checks: &'static [&'static str],
    why: &'static str,
) -> Row {
    Row { claim, member, form, checks, why }
}

const MEASURED: &str = "what the processor measured at launch; other software has another value";
const REGISTER: &str = "measured as the machine started; other software has another value";
const NEWER: &str = "firmware only gets newer; an older one may have known faults";

/// Every value that is pinned, in the order of the chain.
static ROWS: &[Row] = &[
    row(
        "dcap.evaluation-number",
        "dcap.minimum-evaluation-number",
        Form::Number,
        &["dcap.policy.evaluation-number"],
        "Intel's lists only get newer; an older one may leave faults out",
    ),
    row("tdx.tee-tcb-svn", "dcap.tdx.minimum-tee-tcb-svn", Form::Text, &["tdx.tee-tcb-svn"], NEWER),
    row("snp.measurement", "snp.measurements", Form::Listed, &["snp.measurement"], MEASURED),
    row(
        "snp.host-data",
        "snp.host-data",
        Form::Text,
        &["snp.host-data"],
        "what the host had bound to the guest at launch, such as the hash of its configuration",
    ),
    row(
        "tdx.mrtd",
        "dcap.tdx.mr-td",
        Form::Listed,
        &["tdx.mrtd"],
        "the firmware that the guest started with",
    ),
    row("tdx.rtmr1", "dcap.tdx.rtmr1", Form::Listed, &["tdx.rtmr", "tdx.software"], REGISTER),
    row("tdx.rtmr2", "dcap.tdx.rtmr2", Form::Listed, &["tdx.rtmr", "tdx.software"], REGISTER),
    row("tdx.rtmr3", "dcap.tdx.rtmr3", Form::Listed, &["tdx.rtmr", "tdx.software"], REGISTER),
    row(
        "sgx.mrenclave",
        "dcap.sgx.mr-enclave",
        Form::Listed,
        &["sgx.mrenclave"],
        "the code that the enclave started with; other code has another value",
    ),
    row(
        "sgx.mrsigner",
        "dcap.sgx.mr-signer",
        Form::Listed,
        &["sgx.mrsigner"],
        "the key that signed the enclave",
    ),
    row(
        "sgx.isv-prod-id",
        "dcap.sgx.isv-prod-id",
        Form::Number,
        &["sgx.isv-prod-id"],
        "which of its signer's enclaves it is",
    ),
    row(
        "sgx.isv-svn",
        "dcap.sgx.minimum-isv-svn",
        Form::Number,
        &["sgx.isv-svn"],
        "versions only get newer; an older one may have known faults",
    ),
    row(
        "nitro.pcr0",
        "nitro.pcrs.0",
        Form::Listed,
        &["nitro.pcr", "nitro.image"],
        "the enclave's image; another image has another value",
    ),
    row("nitro.pcr1", "nitro.pcrs.1", Form::Listed, &["nitro.pcr"], "the enclave's kernel"),
    row("nitro.pcr2", "nitro.pcrs.2", Form::Listed, &["nitro.pcr"], "the enclave's application"),
    row(
        "nitro.pcr8",
        "nitro.pcrs.8",
        Form::Listed,
        &["nitro.pcr"],
        "the key that signed the enclave's image",
    ),
    row(
        "dstack.compose-hash",
        "dstack.compose-hashes",
        Form::Listed,
        &["dstack.application"],
        "the application's own description; another application has another hash",
    ),
    row(
        "token.image-digest",
        "token.image-digest",
        Form::Text,
        &["token.image"],
        "the container that the token names",
    ),
    row(
        "token.project",
        "token.project",
        Form::Text,
        &["token.project"],
        "whose project runs the machine",
    ),
    row(
        "git.repository",
        "provenance.repository",
        Form::Text,
        &["provenance.repository"],
        "where the source is",
    ),
    row(
        "git.repository-id",
        "provenance.repository-id",
        Form::Text,
        &["provenance.repository-id"],
        "the repository's number, which stays when a name is taken by somebody else",
    ),
    row("git.owner", "provenance.owner", Form::Text, &["provenance.owner"], "who owns the source"),
    row(
        "git.owner-id",
        "provenance.owner-id",
        Form::Text,
        &["provenance.owner-id"],
        "the owner's number, which stays when a name is taken by somebody else",
    ),
    row(
        "git.ref",
        "provenance.reference",
        Form::AnyTag,
        &["provenance.ref"],
        "builds of tags, and of no branch",
    ),
    row(
        "build.workflow",
        "provenance.workflow",
        Form::Path,
        &["provenance.workflow"],
        "the workflow that built it; another one may do anything",
    ),
    row(
        "build.signer-workflow",
        "provenance.signer.workflow",
        Form::Located,
        &["provenance.signer"],
        "the workflow that signed, whose own repository is another one",
    ),
];

/// Writes a policy that asks for what `report` shows, from `base`, the text of the policy that it
/// was checked with. Nothing is written from a report that did not pass.
///
/// The least level is the report's. A value that is named may raise what evidence shows: write again
/// from the report under the written policy to ask for that.
///
/// # Errors
/// When the report is not one that passed, or `base` is no policy.
pub fn written(report: &Report, base: &str, name: &str) -> Result<Written, Error> {
    const PASSED: Error = Error::Missing { what: "a report that passed" };
    if report.verdict.state > State::Warning {
        return Err(PASSED);
    }
    let mut file: Map<String, Json> = crate::json::from_slice("policy file", base.as_bytes())?;
    let description =
        format!("Written from {} that was checked for {}", report.subject.kind, report.checked_at);
    file.insert("name".to_owned(), Json::from(name));
    file.insert("description".to_owned(), Json::from(description));
    let least = match (report.assurance.level, report.assurance.root_of_trust) {
        (None, RootOfTrust::BuildOnly) => json!(LeastLevel::Build),
        (level, _) => json!(level),
    };
    file.insert("least-level".to_owned(), least);
    let mut written = Draft { file, report, pins: Vec::new() };
    for row in ROWS {
        written.pin(row);
    }
    let Draft { mut file, pins, .. } = written;
    let why: Map<String, Json> =
        pins.iter().map(|pin| (pin.member.to_owned(), Json::from(pin.why))).collect();
    file.insert("why".to_owned(), Json::Object(why));
    let mut json = crate::json::indented(&file);
    json.push('\n');
    Policy::from_json(json.as_bytes())?;
    Ok(Written { json, pins })
}

struct Draft<'r> {
    file: Map<String, Json>,
    report: &'r Report,
    pins: Vec<Pin>,
}

impl Draft<'_> {
    fn pin(&mut self, row: &Row) {
        // A value that several machines or builds differ in is nobody's to pin.
        let Some(value) = self.claimed(row.claim) else { return };
        let decided: Vec<&'static str> =
            row.checks.iter().copied().filter(|id| self.can_compare(id)).collect();
        if decided.is_empty() {
            return;
        }
        let before = self.file.clone();
        let Some(shown) = self.put(row, &value) else { return };
        for id in decided {
            self.require(id);
        }
        // A value that is not of the member's form, such as a hash of another length, is not pinned.
        let text = serde_json::to_string(&self.file).unwrap_or_default();
        match Policy::from_json(text.as_bytes()) {
            Ok(_) => self.pins.push(Pin { member: row.member, value: shown, why: row.why }),
            Err(_) => self.file = before,
        }
    }

    /// Whether the check called `id` holds, or would only need a value: one that does not apply to this
    /// evidence answers nothing.
    fn can_compare(&self, id: &str) -> bool {
        let Some(check) = checks::find(id) else { return false };
        let mut own = self.report.findings(check).peekable();
        own.peek().is_some()
            && own.all(|finding| match finding.outcome {
                "pass" | "warn" => true,
                _ => finding.reason == Some(Why::NoReference.word()),
            })
    }

    /// The one value of a claim whose link the chain reaches.
    fn claimed(&self, name: &str) -> Option<String> {
        let is_build = self.report.assurance.root_of_trust == RootOfTrust::BuildOnly;
        let end = self.report.ends_at.link;
        let reached = |link: LinkId| {
            let holds = self.report.link(link).is_some_and(Link::holds);
            holds && (is_build || link == LinkId::Tcb || end.is_some_and(|end| link <= end))
        };
        let own = self.report.claims.iter().filter(|claim| claim.name == name);
        let mut values = own.filter(|claim| reached(claim.link)).map(|claim| &claim.value);
        let first = values.next()?;
        let is_one = values.all(|value| value == first);
        let is_zero = matches!(first, Value::Hex(digits) if digits.bytes().all(|d| d == b'0'));
        (is_one && !is_zero).then(|| first.to_string())
    }

    /// Puts the value into its member, and says how it stands there.
    fn put(&mut self, row: &Row, value: &str) -> Option<String> {
        let repository = self.claimed("git.repository").unwrap_or_default();
        let inside = |uri: &str| {
            let rest = uri.strip_prefix(repository.as_str())?.strip_prefix('/')?;
            rest.split_once('@').map(|(path, _)| path.to_owned())
        };
        let (shown, own) = match row.form {
            Form::Text => (value.to_owned(), json!(value)),
            Form::Listed => (value.to_owned(), json!([value])),
            Form::Number => (value.to_owned(), json!(value.parse::<u32>().ok()?)),
            Form::AnyTag => {
                value.strip_prefix("refs/tags/")?;
                ("any tag".to_owned(), json!("any-tag"))
            }
            Form::Path => {
                let path = inside(value)?;
                (path.clone(), json!(path))
            }
            Form::Located => {
                let (workflow, _) = value.split_once('@')?;
                // A workflow of the source's own repository is pinned by its path.
                if inside(value).is_some() {
                    return None;
                }
                (workflow.to_owned(), json!(workflow))
            }
        };
        let mut folders = row.member.split('.').peekable();
        let mut place = &mut self.file;
        while let Some(folder) = folders.next() {
            if folders.peek().is_none() {
                place.insert(folder.to_owned(), own);
                return Some(shown);
            }
            let next = place.entry(folder).or_insert_with(|| Json::Object(Map::new()));
            if !next.is_object() {
                *next = Json::Object(Map::new());
            }
            place = next.as_object_mut()?;
        }
        None
    }

    /// Requires a check, for this kind of evidence where the policy tells kinds apart.
    fn require(&mut self, id: &'static str) {
        let kind = self.report.subject.kind;
        let of_kind = self.file.get_mut("required-of").and_then(|of| of.get_mut(kind));
        let own = match of_kind {
            Some(own) => Some(own),
            None => self.file.get_mut("required"),
        };
        if let Some(Json::Array(required)) = own
            && !required.iter().any(|known| known == id)
        {
            required.push(Json::from(id));
        }
    }
}
