//! A simulated container image built from a repository's commit, with signed provenance.
//!
//! No registry has this image. Its digest is real: that of the manifest made here.

use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;

use super::BUILD_TIME;
use super::repository::{Repository, WORKFLOW};
use super::sigstore::{Build, BundleSpec};

/// The name of the image, without its digest.
pub const IMAGE: &str = "ghcr.io/silicon-to-source/silicon-to-source";

/// An image built from a commit.
#[derive(Clone, Debug)]
pub struct Container {
    /// The build, as its certificate names it.
    pub build: Build,
    /// What the image's only layer holds.
    pub layer: Vec<u8>,
}

impl Container {
    /// The image that a simulated release of `repository` builds: the certificate names the
    /// commit and the workflow file of that repository.
    pub fn of(repository: &Repository) -> Self {
        let commit = repository.commit_name().to_string();
        // Nobody builds a commit before it is made.
        let committed = repository.committed_at().unwrap_or(BUILD_TIME);
        let time = if committed > BUILD_TIME { committed } else { BUILD_TIME };
        Self {
            layer: format!("SIMULATED layer of {commit}").into_bytes(),
            build: Build {
                repository: "silicon-to-source/silicon-to-source".into(),
                repository_id: "900000004".into(),
                commit,
                workflow: WORKFLOW.into(),
                workflow_name: "SIMULATED release".into(),
                time,
                ..Build::default()
            },
        }
    }

    /// The image's configuration (OCI image specification 1.1).
    pub fn config(&self) -> Vec<u8> {
        let config = json!({
            "architecture": "amd64",
            "config": { "Entrypoint": ["/s2s"] },
            "os": "linux",
            "rootfs": { "diff_ids": [format!("sha256:{}", Sha256::of(&self.layer))], "type": "layers" },
        });
        serde_json::to_vec(&config).unwrap()
    }

    /// The image manifest, in the bytes that its digest is of.
    pub fn manifest(&self) -> Vec<u8> {
        let manifest = json!({
            "config": descriptor("application/vnd.oci.image.config.v1+json", &self.config()),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", &self.layer)],
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "schemaVersion": 2,
        });
        serde_json::to_vec(&manifest).unwrap()
    }

    /// The image index: one platform, whose manifest is [`Self::manifest`].
    pub fn index(&self) -> Vec<u8> {
        let mut manifest =
            descriptor("application/vnd.oci.image.manifest.v1+json", &self.manifest());
        manifest["platform"] = json!({ "architecture": "amd64", "os": "linux" });
        let index = json!({
            "manifests": [manifest],
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "schemaVersion": 2,
        });
        serde_json::to_vec(&index).unwrap()
    }

    /// The manifest's digest: that of the image for one platform.
    pub fn manifest_digest(&self) -> Sha256 {
        Sha256::of(&self.manifest())
    }

    /// The index's digest: that by which the image is pulled and attested.
    pub fn digest(&self) -> Sha256 {
        Sha256::of(&self.index())
    }

    /// The image by its digest.
    pub fn reference(&self) -> String {
        format!("{IMAGE}@sha256:{}", self.digest())
    }

    /// The Sigstore bundle with SLSA v1 provenance for [`Self::digest`], to spoil or to sign.
    pub fn provenance(&self) -> BundleSpec {
        let statement = self.build.slsa_statement(IMAGE, &self.digest().to_string());
        BundleSpec::dsse(&self.build, statement)
    }

    /// The signed bundle's JSON text.
    pub fn bundle(&self) -> Vec<u8> {
        self.provenance().bytes()
    }

    /// A whole demonstration by file name: the bundle, the image's documents, and the objects of
    /// `repository`, from which this image was built.
    pub fn files(&self, repository: &Repository) -> Vec<(String, Vec<u8>)> {
        let image = [
            ("provenance.sigstore.json", self.bundle()),
            ("image-index.json", self.index()),
            ("image-manifest.json", self.manifest()),
        ];
        let objects = repository.objects().into_iter().enumerate();
        image
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .into_iter()
            .chain(objects.map(|(number, object)| (format!("object-{number}"), object)))
            .collect()
    }
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({
        "digest": format!("sha256:{}", Sha256::of(bytes)),
        "mediaType": media_type,
        "size": bytes.len(),
    })
}
