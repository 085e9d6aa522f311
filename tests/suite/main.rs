//! Every test of the crate and of the command line that can share a process: one program to link.
//!
//! `simulated` and `serve`, beside this folder, say why they are programs of their own.

mod common;
mod servers;
mod aci;
mod adversarial;
mod allowed;
mod apple;
mod attesters;
mod beside;
mod bundle;
mod channel;
mod channel_tinfoil;
mod completeness;
mod contrast;
mod cvm;
mod crypto_wycheproof;
mod layers;
mod mixtures;
mod mutation;
mod named_roots;
mod pki;
mod pieces;
mod pins;
mod policy;
mod policy_sweep;
mod providers;
mod wording;
mod dstack;
mod faults;
mod near;
mod nitro;
mod oci;
mod registry;
mod service_tokens;
mod tinfoil;
mod tinfoil_guest;

mod azure {
    pub(crate) mod checks;
    pub(crate) mod tdx;
    mod vectors;
}

mod coordinator {
    pub(crate) mod carriers;
    pub(crate) mod checks;
    mod contract;
    mod faults;
}

mod dcap {
    pub(crate) mod checks;
    mod mutation;
    mod quotes;
    mod vectors;
    mod verify;
}

mod eigencompute {
    pub(crate) mod checks;
    mod mutation;
    mod vectors;
}

mod eventlog {
    mod spoiled;
    mod vectors;
}

mod gcb {
    pub(crate) mod checks;
    mod vectors;
}

mod git {
    pub(crate) mod checks;
    pub(crate) mod github;
    mod objects;
}

mod google {
    pub(crate) mod firmware;
    pub(crate) mod token_checks;
    mod token_vectors;
    pub(crate) mod tpm_checks;
    mod tpm_vectors;
}
mod nvidia {
    pub(crate) mod gpu;
    pub(crate) mod tokens;
}

mod program {
    mod audit;
    mod cli;
    mod export;
    mod fetch;
    mod history;
    mod kept;
    mod net;
    mod policy;
    mod release;
    mod terminal;
    mod width;
}

mod sigstore {
    pub(crate) mod checks;
    pub(crate) mod provenance;
    mod rekor;
    mod simulated;
    pub(crate) mod summary;
    mod table;
    mod vectors;
}

mod snp {
    pub(crate) mod checks;
    pub(crate) mod launch;
    mod oracle;
    mod vectors;
}

mod tuf {
    pub(crate) mod checks;
    mod client;
}
