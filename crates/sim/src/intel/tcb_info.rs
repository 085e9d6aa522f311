//! TCB info version 3 (Intel, "API Portal", Get SGX TCB Info V4 and Get TDX TCB Info V4).

use silicon_to_source::time::UnixTime;

use super::signed::{SignedJson, array, standing, string};
use super::{
    COLLATERAL_VALIDITY, COMPONENTS, EVALUATION_NUMBER, FMSPC, PCE_ID, PCE_SVN, TEE_TCB_SVN,
};
use crate::keys::Key;

/// The tcbDate of the healthy first level.
pub const CURRENT_DATE: &str = "2024-11-13T00:00:00Z";

/// The tcbDate of the second level.
pub const OUTDATED_DATE: &str = "2018-01-04T00:00:00Z";

/// TCB info.
#[derive(Clone, Debug)]
pub struct TcbInfoSpec {
    /// `id`: "SGX" or "TDX".
    pub id: String,
    /// `version`: 3.
    pub version: u32,
    /// `issueDate`.
    pub issue_date: UnixTime,
    /// `nextUpdate`.
    pub next_update: UnixTime,
    /// `fmspc`, hexadecimal as it stands in the text.
    pub fmspc: String,
    /// `pceId`, hexadecimal as it stands in the text.
    pub pce_id: String,
    /// `tcbType`: 0.
    pub tcb_type: u32,
    /// `tcbEvaluationDataNumber`.
    pub evaluation_number: u32,
    /// `tdxModule`, TDX only.
    pub tdx_module: Option<TdxModule>,
    /// `tdxModuleIdentities`, TDX only.
    pub tdx_module_identities: Option<Vec<TdxModuleIdentity>>,
    /// `tcbLevels`, in this order.
    pub levels: Vec<TcbLevel>,
    /// The signed text, when it is not what the other fields say.
    pub raw: Option<String>,
    /// The key that signs.
    pub signer: Key,
}

/// A platform's TCB level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbLevel {
    /// `sgxtcbcomponents`: 16 security versions, unless it is spoiled.
    pub sgx: Vec<u8>,
    /// `pcesvn`.
    pub pce_svn: u16,
    /// `tdxtcbcomponents`: 16 security versions; TDX only.
    pub tdx: Option<Vec<u8>>,
    /// `tcbDate`, RFC 3339.
    pub date: String,
    /// `tcbStatus`.
    pub status: String,
    /// `advisoryIDs`; left out when empty.
    pub advisories: Vec<String>,
}

/// What a TDX module must be when its version is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdxModule {
    /// `mrsigner`: MRSIGNERSEAM.
    pub mr_signer: [u8; 48],
    /// `attributes`: SEAMATTRIBUTES.
    pub attributes: [u8; 8],
    /// `attributesMask`.
    pub attributes_mask: [u8; 8],
}

/// What a TDX module of one version must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdxModuleIdentity {
    /// `id`: "TDX_" and the module version in hexadecimal.
    pub id: String,
    /// Signer and attributes.
    pub module: TdxModule,
    /// `tcbLevels`, in this order.
    pub levels: Vec<ModuleLevel>,
}

/// A TDX module's TCB level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleLevel {
    /// `isvsvn`.
    pub isv_svn: u16,
    /// `tcbDate`, RFC 3339.
    pub date: String,
    /// `tcbStatus`.
    pub status: String,
    /// `advisoryIDs`; left out when empty.
    pub advisories: Vec<String>,
}

impl TcbInfoSpec {
    /// Healthy SGX TCB info: the simulated platform is `UpToDate`.
    pub fn sgx() -> Self {
        Self {
            id: "SGX".to_owned(),
            version: 3,
            issue_date: COLLATERAL_VALIDITY.not_before,
            next_update: COLLATERAL_VALIDITY.not_after,
            fmspc: hex::encode_upper(FMSPC),
            pce_id: hex::encode_upper(PCE_ID),
            tcb_type: 0,
            evaluation_number: EVALUATION_NUMBER,
            tdx_module: None,
            tdx_module_identities: None,
            levels: vec![TcbLevel::current(), TcbLevel::outdated()],
            raw: None,
            signer: Key::IntelTcbSigning,
        }
    }

