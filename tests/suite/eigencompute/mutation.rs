//! No changed byte and no cut of a virtual TPM's attestation or of EigenCompute's bound evidence
//! is ever verified.
//!
//! Every byte is changed, in every byte one bit. Where a change means nothing, the reason is worked
//! out from the two messages by a reader of this test's own, never from a list of offsets, and
//! counted; and then every outcome is as it was, and nothing new is claimed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::eigencompute::object;
use s2s_sim::google::VtpmSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::eigencompute::{CHALLENGE, Case};
use crate::common::mutation::{Answer, Change, changes, holding_cuts, survivors};
use crate::common::{self, examine, shared};

/// Why a changed attestation may say what the unchanged one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaningless {
    /// The kind that a firmware event gives itself, or a description beside its digest. Nobody
    /// signs them: the page calls them the log's words.
    LogsWords,
    /// The first entry of a firmware log: the version that it says it is of.
    LogHeader,
    /// A digest of another bank than the one that is replayed.
    OtherBank,
    /// A certificate that the path to the pinned root does not need.
    NotNeeded,
    /// Bytes after the processor's quote, which are counted.
    AfterTheQuote,
    /// The name of a field that says nothing here.
    Product,
    /// A line of PEM in the quote, spelled otherwise.
    PemSpelling,
    /// White space, or another spelling of the same JSON text.
    JsonSpelling,
    /// Hex digits in the other case.
    HexCase,
    /// The log has no event of a register any more: it says nothing about that register, and the
    /// report says that.
    NoEvents,
}

/// The parts of a message by name, as far as this test needs them.
type Parts = BTreeMap<String, Vec<u8>>;

/// Fields of a protobuf message with their numbers.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Vec<u8>)>> {
    fn varint(bytes: &mut &[u8]) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let (first, rest) = bytes.split_first()?;
            *bytes = rest;
            value |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let value = match key & 7 {
            0 => varint(&mut bytes)?.to_be_bytes().to_vec(),
            2 => {
                let len = usize::try_from(varint(&mut bytes)?).ok()?;
                let (value, rest) = bytes.split_at_checked(len)?;
                bytes = rest;
                value.to_vec()
            }
            _ => return None,
        };
        fields.push((key >> 3, value));
    }
    Some(fields)
}

