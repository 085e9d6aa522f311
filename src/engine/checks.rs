//! Every check there is, by subject.

use crate::finding::connection;
use std::sync::LazyLock;

use crate::finding::{Check, presence};
use crate::{builds, formats, services};

/// Every check, subject by subject.
pub static ALL: LazyLock<Vec<&'static Check>> = LazyLock::new(|| {
    [
        formats::snp::checks::GROUP,
        formats::intel::checks::dcap::GROUP,
        formats::eventlog::checks::GROUP,
        formats::intel::checks::quote::GROUP,
        formats::intel::checks::tdx::GROUP,
        formats::intel::checks::sgx::GROUP,
        formats::dstack::checks::GROUP,
        formats::nitro::checks::GROUP,
        builds::sigstore::checks::GROUP,
        builds::tuf::checks::GROUP,
        builds::cloud_build::checks::GROUP,
        builds::image::checks::GROUP,
        builds::provenance::checks::GROUP,
        builds::git::checks::GROUP,
        services::tinfoil::checks::GROUP,
        services::coordinator::checks::GROUP,
        formats::token::checks::GROUP,
        formats::tpm::checks::GROUP,
        formats::azure::checks::GROUP,
        formats::eigencompute::checks::GROUP,
        connection::GROUP,
        formats::gpu::checks::GROUP,
        services::near::checks::GROUP,
        formats::nras::checks::GROUP,
        formats::launch::checks::GROUP,
        formats::gce::checks::GROUP,
        services::registry::checks::GROUP,
        presence::GROUP,
    ]
    .concat()
});

/// The check called `id`.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
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
