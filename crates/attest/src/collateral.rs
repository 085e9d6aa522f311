//! What AMD and Intel sign about their chips, kept fresh and stapled to every document.
//!
//! Each file ends when it says so itself: a list's next update, a certificate's last day. It is
//! asked for again well before; a service that does not answer is left alone for a while, longer
//! each time; and what has ended is no longer stapled, so that a reader is told that it is
//! missing and not that it is wrong.
//!
//! Nothing is verified here. The reader verifies every signature, whoever hands over the file.

use std::collections::BTreeMap;

use serde_json::json;
use silicon_to_source::engine::intel_platform;
use silicon_to_source::error::Error;
use silicon_to_source::formats::intel::parse::Quote;
use silicon_to_source::formats::intel::parse::collateral::{QeIdentity, TcbInfo};
use silicon_to_source::formats::snp::parse::amd::Vek;
use silicon_to_source::formats::snp::parse::{CertificateTable, Product, Report, SigningKey};
use silicon_to_source::formats::{intel, snp};
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::pki::{Cert, Crl, pem_blocks};
use silicon_to_source::services::coordinator::parse::{Collateral, SnpCollateral, TdxCollateral};
use silicon_to_source::time::UnixTime;
use silicon_to_source::wire::Base64Url;

use super::config;

/// The largest file that is fetched, in bytes.
pub const MAX_FILE: usize = 1024 * 1024;

/// The shortest and the longest pause after a failure, in seconds.
const PAUSE: (i64, i64) = (30, 3600);

/// How long before its end a file is asked for again, in seconds.
const EARLY: i64 = 24 * 3600;

/// The shortest pause between two questions for a file that is near its end, in seconds.
const NEAR_END: i64 = 600;

/// Everything that was fetched or read, and when it is asked for again.
#[derive(Debug, Default)]
pub struct Shelf {
    fetched: BTreeMap<String, Item>,
    table: Amd,
    files: Files,
}

#[derive(Debug, Default)]
struct Files {
    amd: Amd,
    intel: Vec<Vec<u8>>,
}

/// AMD's files in DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Amd {
    vcek: Option<Vec<u8>>,
    vlek: Option<Vec<u8>>,
    ask: Option<Vec<u8>>,
    ark: Option<Vec<u8>>,
    crl: Option<Vec<u8>>,
}

/// One address and what it gave.
#[derive(Debug)]
struct Item {
    kind: Kind,
    file: Option<Vec<u8>>,
    until: Option<UnixTime>,
    fetched_at: Option<UnixTime>,
    next: UnixTime,
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Amd,
    Intel,
}

/// Why a fetched file was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is not what was asked for.
    Unreadable(Error),
    /// It had ended when it came.
    Ended(UnixTime),
}

impl Shelf {
    /// The files that the operator supplies.
    ///
    /// # Errors
    /// When one of them is of no known kind.
    pub fn with_files(files: &[Vec<u8>]) -> Result<Self, Error> {
        let mut shelf = Self::default();
        for file in files {
            if shelf.files.amd.add(file).is_err() {
                intel::parse::collateral::Collateral::from_files(&[file])?;
                shelf.files.intel.push(file.clone());
            }
        }
        Ok(shelf)
    }

    /// Takes note of a SEV-SNP report and its host's certificate table: what has to be asked for.
    /// A table that cannot be read counts as none.
    pub fn about_report(&mut self, bytes: &[u8], table: &[u8], addresses: &config::Collateral) {
        self.table = CertificateTable::parse(table).map(Amd::of_table).unwrap_or_default();
        let mut wanted = Vec::new();
        if let Ok(report) = Report::parse(bytes)
            && let Some(product) = self.product(&report)
            && !addresses.amd.is_empty()
        {
            let family = match report.key_info.signing_key() {
                SigningKey::Vlek => "vlek",
                _ => "vcek",
            };
            let own = [&self.table, &self.files.amd];
            let has = |part: fn(&Amd) -> &Option<Vec<u8>>| own.iter().any(|a| part(a).is_some());
            for item in snp::wanted::amd(&report, Some(product), &Default::default(), Roots::Vendor)
            {
                let at_hand = match item.what {
                    "vcek" => has(|amd| &amd.vcek),
                    "crl" => has(|amd| &amd.crl),
                    _ => true,
                };
                if !at_hand {
                    wanted.push(item.url.replacen(config::AMD, &addresses.amd, 1));
                }
            }
            if !has(|amd| &amd.ask) {
                wanted.push(format!("{}/{family}/v1/{product}/cert_chain", addresses.amd));
            }
        }
        self.want(Kind::Amd, wanted);
    }

