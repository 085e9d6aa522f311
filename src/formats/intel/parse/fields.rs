//! A quote's fields with their spans, for showing.

use std::borrow::Cow;

use super::bits::{self, Bit};
use super::{Body, EnclaveReport, Quote, QuoteVersion, Relaunch, TdExtension, TdReport};
use crate::finding::Value;
use crate::span::Span;
use crate::wire::Field;

const V3: &str = "Intel SGX ECDSA Quote Library API, appendix A.4";
const V4: &str = "Intel TDX DCAP Quoting Library API, appendix A.3";
const SGX: &str = "Intel SDM volume 3D, REPORT";
const TDX: &str = "Intel TDX module 1.5 ABI, TDREPORT_STRUCT";
const QVL: &str = "Intel DCAP quote verification library, quote body type 4";

/// Every field of `quote`, in the order of the bytes.
pub fn fields(quote: &Quote<'_>) -> Vec<Field> {
    let basis = match quote.version {
        QuoteVersion::V3 => V3,
        QuoteVersion::V4 | QuoteVersion::V5 => V4,
    };
    let mut list = List { fields: Vec::new(), at: 0, basis, prefix: "" };
    list.number("Version", 2, quote.version.number());
    list.number("Attestation Key Type", 2, quote.attestation_key_type);
    list.text("TEE Type", 4, quote.tee.name());
    list.number("QE SVN", 2, quote.qe_svn);
    list.number("PCE SVN", 2, quote.pce_svn);
    list.hex("QE Vendor ID", &quote.vendor_id);
    list.hex("User Data", &quote.user_data);
    if quote.version == QuoteVersion::V5 {
        list.part("Body Type", quote.bytes, 2);
        list.part("Body Size", quote.bytes, 4);
    }
    list.at = quote.body_span.start;
    match &quote.body {
        Body::Enclave(report) => enclave(&mut list, report),
        Body::Td(report) => td(&mut list, report),
    }
    list.basis = basis;
    list.at = quote.signed.end();
    list.part("Signature Data Length", quote.bytes, 4);
    list.hex("Quote Signature", &quote.signature);
    list.hex("ECDSA Attestation Key", &quote.attestation_key);
    if quote.version != QuoteVersion::V3 {
        list.part("Certification Data Type", quote.bytes, 2);
        list.part("Certification Data Length", quote.bytes, 4);
    }
    list.prefix = "QE ";
    list.at = quote.qe_report_span.start;
    enclave(&mut list, &quote.qe_report);
    list.prefix = "";
    list.basis = basis;
    list.hex("QE Report Signature", &quote.qe_report_signature);
    list.part("QE Authentication Data Length", quote.bytes, 2);
    list.hex("QE Authentication Data", quote.qe_auth_data);
    list.number("PCK Certification Data Type", 2, quote.certification.kind);
    list.part("PCK Certification Data Length", quote.bytes, 4);
    list.bytes("PCK Certification Data", quote.certification.span.len);
    if quote.trailing.len > 0 {
        list.bytes("Bytes after the quote", quote.trailing.len);
    }
    list.fields
}

fn enclave(list: &mut List, report: &EnclaveReport) {
    list.basis = SGX;
    list.hex("CPUSVN", &report.cpu_svn);
    list.text("MISCSELECT", 4, format!("0x{:x}", report.misc_select));
    list.hex("Reserved", &report.reserved1);
    list.hex("ISVEXTPRODID", &report.isv_ext_prod_id);
    list.bits("ATTRIBUTES", report.flags(), bits::SGX_FLAGS);
    list.bits("XFRM", report.xfrm(), bits::XFRM);
    list.hex("MRENCLAVE", &report.mr_enclave.0);
    list.hex("Reserved", &report.reserved2);
    list.hex("MRSIGNER", &report.mr_signer.0);
    list.hex("Reserved", &report.reserved3);
    list.hex("CONFIGID", &report.config_id);
    list.number("ISVPRODID", 2, report.isv_prod_id);
    list.number("ISVSVN", 2, report.isv_svn);
    list.number("CONFIGSVN", 2, report.config_svn);
    list.hex("Reserved", &report.reserved4);
    list.hex("ISVFAMILYID", &report.isv_family_id);
    list.hex("REPORTDATA", &report.report_data);
}

