//! Every check there is, by subject.

use std::sync::LazyLock;

use crate::finding::{Check, connection, presence};
use crate::{builds, formats, services};

/// Every check, subject by subject.
pub static ALL: LazyLock<Vec<&'static Check>> = LazyLock::new(|| {
    [
        formats::snp::checks::TABLE,
        formats::intel::checks::dcap::TABLE,
        formats::eventlog::checks::TABLE,
        formats::intel::checks::quote::TABLE,
        formats::intel::checks::tdx::TABLE,
        formats::intel::checks::sgx::TABLE,
        formats::dstack::checks::TABLE,
        formats::nitro::checks::TABLE,
        builds::sigstore::checks::TABLE,
        builds::tuf::checks::TABLE,
        builds::cloud_build::checks::TABLE,
        builds::image::checks::TABLE,
        builds::provenance::checks::TABLE,
        builds::git::checks::TABLE,
        services::tinfoil::checks::TABLE,
        services::coordinator::checks::TABLE,
        formats::token::checks::TABLE,
        formats::tpm::checks::TABLE,
        formats::azure::checks::TABLE,
        formats::cvm::checks::TABLE,
        formats::eigencompute::checks::TABLE,
        connection::TABLE,
        formats::gpu::checks::TABLE,
        services::near::checks::TABLE,
        formats::apple::checks::TABLE,
        services::providers::checks::TABLE,
        services::aci::checks::TABLE,
        formats::nras::checks::TABLE,
        formats::launch::checks::TABLE,
        formats::gce::checks::TABLE,
        formats::contrast::checks::TABLE,
        services::registry::checks::TABLE,
        presence::TABLE,
    ]
    .concat()
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