    /// Takes note of a TDX quote: what has to be asked for.
    pub fn about_quote(&mut self, bytes: &[u8], addresses: &config::Collateral) {
        let mut wanted = Vec::new();
        if let Ok(quote) = Quote::parse(bytes)
            && !addresses.intel.is_empty()
        {
            let files: Vec<&[u8]> = self.files.intel.iter().map(Vec::as_slice).collect();
            let known =
                intel::parse::collateral::Collateral::from_files(&files).unwrap_or_default();
            let platform = intel_platform(&quote, &known);
            let certification = &quote.certification;
            for item in
                intel::wanted::intel(quote.tee, platform, certification, &known, Roots::Vendor)
            {
                wanted.push(match item.what {
                    "intel-root-crl" => addresses.intel_root_crl.clone(),
                    _ => item.url.replacen(config::INTEL, &addresses.intel, 1),
                });
            }
        }
        self.want(Kind::Intel, wanted);
    }

    /// The addresses to ask now.
    pub fn due(&self, now: UnixTime) -> Vec<String> {
        let due = self.fetched.iter().filter(|(_, item)| item.next <= now);
        due.map(|(url, _)| url.clone()).collect()
    }

    /// When there is something to ask next.
    pub fn next(&self) -> Option<UnixTime> {
        self.fetched.values().map(|item| item.next).min()
    }

    /// Takes what `url` answered. `headers` are those that carry a chain of certificates.
    ///
    /// # Errors
    /// [`Refused`] when it is not what was asked for, or has ended; it then counts as a failure.
    pub fn answered(
        &mut self,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
        refresh: i64,
        now: UnixTime,
    ) -> Result<(), Refused> {
        let Some(item) = self.fetched.get_mut(url) else { return Ok(()) };
        let read = match item.kind {
            Kind::Amd => Amd::default().add(body).map(|until| (body.to_vec(), until)),
            Kind::Intel => {
                let file = envelope(headers, body);
                intel_end(&[&file]).map(|until| (file, until))
            }
        };
        let refused = match read {
            Ok((_, Some(until))) if until <= now => Refused::Ended(until),
            Ok((file, until)) => {
                let soon = UnixTime(now.0.saturating_add(refresh));
                let early = until.map_or(soon, |until| UnixTime(until.0.saturating_sub(EARLY)));
                let near = UnixTime(now.0.saturating_add(NEAR_END));
                item.next = soon.min(early).max(near);
                (item.file, item.until, item.failures) = (Some(file), until, 0);
                item.fetched_at = Some(now);
                return Ok(());
            }
            Err(error) => Refused::Unreadable(error),
        };
        self.failed(url, None, now);
        Err(refused)
    }

    /// Takes note that `url` gave nothing, and of how long it wants to be left alone (seconds).
    pub fn failed(&mut self, url: &str, retry_after: Option<i64>, now: UnixTime) {
        let Some(item) = self.fetched.get_mut(url) else { return };
        let (shortest, longest) = PAUSE;
        let doubled = 1_i64.checked_shl(item.failures).unwrap_or(i64::MAX);
        let pause = shortest.saturating_mul(doubled).clamp(shortest, longest);
        let pause = pause.max(retry_after.unwrap_or_default().clamp(0, longest));
        item.failures = item.failures.saturating_add(1).min(16);
        item.next = UnixTime(now.0.saturating_add(pause));
    }

