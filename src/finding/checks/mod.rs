//! Every check there is, by subject.

mod azure;
mod binding;
mod coordinator;
mod dcap;
mod dstack;
mod eigencompute;
mod eventlog;
mod gcb;
mod gce;
mod git;
mod gpu;
mod launch;
mod link;
mod near;
mod nitro;
mod nras;
mod oci;
mod provenance;
mod quote;
mod registry;
mod sgx;
mod sigstore;
mod snp;
mod tdx;
mod tinfoil;
mod token;
mod tpm;
mod tuf;

use std::sync::LazyLock;

use super::{Check, LinkId};

pub use azure::*;
pub use binding::*;
pub use coordinator::*;
pub use dcap::*;
pub use dstack::*;
pub use eigencompute::*;
pub use eventlog::*;
pub use gcb::*;
pub use gce::*;
pub use git::*;
pub use gpu::*;
pub use launch::*;
pub use link::*;
pub use near::*;
pub use nitro::*;
pub use nras::*;
pub use oci::*;
pub use provenance::*;
pub use quote::*;
pub use registry::*;
pub use sgx::*;
pub use sigstore::*;
pub use snp::*;
pub use tdx::*;
pub use tinfoil::*;
pub use token::*;
pub use tpm::*;
pub use tuf::*;

/// Every check, subject by subject.
pub static ALL: LazyLock<Vec<&'static Check>> = LazyLock::new(|| {
    [
        snp::GROUP,
        dcap::GROUP,
        eventlog::GROUP,
        quote::GROUP,
        tdx::GROUP,
        sgx::GROUP,
        dstack::GROUP,
        nitro::GROUP,
        sigstore::GROUP,
        tuf::GROUP,
        gcb::GROUP,
        oci::GROUP,
        provenance::GROUP,
        git::GROUP,
        tinfoil::GROUP,
        coordinator::GROUP,
        token::GROUP,
        tpm::GROUP,
        azure::GROUP,
        eigencompute::GROUP,
        binding::GROUP,
        gpu::GROUP,
        near::GROUP,
        nras::GROUP,
        launch::GROUP,
        gce::GROUP,
        registry::GROUP,
        link::GROUP,
    ]
    .concat()
});

/// The check called `id`.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
}

/// The check that says whether anything was supplied for `link`.
pub const fn presence(link: LinkId) -> &'static Check {
    match link {
        LinkId::HardwareRoot => &LINK_HARDWARE_ROOT,
        LinkId::Chip => &LINK_CHIP,
        LinkId::Report => &LINK_REPORT,
        LinkId::Tcb => &LINK_TCB,
        LinkId::Measurements => &LINK_MEASUREMENTS,
        LinkId::Image => &LINK_IMAGE,
        LinkId::Provenance => &LINK_PROVENANCE,
        LinkId::Commit => &LINK_COMMIT,
        LinkId::KeyBinding => &LINK_KEY_BINDING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_ids_are_unique() {
        let mut ids: Vec<_> = ALL.iter().map(|check| check.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
    }
}
