//! Real quotes, taken apart. Expected values were read from the files with a few lines of Python's
//! `struct`, by the tables of Intel's specifications, or come from the vectors' README.

use std::fs;

use silicon_to_source::error::Error;
use silicon_to_source::formats::intel::parse::{
    Body, EnclaveReport, Quote, QuoteVersion, TdReport, Tee, fields,
};
use silicon_to_source::span::Span;

use crate::common::shared;

fn read(name: &str) -> Option<Vec<u8>> {
    shared(&format!("vectors/{name}")).map(|path| fs::read(path).unwrap())
}

fn td<'a>(quote: &'a Quote<'_>) -> &'a TdReport {
    match &quote.body {
        Body::Td(report) => report,
        Body::Enclave(_) => panic!("an enclave"),
    }
}

fn enclave<'a>(quote: &'a Quote<'_>) -> &'a EnclaveReport {
    match &quote.body {
        Body::Enclave(report) => report,
        Body::Td(_) => panic!("a guest"),
    }
}

const QUOTES: [&str; 7] = [
    "intel/sgx-v3-config-and-sw-hardening.quote",
    "intel/sgx-v3-debug-enclave.quote",
    "intel/tdx-v4-up-to-date.quote",
    "intel/tdx-v4-debug-td.quote",
    "intel/tdx-v5-no-matching-tcb-level.quote",
    "gcp/cos-113-tdx.quote",
    "gcp/tdx-2026-06-30.quote",
];

#[test]
fn quotes_have_the_versions_bodies_and_trailing_bytes_that_were_read_from_them() {
    let expected = [
        (QuoteVersion::V3, Tee::Sgx, 432, 3548, 0),
        (QuoteVersion::V3, Tee::Sgx, 432, 3681, 0),
        (QuoteVersion::V4, Tee::Tdx, 632, 3678, 70),
        (QuoteVersion::V4, Tee::Tdx, 632, 3678, 0),
        (QuoteVersion::V5, Tee::Tdx, 702, 3678, 0),
        (QuoteVersion::V4, Tee::Tdx, 632, 3677, 3065),
        (QuoteVersion::V4, Tee::Tdx, 632, 3677, 3065),
    ];
    for (name, (version, tee, signed, certification, trailing)) in QUOTES.iter().zip(expected) {
        let Some(bytes) = read(name) else { return };
        let quote = Quote::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((quote.version, quote.tee), (version, tee), "{name}");
        assert_eq!(quote.signed, Span::new(0, signed), "{name}");
        assert_eq!(quote.vendor_id, Quote::INTEL, "{name}");
        assert_eq!(quote.certification.kind, 5, "{name}");
        assert_eq!(quote.certification.data.len(), certification, "{name}");
        assert!(quote.certification.data.starts_with(b"-----BEGIN CERTIFICATE-----"), "{name}");
        assert_eq!(quote.qe_auth_data.len(), 32, "{name}");
        assert_eq!(quote.trailing, Span::new(bytes.len() - trailing, trailing), "{name}");
    }
}

#[test]
fn td_1_0_body_is_read_by_the_tables_of_the_specification() {
    let Some(bytes) = read("gcp/cos-113-tdx.quote") else { return };
    let quote = Quote::parse(&bytes).unwrap();
    let report = td(&quote);
    assert_eq!(hex::encode(report.tee_tcb_svn), "04010700000000000000000000000000");
    assert!(report.mr_seam.to_string().starts_with("ffc97a88587660fb04e1f7c851300c96"));
    assert_eq!(hex::encode(report.td_attributes), "0000001000000000");
    assert_eq!(hex::encode(report.xfam), "e700060000000000");
    assert!(report.mr_td.to_string().starts_with("dae67181d3d65e073ad8f95b7907d5e9"));
    let rtmr = report.rtmr.map(|register| register.to_string()[..12].to_owned());
    assert_eq!(rtmr, ["3fa2f61f395b", "f62dbc072bd5", "4969684dc873", "000000000000"]);
    assert_eq!(report.relaunch, None);
    let debug = read("intel/tdx-v4-debug-td.quote").unwrap();
    let quote = Quote::parse(&debug).unwrap();
    assert_eq!(td(&quote).attributes(), 0x1000_0001);
    assert!(hex::encode(td(&quote).report_data).ends_with("8342bf96671501429"));
}

#[test]
fn td_1_5_body_carries_the_second_security_version() {
    let Some(bytes) = read("intel/tdx-v5-no-matching-tcb-level.quote") else { return };
    let quote = Quote::parse(&bytes).unwrap();
    let relaunch = td(&quote).relaunch.unwrap();
    assert_eq!(hex::encode(relaunch.tee_tcb_svn2), "0d010300000000000000000000000000");
    assert_eq!(relaunch.mr_service_td.0, [0; 48]);
    assert_eq!(hex::encode(td(&quote).tee_tcb_svn), "07010300000000000000000000000000");
    assert_eq!(td(&quote).extension, None);
}