    /// Healthy TDX TCB info: the simulated platform and its TDX module are `UpToDate`.
    pub fn tdx() -> Self {
        let tdx = |level: TcbLevel, svns: [u8; 16]| TcbLevel { tdx: Some(svns.to_vec()), ..level };
        let lowest = [4, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Self {
            id: "TDX".to_owned(),
            tdx_module: Some(TdxModule::healthy()),
            tdx_module_identities: Some(vec![
                TdxModuleIdentity::new("TDX_03", &[3]),
                TdxModuleIdentity::new("TDX_01", &[TEE_TCB_SVN[0].into(), 2]),
            ]),
            levels: vec![tdx(TcbLevel::current(), lowest), tdx(TcbLevel::outdated(), lowest)],
            ..Self::sgx()
        }
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let module = self
            .tdx_module
            .iter()
            .map(|module| format!(r#""tdxModule":{{{}}},"#, module.members()));
        let identities = self.tdx_module_identities.iter().map(|identities| {
            let identities = identities.iter().map(TdxModuleIdentity::json);
            format!(r#""tdxModuleIdentities":{},"#, array(identities))
        });
        let tdx: String = module.chain(identities).collect();
        format!(
            concat!(
                r#"{{"id":{},"version":{},"issueDate":"{}","nextUpdate":"{}","fmspc":{},"#,
                r#""pceId":{},"tcbType":{},"tcbEvaluationDataNumber":{},{}"tcbLevels":{}}}"#,
            ),
            string(&self.id),
            self.version,
            self.issue_date,
            self.next_update,
            string(&self.fmspc),
            string(&self.pce_id),
            self.tcb_type,
            self.evaluation_number,
            tdx,
            array(self.levels.iter().map(TcbLevel::json)),
        )
    }

    /// The signed TCB info.
    pub fn sign(&self) -> SignedJson {
        SignedJson::new(self.text(), self.signer)
    }
}

impl TcbLevel {
    /// The level that the simulated platform meets, without TDX components. Every component is
    /// at most what the platform has; components 0, 1 and 4 are below it.
    pub fn current() -> Self {
        let mut sgx = COMPONENTS.to_vec();
        [sgx[0], sgx[1], sgx[4]] = [2, 2, 3];
        Self {
            sgx,
            pce_svn: PCE_SVN,
            tdx: None,
            date: CURRENT_DATE.to_owned(),
            status: "UpToDate".to_owned(),
            advisories: Vec::new(),
        }
    }

    /// The same components with an older PCE: `OutOfDate`, with two advisories.
    pub fn outdated() -> Self {
        Self {
            pce_svn: 5,
            date: OUTDATED_DATE.to_owned(),
            status: "OutOfDate".to_owned(),
            advisories: vec!["INTEL-SA-00106".to_owned(), "INTEL-SA-00115".to_owned()],
            ..Self::current()
        }
    }

    fn json(&self) -> String {
        let components = |svns: &[u8]| array(svns.iter().map(|svn| format!(r#"{{"svn":{svn}}}"#)));
        let tdx =
            self.tdx.iter().map(|svns| format!(r#","tdxtcbcomponents":{}"#, components(svns)));
        format!(
            r#"{{"tcb":{{"sgxtcbcomponents":{},"pcesvn":{}{}}},{}}}"#,
            components(&self.sgx),
            self.pce_svn,
            tdx.collect::<String>(),
            standing(&self.date, &self.status, &self.advisories),
        )
    }
}

impl TdxModule {
    /// A module of Intel's: signer and attributes are zero.
    pub const fn healthy() -> Self {
        Self { mr_signer: [0; 48], attributes: [0; 8], attributes_mask: [0xff; 8] }
    }

    fn members(&self) -> String {
        format!(
            r#""mrsigner":"{}","attributes":"{}","attributesMask":"{}""#,
            hex::encode_upper(self.mr_signer),
            hex::encode_upper(self.attributes),
            hex::encode_upper(self.attributes_mask),
        )
    }
}

impl TdxModuleIdentity {
    /// An identity whose first level is `UpToDate`, the others `OutOfDate`.
    pub fn new(id: &str, isv_svns: &[u16]) -> Self {
        let level = |index: usize, isv_svn: u16| {
            let (date, status) = match index {
                0 => (CURRENT_DATE, "UpToDate"),
                _ => (OUTDATED_DATE, "OutOfDate"),
            };
            ModuleLevel {
                isv_svn,
                date: date.to_owned(),
                status: status.to_owned(),
                advisories: Vec::new(),
            }
        };
        Self {
            id: id.to_owned(),
            module: TdxModule::healthy(),
            levels: isv_svns.iter().enumerate().map(|(index, &svn)| level(index, svn)).collect(),
        }
    }

    fn json(&self) -> String {
        let levels = self.levels.iter().map(|level| {
            let standing = standing(&level.date, &level.status, &level.advisories);
            format!(r#"{{"tcb":{{"isvsvn":{}}},{standing}}}"#, level.isv_svn)
        });
        let (id, levels) = (string(&self.id), array(levels));
        format!(r#"{{"id":{id},{},"tcbLevels":{levels}}}"#, self.module.members())
    }
}
