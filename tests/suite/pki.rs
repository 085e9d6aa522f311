//! Certificates, revocation lists, PEM and policy files that are not what they should be.

use silicon_to_source::pki::anchors::{AMD_GENOA, AMD_MILAN, AMD_TURIN};
use silicon_to_source::pki::{Cert, pem_blocks};

/// Certificates of AMD's that this crate ships.
const REAL: [&[u8]; 6] =
    [AMD_MILAN.ark, AMD_MILAN.ask, AMD_GENOA.ark, AMD_GENOA.ask, AMD_TURIN.ark, AMD_TURIN.ask];

/// The bytes that no signature covers have one encoding, so a certificate cannot be changed
/// without changing what is signed or the signature.
#[test]
fn every_other_value_of_an_unsigned_byte_is_refused_by_the_parser() {
    for der in REAL {
        let cert = Cert::parse("test", der).unwrap();
        let signed = cert.span_of(cert.tbs()).unwrap();
        let signature = cert.span_of(cert.signature()).unwrap();
        let unsigned = (0..signed.start).chain(signed.end()..signature.start);
        let mut changed = der.to_vec();
        for at in unsigned {
            for value in (0..=255).filter(|value| *value != der[at]) {
                changed[at] = value;
                assert!(Cert::parse("test", &changed).is_err(), "byte {at} is {value:#x}");
            }
            changed[at] = der[at];
        }
        assert_eq!(signature.end(), der.len());
    }
}

#[test]
fn certificate_that_is_cut_or_followed_by_a_byte_is_refused() {
    for der in REAL {
        for len in 0..der.len() {
            assert!(Cert::parse("test", &der[..len]).is_err(), "{len}");
        }
        let longer = [der, &[0]].concat();
        let error = Cert::parse("test", &longer).unwrap_err();
        assert!(error.to_string().contains("bytes follow"), "{error}");
        assert_eq!(error.span().map(|at| at.start), Some(der.len()));
    }
}

#[test]
fn certificate_of_more_than_64_kib_is_refused_unread() {
    let error = Cert::parse("test", &vec![0x30; 64 * 1024 + 1]).unwrap_err();
    assert_eq!(error.code(), "too-large");
}

#[test]
fn pem_that_is_damaged_says_where() {
    let cases: [(&[u8], &str); 8] = [
        (b"", "no block"),
        (b"no block at all", "no block"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "does not end"),
        (b"-----BEGIN CERTIFICATE", "does not end"),
        (b"-----BEGIN A-----\nAAAA\n-----END B-----\n", "does not end"),
        (b"-----BEGIN A-----\nAA!A\n-----END A-----\n", "Invalid symbol"),
        (b"-----BEGIN A-----\nAAA\n-----END A-----\n", "padding"),
        (b"-----BEGIN A-----\nAAB=\n-----END A-----\n", "last symbol"),
    ];
    for (text, says) in cases {
        let error = pem_blocks("test", text).unwrap_err();
        assert!(error.to_string().contains(says), "{}: {error}", text.escape_ascii());
        assert!(error.span().is_some());
    }
    let error = pem_blocks("test", b"abc\xff").unwrap_err();
    assert_eq!(error.span().map(|at| at.start), Some(3), "not text");
    assert_eq!(pem_blocks("test", &vec![b'-'; 1024 * 1024 + 1]).unwrap_err().code(), "too-large");
}

#[test]
fn pem_blocks_are_read_in_order_with_their_labels() {
    let text = b"said before\r\n-----BEGIN A-----\r\nAQID\r\n-----END A-----\r\nbetween\n\
                 -----BEGIN X509 CRL-----\n BAU\t=\n-----END X509 CRL-----";
    let blocks = pem_blocks("test", text).unwrap();
    let expected = [("A".to_owned(), vec![1, 2, 3]), ("X509 CRL".to_owned(), vec![4, 5])];
    assert_eq!(blocks, expected);
}
mod simulated {
    use s2s_sim::amd::vek::SNP_SPL;
    use s2s_sim::amd::{CrlSpec, Role, VekSpec, authority};
    use s2s_sim::certificate::Spoil;
    use s2s_sim::keys::Key;
    use silicon_to_source::formats::snp::parse::Product;
    use silicon_to_source::pki::{Cert, Crl};
    use silicon_to_source::time::UnixTime;