    /// What is stapled at `now`: nothing that has ended.
    pub fn stapled(&self, now: UnixTime) -> Collateral {
        let live = |kind| {
            self.fetched
                .values()
                .filter(move |item| item.kind == kind && item.until.is_none_or(|end| end > now))
                .filter_map(|item| item.file.as_deref())
        };
        let mut amd = self.table.clone();
        amd.fill(&self.files.amd);
        for file in live(Kind::Amd) {
            let mut fetched = Amd::default();
            if fetched.add(file).is_ok() {
                amd.fill(&fetched);
            }
        }
        let files: Vec<&[u8]> =
            self.files.intel.iter().map(Vec::as_slice).chain(live(Kind::Intel)).collect();
        Collateral {
            tdx: intel::parse::collateral::Collateral::from_files(&files)
                .ok()
                .and_then(|known| tdx(&known)),
            snp: amd.stapled(),
            fetched_at: self.fetched.values().filter_map(|item| item.fetched_at).min(),
        }
    }

    /// When the first of the fetched files ends.
    pub fn until(&self) -> Option<UnixTime> {
        self.fetched.values().filter_map(|item| item.until).min()
    }

    /// Whether everything that was to be fetched is there and has not ended.
    pub fn is_complete(&self, now: UnixTime) -> bool {
        self.fetched
            .values()
            .all(|item| item.file.is_some() && item.until.is_none_or(|end| end > now))
    }

    /// Keeps the items of `kind` that are still wanted, and adds the others, due at once.
    fn want(&mut self, kind: Kind, urls: Vec<String>) {
        self.fetched.retain(|url, item| item.kind != kind || urls.contains(url));
        for url in urls {
            self.fetched.entry(url).or_insert(Item {
                kind,
                file: None,
                until: None,
                fetched_at: None,
                next: UnixTime(i64::MIN),
                failures: 0,
            });
        }
    }

    /// The product: from the report itself, or from the chip's certificate for old reports.
    fn product(&self, report: &Report<'_>) -> Option<Product> {
        let named = || {
            let own = [&self.table.vcek, &self.table.vlek, &self.files.amd.vcek];
            let der = own.into_iter().flatten().next()?;
            Product::of_name(Vek::parse(der).ok()?.product_name()?)
        };
        report.cpuid.and_then(Product::of_cpu).or_else(named)
    }
}

impl Amd {
    fn of_table(table: CertificateTable<'_>) -> Self {
        let own = |der: Option<&[u8]>| der.map(<[u8]>::to_vec);
        Self {
            vcek: own(table.vcek),
            vlek: own(table.vlek),
            ask: own(table.ask),
            ark: own(table.ark),
            crl: own(table.crl),
        }
    }

    /// Takes a file of certificates or one list, in DER or PEM, and gives when the first of them
    /// ends.
    fn add(&mut self, file: &[u8]) -> Result<Option<UnixTime>, Error> {
        const WHAT: &str = "AMD collateral file";
        let is_pem = file.windows(11).any(|window| window == b"-----BEGIN ");
        let ders = match is_pem {
            true => pem_blocks(WHAT, file)?.into_iter().map(|(_, der)| der).collect(),
            false => vec![file.to_vec()],
        };
        let mut until: Option<UnixTime> = None;
        for der in ders {
            let (slot, end) = if let Ok(crl) = Crl::parse(WHAT, &der) {
                let by_amd = crl.issuer_common_name().is_some_and(|name| name.starts_with("ARK-"));
                if !by_amd {
                    return Err(Error::Missing { what: "AMD's name on the revocation list" });
                }
                (&mut self.crl, crl.next_update())
            } else {
                let cert = Cert::parse(WHAT, &der)?;
                let slot = match cert.common_name().unwrap_or_default() {
                    "SEV-VCEK" => &mut self.vcek,
                    "SEV-VLEK" => &mut self.vlek,
                    name if name.starts_with("SEV-") => &mut self.ask,
                    name if name.starts_with("ARK-") => &mut self.ark,
                    _ => return Err(Error::Missing { what: "AMD's name on the certificate" }),
                };
                (slot, Some(cert.validity().not_after))
            };
            *slot = Some(der);
            until = [until, end].into_iter().flatten().min();
        }
        Ok(until)
    }

