//! SGX enclaves: the rules they run under and what was measured.

const ATTRIBUTES: &str = "Intel SDM volume 3D, ATTRIBUTES";
const REPORT: &str = "Intel SDM volume 3D, REPORT";

crate::finding::table! {
    ENCLAVE {
        SGX_DEBUG = "sgx.attributes.debug", "T30", Measurements, Appraisal, ATTRIBUTES,
            tells [Measurements],
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SGX_INIT = "sgx.attributes.init", "T30", Measurements, Appraisal, ATTRIBUTES,
            fails ["clear"];
        SGX_PROVISION_KEY = "sgx.attributes.provision-key", "T30", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SGX_XFRM = "sgx.xfrm", "T30", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["clear", "not-listed", "set"];
        SGX_RESERVED = "sgx.reserved", "T30", Measurements, Appraisal, REPORT,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SGX_MRENCLAVE = "sgx.mrenclave", "T30", Measurements, Appraisal, REPORT,
            carries [Image],
            joins [Measurements => Image],
            is [NeedsReference],
            fails ["not-listed"];
        SGX_MRSIGNER = "sgx.mrsigner", "T30", Measurements, Appraisal, REPORT,
            is [NeedsReference],
            fails ["not-listed"];
        SGX_PRODUCT = "sgx.isv-prod-id", "T30", Measurements, Appraisal, REPORT,
            is [NeedsReference],
            fails ["not-equal"];
        SGX_SVN = "sgx.isv-svn", "T30", Measurements, Appraisal, REPORT,
            is [NeedsReference],
            fails ["below-minimum"];
        SGX_CONFIG_ID = "sgx.config-id", "T30", Measurements, Appraisal, REPORT,
            is [NeedsReference],
            fails ["not-equal"];
    }
}
