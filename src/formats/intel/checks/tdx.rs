//! TDX guests: the rules they run under and what was measured.

const ATTRIBUTES: &str = "Intel TDX module 1.5 ABI, ATTRIBUTES";
const XFAM: &str = "Intel TDX module 1.5 ABI, XFAM";
const TDINFO: &str = "Intel TDX module 1.5 ABI, TDINFO_STRUCT";
const TEE_TCB_INFO: &str = "Intel TDX module 1.5 ABI, TEE_TCB_INFO_STRUCT";

crate::finding::table! {
    TD {
        TDX_DEBUG = "tdx.attributes.debug", "T31", Measurements, Appraisal, ATTRIBUTES,
            tells [Measurements],
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_UNTRUSTED = "tdx.attributes.tud", "T31", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_SEPT_VE_DISABLE = "tdx.attributes.sept-ve-disable", "T32", Measurements, Appraisal, ATTRIBUTES,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        TDX_PKS = "tdx.attributes.pks", "T33", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_KEY_LOCKER = "tdx.attributes.kl", "T33", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_PERFMON = "tdx.attributes.perfmon", "T33", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_AGENT = "tdx.attributes.tpa", "T33", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_RESERVED = "tdx.attributes.reserved", "T33", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_MIGRATABLE = "tdx.attributes.migratable", "T34", Measurements, Appraisal, ATTRIBUTES,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_SERVICE_TD = "tdx.service-td", "T34", Measurements, Appraisal, TDINFO,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_XFAM = "tdx.xfam", "T35", Measurements, Appraisal, XFAM,
            warns ["set"],
            allows ["set"],
            fails ["clear", "not-listed", "set"];
        TDX_SEAM_SIGNER = "tdx.seam.signer", "T36", Tcb, Appraisal, TEE_TCB_INFO,
            warns ["not-equal"],
            allows ["not-equal"],
            fails ["not-equal"];
        TDX_SEAM_ATTRIBUTES = "tdx.seam.attributes", "T36", Tcb, Appraisal, TEE_TCB_INFO,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        TDX_SEAM_MAKER = "tdx.seam.maker", "T36", Tcb, Appraisal, TEE_TCB_INFO,
            is [NeedsReference],
            fails ["not-listed"];
        TDX_SEAM_PROPERTIES = "tdx.seam.properties", "T36", Tcb, Appraisal, TEE_TCB_INFO,
            is [NeedsReference],
            fails ["not-listed"];
        TDX_TEE_TCB_SVN = "tdx.tee-tcb-svn", "T36", Tcb, Appraisal, TEE_TCB_INFO,
            is [NeedsReference],
            fails ["below-minimum"];
        TDX_SEAM_MEASUREMENT = "tdx.seam.measurement", "T36", Tcb, Appraisal, TEE_TCB_INFO,
            is [NeedsReference],
            fails ["not-listed"];
        TDX_CONFIG_ID = "tdx.mr-config-id", "T37", Measurements, Appraisal, TDINFO,
            is [NeedsReference],
            fails ["not-equal", "not-listed"];
        TDX_OWNER = "tdx.mr-owner", "T37", Measurements, Appraisal, TDINFO,
            is [NeedsReference],
            fails ["not-equal", "not-listed"];
        TDX_OWNER_CONFIG = "tdx.mr-owner-config", "T37", Measurements, Appraisal, TDINFO,
            is [NeedsReference],
            fails ["not-equal", "not-listed"];
        TDX_MRTD = "tdx.mrtd", "T38", Measurements, Appraisal, TDINFO,
            is [NeedsReference],
            fails ["not-listed"];
        TDX_RTMR = "tdx.rtmr", "T38", Measurements, Appraisal, TDINFO,
            is [NeedsReference],
            fails ["not-listed"];
        TDX_SOFTWARE = "tdx.software", "T38", Measurements, Appraisal, "Silicon to Source: MRTD, RTMR1 and RTMR2 together",
            carries [Image],
            joins [Measurements => Image],
            is [NeedsReference],
            fails ["not-listed"];
    }
}