    const THIS: UnixTime = UnixTime(1_750_000_000);
    const NEXT: UnixTime = UnixTime(1_754_000_000);

    #[test]
    fn certificates_that_contradict_themselves_are_refused_with_the_reason() {
        for (spoil, says) in [
            (Spoil::TrailingByte, "bytes follow the certificate"),
            (Spoil::DuplicateExtension(SNP_SPL), "an extension appears twice"),
            (Spoil::InnerAlgorithm, "two signature algorithms"),
        ] {
            let der = VekSpec { spoil: Some(spoil), ..VekSpec::vcek(Product::Genoa) }.der();
            let error = Cert::parse("test", &der).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn revocation_list_reads_back_what_was_put_in() {
        let ark = Cert::parse("test", authority(Product::Genoa, Role::Ark)).unwrap();
        let other = Cert::parse("test", authority(Product::Milan, Role::Ark)).unwrap();
        let revoked = vec![vec![2, 0, 2], vec![0], vec![0, 0x80, 1]];
        let spec = CrlSpec { revoked, ..CrlSpec::new(Product::Genoa, THIS, NEXT) };
        let der = spec.der();
        let list = Crl::parse("test", &der).unwrap();
        assert_eq!((list.this_update(), list.next_update()), (THIS, Some(NEXT)));
        assert!(list.names_issuer(&ark) && !list.names_issuer(&other));
        assert_eq!(list.verify_signed_by(&ark), Ok(()));
        assert_eq!(list.len(), 3);
        assert!(list.revokes(&[2, 0, 2]) && list.revokes(&[0, 2, 0, 2]) && list.revokes(&[0]));
        assert!(list.revokes(&[0x80, 1]) && list.revokes(&[]), "zero is zero however written");
        assert!(!list.revokes(&[2, 0]) && !list.revokes(&[2, 0, 2, 0]));
        let stranger = CrlSpec { signer: Key::Ask, ..CrlSpec::new(Product::Genoa, THIS, NEXT) };
        let stranger = stranger.der();
        let stranger = Crl::parse("test", &stranger).unwrap();
        assert!(stranger.verify_signed_by(&ark).is_err());
    }

    #[test]
    fn revocation_list_without_a_next_one_says_so() {
        let spec = CrlSpec { next_update: None, ..CrlSpec::new(Product::Genoa, THIS, NEXT) };
        let der = spec.der();
        let list = Crl::parse("test", &der).unwrap();
        assert_eq!(list.next_update(), None);
        assert!(list.is_empty());
    }

    #[test]
    fn revocation_list_that_is_cut_changed_or_followed_by_a_byte_is_refused() {
        let der = CrlSpec::new(Product::Genoa, THIS, NEXT).der();
        for len in 0..der.len() {
            assert!(Crl::parse("test", &der[..len]).is_err(), "{len}");
        }
        let error = Crl::parse("test", &[&*der, &[0]].concat()).unwrap_err();
        assert!(error.to_string().contains("bytes follow"), "{error}");
        let certificate = authority(Product::Genoa, Role::Ark);
        assert!(Crl::parse("test", certificate).is_err(), "a certificate is no list");
        assert!(Cert::parse("test", &der).is_err(), "a list is no certificate");
        let ark = Cert::parse("test", certificate).unwrap();
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 1 << (at % 8);
            let holds =
                Crl::parse("test", &changed).is_ok_and(|list| list.verify_signed_by(&ark).is_ok());
            assert!(!holds, "byte {at}");
        }
    }
}
