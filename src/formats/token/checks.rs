//! Attestation tokens of Google, Intel Trust Authority, EigenLabs' KMS and Microsoft.

const JOSE: &str = "RFC 7515; RFC 7519";
const PKI: &str = "Google Cloud, Confidential Space: validate PKI tokens";
const INTEL: &str = "Intel Trust Authority, EAT profile: TDX claims";
const MICROSOFT: &str = "Microsoft, Azure Attestation: claims sets";
const CLAIMS: &str = "Google Cloud, Confidential Space token claims";

crate::finding::table! {
    OTHERS {
        TOKEN_ALGORITHM = "token.algorithm", "", Report, Authenticity, JOSE,
            fails ["not-accepted"];
        TOKEN_KEY = "token.key", "", Chip, Authenticity, "RFC 7517",
            carries [HardwareRoot, Chip],
            joins [HardwareRoot => Chip],
            warns ["fetched"],
            fails ["missing", "not-accepted", "not-equal"];
        TOKEN_SIGNATURE = "token.signature", "", Report, Authenticity, JOSE,
            carries [Report, Measurements],
            joins [Chip => Report, Report => Measurements],
            fails ["bad-signature"];
        TOKEN_ISSUER = "token.issuer", "", Report, Authenticity, CLAIMS,
            fails ["not-accepted"];
        TOKEN_TIME = "token.time", "", Report, Authenticity, "RFC 7519 section 4.1",
            fails ["expired", "not-yet-valid"];
    }
    CHAIN {
        TOKEN_ROOT = "token.root", "", HardwareRoot, Authenticity, PKI,
            warns ["named"],
            fails ["simulated", "wrong-root"];
        TOKEN_CHAIN_ROLE = "token.chain.role", "", Chip, Authenticity, PKI,
            fails ["is-a-ca", "malformed", "not-a-ca", "unknown-extension", "wrong-key", "wrong-length"];
        TOKEN_CHAIN_SIGNATURE = "token.chain.signature", "", Chip, Authenticity, PKI,
            carries [HardwareRoot, Chip],
            joins [HardwareRoot => Chip],
            fails ["bad-signature", "wrong-issuer"];
        TOKEN_CHAIN_VALIDITY = "token.chain.validity", "", Chip, Authenticity, PKI,
            fails ["expired", "not-yet-valid"];
    }
    APPRAISAL {
        TOKEN_VERIFIER = "token.verifier", "", Report, Appraisal, "RFC 9334 section 8",
            warns ["issuer-is-the-verifier"];
        TOKEN_AUDIENCE = "token.audience", "", Report, Appraisal, CLAIMS,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        TOKEN_HARDWARE = "token.hardware", "", Report, Appraisal, CLAIMS,
            warns ["provider-only"],
            fails ["missing", "not-accepted"];
        TOKEN_PROJECT = "token.project", "", Report, Appraisal, CLAIMS,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        TOKEN_SOFTWARE = "token.software", "", Measurements, Appraisal, CLAIMS,
            fails ["missing", "not-accepted"];
        TOKEN_SECURE_BOOT = "token.secure-boot", "", Measurements, Appraisal, CLAIMS,
            warns ["missing", "off", "wrong-maker"],
            allows ["missing", "off", "wrong-maker"],
            fails ["missing", "off", "wrong-maker"];
        TOKEN_DEBUG = "token.debug", "", Measurements, Appraisal, CLAIMS,
            allows ["debuggable"],
            fails ["missing", "not-accepted"];
        TOKEN_SUPPORT = "token.support", "", Measurements, Appraisal, CLAIMS,
            is [NeedsReference],
            fails ["missing", "not-accepted"];
        TOKEN_IMAGE = "token.image", "", Image, Appraisal, CLAIMS,
            carries [Image],
            joins [Measurements => Image],
            is [NeedsReference],
            fails ["missing", "not-equal", "not-measured"];
        TOKEN_OVERRIDES = "token.overrides", "", Image, Appraisal, CLAIMS,
            warns ["not-told-apart", "present"],
            allows ["not-told-apart", "present"],
            fails ["not-told-apart", "present"];
        TOKEN_NONCE = "token.nonce", "", KeyBinding, Appraisal, CLAIMS,
            is [NeedsReference, Challenge],
            fails ["missing", "not-equal"];
    }
    GUEST {
        TOKEN_TCB = "token.tcb", "", Tcb, Appraisal, INTEL,
            carries [Tcb],
            is [MakersService],
            warns ["advisories", "at-rollout"],
            allows ["not-up-to-date"],
            fails ["missing", "not-accepted"];
        TOKEN_GUEST_DEBUG = "token.guest-debug", "", Report, Appraisal, INTEL,
            fails ["missing", "set"];
    }
    MACHINE {
        TOKEN_INSTANCE = "token.instance", "", Report, Appraisal, MICROSOFT,
            is [NeedsReference],
            fails ["not-equal"];
        TOKEN_COMPLIANCE = "token.compliance", "", Report, Appraisal, MICROSOFT,
            fails ["missing", "not-accepted"];
        TOKEN_MACHINE_DEBUG = "token.machine-debug", "", Report, Appraisal, MICROSOFT,
            fails ["missing", "set"];
    }
}
