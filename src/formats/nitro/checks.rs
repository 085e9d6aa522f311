//! AWS Nitro enclaves: AWS's chain, the attestation document and its values.

const GUIDE: &str = "AWS Nitro Enclaves User Guide, Verifying the root of trust";
const NSM: &str = "AWS Nitro Enclaves NSM API, attestation process";
const PCRS: &str = "AWS Nitro Enclaves User Guide, Where to get an enclave's measurements";
const COSE: &str = "RFC 9052 section 4.4; RFC 9053 section 2.1";
const PKIX: &str = "RFC 5280 section 6.1";

crate::finding::table! {
    AUTHENTICITY {
        NITRO_CHAIN = "nitro.chain", "", HardwareRoot, Authenticity, NSM,
            fails ["malformed"];
        NITRO_ROOT_PINNED = "nitro.root.pinned", "", HardwareRoot, Authenticity, GUIDE,
            warns ["named"],
            fails ["simulated", "wrong-root"];
        NITRO_CA_ROLE = "nitro.ca.role", "", HardwareRoot, Authenticity, PKIX,
            fails ["not-a-ca", "path-length", "unknown-extension", "wrong-key", "wrong-parameters"];
        NITRO_CA_SIGNATURE = "nitro.ca.signature", "", HardwareRoot, Authenticity, PKIX,
            carries [HardwareRoot],
            fails ["bad-signature", "wrong-issuer"];
        NITRO_CA_VALIDITY = "nitro.ca.validity", "", HardwareRoot, Authenticity, NSM,
            fails ["expired", "not-yet-valid"];
        NITRO_CERTIFICATE_ROLE = "nitro.certificate.role", "", Chip, Authenticity, PKIX,
            fails ["is-a-ca", "unknown-extension", "wrong-key", "wrong-parameters"];
        NITRO_CERTIFICATE_SIGNATURE = "nitro.certificate.signature", "", Chip, Authenticity, PKIX,
            carries [Chip],
            joins [HardwareRoot => Chip],
            fails ["bad-signature", "wrong-issuer"];
        NITRO_CERTIFICATE_VALIDITY = "nitro.certificate.validity", "", Chip, Authenticity, NSM,
            fails ["expired", "not-yet-valid"];
        NITRO_ALGORITHM = "nitro.document.algorithm", "", Report, Authenticity, COSE,
            fails ["not-equal"];
        NITRO_SIGNATURE = "nitro.document.signature", "", Report, Authenticity, COSE,
            carries [Report, Measurements],
            joins [Chip => Report, Report => Measurements],
            fails ["bad-signature"];
    }
    APPRAISAL {
        NITRO_TIME = "nitro.document.time", "", Report, Appraisal, NSM,
            is [NeedsReference],
            fails ["not-yet-valid", "stale"];
        NITRO_NONCE = "nitro.nonce", "", Report, Appraisal, NSM,
            is [NeedsReference, Challenge],
            fails ["missing", "not-equal"];
        NITRO_DEBUG = "nitro.debug", "", Measurements, Appraisal, PCRS,
            tells [Measurements],
            warns ["set"],
            allows ["set"],
            fails ["set"];
        NITRO_IMAGE = "nitro.image", "", Measurements, Appraisal, PCRS,
            carries [Image],
            joins [Measurements => Image],
            is [NeedsReference],
            fails ["not-listed"];
        NITRO_PCR = "nitro.pcr", "", Measurements, Appraisal, PCRS,
            is [NeedsReference],
            fails ["missing", "not-listed"];
        NITRO_USER_DATA = "nitro.user-data", "", KeyBinding, Appraisal, NSM,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        NITRO_PUBLIC_KEY = "nitro.public-key", "", KeyBinding, Appraisal, NSM,
            carries [KeyBinding],
            is [NeedsReference],
            fails ["missing", "not-equal"];
    }
}