#[test]
fn enclave_body_is_read_by_the_tables_of_the_specification() {
    let Some(bytes) = read("intel/sgx-v3-config-and-sw-hardening.quote") else { return };
    let quote = Quote::parse(&bytes).unwrap();
    assert_eq!((quote.qe_svn, quote.pce_svn), (10, 15));
    let report = enclave(&quote);
    assert_eq!(hex::encode(report.cpu_svn), "0b0b1a18ffff04000000000000000000");
    assert_eq!((report.flags(), report.xfrm()), (5, 0xe7));
    assert!(report.mr_enclave.to_string().starts_with("33d8736db756ed4997e04ba358d27833"));
    assert!(report.mr_signer.to_string().starts_with("815f42f11cf64430c30bab7816ba596a"));
    assert!(report.report_data.starts_with(b"Hello, world!\0"));
    let debug = read("intel/sgx-v3-debug-enclave.quote").unwrap();
    let quote = Quote::parse(&debug).unwrap();
    assert_eq!((enclave(&quote).flags(), enclave(&quote).misc_select), (7, 1));
}

#[test]
fn fields_cover_every_byte_once_and_in_order() {
    for name in QUOTES {
        let Some(bytes) = read(name) else { return };
        let mut at = 0;
        for field in fields(&Quote::parse(&bytes).unwrap()) {
            assert_eq!(field.span.start, at, "{name}: {}", field.name);
            at = field.span.end();
        }
        assert_eq!(at, bytes.len(), "{name}");
    }
}

#[test]
fn every_truncation_before_the_end_is_refused() {
    for name in QUOTES {
        let Some(bytes) = read(name) else { return };
        let end = Quote::parse(&bytes).unwrap().trailing.start;
        for len in 0..end {
            assert!(Quote::parse(&bytes[..len]).is_err(), "{name} cut to {len} bytes");
        }
        let whole = Quote::parse(&bytes[..end]).unwrap();
        assert_eq!(whole.trailing.len, 0, "{name}");
    }
}

/// Offset, bytes to put there, what the error names.
type Change = (usize, &'static [u8], &'static str);

#[test]
fn headers_and_lengths_that_do_not_fit_are_named() {
    let changes: [(&str, &[Change]); 2] = [
        (
            "intel/tdx-v4-up-to-date.quote",
            &[
                (0, &[2], "quote version"),
                (0, &[6], "quote version"),
                (2, &[3], "attestation key type"),
                (4, &[0x82], "TEE type"),
                (632, &[0xff, 0xff, 0xff, 0xff], "signature data length"),
                (632, &[0], "certification data"),
                (764, &[5], "certification data type"),
                (766, &[0], "certification data"),
            ],
        ),
        (
            "intel/tdx-v5-no-matching-tcb-level.quote",
            &[
                (48, &[1], "body descriptor"),
                (48, &[2], "body descriptor"),
                (48, &[5], "body type"),
                (50, &[0x89], "body descriptor"),
                (4, &[0], "body descriptor"),
            ],
        ),
    ];
    for (name, changes) in changes {
        let Some(bytes) = read(name) else { return };
        for (at, change, named) in changes {
            let mut bytes = bytes.clone();
            bytes[*at..at + change.len()].copy_from_slice(change);
            let error = Quote::parse(&bytes).unwrap_err().to_string();
            assert!(error.contains(named), "{name} at {at}: {error}");
        }
    }
}

/// A v5 quote with the longest body, made from a real one with a shorter body.
#[test]
fn body_type_4_is_read_to_its_last_field() {
    let Some(bytes) = read("intel/tdx-v5-no-matching-tcb-level.quote") else { return };
    let mut long = bytes[..54].to_vec();
    long[48] = 4;
    long[50..54].copy_from_slice(&885_u32.to_le_bytes());
    long.extend(&bytes[54..702]);
    long.extend((0..237_u32).map(|at| u8::try_from(at).unwrap()));
    long.extend(&bytes[702..]);
    let quote = Quote::parse(&long).unwrap();
    let extension = td(&quote).extension.unwrap();
    assert_eq!(quote.signed, Span::new(0, 54 + 885));
    assert_eq!((extension.vm_id, extension.td_id[0]), (0, 1));
    assert_eq!(extension.device_info.0[0], 33);
    assert_eq!(extension.initial_service_td_hash.0[0], 81);
    assert_eq!(extension.initial_service_td_attributes[0], 129);
    assert_eq!(extension.initial_cpu_svn[0], 137);
    assert_eq!(extension.initial_tee_tcb_svn[0], 153);
    assert_eq!(extension.initial_tee_fmspc[0], 169);
    assert_eq!(extension.current_service_td_hash.0[0], 181);
    assert_eq!(extension.current_service_td_attributes, [229, 230, 231, 232, 233, 234, 235, 236]);
    let at = fields(&quote).iter().map(|field| field.span.end()).max();
    assert_eq!(at, Some(long.len()));
}

#[test]
fn a_quote_of_more_than_64_kib_is_too_large() {
    assert!(matches!(Quote::parse(&vec![0; Quote::MAX + 1]), Err(Error::TooLarge { .. })));
}
