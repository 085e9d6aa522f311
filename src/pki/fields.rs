//! What a certificate says, each part by its place, so that a certificate that comes again is not
//! read again: chains repeat the same few, and the pinned roots stand in every one.
//!
//! Reading depends on nothing but the bytes, so the memory changes no answer.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::cert::{KeyKind, is_der, kind_of, names_one_algorithm, only_text};
use super::signed::SignatureAlgorithm;
use crate::error::Error;
use crate::span::Span;
use crate::time::{UnixTime, Validity};

/// How many certificates a thread remembers; when there are more it forgets all of them.
const MOST: usize = 64;

thread_local! {
    static READ: RefCell<BTreeMap<Vec<u8>, Arc<Fields>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Where a part lies in the certificate.
pub(super) type Place = Range<usize>;

/// The fields of one certificate.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) tbs: Place,
    pub(super) signature: Place,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) subject: Name,
    pub(super) issuer: Name,
    pub(super) serial: Place,
    pub(super) validity: Validity,
    pub(super) spki: Place,
    pub(super) public_key: Place,
    pub(super) key_kind: KeyKind,
    pub(super) extensions: Vec<Listed>,
    /// What basicConstraints say: whether it is an authority, and how many may stand below it.
    pub(super) constraints: Option<(bool, Option<u32>)>,
    /// Whether keyUsage allows signing certificates.
    pub(super) signs_certificates: bool,
    /// Whether keyUsage allows signing anything else than certificates and lists.
    pub(super) signs_documents: bool,
    pub(super) dns_names: Vec<String>,
    /// What extKeyUsage lists, dotted.
    pub(super) purposes: Vec<String>,
}

/// A distinguished name.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) der: Place,
    /// The common name, when there is exactly one and it is text.
    pub(super) common: Option<String>,
    /// The whole name for showing, made when somebody asks for it.
    pub(super) text: OnceLock<String>,
}

/// An extension.
#[derive(Debug)]
pub(super) struct Listed {
    /// Its object identifier, dotted.
    pub(super) oid: String,
    pub(super) critical: bool,
    pub(super) value: Place,
}

impl Fields {
    /// The fields of `der`, from memory when this thread has read it before.
    pub(super) fn of(what: &'static str, der: &[u8]) -> Result<Arc<Self>, Error> {
        if let Some(known) = READ.with_borrow(|read| read.get(der).cloned()) {
            return Ok(known);
        }
        let fields = Arc::new(Self::parse(what, der)?);
        READ.with_borrow_mut(|read| {
            if read.len() >= MOST {
                read.clear();
            }
            read.insert(der.to_vec(), Arc::clone(&fields));
        });
        Ok(fields)
    }

    fn parse(what: &'static str, der: &[u8]) -> Result<Self, Error> {
        let whole = Span::new(0, der.len());
        let malformed = |why: &'static str| Error::malformed(what, whole, why);
        let (rest, parsed) = X509Certificate::from_der(der)
            .map_err(|error| Error::malformed(what, whole, format!("not DER X.509: {error}")))?;
        if !rest.is_empty() {
            let at = Span::new(der.len().saturating_sub(rest.len()), rest.len());
            return Err(Error::malformed(what, at, "bytes follow the certificate"));
        }
        let tbs = &parsed.tbs_certificate;
        if !names_one_algorithm(der, tbs.as_ref()) {
            return Err(malformed("it names two signature algorithms"));
        }
        if parsed.signature_value.unused_bits != 0
            || tbs.subject_pki.subject_public_key.unused_bits != 0
        {
            return Err(malformed("a bit string does not end at a byte"));
        }
        if !is_der(der, tbs.as_ref(), &parsed.signature_value.data) {
            return Err(malformed("its outer fields are not DER"));
        }
        tbs.extensions_map().map_err(|_| malformed("an extension appears twice"))?;
        let place = |part: &[u8]| place(der, part).ok_or_else(|| malformed("a part is elsewhere"));
        let extensions = tbs.iter_extensions().map(|extension| {
            let value = place(extension.value)?;
            let oid = extension.oid.to_id_string();
            Ok(Listed { oid, critical: extension.critical, value })
        });
        let name = |name: &x509_parser::x509::X509Name<'_>| {
            let common = only_text(name.iter_common_name()).map(str::to_owned);
            Ok(Name { der: place(name.as_raw())?, common, text: OnceLock::new() })
        };
        let usage = parsed.key_usage().ok().flatten().map(|usage| usage.value);
        let constraints = parsed.basic_constraints().ok().flatten().map(|own| own.value);
        Ok(Self {
            tbs: place(tbs.as_ref())?,
            signature: place(&parsed.signature_value.data)?,
            algorithm: SignatureAlgorithm::from_identifier(&parsed.signature_algorithm),
            subject: name(parsed.subject())?,
            issuer: name(parsed.issuer())?,
            serial: place(tbs.raw_serial())?,
            validity: Validity {
                not_before: UnixTime(parsed.validity().not_before.timestamp()),
                not_after: UnixTime(parsed.validity().not_after.timestamp()),
            },
            spki: place(tbs.subject_pki.raw)?,
            public_key: place(&tbs.subject_pki.subject_public_key.data)?,
            key_kind: kind_of(&tbs.subject_pki),
            extensions: extensions.collect::<Result<_, Error>>()?,
            constraints: constraints.map(|own| (own.ca, own.path_len_constraint)),
            signs_certificates: usage.is_some_and(|usage| usage.key_cert_sign()),
            signs_documents: usage.is_some_and(|usage| usage.digital_signature()),
            dns_names: dns_names(&parsed),
            purposes: purposes(&parsed),
        })
    }
}

/// Where `part`, a slice of `whole`, lies in it.
pub(super) fn place(whole: &[u8], part: &[u8]) -> Option<Place> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some(start..end)
}

/// The DNS names among the subject's alternative names; none when the extension is malformed.
fn dns_names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let extensions = parsed.tbs_certificate.iter_extensions();
    let names = extensions.map(|extension| extension.parsed_extension()).find_map(|extension| {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        }
    });
    let names = names.into_iter().flatten();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
        .collect()
}

fn purposes(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(usage)) = parsed.extended_key_usage() else { return Vec::new() };
    let usage = usage.value;
    let named: &[(bool, &str)] = &[
        (usage.server_auth, "1.3.6.1.5.5.7.3.1"),
        (usage.client_auth, "1.3.6.1.5.5.7.3.2"),
        (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
        (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
        (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
    ];
    let named = named.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned());
    named.chain(usage.other.iter().map(Oid::to_id_string)).collect()
}
