//! T21 to T25: which of Intel's levels a platform and its TDX module have reached.

use crate::formats::intel::parse::TdReport;
use crate::formats::intel::parse::collateral::{
    ModuleIdentity, ModuleMeasurement, PckExtension, SvnLevel, TcbInfo, TcbLevel,
};
use crate::span::Span;
use crate::time::UnixTime;

/// What a security version is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TcbComponent {
    /// One of the 16 SGX components, counted from 0. The PCK certificate has its version.
    Sgx(usize),
    /// The provisioning certification enclave.
    Pce,
    /// One of the 16 TDX components, counted from 0. The quote has its version.
    Tdx(usize),
    /// The quoting enclave.
    Qe,
    /// The TDX module.
    TdxModule,
}

/// A component that is older than a level asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// Which component.
    pub component: TcbComponent,
    /// What Intel calls it (`SEAMLDR ACM`), or nothing.
    pub name: String,
    /// The version that was found.
    pub have: u16,
    /// The least version of the level.
    pub need: u16,
    /// The date of that level: what was published up to then is dealt with there.
    pub since: UnixTime,
}

impl std::fmt::Display for Shortfall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { component, name, have, need, since } = self;
        match component {
            TcbComponent::Sgx(index) => write!(f, "SGX component {index}")?,
            TcbComponent::Tdx(index) => write!(f, "TDX component {index}")?,
            TcbComponent::Pce => f.write_str("PCE")?,
            TcbComponent::Qe => f.write_str("quoting enclave")?,
            TcbComponent::TdxModule => f.write_str("TDX module")?,
        }
        if !name.is_empty() {
            write!(f, " ({name})")?;
        }
        write!(f, " is {have}, needs {need} (level of {since})")
    }
}

/// The security versions of one platform.
#[derive(Clone, Copy, Debug)]
pub(super) struct Platform<'p> {
    pub(super) extension: &'p PckExtension,
    /// TEE_TCB_SVN, for TDX.
    pub(super) tdx: Option<[u8; 16]>,
}

/// What a platform comes to under one TCB info.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached<'i> {
    pub(super) level: &'i TcbLevel,
    /// The TDX module's level, where modules have levels of their own.
    pub(super) module: Option<&'i SvnLevel>,
}

/// The identity of the TDX module that TEE_TCB_SVN names.
pub(super) enum Module<'i> {
    /// Of major version 0: it has no level of its own.
    First(&'i ModuleMeasurement),
    /// Of any other major version.
    Later(&'i ModuleIdentity),
}

impl<'i> Module<'i> {
    /// T24: by the major version, which is byte 1.
    pub(super) fn of(info: &'i TcbInfo, svn: [u8; 16]) -> Option<Self> {
        let [_, major, ..] = svn;
        match major {
            0 => info.module.as_ref().map(Self::First),
            major => info.module_identities.iter().find(|one| one.major == major).map(Self::Later),
        }
    }

    pub(super) const fn measurement(&self) -> &'i ModuleMeasurement {
        match self {
            Self::First(measurement) => measurement,
            Self::Later(identity) => &identity.measurement,
        }
    }

    /// T25: the highest level that the minor version, byte 0, reaches.
    pub(super) fn level(&self, svn: [u8; 16]) -> Option<Option<&'i SvnLevel>> {
        let [minor, ..] = svn;
        match self {
            Self::First(_) => Some(None),
            Self::Later(identity) => {
                identity.levels.iter().find(|level| level.svn <= u16::from(minor)).map(Some)
            }
        }
    }
}

/// Whether signer and attributes of the TDX module are those of `measurement`.
pub(super) fn module_fits(measurement: &ModuleMeasurement, td: &TdReport) -> bool {
    let pairs = td.seam_attributes.iter().zip(measurement.attributes);
    measurement.mr_signer == td.mr_signer_seam.0
        && pairs
            .zip(measurement.attributes_mask)
            .all(|((found, expected), mask)| found & mask == expected & mask)
}

/// T21 to T23: the highest level that every component reaches.
pub(super) fn reached<'i>(info: &'i TcbInfo, platform: Platform<'_>) -> Option<&'i TcbLevel> {
    info.levels.iter().find(|level| shortfalls(level, platform).is_empty())
}

/// The components of a platform that are older than `level` asks for.
///
/// With a TDX module of a major version above 0 the first two TDX components are left to the
/// module's own levels (T22).
pub(super) fn shortfalls(level: &TcbLevel, platform: Platform<'_>) -> Vec<Shortfall> {
    let mut short = Vec::new();
    let [sgx_names, tdx_names] = &level.names;
    let mut compare = |component, name: Option<&String>, have: u16, need: u16| {
        if have < need {
            let name = name.cloned().unwrap_or_default();
            short.push(Shortfall { component, name, have, need, since: level.date });
        }
    };
    let sgx = platform.extension.components.iter().zip(level.sgx).enumerate();
    for (index, (&have, need)) in sgx {
        let name = sgx_names.get(index);
        compare(TcbComponent::Sgx(index), name, have.into(), need.into());
    }
    compare(TcbComponent::Pce, None, platform.extension.pce_svn, level.pce_svn);
    if let (Some(svn), Some(needs)) = (platform.tdx, level.tdx) {
        let [_, major, ..] = svn;
        let first = if major > 0 { 2 } else { 0 };
        for (index, (have, need)) in svn.into_iter().zip(needs).enumerate().skip(first) {
            let name = tdx_names.get(index);
            compare(TcbComponent::Tdx(index), name, have.into(), need.into());
        }
    }
    short
}

/// What keeps a platform from every level: the shortfalls of the level that it is closest to,
/// which is the one with the fewest, and the lowest of those; and where that level stands.
pub(super) fn nearest(info: &TcbInfo, platform: Platform<'_>) -> (Span, Vec<Shortfall>) {
    info.levels
        .iter()
        .rev()
        .map(|level| (level.at, shortfalls(level, platform)))
        .min_by_key(|(_, short)| short.len())
        .unwrap_or((Span::new(0, 0), Vec::new()))
}
