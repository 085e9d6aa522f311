//! The policies that come with the verifier.

use std::sync::OnceLock;

use crate::engine::policy::Policy;
use crate::error::Error;

/// A policy that comes with the verifier.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name for `--policy`.
    pub name: &'static str,
    /// Its file.
    pub json: &'static str,
}

/// Every built-in policy. A `static`: the texts of a constant stand in the wasm once for each crate
/// that reads them.
static ALL: [Builtin; 34] = [
    Builtin { name: "snp", json: include_str!("policies/snp.json") },
    Builtin { name: "snp-strict", json: include_str!("policies/snp-strict.json") },
    Builtin { name: "snp-azure", json: include_str!("policies/snp-azure.json") },
    Builtin { name: "tdx", json: include_str!("policies/tdx.json") },
    Builtin { name: "tdx-gcp", json: include_str!("policies/tdx-gcp.json") },
    Builtin { name: "tdx-dstack", json: include_str!("policies/tdx-dstack.json") },
    Builtin { name: "tdx-azure", json: include_str!("policies/tdx-azure.json") },
    Builtin { name: "sgx", json: include_str!("policies/sgx.json") },
    Builtin { name: "nitro", json: include_str!("policies/nitro.json") },
    Builtin { name: "tinfoil", json: include_str!("policies/tinfoil.json") },
    Builtin { name: "tinfoil-enclave", json: include_str!("policies/tinfoil-enclave.json") },
    Builtin { name: "confidential-space", json: include_str!("policies/confidential-space.json") },
    Builtin { name: "google-vm", json: include_str!("policies/google-vm.json") },
    Builtin { name: "trust-authority", json: include_str!("policies/trust-authority.json") },
    Builtin { name: "kms-token", json: include_str!("policies/kms-token.json") },
    Builtin { name: "azure-attestation", json: include_str!("policies/azure-attestation.json") },
    Builtin { name: "nras", json: include_str!("policies/nras.json") },
    Builtin { name: "gpu", json: include_str!("policies/gpu.json") },
    Builtin { name: "launch", json: include_str!("policies/launch.json") },
    Builtin { name: "apple", json: include_str!("policies/apple.json") },
    Builtin { name: "providers", json: include_str!("policies/providers.json") },
    Builtin { name: "aci", json: include_str!("policies/aci.json") },
    Builtin { name: "near", json: include_str!("policies/near.json") },
    Builtin { name: "vtpm", json: include_str!("policies/vtpm.json") },
    Builtin { name: "eigencompute-tdx", json: include_str!("policies/eigencompute-tdx.json") },
    Builtin { name: "eigencompute-snp", json: include_str!("policies/eigencompute-snp.json") },
    Builtin {
        name: "eigencompute-shielded",
        json: include_str!("policies/eigencompute-shielded.json"),
    },
    Builtin { name: "sigstore", json: include_str!("policies/sigstore.json") },
    Builtin { name: "tinfoil-witness", json: include_str!("policies/tinfoil-witness.json") },
    Builtin { name: "cloud-build", json: include_str!("policies/cloud-build.json") },
    Builtin { name: "coordinator", json: include_str!("policies/coordinator.json") },
    Builtin { name: "simulated", json: include_str!("policies/simulated.json") },
    Builtin { name: "simulated-machine", json: include_str!("policies/simulated-machine.json") },
    Builtin { name: "simulated-build", json: include_str!("policies/simulated-build.json") },
];

impl Builtin {
    /// The policies, in the order in which they are listed.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The policy, whose file is read once.
    ///
    /// # Errors
    /// None for the built-in files: a test reads each.
    pub fn policy(&self) -> Result<Policy, Error> {
        static READ: [OnceLock<Policy>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
        let read = || Policy::from_json(self.json.as_bytes());
        let is_own = |(known, _): &(&Self, _)| known.name == self.name && known.json == self.json;
        let Some((_, kept)) = ALL.iter().zip(&READ).find(is_own) else { return read() };
        if let Some(policy) = kept.get() {
            return Ok(policy.clone());
        }
        let policy = read()?;
        Ok(kept.get_or_init(|| policy).clone())
    }
}

/// The built-in policy called `name`.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    ALL.iter().find(|builtin| builtin.name == name)
}
