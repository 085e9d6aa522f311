//! The keys of the reader's connection.

use super::{Finding, Why};
use crate::time::{Standing, UnixTime, Validity};

const PKIX: &str = "RFC 5280";
const TINFOIL: &str = "Tinfoil attestation bundle, sev-snp-guest/v2 and snp-tdx-multiplatform/v1";

crate::finding::table! {
    OTHERS {
        TLS_VALIDITY = "binding.tls.validity", "", KeyBinding, Appraisal, PKIX,
            is [NeverPasses],
            fails ["expired", "not-yet-valid"];
        TLS_ISSUER = "binding.tls.issuer", "", KeyBinding, Appraisal, PKIX,
            is [NeedsReference];
        TLS_DOMAIN = "binding.tls.domain", "", KeyBinding, Appraisal, "RFC 9525 section 6",
            is [NeedsReference],
            fails ["not-equal", "not-listed"];
        TLS_DOCUMENT = "binding.tls.document", "", KeyBinding, Appraisal, TINFOIL,
            fails ["missing", "not-equal"];
        TLS_CONNECTION = "binding.tls.connection", "", KeyBinding, Appraisal, "what a web page can see of its connection",
            tells [KeyBinding],
            fails ["not-equal"];
        FRESHNESS = "binding.freshness", "", KeyBinding, Appraisal, "RFC 9334 section 10",
            warns ["cached", "no-challenge", "recorded", "stale"],
            allows ["undated"],
            fails ["in-the-future", "stale"];
    }
    KEYS {
        TLS_KEY = "binding.tls.key", "S20", KeyBinding, Appraisal, TINFOIL,
            carries [KeyBinding],
            fails ["not-equal"];
        TLS_HPKE = "binding.tls.hpke", "S20", KeyBinding, Appraisal, TINFOIL,
            tells [KeyBinding],
            fails ["missing", "not-equal"];
    }
}

/// The dates of a certificate whose issuer nobody at hand vouches for: they are its own word, so
/// that nothing in them passes.
pub(crate) fn stated_validity(validity: &Validity, now: UnixTime) -> Finding {
    let finding = match validity.standing(now) {
        Standing::Within => Finding::unknown(&TLS_VALIDITY, Why::SelfStated),
        Standing::Expired => Finding::fail(&TLS_VALIDITY, "expired"),
        Standing::NotYet => Finding::fail(&TLS_VALIDITY, "not-yet-valid"),
    };
    finding.expected(validity.to_string()).actual(now)
}
