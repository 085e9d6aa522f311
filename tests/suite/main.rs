//! Every test of the crate and of the command line that can share a process: one program to link.
//!
//! `simulated` and `serve`, beside this folder, say why they are programs of their own.

mod common;
#[cfg(all(feature = "net", feature = "sim"))]
mod servers;

#[cfg(feature = "sim")]
mod adversarial;
#[cfg(feature = "sim")]
mod allowed;
mod beside;
mod crypto_wycheproof;
mod layers;
mod mixtures;
#[cfg(feature = "sim")]
mod mutation;
mod pki;
mod policy;
#[cfg(feature = "sim")]
mod policy_sweep;
#[cfg(feature = "cli")]
mod wording;

#[cfg(feature = "sim")]
mod dstack;
#[cfg(feature = "sim")]
mod faults;
#[cfg(feature = "sim")]
mod near;
#[cfg(feature = "sim")]
mod nitro;
#[cfg(feature = "sim")]
mod oci;
#[cfg(feature = "sim")]
mod registry;
#[cfg(feature = "sim")]
mod service_tokens;
#[cfg(feature = "sim")]
mod tinfoil;

mod azure {
    #[cfg(feature = "sim")]
    mod checks;
    mod vectors;
}

mod coordinator {
    #[cfg(feature = "sim")]
    mod carriers;
    #[cfg(feature = "sim")]
    mod checks;
    mod contract;
    #[cfg(feature = "cli")]
    mod faults;
}

mod dcap {
    #[cfg(feature = "sim")]
    mod checks;
    #[cfg(feature = "sim")]
    mod mutation;
    mod quotes;
    mod vectors;
    mod verify;
}

mod eigencompute {
    #[cfg(feature = "sim")]
    mod checks;
    #[cfg(feature = "sim")]
    mod mutation;
    mod vectors;
}

mod eventlog {
    mod spoiled;
    mod vectors;
}

mod gcb {
    #[cfg(feature = "sim")]
    mod checks;
    mod vectors;
}

mod git {
    #[cfg(feature = "sim")]
    mod checks;
    #[cfg(feature = "sim")]
    mod github;
    mod objects;
}

mod google {
    #[cfg(feature = "sim")]
    mod firmware;
    #[cfg(feature = "sim")]
    mod token_checks;
    mod token_vectors;
    #[cfg(feature = "sim")]
    mod tpm_checks;
    mod tpm_vectors;
}

#[cfg(feature = "sim")]
mod nvidia {
    mod gpu;
    mod tokens;
}

mod program {
    #[cfg(feature = "cli")]
    mod cli;
    #[cfg(all(feature = "cli", feature = "sim"))]
    mod fetch;
    #[cfg(all(feature = "net", feature = "sim"))]
    mod net;
}

mod sigstore {
    #[cfg(feature = "sim")]
    mod checks;
    #[cfg(feature = "sim")]
    mod provenance;
    #[cfg(feature = "sim")]
    mod simulated;
    mod table;
    mod vectors;
}

mod snp {
    #[cfg(feature = "sim")]
    mod checks;
    #[cfg(all(feature = "cli", feature = "sim"))]
    mod launch;
    #[cfg(feature = "sim")]
    mod oracle;
    mod vectors;
}

mod tuf {
    #[cfg(feature = "sim")]
    mod checks;
    #[cfg(all(feature = "cli", feature = "sim"))]
    mod client;
}