fn td(list: &mut List, report: &TdReport) {
    list.basis = TDX;
    list.hex("TEE_TCB_SVN", &report.tee_tcb_svn);
    list.hex("MRSEAM", &report.mr_seam.0);
    list.hex("MRSIGNERSEAM", &report.mr_signer_seam.0);
    list.hex("SEAMATTRIBUTES", &report.seam_attributes);
    list.bits("TDATTRIBUTES", report.attributes(), bits::TD_ATTRIBUTES);
    list.bits("XFAM", report.features(), bits::XFAM);
    list.hex("MRTD", &report.mr_td.0);
    list.hex("MRCONFIGID", &report.mr_config_id.0);
    list.hex("MROWNER", &report.mr_owner.0);
    list.hex("MROWNERCONFIG", &report.mr_owner_config.0);
    for (name, rtmr) in ["RTMR0", "RTMR1", "RTMR2", "RTMR3"].into_iter().zip(&report.rtmr) {
        list.hex(name, &rtmr.0);
    }
    list.hex("REPORTDATA", &report.report_data);
    if let Some(Relaunch { tee_tcb_svn2, mr_service_td }) = &report.relaunch {
        list.hex("TEE_TCB_SVN_2", tee_tcb_svn2);
        list.hex("MRSERVICETD", &mr_service_td.0);
    }
    if let Some(extension) = &report.extension {
        td_extension(list, extension);
    }
}

fn td_extension(list: &mut List, extension: &TdExtension) {
    list.basis = QVL;
    list.number("vmId", 1, extension.vm_id);
    list.hex("tdId", &extension.td_id);
    list.hex("devInfo", &extension.device_info.0);
    list.hex("initServTdHash", &extension.initial_service_td_hash.0);
    list.hex("initServTdAttr", &extension.initial_service_td_attributes);
    list.hex("initCpuSvn", &extension.initial_cpu_svn);
    list.hex("initTeeTcbSvn", &extension.initial_tee_tcb_svn);
    list.hex("initTeeFmspc", &extension.initial_tee_fmspc);
    list.hex("curServTdHash", &extension.current_service_td_hash.0);
    list.hex("curServTdAttr", &extension.current_service_td_attributes);
}

/// Fields one after another.
struct List {
    fields: Vec<Field>,
    at: usize,
    basis: &'static str,
    prefix: &'static str,
}

impl List {
    fn push(&mut self, name: &'static str, len: usize, value: Value) {
        let name = match self.prefix {
            "" => Cow::Borrowed(name),
            prefix => Cow::Owned(format!("{prefix}{name}")),
        };
        let span = Span::new(self.at, len);
        self.fields.push(Field { name, span, value, basis: self.basis });
        self.at = span.end();
    }

    fn hex(&mut self, name: &'static str, bytes: &[u8]) {
        self.push(name, bytes.len(), Value::hex(bytes));
    }

    fn number(&mut self, name: &'static str, len: usize, value: impl Into<u32>) {
        self.push(name, len, Value::number(value.into()));
    }

    fn text(&mut self, name: &'static str, len: usize, value: impl Into<String>) {
        self.push(name, len, Value::text(value.into()));
    }

    /// 8 bytes of bits: the number, and which are set.
    fn bits(&mut self, name: &'static str, bits: u64, table: &[Bit]) {
        self.push(name, 8, Value::text(format!("0x{bits:x} ({})", bits::names(table, bits))));
    }

    /// A field that is kept only as bytes: shown as the number or the bytes it is.
    fn part(&mut self, name: &'static str, bytes: &[u8], len: usize) {
        let part = Span::new(self.at, len).of(bytes).unwrap_or_default();
        let value = part.iter().rev().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        self.push(name, len, Value::number(value));
    }

    /// A stretch too long to repeat in a report.
    fn bytes(&mut self, name: &'static str, len: usize) {
        self.push(name, len, Value::text(format!("{len} bytes")));
    }
}
