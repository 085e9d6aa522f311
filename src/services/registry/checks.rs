//! Registers on chains, by an RPC provider's word.

const RPC: &str = "Ethereum execution API, JSON-RPC";

crate::finding::table! {
    ALL {
        REGISTRY_RELEASE = "registry.release", "", Image, Appraisal, "IAppController (Layr-Labs/eigenx-contracts), AppUpgraded",
            is [NeedsReference, Hearsay],
            warns ["not-equal", "not-registered"],
            allows ["not-equal", "not-registered"],
            fails ["not-equal", "not-registered"];
        REGISTRY_COMPOSE_HASH = "registry.compose-hash", "", Measurements, Appraisal, "DstackApp (Dstack-TEE/dstack, kms/auth-eth), allowedComposeHashes",
            is [NeedsReference, Hearsay],
            warns ["not-allowed"],
            allows ["not-allowed"],
            fails ["not-allowed"];
        REGISTRY_ENTRY = "registry.entry", "", Image, Appraisal, "Coordinator attestation, contract v1",
            is [NeverPasses, Hearsay];
        REGISTRY_ANSWER = "registry.answer", "", Image, Appraisal, RPC,
            is [NeverPasses, Hearsay];
    }
}
