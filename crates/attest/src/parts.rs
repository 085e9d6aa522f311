//! What is read from files once, at the start: the image's manifest, signed statements, the TLS
//! certificate.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::value::RawValue;
use silicon_to_source::digest::Sha256;
use silicon_to_source::pki::{Cert, pem_blocks};
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::{
    Key, Provenance, ReferenceValue, Source, Workload,
};
use silicon_to_source::wire::Base64Url;

use super::collateral::{self, Shelf};
use super::config::{Config, ConfigError, ProvenanceKind};

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 512 * 1024;

/// What does not change while the sidecar runs.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) workload: Option<Workload>,
    pub(super) provenance: Vec<Provenance>,
    pub(super) reference_values: Vec<ReferenceValue>,
    pub(super) source: Vec<Source>,
    pub(super) tls: Option<Key>,
}

impl Parts {
    pub(super) fn read(config: &Config) -> Result<Self, ConfigError> {
        let manifest = config.workload.manifest.as_deref().map(read).transpose()?;
        let digest = manifest.as_deref().map(|bytes| format!("sha256:{}", Sha256::of(bytes)));
        let workload = Workload {
            image_reference: config.workload.image_reference.clone(),
            manifest_digest: digest.clone(),
            manifest: manifest.map(Base64Url),
            index: config.workload.index.as_deref().map(read).transpose()?.map(Base64Url),
            git_commit: config.workload.git_commit.clone(),
            build_version: config.workload.build_version.clone(),
            base_image: None,
        };
        // With an index, the builds may be about either.
        let subject = digest.filter(|_| config.workload.index.is_none());
        let provenance = config.provenance.iter().map(|item| {
            let json = Some(json(&item.file)?);
            Ok(match item.kind {
                ProvenanceKind::SigstoreBundle => Provenance {
                    kind: "sigstore-bundle".into(),
                    media_type: Some("application/vnd.dev.sigstore.bundle.v0.3+json".into()),
                    subject: subject.clone(),
                    bundle: json,
                    envelope: None,
                },
                ProvenanceKind::GcbSlsaDsse => Provenance {
                    kind: "gcb-slsa-dsse".into(),
                    media_type: None,
                    subject: subject.clone(),
                    bundle: None,
                    envelope: json,
                },
            })
        });
        let reference_values = config.reference_value.iter().map(|item| {
            Ok(ReferenceValue {
                kind: "sigstore-bundle".into(),
                about: Some(item.about.clone()),
                bundle: Some(json(&item.file)?),
            })
        });
        let source = config.source.iter().map(|item| {
            Ok(Source { kind: item.kind.word().into(), body: Base64Url(read(&item.file)?) })
        });
        Ok(Self {
            source: source.collect::<Result<_, _>>()?,
            provenance: provenance.collect::<Result<_, _>>()?,
            reference_values: reference_values.collect::<Result<_, _>>()?,
            workload: (workload != Workload::default()).then_some(workload),
            tls: tls(config)?,
        })
    }
}

/// The files of collateral that the operator supplies.
pub(super) fn shelf(config: &Config) -> Result<Shelf, ConfigError> {
    let paths = &config.collateral.files;
    let files: Vec<Vec<u8>> = paths.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    collateral::Shelf::with_files(&files)
        .map_err(|error| ConfigError(format!("A file of [collateral] cannot be used: {error}")))
}

/// The TLS key, as it stands in the binding.
fn tls(config: &Config) -> Result<Option<Key>, ConfigError> {
    let Some(tls) = &config.tls else { return Ok(None) };
    let unusable = |error| ConfigError(format!("{}: {error}", tls.certificate.display()));
    let blocks = pem_blocks("TLS certificate", &read(&tls.certificate)?).map_err(unusable)?;
    let (_, der) = blocks.first().ok_or_else(|| {
        ConfigError(format!("{}: there is no certificate in it", tls.certificate.display()))
    })?;
    let cert = Cert::parse("TLS certificate", der).map_err(unusable)?;
    Ok(Some(Key {
        usage: coordinator::parse::binding::TLS.into(),
        spki_sha256: Some(Sha256::of(cert.spki()).to_string()),
        terminates: Some(tls.terminates.word().into()),
        not_after: Some(cert.validity().not_after),
        ..Key::default()
    }))
}

fn json(path: &Path) -> Result<Box<RawValue>, ConfigError> {
    let text = String::from_utf8(read(path)?).ok();
    let value = text.and_then(|text| RawValue::from_string(text.trim_ascii().to_owned()).ok());
    value.ok_or_else(|| ConfigError(format!("{}: it is no JSON", path.display())))
}

/// Reads a file whose size has a limit.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let mut bytes = Vec::new();
    let read = File::open(path)
        .and_then(|file| file.take(MAX_FILE.saturating_add(1)).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(ConfigError(format!("{}: {error}", path.display()))),
        Ok(length) if u64::try_from(length).unwrap_or(u64::MAX) > MAX_FILE => {
            Err(ConfigError(format!("{}: it is larger than {MAX_FILE} bytes", path.display())))
        }
        Ok(_) => Ok(bytes),
    }
}
