//! Fulcio's certificates.

use std::sync::OnceLock;

use crate::sim::AUTHORITY_VALIDITY;
use crate::sim::certificate::{
    CODE_SIGNING, CRL_SIGN, KEY_CERT_SIGN, PathLength, Template, authority_key_identifier,
    basic_constraints, extended_key_usage, key_usage, simulated_name, subject_key_identifier,
};
use crate::sim::keys::Key;

/// Common name of the root.
pub(super) const ROOT_NAME: &str = "SIMULATED sigstore root";
/// Common name of the authority that issues to builds.
pub(super) const INTERMEDIATE_NAME: &str = "SIMULATED sigstore intermediate";

/// Fulcio's root certificate in DER. Signed once per process.
pub fn root() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| {
        let name = simulated_name(ROOT_NAME);
        let key = Key::FulcioRoot;
        let mut root = Template::new(name.clone(), name, AUTHORITY_VALIDITY, key, key);
        root.extensions = vec![
            key_usage(KEY_CERT_SIGN | CRL_SIGN),
            basic_constraints(Some(PathLength::AtMost(1))),
            subject_key_identifier(key),
        ];
        root.sign()
    })
}

/// The certificate in DER of Fulcio's authority that issues to builds. Signed once per process.
pub fn intermediate() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| {
        let key = Key::FulcioIntermediate;
        let mut intermediate = Template::new(
            simulated_name(ROOT_NAME),
            simulated_name(INTERMEDIATE_NAME),
            AUTHORITY_VALIDITY,
            key,
            Key::FulcioRoot,
        );
        intermediate.serial = vec![2];
        intermediate.extensions = vec![
            key_usage(KEY_CERT_SIGN | CRL_SIGN),
            extended_key_usage(&[CODE_SIGNING]),
            basic_constraints(Some(PathLength::AtMost(0))),
            subject_key_identifier(key),
            authority_key_identifier(Key::FulcioRoot),
        ];
        intermediate.sign()
    })
}
