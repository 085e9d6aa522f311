//! Intel's TCB info (Provisioning Certification Service API v4, "Get TCB Info", version 3).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::status::TcbStatus;
use super::text::{Date, Hex};
use crate::error::Error;
use crate::sorted::Sorted as _;
use crate::span::Span;
use crate::time::{UnixTime, Validity};

const WHAT: &str = "TCB info";

/// The kind of platform that collateral is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcbId {
    /// `SGX`
    Sgx,
    /// `TDX`
    Tdx,
}

/// The body of a TCB info. Nothing is shown by it until its signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbInfo {
    /// For SGX or TDX.
    pub id: TcbId,
    /// From when to when Intel means it to be used.
    pub validity: Validity,
    /// The platforms it is for.
    pub fmspc: [u8; 6],
    /// The provisioning certification enclave it is for.
    pub pce_id: [u8; 2],
    /// How levels are compared; 0 is the only way there is.
    pub tcb_type: u32,
    /// The number of the TCB evaluation. Intel counts up by one with each TCB recovery, and serves
    /// the newest (`update=early`) and an older one (`update=standard`) at the same time.
    pub evaluation_number: u32,
    /// The TDX module of major version 0.
    pub module: Option<ModuleMeasurement>,
    /// The TDX modules of other major versions.
    pub(crate) module_identities: Vec<ModuleIdentity>,
    /// The levels, highest first whatever the order in the file.
    pub levels: Vec<TcbLevel>,
}

/// Who may have signed a TDX module, and its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleMeasurement {
    /// The signer.
    pub mr_signer: [u8; 48],
    /// The attributes under the mask.
    pub attributes: [u8; 8],
    /// The bits that count.
    pub attributes_mask: [u8; 8],
}

/// A TDX module of one major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleIdentity {
    /// The major version: the number in `TDX_01`, hexadecimal.
    pub major: u8,
    /// Signer and attributes.
    pub measurement: ModuleMeasurement,
    /// Its levels, highest first.
    pub levels: Vec<SvnLevel>,
}

/// One level of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbLevel {
    /// The least security version of each of the 16 SGX components.
    pub sgx: [u8; 16],
    /// The least security version of the provisioning certification enclave.
    pub pce_svn: u16,
    /// The least security version of each of the 16 TDX components; for TDX only.
    pub tdx: Option<[u8; 16]>,
    /// What components are, by Intel's words: SGX, then TDX.
    pub names: [Vec<String>; 2],
    /// Everything published before this is dealt with at this level.
    pub date: UnixTime,
    /// Intel's judgement.
    pub status: TcbStatus,
    /// Advisories that are open at this level.
    pub advisories: Vec<String>,
    /// Where it stands in the TCB info.
    pub at: Span,
}

/// One level of a TDX module or a quoting enclave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SvnLevel {
    /// The least security version.
    pub svn: u16,
    /// As for a platform.
    pub date: UnixTime,
    /// Intel's judgement.
    pub status: TcbStatus,
    /// Advisories that are open at this level.
    pub advisories: Vec<String>,
}

