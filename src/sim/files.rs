//! The committed files that this generator makes.

use super::amd::{Role, authority};
use super::google;
use super::intel;
use super::nvidia;
use super::sigstore::trusted_root;
use crate::evidence::snp::Product;

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
    let token_root = File {
        path: "src/pki/simulated/confidential-space-root.der",
        bytes: google::certificate(google::Role::Root, None),
    };
    let gpu_root = File {
        path: "src/pki/simulated/nvidia-root.der",
        bytes: nvidia::certificate(nvidia::Role::Root, &[0; 48], None),
    };
    let trusted_root = File { path: "src/pki/simulated/trusted-root.json", bytes: trusted_root() };
    certificates.into_iter().chain([intel_root, token_root, gpu_root, trusted_root]).collect()
}
