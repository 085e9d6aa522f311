//! ACI: reports, receipts and sessions.

const KEYSET: &str = "ACI aci/1, section 3.1";
const BINDING: &str = "ACI aci/1, section 3.2";
const REPORT: &str = "ACI aci/1, section 4";
const RECEIPT: &str = "ACI aci/1, section 7";
const SESSION: &str = "ACI aci/1, section 8";

crate::finding::table! {
    OTHERS {
        ACI_FORM = "aci.form", "", Report, Authenticity, REPORT;
        ACI_KEYSET = "aci.keyset", "", KeyBinding, Authenticity, KEYSET,
            fails ["malformed", "not-equal"];
        ACI_EXPIRY = "aci.keyset.expiry", "", KeyBinding, Appraisal, KEYSET,
            warns ["distant"],
            fails ["expired"];
        ACI_ROLES = "aci.keyset.roles", "", KeyBinding, Appraisal, KEYSET,
            fails ["shared"];
        ACI_CUSTODY = "aci.custody", "", KeyBinding, Appraisal, "ACI aci/1, section 3.3",
            is [NeverPasses];
    }
    FROM_QUOTE {
        ACI_REPORT_DATA = "aci.report-data", "", KeyBinding, Authenticity, BINDING,
            carries [KeyBinding],
            fails ["disagree", "not-equal"];
        ACI_NONCE = "aci.nonce", "", KeyBinding, Appraisal, BINDING,
            is [NeedsReference, Challenge],
            fails ["not-equal"];
        ACI_TLS = "aci.tls-key", "", KeyBinding, Appraisal, REPORT,
            tells [KeyBinding],
            fails ["malformed", "not-listed"];
    }
    RECEIPTS {
        ACI_RECEIPT = "aci.receipt", "", KeyBinding, Appraisal, RECEIPT,
            fails ["bad-signature", "malformed", "not-equal", "not-listed"];
        ACI_EVENTS = "aci.receipt.events", "", KeyBinding, Appraisal, RECEIPT,
            fails ["malformed"];
        ACI_BODY = "aci.receipt.body", "", KeyBinding, Appraisal, RECEIPT,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        ACI_UPSTREAM = "aci.receipt.upstream", "", KeyBinding, Appraisal, RECEIPT,
            warns ["asserted", "not-required"],
            fails ["failed"];
        ACI_SESSION = "aci.session", "", KeyBinding, Appraisal, SESSION,
            warns ["own-word"],
            fails ["disagree", "malformed", "outside"];
    }
}