    /// Takes from `other` what is missing here.
    fn fill(&mut self, other: &Self) {
        let parts = [
            (&mut self.vcek, &other.vcek),
            (&mut self.vlek, &other.vlek),
            (&mut self.ask, &other.ask),
            (&mut self.ark, &other.ark),
            (&mut self.crl, &other.crl),
        ];
        for (slot, value) in parts {
            if slot.is_none() {
                slot.clone_from(value);
            }
        }
    }

    fn stapled(self) -> Option<SnpCollateral> {
        if self == Self::default() {
            return None;
        }
        let Self { vcek, vlek, ask, ark, crl } = self;
        let [vcek, vlek, ask, ark, crl] = [vcek, vlek, ask, ark, crl].map(|der| der.map(Base64Url));
        Some(SnpCollateral { vcek, vlek, ask, ark, crl })
    }
}

/// An answer of Intel's service with its headers, in the form in which such files are read.
fn envelope(headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let chains: BTreeMap<&str, &str> = headers
        .iter()
        .filter(|(name, _)| name.to_ascii_lowercase().ends_with("-issuer-chain"))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let text = match str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => hex::encode(body),
    };
    json!({ "headers": chains, "body": text }).to_string().into_bytes()
}

/// When the first part of Intel's files ends; files in which there is none are refused.
fn intel_end(files: &[&[u8]]) -> Result<Option<UnixTime>, Error> {
    let known = intel::parse::collateral::Collateral::from_files(files)?;
    if known.is_empty() {
        return Err(Error::Missing { what: "Intel's collateral in the answer" });
    }
    let mut ends = Vec::new();
    if let Some(signed) = &known.tcb_info {
        ends.push(TcbInfo::parse(&signed.bytes)?.validity.not_after);
    }
    if let Some(signed) = &known.qe_identity {
        ends.push(QeIdentity::parse(&signed.bytes)?.validity.not_after);
    }
    for der in [&known.root_crl, &known.pck_crl].into_iter().flatten() {
        ends.extend(Crl::parse("Intel's revocation list", der)?.next_update());
    }
    Ok(ends.into_iter().min())
}

fn tdx(known: &intel::parse::collateral::Collateral) -> Option<TdxCollateral> {
    if known.is_empty() {
        return None;
    }
    let body = |name: &str, signed: &intel::parse::collateral::Signed| {
        let text = String::from_utf8(signed.bytes.clone()).ok()?;
        Some(format!("{{\"{name}\":{text},\"signature\":\"{}\"}}", hex::encode(signed.signature)))
    };
    let signed = |name, signed: &Option<intel::parse::collateral::Signed>| {
        signed
            .as_ref()
            .map_or((None, None), |signed| (body(name, signed), signed.chain.as_deref().map(pem)))
    };
    let (tcb_info, tcb_info_issuer_chain) = signed("tcbInfo", &known.tcb_info);
    let (qe_identity, qe_identity_issuer_chain) = signed("enclaveIdentity", &known.qe_identity);
    Some(TdxCollateral {
        tcb_info,
        tcb_info_issuer_chain,
        qe_identity,
        qe_identity_issuer_chain,
        root_ca_crl: known.root_crl.clone().map(Base64Url),
        pck_crl: known.pck_crl.clone().map(Base64Url),
        pck_crl_issuer_chain: known.pck_issuer_chain.as_deref().map(pem),
        pck_chain: known.pck_chain.as_deref().map(pem),
    })
}

/// Certificates in PEM, in this order (RFC 7468).
fn pem(chain: &[Vec<u8>]) -> String {
    use base64::Engine as _;
    let mut text = String::new();
    for der in chain {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        for line in body.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}
