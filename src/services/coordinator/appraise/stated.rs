//! What the service says about itself beside what the chain derived.

use crate::claims::{Standing, Stated};
use crate::digest::Sha256;
use crate::finding::{Finding, LinkId, Value};
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::binding::{SEALED_REQUEST, TLS};
use crate::services::coordinator::parse::{Binding, Document};

use super::image::image_digest;

/// A kind of machine, as far as evidence tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Substrate {
    /// An Intel TDX guest.
    Tdx,
    /// An AMD SEV-SNP guest.
    Snp,
    /// An AMD SEV or SEV-ES guest, for which no chip makes a report.
    Sev,
    /// A virtual machine whose evidence says that it has no report of a chip.
    Plain,
    /// An AWS Nitro enclave.
    Nitro,
}

impl Substrate {
    /// What a token says (`hwmodel`).
    pub(crate) fn of_hardware(model: &str) -> Option<Self> {
        match model {
            "GCP_INTEL_TDX" | "INTEL_TDX" => Some(Self::Tdx),
            "GCP_AMD_SEV_SNP" => Some(Self::Snp),
            "GCP_AMD_SEV" | "GCP_AMD_SEV_ES" => Some(Self::Sev),
            "GCP_SHIELDED_VM" => Some(Self::Plain),
            _ => None,
        }
    }

    /// The operator's word for it.
    fn of_claim(said: &str) -> Option<Self> {
        match said {
            "gcp-tdx" => Some(Self::Tdx),
            "gcp-snp" => Some(Self::Snp),
            "gcp-sev" => Some(Self::Sev),
            "gcp-none" => Some(Self::Plain),
            "nitro" => Some(Self::Nitro),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tdx => "Intel TDX",
            Self::Snp => "AMD SEV-SNP",
            Self::Sev => "AMD SEV",
            Self::Plain => "a machine without a chip's report",
            Self::Nitro => "AWS Nitro Enclaves",
        }
    }
}

/// What the chain derived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Derived {
    /// Which kind of machine the evidence is of.
    pub substrate: Option<Substrate>,
    /// Whether that is what a token's issuer says, and not what evidence of the machine shows.
    pub by_issuer: bool,
    /// The image that was shown to run.
    pub image: Option<Sha256>,
    /// The commit that a signed build ties to that image.
    pub commit: Option<String>,
}

/// What document and binding say, each with its standing.
pub(crate) fn stated(
    document: &Document,
    binding: Option<&Binding>,
    derived: &Derived,
) -> Vec<Stated> {
    let mut stated = Vec::new();
    if let Some(substrate) = &document.substrate {
        stated.push(self::substrate(&substrate.claimed, derived));
    }
    let own = document.workload.as_ref().map(|workload| {
        let image = workload.manifest_digest.as_deref();
        ("workload", image, workload.git_commit.as_deref(), workload.build_version.as_deref())
    });
    let bound = binding.and_then(|binding| binding.workload.as_ref()).map(|workload| {
        let image = workload.manifest_digest.as_deref();
        let name = "binding.workload";
        (name, image, workload.git_commit.as_deref(), workload.build_version.as_deref())
    });
    for (source, image, commit, version) in [bound, own].into_iter().flatten() {
        stated.extend(image.map(|said| self::image(said, source, derived)));
        stated.extend(commit.map(|said| self::commit(said, source, derived)));
        stated.extend(version.map(|said| {
            let source = format!("{source}.build_version");
            Stated::not_shown("build-version", Value::text(said), source, LinkId::Image)
        }));
    }
    if let Some(binding) = binding {
        stated.extend(keys(binding));
    }
    stated.extend(
        document
            .limits
            .iter()
            .map(|limit| Stated::not_shown("limit", Value::text(limit), "limits", LinkId::Image)),
    );
    stated
}

/// Whether anything contradicts: a finding for each, or one for all.
///
/// A wrong image or commit fails, because a reader would look for the wrong source. A wrong word
/// for the substrate is a warning: the chain shows which it is.
pub(crate) fn contradictions(stated: &[Stated]) -> Vec<Finding> {
    let check = &checks::CLAIMS_CONTRADICTION;
    let against: Vec<Finding> = stated
        .iter()
        .filter(|statement| statement.standing == Standing::Contradicts)
        .map(|statement| {
            let finding = match statement.name {
                "substrate" => Finding::warn(check, "disagree"),
                _ => Finding::fail(check, "disagree"),
            };
            let finding = match &statement.shown {
                Some(shown) => finding.expected(shown.clone()),
                None => finding,
            };
            finding.part(statement.source.clone()).actual(statement.said.clone())
        })
        .collect();
    if !against.is_empty() {
        return against;
    }
    let agrees = stated.iter().any(|statement| statement.standing == Standing::Agrees);
    let none = crate::finding::Why::NotApplicable;
    vec![if agrees { Finding::pass(check) } else { Finding::unknown(check, none) }]
}

fn substrate(said: &str, derived: &Derived) -> Stated {
    let shown = derived.substrate.map(|substrate| match derived.by_issuer {
        true => Value::text(format!("{}, as the token's issuer says", substrate.name())),
        false => Value::text(substrate.name()),
    });
    let standing = match (Substrate::of_claim(said), derived.substrate) {
        (Some(claimed), Some(derived)) if claimed == derived => Standing::Agrees,
        // Plain SEV makes no report either.
        (Some(Substrate::Sev), Some(Substrate::Plain)) if !derived.by_issuer => Standing::NotShown,
        (Some(_), Some(_)) => Standing::Contradicts,
        _ => Standing::NotShown,
    };
    Stated {
        name: "substrate",
        said: Value::text(said),
        source: "substrate.claimed".into(),
        shown,
        link: LinkId::Report,
        standing,
    }
}

fn image(said: &str, source: &str, derived: &Derived) -> Stated {
    let standing = match derived.image {
        None => Standing::NotShown,
        Some(image) if image_digest(said) == Some(image) => Standing::Agrees,
        Some(_) => Standing::Contradicts,
    };
    Stated {
        name: "image",
        said: Value::text(said),
        source: format!("{source}.manifest_digest").into(),
        shown: derived.image.map(|image| Value::text(format!("sha256:{image}"))),
        link: LinkId::Image,
        standing,
    }
}

fn commit(said: &str, source: &str, derived: &Derived) -> Stated {
    let standing = match &derived.commit {
        None => Standing::NotShown,
        Some(commit) if commit == said => Standing::Agrees,
        Some(_) => Standing::Contradicts,
    };
    Stated {
        name: "commit",
        said: Value::Hex(said.to_owned()),
        source: format!("{source}.git_commit").into(),
        shown: derived.commit.clone().map(Value::Hex),
        // A commit is this machine's only by way of its image.
        link: LinkId::Image,
        standing,
    }
}

/// What the machine says about its keys: nothing in the chain derives it.
fn keys(binding: &Binding) -> Vec<Stated> {
    let link = LinkId::KeyBinding;
    let custody = binding.keys_for(SEALED_REQUEST).filter_map(|key| {
        let source = "binding.keys, sealed-request, custody".to_owned();
        Some(Stated::not_shown("custody", Value::text(key.custody.as_deref()?), source, link))
    });
    let ends = binding.keys_for(TLS).filter_map(|key| {
        let source = "binding.keys, tls, terminates".to_owned();
        Some(Stated::not_shown("tls-end", Value::text(key.terminates.as_deref()?), source, link))
    });
    custody.chain(ends).collect()
}
