//! Every test of the crate and of the command line that can share a process: one program to link.
//!
//! `simulated` and `serve`, beside this folder, say why they are programs of their own.

mod common;
mod servers;
mod adversarial;
mod allowed;
mod beside;
mod crypto_wycheproof;
mod layers;
mod mixtures;
mod mutation;
mod pki;
mod policy;
mod policy_sweep;
mod wording;
mod dstack;
mod faults;
mod near;
mod nitro;
mod oci;
mod registry;
mod service_tokens;
mod tinfoil;

mod azure {
    mod checks;
    mod vectors;
}

mod coordinator {
    mod carriers;
    mod checks;
    mod contract;
    mod faults;
}

mod dcap {
    mod checks;
    mod mutation;
    mod quotes;
    mod vectors;
    mod verify;
}

mod eigencompute {
    mod checks;
    mod mutation;
    mod vectors;
}

mod eventlog {
    mod spoiled;
    mod vectors;
}

mod gcb {
    mod checks;
    mod vectors;
}

mod git {
    mod checks;
    mod github;
    mod objects;
}

mod google {
    mod firmware;
    mod token_checks;
    mod token_vectors;
    mod tpm_checks;
    mod tpm_vectors;
}
mod nvidia {
    mod gpu;
    mod tokens;
}

mod program {
    mod cli;
    mod fetch;
    mod net;
}

mod sigstore {
    mod checks;
    mod provenance;
    mod simulated;
    mod table;
    mod vectors;
}

mod snp {
    mod checks;
    mod launch;
    mod oracle;
    mod vectors;
}

mod tuf {
    mod checks;
    mod client;
}
