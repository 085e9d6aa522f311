//! Attestation tokens of Google, Intel Trust Authority and EigenLabs' KMS.

const JOSE: &str = "RFC 7515; RFC 7519";
const PKI: &str = "Google Cloud, Confidential Space: validate PKI tokens";
const INTEL: &str = "Intel Trust Authority, EAT profile: TDX claims";
const CLAIMS: &str = "Google Cloud, Confidential Space token claims";

checks! {
    TOKEN_ALGORITHM = "token.algorithm", "", Report, Authenticity, JOSE;
    TOKEN_ROOT = "token.root", "", HardwareRoot, Authenticity, PKI;
    TOKEN_CHAIN_ROLE = "token.chain.role", "", Chip, Authenticity, PKI;
    TOKEN_CHAIN_SIGNATURE = "token.chain.signature", "", Chip, Authenticity, PKI,
        carries [HardwareRoot, Chip],
        joins [HardwareRoot => Chip];
    TOKEN_CHAIN_VALIDITY = "token.chain.validity", "", Chip, Authenticity, PKI;
    TOKEN_KEY = "token.key", "", Chip, Authenticity, "RFC 7517",
        carries [HardwareRoot, Chip],
        joins [HardwareRoot => Chip];
    TOKEN_SIGNATURE = "token.signature", "", Report, Authenticity, JOSE,
        carries [Report, Measurements],
        joins [Chip => Report, Report => Measurements];
    TOKEN_ISSUER = "token.issuer", "", Report, Authenticity, CLAIMS;
    TOKEN_TIME = "token.time", "", Report, Authenticity, "RFC 7519 section 4.1";
    TOKEN_VERIFIER = "token.verifier", "", Report, Appraisal, "RFC 9334 section 8";
    TOKEN_AUDIENCE = "token.audience", "", Report, Appraisal, CLAIMS,
        is [NeedsReference];
    TOKEN_HARDWARE = "token.hardware", "", Report, Appraisal, CLAIMS;
    TOKEN_PROJECT = "token.project", "", Report, Appraisal, CLAIMS,
        is [NeedsReference];
    TOKEN_SOFTWARE = "token.software", "", Measurements, Appraisal, CLAIMS;
    TOKEN_SECURE_BOOT = "token.secure-boot", "", Measurements, Appraisal, CLAIMS;
    TOKEN_DEBUG = "token.debug", "", Measurements, Appraisal, CLAIMS;
    TOKEN_TCB = "token.tcb", "", Tcb, Appraisal, INTEL,
        carries [Tcb];
    TOKEN_GUEST_DEBUG = "token.guest-debug", "", Report, Appraisal, INTEL;
    TOKEN_SUPPORT = "token.support", "", Measurements, Appraisal, CLAIMS,
        is [NeedsReference];
    TOKEN_IMAGE = "token.image", "", Image, Appraisal, CLAIMS,
        carries [Image],
        joins [Measurements => Image],
        is [NeedsReference];
    TOKEN_OVERRIDES = "token.overrides", "", Image, Appraisal, CLAIMS;
    TOKEN_NONCE = "token.nonce", "", KeyBinding, Appraisal, CLAIMS,
        is [NeedsReference];
}
