//! Apple's certificates about managed devices: the chain, and what they say about a device.

const MDA: &str = "Apple Platform Deployment, Managed Device Attestation";
const PROPERTIES: &str =
    "apple/device-management, mdm/commands/information.device.yaml, DevicePropertiesAttestation";
const PKIX: &str = "RFC 5280 section 6.1";

crate::finding::table! {
    AUTHENTICITY {
        APPLE_CHAIN = "apple.chain", "", HardwareRoot, Authenticity, MDA,
            fails ["malformed"];
        APPLE_ROOT = "apple.root", "", HardwareRoot, Authenticity, MDA,
            fails ["simulated", "wrong-root"];
        APPLE_CHAIN_ROLE = "apple.chain.role", "", Chip, Authenticity, PKIX,
            fails ["is-a-ca", "not-a-ca", "path-length", "unknown-extension", "wrong-key", "wrong-parameters"];
        APPLE_CHAIN_SIGNATURE = "apple.chain.signature", "", Chip, Authenticity, PKIX,
            carries [HardwareRoot, Chip, Report],
            joins [HardwareRoot => Chip, Chip => Report],
            fails ["bad-signature", "wrong-issuer"];
        APPLE_CHAIN_VALIDITY = "apple.chain.validity", "", Chip, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
    }
    APPRAISAL {
        APPLE_CHAIN_REVOCATION = "apple.chain.revocation", "", Chip, Appraisal, "RFC 5280 section 4.2.1.13",
            is [NeverPasses, Withdrawal];
        APPLE_SIP = "apple.sip", "", Report, Appraisal, PROPERTIES,
            warns ["off"],
            allows ["off"],
            fails ["off"];
        APPLE_SECURE_BOOT = "apple.secure-boot", "", Report, Appraisal, PROPERTIES,
            warns ["permissive", "reduced"],
            allows ["permissive", "reduced"],
            fails ["permissive", "reduced"];
        APPLE_KERNEL_EXTENSIONS = "apple.kernel-extensions", "", Report, Appraisal, PROPERTIES,
            warns ["allowed"],
            allows ["allowed"],
            fails ["allowed"];
        APPLE_KEY = "apple.key", "", KeyBinding, Appraisal, PROPERTIES,
            warns ["chosen-by-server"];
    }
}
