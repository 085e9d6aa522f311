//! The committed files that this generator makes.

use silicon_to_source::formats::snp::parse::Product;

use super::amd::{Role, authority};
use super::keys::Key;
use super::sigstore::{trusted_root, trusted_root_github};
use super::{apple, google, intel, nitro, nvidia, tuf};

/// A committed file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the repository's root.
    pub path: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Every committed file that this generator makes.
pub fn files() -> Vec<File> {
    let certificates = [
        ("src/pki/simulated/ark-milan.der", Product::Milan, Role::Ark),
        ("src/pki/simulated/ask-milan.der", Product::Milan, Role::Ask),
        ("src/pki/simulated/asvk-milan.der", Product::Milan, Role::Asvk),
        ("src/pki/simulated/ark-genoa.der", Product::Genoa, Role::Ark),
        ("src/pki/simulated/ask-genoa.der", Product::Genoa, Role::Ask),
        ("src/pki/simulated/asvk-genoa.der", Product::Genoa, Role::Asvk),
        ("src/pki/simulated/ark-turin.der", Product::Turin, Role::Ark),
        ("src/pki/simulated/ask-turin.der", Product::Turin, Role::Ask),
        ("src/pki/simulated/asvk-turin.der", Product::Turin, Role::Asvk),
    ];
    let certificates = certificates
        .map(|(path, product, role)| File { path, bytes: authority(product, role).to_vec() });
    let intel_root = File {
        path: "src/pki/simulated/intel-root.der",
        bytes: intel::authority(intel::Role::Root).to_vec(),
    };
    let aws_root =
        File { path: "src/pki/simulated/aws-nitro-root.der", bytes: nitro::LinkSpec::root().der() };
    let apple_root = File {
        path: "src/pki/simulated/apple-root.der",
        bytes: apple::CertificateSpec::root().der(),
    };
    let token_root = File {
        path: "src/pki/simulated/confidential-space-root.der",
        bytes: google::certificate(google::Role::Root, None),
    };
    let gpu_root = File {
        path: "src/pki/simulated/nvidia-root.der",
        bytes: nvidia::certificate(nvidia::Role::Root, &[0; 48], None),
    };
    let reference_root = File {
        path: "src/pki/simulated/nvidia-reference-root.der",
        bytes: nvidia::certificate(nvidia::Role::ReferenceRoot, &[0; 48], None),
    };
    let trusted_root = File { path: "src/pki/simulated/trusted-root.json", bytes: trusted_root() };
    let vtpm_root = File {
        path: "src/pki/simulated/google-vtpm-root.der",
        bytes: google::vtpm_certificate(google::VtpmRole::Root, google::VtpmRole::Root.key(), None),
    };
    let tuf_root =
        File { path: "src/pki/simulated/tuf-root.json", bytes: tuf::MetadataSpec::root(1).bytes() };
    let cloud_build =
        File { path: "src/pki/simulated/cloud-build.der", bytes: Key::CloudBuild.spki() };
    let trusted_root_github =
        File { path: "src/pki/simulated/trusted-root-github.json", bytes: trusted_root_github() };
    let others = [
        intel_root,
        aws_root,
        apple_root,
        token_root,
        gpu_root,
        reference_root,
        trusted_root,
        trusted_root_github,
        cloud_build,
        tuf_root,
        vtpm_root,
    ];
    certificates.into_iter().chain(others).collect()
}
