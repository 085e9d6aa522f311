//! Container images by digest.

const IMAGE: &str = "OCI image specification v1.1; Docker image manifest v2, schema 2";

crate::finding::table! {
    ALL {
        OCI_REFERENCE = "oci.reference", "", Image, Appraisal, "OCI distribution specification v1.1, pulling manifests",
            warns ["by-tag"],
            fails ["malformed", "not-equal"];
        OCI_MANIFEST = "oci.manifest", "1.7", Image, Authenticity, IMAGE,
            tells [Image];
        OCI_INDEX = "oci.index", "1.7", Image, Authenticity, IMAGE,
            fails ["no-platform", "not-an-image", "size"];
        OCI_PLATFORM = "oci.platform", "1.7", Image, Appraisal, IMAGE,
            fails ["other-platform"];
        OCI_DOCUMENT = "oci.document", "1.7", Image, Appraisal, IMAGE;
        OCI_SUBJECT = "oci.subject", "1.7", Provenance, Appraisal, "in-toto attestation framework, Statement v1",
            tells [Provenance],
            joins [Image => Provenance];
    }
}