fn number(bytes: &[u8], at: &mut usize, len: usize) -> Option<usize> {
    let value = bytes.get(*at..*at + len)?;
    *at += len;
    Some(value.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// The parts of a firmware log.
fn firmware_log(log: &[u8], parts: &mut Parts) -> Option<()> {
    let mut at = 28;
    let len = number(log, &mut at, 4)?;
    parts.insert("log/header".into(), log.get(..at + len)?.to_vec());
    at += len;
    for event in 0.. {
        if log.get(at..)?.iter().all(|byte| *byte == 0) || log[at..].iter().all(|b| *b == 0xff) {
            parts.insert("log/padding".into(), log[at..].to_vec());
            return Some(());
        }
        let name = |part: &str| format!("log/{event}/{part}");
        parts.insert(name("register"), number(log, &mut at, 4)?.to_be_bytes().to_vec());
        parts.insert(name("kind"), number(log, &mut at, 4)?.to_be_bytes().to_vec());
        for _ in 0..number(log, &mut at, 4)? {
            let algorithm = number(log, &mut at, 2)?;
            let len = match algorithm {
                4 => 20,
                0xb => 32,
                0xc => 48,
                _ => return None,
            };
            let digest = log.get(at..at + len)?.to_vec();
            parts.insert(name(&format!("digest-{algorithm}")), digest);
            at += len;
        }
        let len = number(log, &mut at, 4)?;
        parts.insert(name("data"), log.get(at..at + len)?.to_vec());
        at += len;
    }
    None
}

/// The parts of a launcher's log.
fn launch_log(mut log: &[u8], parts: &mut Parts) -> Option<()> {
    fn tlv<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
        let (head, rest) = bytes.split_at_checked(5)?;
        let len = u32::from_be_bytes(head[1..].try_into().ok()?) as usize;
        let (value, rest) = rest.split_at_checked(len)?;
        *bytes = rest;
        Some((head[0], value))
    }
    for record in 0.. {
        if log.is_empty() {
            return Some(());
        }
        for part in ["number", "register"] {
            let (kind, value) = tlv(&mut log)?;
            parts.insert(format!("launch/{record}/{part}-{kind}"), value.to_vec());
        }
        let (_, mut digests) = tlv(&mut log)?;
        while !digests.is_empty() {
            let (algorithm, digest) = tlv(&mut digests)?;
            parts.insert(format!("launch/{record}/digest-{algorithm}"), digest.to_vec());
        }
        let (kind, content) = tlv(&mut log)?;
        parts.insert(format!("launch/{record}/content-{kind}"), content.to_vec());
    }
    None
}

fn parts(attestation: &[u8]) -> Option<Parts> {
    let mut parts = Parts::new();
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for (field, value) in fields(attestation)? {
        let count = counts.entry(field).or_default();
        *count += 1;
        match field {
            3 => firmware_log(&value, &mut parts)?,
            5 => launch_log(&value, &mut parts)?,
            8 => {
                for (field, value) in fields(&value)? {
                    if field != 2 {
                        parts.insert(format!("snp/{field}"), value);
                        continue;
                    }
                    for (field, value) in fields(&value)? {
                        parts.insert(format!("snp/chain/{field}"), value);
                    }
                }
            }
            9 => quote(&value, &mut parts)?,
            _ => drop(parts.insert(format!("{field}/{count}"), value)),
        }
    }
    Some(parts)
}

/// The parts of a quote's message: the certificates of its PEM block, and everything else.
fn quote(message: &[u8], parts: &mut Parts) -> Option<()> {
    for (field, value) in fields(message)? {
        parts.insert(format!("quote/{field}"), value);
    }
    let signed = parts.remove("quote/4")?;
    let inner = |message: &[u8], number| {
        fields(message)?.into_iter().find(|(field, _)| *field == number).map(|(_, value)| value)
    };
    let outer = inner(&signed, 3)?;
    let certified = inner(&outer, 3)?;
    let chain = inner(&certified, 4)?;
    let pem = inner(&chain, 3)?;
    let at = signed.windows(pem.len()).position(|window| window == pem)?;
    parts.insert("quote/before".into(), signed[..at].to_vec());
    parts.insert("quote/after".into(), signed[at + pem.len()..].to_vec());
    // `x509-parser` knows lines by their line feeds only.
    let lines = pem.iter().map(|byte| if *byte == 0x0c { b'\n' } else { *byte });
    let lines: Vec<u8> = lines.collect();
    let blocks: Result<Vec<_>, _> = x509_parser::pem::Pem::iter_from_buffer(&lines).collect();
    let blocks = blocks.ok()?;
    if blocks.iter().any(|block| block.label != "CERTIFICATE") {
        return None;
    }
    let ders: Vec<u8> = blocks.into_iter().flat_map(|block| block.contents).collect();
    parts.insert("quote/certificates".into(), ders);
    Some(())
}

/// Whether a certificate is one that ends a chain: what it says is not used, since the root is
/// pinned.
fn is_a_root(der: &[u8]) -> bool {
    use x509_parser::prelude::FromDer as _;
    x509_parser::certificate::X509Certificate::from_der(der)
        .is_ok_and(|(_, certificate)| certificate.subject() == certificate.issuer())
}

/// The reason, or `None` when the change means something.
fn meaning(before: &[u8], after: &[u8]) -> Option<Meaningless> {
    let (before, after) = (parts(before)?, parts(after)?);
    if !before.keys().eq(after.keys()) {
        return None;
    }
    let differing: Vec<&String> =
        before.keys().filter(|name| before[*name] != after[*name]).collect();
    let name = match differing.as_slice() {
        // The parts are the same, PEM aside.
        [] => return Some(Meaningless::PemSpelling),
        [name] => name.as_str(),
        _ => return None,
    };
    let path: Vec<&str> = name.split('/').collect();
    match path.as_slice() {
        ["log", "header"] => Some(Meaningless::LogHeader),
        ["log", _, "kind" | "data"] => Some(Meaningless::LogsWords),
        ["log", _, "digest-4" | "digest-12"] => Some(Meaningless::OtherBank),
        ["launch", _, "digest-4" | "digest-12"] => Some(Meaningless::OtherBank),
        ["7", _] if is_a_root(&before[name]) => Some(Meaningless::NotNeeded),
        // An intermediate that is not the chip's is left aside: the one that is shipped counts.
        ["snp", "chain", "2" | "3"] => Some(Meaningless::NotNeeded),
        ["snp", "3"] => Some(Meaningless::Product),
        ["quote", "5"] => Some(Meaningless::AfterTheQuote),
        _ => None,
    }
}

/// Every outcome, but for the two warnings that name bytes which are of no use.
fn outcomes(report: &Report) -> Vec<String> {
    let findings = report.links.iter().flat_map(|link| &link.findings);
    let own = findings
        .filter(|f| !["dcap.quote.trailing", "snp.root.supplied"].contains(&f.check.id))
        .map(|f| format!("{}/{:?} {} {:?}", f.check.id, f.part, f.outcome, f.reason));
    own.collect()
}

/// Every outcome is as it was; a kind that is another one may leave open what was read by its name.
fn assert_says_no_more(before: &Report, after: &Report, reason: Meaningless, what: &str) {
    let [old, new] = [before, after].map(outcomes);
    assert_eq!(old.len(), new.len(), "{what}");
    for (old, new) in old.iter().zip(&new) {
        let is_open = reason == Meaningless::LogsWords && new.contains(" unknown ");
        assert!(old == new || is_open, "{what}: {reason:?}: {old} becomes {new}");
    }
}

/// Whether a register without events is told, and nothing else is said than before but that more
/// is open.
fn says_less(before: &Report, after: &Report) -> bool {
    let [old, new] = [before, after].map(|report| BTreeSet::from_iter(outcomes(report)));
    let added: Vec<&String> = new.difference(&old).collect();
    let is_told = |line: &&&String| {
        line.starts_with("eventlog.coverage") && line.ends_with(" unknown Some(\"not-published\")")
    };
    added.iter().any(|line| is_told(&line))
        && added.iter().all(|line| {
            line.contains(" unknown ") || line.starts_with("eventlog.coverage/None warn")
        })
        && claims(after).is_subset(&claims(before))
        && after.assurance.level <= before.assurance.level
}

/// Every claim, without what nothing but a log says.
fn claims(report: &Report) -> BTreeSet<String> {
    let claims = report.claims.iter().map(|claim| {
        let value = claim.value.to_string();
        let shown = value.split("; the log calls it ").next().unwrap();
        format!("{} {}", claim.name, shown.trim_end_matches(')'))
    });
    claims.collect()
}

/// Changes and cuts `input`; returns how often each reason was needed.
fn changed_and_cut(
    what: &str,
    input: &[u8],
    changes: &[Change],
    cuts: impl Iterator<Item = usize>,
    examine: impl Fn(&[u8]) -> Answer + Sync,
) -> BTreeMap<Meaningless, usize> {
    let start = std::time::Instant::now();
    let unchanged = examine(input).unwrap();
    let digests = |log: &Parts| -> BTreeSet<String> { log.values().map(hex::encode).collect() };
    let known = digests(&parts(input).unwrap());
    let mut reasons = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (Change { at, value }, report) in survivors(input, changes, &examine) {
        let mut changed = input.to_vec();
        changed[at] = value;
        let Some(reason) = meaning(input, &changed) else {
            match says_less(&unchanged, &report) {
                true => *reasons.entry(Meaningless::NoEvents).or_default() += 1,
                false => unexplained.push((at, value)),
            }
            continue;
        };
        *reasons.entry(reason).or_default() += 1;
        assert_says_no_more(&unchanged, &report, reason, &format!("{what} at {at}"));
        // A kind may make a digest appear as what it calls itself; no other value is new.
        for claim in claims(&report).difference(&claims(&unchanged)) {
            let digest = claim.split([' ', '(']).find(|word| known.contains(*word));
            assert!(digest.is_some(), "{what}: {reason:?} at {at} says {claim}");
            assert_eq!(reason, Meaningless::LogsWords, "{what}: {claim}");
        }
    }
    let count = changes.len();
    let lengths: Vec<usize> = cuts.collect();
    let held: Vec<usize> =
        holding_cuts(input, &lengths, &examine).into_iter().map(|(len, _)| len).collect();
    println!("{what}: {} bytes, {count} changes; {reasons:?}; {:?}", input.len(), start.elapsed());
    assert!(unexplained.is_empty(), "{what}: {unexplained:x?}");
    assert!(held.is_empty(), "{what}: cuts at {held:?}");
    reasons
}

fn simulated(what: &str, case: &Case) -> BTreeMap<Meaningless, usize> {
    let (bound, files) = case.parts();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let policy = case.parsed_policy();
    let bytes = bound.vtpm.bytes();
    changed_and_cut(what, &bytes, &changes(&bytes, usize::MAX), 0..bytes.len(), |bytes| {
        let object = object(bytes, Some(CHALLENGE), b"");
        examine(&object, &files, Some(&policy), case.now)
    })
}

#[test]
fn changed_or_cut_simulated_evidence_on_tdx_is_never_verified() {
    let reasons = simulated("simulated TDX", &Case::tdx());
    assert!(reasons.contains_key(&Meaningless::LogsWords));
}

#[test]
fn changed_or_cut_simulated_evidence_on_snp_is_never_verified() {
    let reasons = simulated("simulated SEV-SNP", &Case::snp());
    assert!(reasons.contains_key(&Meaningless::NotNeeded), "the root is pinned");
}

#[test]
fn changed_or_cut_simulated_evidence_of_a_shielded_vm_is_never_verified() {
    let reasons = simulated("simulated Shielded VM", &Case::shielded());
    let known = [Meaningless::LogsWords, Meaningless::LogHeader, Meaningless::NoEvents];
    assert!(reasons.keys().all(|reason| known.contains(reason)), "{reasons:?}");
}

#[test]
fn changed_or_cut_simulated_vtpm_attestation_is_never_verified() {
    let now = common::snp::NOW;
    let mut json: Json = serde_json::from_str(builtin("vtpm").unwrap().json).unwrap();
    json["roots"] = json!("simulated");
    json["tpm"] = json!({ "nonce": hex::encode(CHALLENGE) });
    let policy = Policy::from_json(json.to_string().as_bytes()).unwrap();
    let bytes = VtpmSpec::new(CHALLENGE).bytes();
    let changes = changes(&bytes, usize::MAX);
    let reasons = changed_and_cut("simulated vTPM", &bytes, &changes, 0..bytes.len(), |bytes| {
        examine(bytes, &[], Some(&policy), now)
    });
    let known = [Meaningless::LogsWords, Meaningless::LogHeader, Meaningless::NoEvents];
    assert!(reasons.keys().all(|reason| known.contains(reason)), "{reasons:?}");
}

/// The object around the attestation: its own text.
#[test]
fn changed_or_cut_object_is_never_verified() {
    let case = Case::shielded();
    let (bound, _) = case.parts();
    let policy = case.parsed_policy();
    let whole: Json = serde_json::from_slice(&bound.bytes()).unwrap();
    let text = serde_json::to_string_pretty(&whole).unwrap().into_bytes();
    let start = text.windows(13).position(|at| at == b"\"attestation\"").unwrap() + 16;
    let end = start + whole["attestation"].as_str().unwrap().len();
    // The characters of the attestation are those of its bytes, which the tests above change.
    let own: Vec<Change> =
        changes(&text, 1).into_iter().filter(|change| !(start..end).contains(&change.at)).collect();
    let answer = |text: &[u8]| examine(text, &[], Some(&policy), case.now);
    let mut reasons: BTreeMap<Meaningless, usize> = BTreeMap::new();
    let unchanged = answer(&text).unwrap();
    for (Change { at, value }, report) in survivors(&text, &own, answer) {
        let mut changed = text.clone();
        changed[at] = value;
        let read: Json = serde_json::from_slice(&changed).unwrap();
        let hex =
            |document: &Json| document["challenge"].as_str().map(|text| hex::decode(text).unwrap());
        let reason = if read == whole {
            Meaningless::JsonSpelling
        } else {
            assert_eq!(hex(&read), hex(&whole), "{at}");
            Meaningless::HexCase
        };
        assert_eq!(outcomes(&unchanged), outcomes(&report), "{reason:?} at {at}");
        *reasons.entry(reason).or_default() += 1;
    }
    println!("object: {} changes; {reasons:?}", own.len());
    let lengths: Vec<usize> = (0..start).chain(end..text.len()).collect();
    let held = holding_cuts(&text, &lengths, answer);
    assert!(held.is_empty(), "cuts at {:?}", held.iter().map(|(len, _)| *len).collect::<Vec<_>>());
}

/// Real evidence, and a moment at which its certificates count.
const NOW: UnixTime = UnixTime(1_772_323_200);

fn real(platform: &str) -> Option<(Json, Vec<u8>)> {
    let file = fs::read(shared("vectors/eigencompute/bound-evidence.json")?).unwrap();
    let objects: Vec<Json> = serde_json::from_slice(&file).unwrap();
    let mut own =
        objects.into_iter().filter(|o| o["platform"] == platform && o["hardened"] == true);
    let object = own.next().unwrap();
    let bytes = STANDARD.decode(object["attestation"].as_str().unwrap()).unwrap();
    Some((object, bytes))
}

/// Where the log of the firmware is in `attestation`: it is most of it, and much of it is no more
/// than words.
fn log_span(attestation: &[u8]) -> std::ops::Range<usize> {
    let log = fields(attestation).unwrap().into_iter().find(|(field, _)| *field == 3).unwrap().1;
    let start = attestation.windows(log.len()).position(|window| window == log).unwrap();
    start..start + log.len()
}

/// Every 23rd byte, and every 997th of the firmware's log: the simulated evidence, of the same
/// parts, is changed in every byte.
fn sampled(what: &str, attestation: &[u8], examine: impl Fn(&[u8]) -> Answer + Sync) {
    let log = log_span(attestation);
    let is_asked = |at: usize| at.is_multiple_of(if log.contains(&at) { 997 } else { 23 });
    let changes: Vec<Change> =
        changes(attestation, usize::MAX).into_iter().filter(|c| is_asked(c.at)).collect();
    let cuts = (0..attestation.len()).step_by(499);
    changed_and_cut(what, attestation, &changes, cuts, examine);
}

fn with_attestation(object: &Json, bytes: &[u8]) -> Answer {
    let mut changed = object.clone();
    changed["attestation"] = json!(STANDARD.encode(bytes));
    examine(changed.to_string().as_bytes(), &[], None, NOW)
}

#[test]
fn changed_or_cut_real_evidence_on_snp_is_never_verified() {
    let Some((object, bytes)) = real("amd_sev_snp") else { return };
    sampled("real SEV-SNP", &bytes, |bytes| with_attestation(&object, bytes));
}

#[test]
fn changed_or_cut_real_evidence_of_a_shielded_vm_is_never_verified() {
    let Some((object, bytes)) = real("gcp_shielded_vm") else { return };
    sampled("real Shielded VM", &bytes, |bytes| with_attestation(&object, bytes));
}

/// Without something that was not kept the whole is open. Here an answer counts as held when every
/// outcome is as before.
fn as_before(healthy: &Report, answer: Answer) -> Answer {
    let mut report = answer?;
    if outcomes(&report) != outcomes(healthy) {
        return Err(Error::Missing { what: "an outcome" });
    }
    report.verdict.state = State::Warning;
    Ok(report)
}

#[test]
fn changed_or_cut_real_evidence_on_tdx_is_noticed() {
    // Intel's collateral of that time was not kept.
    let Some((object, bytes)) = real("intel_tdx") else { return };
    let healthy = with_attestation(&object, &bytes).unwrap();
    sampled("real TDX", &bytes, |bytes| as_before(&healthy, with_attestation(&object, bytes)));
}
