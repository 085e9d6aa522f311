//! A simulated SEV-SNP guest.

use serde_json::{Value as Json, json};
use silicon_to_source::formats::dstack::parse::document_hash;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::Report;

use super::guest::{APP, INSTANCE, document, pinned};
use crate::common::mutation::Answer;
use crate::common::table::{Row, findings};
use crate::common::{examine, snp};

/// One SEV-SNP guest.
pub(crate) struct Machine {
    pub(crate) snp: snp::Case,
    pub(crate) document: String,
    pub(crate) stated: [u8; 64],
    pub(crate) compose: Option<String>,
    /// The agent's other answer, beside it.
    pub(crate) info: Option<Json>,
    /// `vm_config`.
    pub(crate) vm: String,
}

pub(crate) fn machine() -> Machine {
    let mut snp = snp::Case::vcek(Product::Milan);
    let document = document(&pinned());
    snp.report.host_data = document_hash(&document).0;
    snp.policy["snp"]["host-data"] = json!(hex::encode(snp.report.host_data));
    let stated = snp.report.report_data;
    Machine { snp, document, stated, compose: Some(pinned()), info: None, vm: "{}".into() }
}

/// The same with the agent's answer to `Info` beside it.
fn informed() -> Machine {
    Machine { info: Some(info(&hex::encode(APP), &hex::encode(INSTANCE))), ..machine() }
}

fn info(app_id: &str, instance_id: &str) -> Json {
    json!({"tcb_info": {}, "app_id": app_id, "instance_id": instance_id})
}

pub(crate) fn compact(len: usize) -> Vec<u8> {
    u32::try_from(len << 2 | 2).unwrap().to_le_bytes().to_vec()
}

pub(crate) fn scale(bytes: &[u8]) -> Vec<u8> {
    [compact(bytes.len()), bytes.to_vec()].concat()
}

impl Machine {
    pub(crate) fn attestation(&self) -> Vec<u8> {
        [
            vec![0, 3, 0x81, 0x12],
            self.snp.report_bytes(),
            compact(0),
            scale(self.document.as_bytes()),
            compact(1),
            scale(b"system-ready"),
            scale(b""),
            self.stated.to_vec(),
            scale(self.vm.as_bytes()),
        ]
        .concat()
    }

    /// Examines one input after another with what stands beside it, which is made once.
    pub(crate) fn examiner(&self) -> impl Fn(&[u8]) -> Answer + Sync {
        let mut files = self.snp.collateral();
        files.extend(self.compose.as_ref().map(|text| text.clone().into_bytes()));
        files.extend(self.info.as_ref().map(|info| info.to_string().into_bytes()));
        let (policy, now) = (self.snp.parsed_policy(), self.snp.now);
        move |input| {
            let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
            examine(input, &files, Some(&policy), now)
        }
    }

    pub(crate) fn examine(&self) -> Report {
        let input = json!({"attestation": hex::encode(self.attestation())}).to_string();
        self.examiner()(input.as_bytes()).unwrap()
    }
}

const UNSHOWN: &str = "which app it is, nothing shows then";

pub(crate) const REPORTS: &[Row<Machine>] = &[
    Row::new(machine, "dstack.report-data", "fail not-equal", |machine| machine.stated[0] ^= 1),
    Row::new(machine, "dstack.mr-config", "fail not-equal", |machine| machine.document.push(' '))
        .also(&[("registry.compose-hash", "absent", UNSHOWN)]),
    Row::new(machine, "dstack.mr-config/document", "fail malformed", |machine| {
        machine.document = "{}".into();
        machine.snp.report.host_data = document_hash("{}").0;
        machine.snp.policy["snp"]["host-data"] = json!(hex::encode(machine.snp.report.host_data));
    })
    .also(&[("registry.compose-hash", "absent", UNSHOWN)]),
    Row::new(informed, "dstack.ids/app-id", "fail disagree", |machine| {
        machine.info = Some(info(&"22".repeat(20), &hex::encode(INSTANCE)));
    }),
    Row::new(informed, "dstack.ids/instance-id", "fail disagree", |machine| {
        machine.info = Some(info(&hex::encode(APP), &"22".repeat(20)));
    }),
];

/// An earlier release's statement about the image has no list of checksums.
#[test]
fn a_hosts_statement_of_an_older_schema_leaves_the_launch_open_and_nothing_else() {
    let mut case = machine();
    let older = json!({ "measurement": "AA==", "vcpus": 2 }).to_string();
    case.vm = json!({ "sev_snp_measurement": older }).to_string();
    let (sound, report) = (machine().examine(), case.examine());
    let mut told = findings(&report);
    let statement = told.remove("dstack.tcb-info/sev_snp_measurement");
    assert_eq!(statement.as_deref(), Some("unknown not-supported"));
    assert_eq!(told["snp.report.signature"], "pass");
    assert_eq!(told["dstack.mr-config"], "pass");
    assert_eq!(told, findings(&sound));
    assert_eq!(report.assurance.level, sound.assurance.level);
}