impl TcbInfo {
    /// Reads the bytes of the member `tcbInfo`.
    ///
    /// # Errors
    /// When a member appears twice, is missing, or has another form: component arrays have exactly
    /// 16 entries, statuses are words that this verifier knows. [`Error::Unsupported`] when the
    /// version is not 3: version 2 was of API v3 for SGX, which Intel has ended.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        super::cap(WHAT, json)?;
        crate::json::unique(WHAT, json)?;
        let version = super::version(WHAT, json)?;
        if version != 3 {
            let whole = Span::new(0, json.len());
            return Err(Error::unsupported("TCB info version", version, whole));
        }
        let wire: Wire<'_> = crate::json::borrowed(WHAT, json)?;
        let wrong = |why: &str| Error::malformed(WHAT, Span::new(0, json.len()), why.to_owned());
        let id = match wire.id.as_str() {
            "SGX" => TcbId::Sgx,
            "TDX" => TcbId::Tdx,
            _ => return Err(wrong("id is neither SGX nor TDX")),
        };
        let mut levels = Vec::new();
        for raw in wire.tcb_levels {
            let level: WireLevel = crate::json::borrowed(WHAT, raw.get().as_bytes())?;
            if level.tcb.tdxtcbcomponents.is_some() != (id == TcbId::Tdx) {
                return Err(wrong("TDX levels, and only they, have tdxtcbcomponents"));
            }
            levels.push(level.level(crate::json::span_of(json, raw)));
        }
        let order = |level: &TcbLevel| (level.sgx, level.pce_svn, level.tdx);
        levels.sorted_by_key(|level| std::cmp::Reverse(order(level)));
        if levels.is_empty() {
            return Err(wrong("it has no level"));
        }
        if id == TcbId::Tdx && wire.tdx_module.is_none() {
            return Err(wrong("it has no tdxModule"));
        }
        let mut module_identities = Vec::new();
        for identity in wire.tdx_module_identities.unwrap_or_default() {
            let identity =
                identity.identity().ok_or_else(|| wrong("a module's id is not TDX_xx"))?;
            if module_identities.iter().any(|known: &ModuleIdentity| known.major == identity.major)
            {
                return Err(wrong("a module's id appears twice"));
            }
            module_identities.push(identity);
        }
        Ok(Self {
            id,
            validity: Validity { not_before: wire.issue_date.0, not_after: wire.next_update.0 },
            fmspc: wire.fmspc.0,
            pce_id: wire.pce_id.0,
            tcb_type: wire.tcb_type,
            evaluation_number: wire.tcb_evaluation_data_number,
            module: wire.tdx_module.map(WireModule::measurement),
            module_identities,
            levels,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    id: String,
    issue_date: Date,
    next_update: Date,
    fmspc: Hex<6>,
    pce_id: Hex<2>,
    tcb_type: u32,
    tcb_evaluation_data_number: u32,
    tdx_module: Option<WireModule>,
    tdx_module_identities: Option<Vec<WireIdentity>>,
    #[serde(borrow)]
    tcb_levels: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireModule {
    mrsigner: Hex<48>,
    attributes: Hex<8>,
    attributes_mask: Hex<8>,
}

impl WireModule {
    fn measurement(self) -> ModuleMeasurement {
        ModuleMeasurement {
            mr_signer: self.mrsigner.0,
            attributes: self.attributes.0,
            attributes_mask: self.attributes_mask.0,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireIdentity {
    id: String,
    mrsigner: Hex<48>,
    attributes: Hex<8>,
    attributes_mask: Hex<8>,
    tcb_levels: Vec<WireSvnLevel>,
}

impl WireIdentity {
    fn identity(self) -> Option<ModuleIdentity> {
        let id = self.id.to_ascii_uppercase();
        let [major] = Hex::<1>::read(id.strip_prefix("TDX_")?)?.0;
        let (mrsigner, attributes) = (self.mrsigner, self.attributes);
        let attributes_mask = self.attributes_mask;
        let module = WireModule { mrsigner, attributes, attributes_mask };
        let levels = WireSvnLevel::levels(self.tcb_levels);
        Some(ModuleIdentity { major, measurement: module.measurement(), levels })
    }
}

/// A level that is told by one security version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireSvnLevel {
    tcb: WireSvn,
    tcb_date: Date,
    tcb_status: TcbStatus,
    #[serde(default, rename = "advisoryIDs")]
    advisories: Vec<String>,
}

#[derive(Deserialize)]
struct WireSvn {
    isvsvn: u16,
}

impl WireSvnLevel {
    /// The levels, highest first.
    pub(super) fn levels(wire: Vec<Self>) -> Vec<SvnLevel> {
        let mut levels: Vec<SvnLevel> = wire
            .into_iter()
            .map(|level| SvnLevel {
                svn: level.tcb.isvsvn,
                date: level.tcb_date.0,
                status: level.tcb_status,
                advisories: level.advisories,
            })
            .collect();
        levels.sorted_by_key(|level| std::cmp::Reverse(level.svn));
        levels
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLevel {
    tcb: WireTcb,
    tcb_date: Date,
    tcb_status: TcbStatus,
    #[serde(default, rename = "advisoryIDs")]
    advisories: Vec<String>,
}

#[derive(Deserialize)]
struct WireTcb {
    sgxtcbcomponents: [WireComponent; 16],
    pcesvn: u16,
    tdxtcbcomponents: Option<[WireComponent; 16]>,
}

#[derive(Deserialize)]
struct WireComponent {
    svn: u8,
    #[serde(default, rename = "type")]
    kind: String,
}

impl WireLevel {
    fn level(self, at: Span) -> TcbLevel {
        let svns = |components: &[WireComponent; 16]| components.each_ref().map(|one| one.svn);
        let names = |components: [WireComponent; 16]| components.map(|one| one.kind).to_vec();
        TcbLevel {
            sgx: svns(&self.tcb.sgxtcbcomponents),
            pce_svn: self.tcb.pcesvn,
            tdx: self.tcb.tdxtcbcomponents.as_ref().map(svns),
            names: [
                names(self.tcb.sgxtcbcomponents),
                self.tcb.tdxtcbcomponents.map(names).unwrap_or_default(),
            ],
            date: self.tcb_date.0,
            status: self.tcb_status,
            advisories: self.advisories,
            at,
        }
    }
}
