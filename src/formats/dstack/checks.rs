//! dstack: what the guest's agent and its log say, against the quote or report.

const RPC: &str = "dstack guest-agent/rpc/proto/agent_rpc.proto";
const CONFIG: &str = "dstack dstack-types/src/mr_config.rs";
const SETUP: &str = "dstack dstack-util/src/system_setup.rs";
const MEASURE: &str = "dstack dstack-mr and dstack-types, image measurement version 3";
const CERTIFICATE: &str = "dstack ra-tls, attestation.rs and oids.rs";

crate::finding::table! {
    FROM_QUOTE {
        DSTACK_TCB_INFO = "dstack.tcb-info", "", Measurements, Appraisal, RPC,
            fails ["not-equal"];
        DSTACK_IDS = "dstack.ids", "", Measurements, Appraisal, RPC,
            fails ["disagree"];
        DSTACK_COMPOSE_HASH = "dstack.compose-hash", "", Measurements, Appraisal, SETUP,
            fails ["malformed", "not-equal"];
        DSTACK_MR_CONFIG = "dstack.mr-config", "", Measurements, Appraisal, CONFIG,
            fails ["malformed", "not-equal"];
        DSTACK_KEY_PROVIDER = "dstack.key-provider", "", Measurements, Appraisal, SETUP,
            warns ["not-kms", "unreadable"],
            fails ["disagree"];
        DSTACK_IMAGES = "dstack.images", "", Measurements, Appraisal, "OCI distribution specification, pulling manifests",
            is [Limits],
            warns ["by-tag", "missing", "scripts", "unreadable"];
        DSTACK_IMAGE_FILE = "dstack.image-file", "", Measurements, Appraisal, MEASURE,
            fails ["disagree", "malformed", "missing", "not-equal"];
        DSTACK_MEASUREMENT = "dstack.measurement", "", Measurements, Appraisal, MEASURE,
            fails ["not-equal"];
        DSTACK_ACPI = "dstack.acpi-tables", "", Measurements, Appraisal, MEASURE,
            is [NeedsReference, Limits],
            warns ["not-measured"];
        DSTACK_OS_IMAGE = "dstack.os-image", "", Measurements, Appraisal, "dstack dstack-mr",
            tells [Measurements],
            is [NeedsReference],
            fails ["not-listed"];
        DSTACK_APPLICATION = "dstack.application", "", Measurements, Appraisal, SETUP,
            carries [Image],
            joins [Measurements => Image],
            is [NeedsReference],
            fails ["not-listed"];
    }
    OTHERS {
        DSTACK_CERTIFICATE_KEY = "dstack.certificate.key", "", KeyBinding, Appraisal, CERTIFICATE,
            carries [KeyBinding],
            fails ["not-equal"];
        DSTACK_CERTIFICATE_SIGNATURE = "dstack.certificate.signature", "", KeyBinding, Appraisal, "RFC 5280 section 6.1",
            fails ["bad-signature"];
        DSTACK_REPORT_DATA = "dstack.report-data", "", KeyBinding, Appraisal, RPC,
            fails ["not-equal"];
    }
}
