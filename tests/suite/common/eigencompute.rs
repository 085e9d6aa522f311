//! EigenCompute's bound evidence on each of its platforms, under simulated roots: each part can be
//! spoiled on its own.

use s2s_sim::eigencompute::{BoundSpec, SEV_SNP, SHIELDED_VM, TDX, quote_message, report_data};
use s2s_sim::google::{LAUNCH, Launcher, VtpmSpec, boot_events, ccel_log, launch_log};
use s2s_sim::intel::QuoteSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;

use super::{dcap, snp};
use crate::common::examine;

pub(crate) const CHALLENGE: &[u8] = b"SIMULATED challenge";
pub(crate) const COMMAND_LINE: &str = "SIMULATED=1 confidential-space.hardened=true";

pub(crate) type Launch = Vec<(u8, &'static [u8])>;

/// One examination.
#[derive(Clone)]
pub(crate) struct Case {
    /// The platform whose name the TPM signs.
    pub(crate) platform: &'static str,
    pub(crate) challenge: &'static [u8],
    pub(crate) extra_data: &'static [u8],
    /// The kernel's command line in the TPM's log, and in the processor's.
    pub(crate) command_line: &'static str,
    pub(crate) own_command_line: &'static str,
    /// What the launcher measured, in the TPM and in the processor.
    pub(crate) launch: Launch,
    pub(crate) own_launch: Launch,
    /// Changes the TPM's part after everything is in it.
    pub(crate) last: fn(&mut BoundSpec),
    /// Changes the quote before it is signed, when there is one.
    pub(crate) before_quote: fn(&mut QuoteSpec),
    /// Changes the files beside the evidence.
    pub(crate) files: fn(&mut Vec<Vec<u8>>),
    /// Changes the report before it is signed, when there is one.
    pub(crate) before_report: fn(&mut snp::Case),
    pub(crate) policy: Json,
    pub(crate) now: UnixTime,
    report: Carried,
}

/// What kind of report is in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carried {
    Quote,
    Snp,
    None,
}

impl Case {
    pub(crate) fn tdx() -> Self {
        Self::of(TDX, "eigencompute-tdx", Carried::Quote)
    }

    pub(crate) fn snp() -> Self {
        let mut case = Self::of(SEV_SNP, "eigencompute-snp", Carried::Snp);
        case.policy["snp"] = json!({ "weak-product": "allow" });
        case
    }

    pub(crate) fn shielded() -> Self {
        Self::of(SHIELDED_VM, "eigencompute-shielded", Carried::None)
    }

    fn of(platform: &'static str, policy: &str, report: Carried) -> Self {
        let mut policy: Json = serde_json::from_str(builtin(policy).unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        let digest = std::str::from_utf8(LAUNCH[1].1).unwrap();
        let vtpm = VtpmSpec::of(b"", &boot_events(true, COMMAND_LINE), LAUNCH);
        let registers = &vtpm.quotes[0].registers;
        let boot = |number: u8| hex::encode(&registers[&number]);
        policy["eigencompute"] = json!({
            "image-digests": [digest],
            "boot-registers": [{ "4": boot(4), "8": boot(8), "9": boot(9) }],
        });
        Self {
            platform,
            challenge: CHALLENGE,
            extra_data: b"",
            command_line: COMMAND_LINE,
            own_command_line: COMMAND_LINE,
            launch: LAUNCH.to_vec(),
            own_launch: LAUNCH.to_vec(),
            last: |_| {},
            before_quote: |_| {},
            files: |_| {},
            before_report: |_| {},
            policy,
            now: snp::NOW,
            report,
        }
    }

    /// Both command lines.
    pub(crate) fn boots(&mut self, line: &'static str) {
        self.command_line = line;
        self.own_command_line = line;
    }

    /// Both launches.
    pub(crate) fn launches(&mut self, launch: Launch) {
        self.launch.clone_from(&launch);
        self.own_launch = launch;
    }

    /// The evidence and the files beside it.
    pub(crate) fn parts(&self) -> (BoundSpec, Vec<Vec<u8>>) {
        let vtpm = VtpmSpec::of(b"", &boot_events(true, self.command_line), &self.launch);
        let ak = vtpm.ak;
        let mut bound = BoundSpec::new(self.platform, vtpm, self.challenge, self.extra_data);
        let named = report_data(self.challenge, ak, self.extra_data);
        let mut files = Vec::new();
        match self.report {
            Carried::Quote => {
                let (ccel, [rtmr0, rtmr1, rtmr2]) =
                    ccel_log(&boot_events(true, self.own_command_line));
                let rtmr3 = launch_log(Launcher::Rtmr3, &self.own_launch).1.try_into().unwrap();
                let mut case = dcap::Case { quote: QuoteSpec::tdx_v4(), ..dcap::Case::td() };
                let td = case.quote.td();
                td.rtmr = [rtmr0, rtmr1, rtmr2, rtmr3];
                td.report_data = named;
                (self.before_quote)(&mut case.quote);
                bound = bound.with_quote(&case.quote_bytes(), &self.own_launch);
                files.extend([case.files().bytes(), ccel]);
            }
            Carried::Snp => {
                let mut case = snp::Case::vcek(Product::Genoa);
                case.report.report_data = named;
                (self.before_report)(&mut case);
                let files_of_chip = case.collateral();
                let [vcek, ask, ark, crl] = files_of_chip.as_slice() else { unreachable!() };
                bound = bound.with_report(&case.report_bytes(), [vcek, ask, ark]);
                files.push(crl.clone());
            }
            Carried::None => {}
        }
        (self.last)(&mut bound);
        (self.files)(&mut files);
        (bound, files)
    }

    pub(crate) fn parsed_policy(&self) -> Policy {
        Policy::from_json(self.policy.to_string().as_bytes()).unwrap()
    }

    pub(crate) fn examine(&self) -> Report {
        let (bound, files) = self.parts();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        examine(&bound.bytes(), &files, Some(&self.parsed_policy()), self.now).unwrap()
    }
}

/// The message of a quote that is sound in itself and belongs to another machine.
pub(crate) fn another_quote() -> Vec<u8> {
    let mut case = dcap::Case { quote: QuoteSpec::tdx_v4(), ..dcap::Case::td() };
    case.quote.td().report_data = [7; 64];
    quote_message(&case.quote_bytes())
}
