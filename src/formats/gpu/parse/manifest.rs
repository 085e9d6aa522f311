//! NVIDIA's reference values for a device: a software identification tag (ISO/IEC 19770-2:2015) with
//! an XML signature around it. Nothing is believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::span::Span;
use crate::wire::xml::Element;

const SWID: &str = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
const SHA384: &str = "http://www.w3.org/2001/04/xmlenc#sha384";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/2006/12/xml-c14n11";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const ECDSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
const DIGEST_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";

/// The largest manifest that is read, in bytes; NVIDIA's have 20,000.
const MAX: usize = 256 * 1024;

/// The most alternatives of one measurement, and the most certificates.
const MAX_ALTERNATIVES: usize = 16;

/// A manifest, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    /// The version of what it is about, as the device's report names it too.
    pub version: String,
    /// The measurements that are to be compared, by their number from 0.
    pub measurements: Vec<Reference>,
    /// The document without its signature, in canonical form.
    pub document: String,
    /// What its digest is said to be.
    pub digest: Vec<u8>,
    /// What is signed, in canonical form: the digest with how it was made.
    pub signed: String,
    /// R and S, 48 bytes each, big-endian.
    pub signature: Vec<u8>,
    /// The signer's certificate in DER, and those above it.
    pub certificates: Vec<Vec<u8>>,
}

/// What a measurement may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Its number, from 0: one less than the block's in the report.
    pub number: u8,
    /// The values, any of which is one of NVIDIA's.
    pub values: Vec<[u8; 48]>,
}

impl Manifest {
    /// Whether `bytes` begin as a manifest does.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        let text = bytes.trim_ascii_start();
        let body = match text.starts_with(b"<?xml ") {
            true => text.iter().position(|&byte| byte == b'>').and_then(|end| text.get(end..)),
            false => Some(text),
        };
        let body = body.map(|body| body.strip_prefix(b">").unwrap_or(body).trim_ascii_start());
        body.is_some_and(|body| body.starts_with(b"<SoftwareIdentity "))
    }

    /// Takes a manifest apart.
    ///
    /// # Errors
    /// When it is not of NVIDIA's form, in the part of XML that is read here.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "NVIDIA manifest";
        Error::cap(WHAT, bytes.len(), MAX)?;
        let whole = Span::new(0, bytes.len());
        let malformed = || Error::malformed(WHAT, whole, "not one signed list of measurements");
        Element::document(bytes).and_then(|root| Self::of(&root)).ok_or_else(malformed)
    }

    fn of(root: &Element<'_>) -> Option<Self> {
        let members = root.elements()?;
        let only = |namespace: &str, local: &str| {
            let mut own = members.iter().filter(|member| member.is(namespace, local));
            own.next().filter(|_| own.next().is_none()).copied()
        };
        let (meta, payload) = (only(SWID, "Meta")?, only(SWID, "Payload")?);
        let signature = only(DSIG, "Signature")?;
        if !root.is(SWID, "SoftwareIdentity") {
            return None;
        }
        let [info, value, key] = *signature.elements()?.as_slice() else { return None };
        let is = |element: &Element<'_>, local| element.is(DSIG, local).then_some(());
        is(info, "SignedInfo")?;
        is(value, "SignatureValue")?;
        is(key, "KeyInfo")?;
        let [data] = *key.elements()?.as_slice() else { return None };
        is(data, "X509Data")?;
        let certificates = data.elements()?.into_iter().map(|own| {
            is(own, "X509Certificate")?;
            base64(own.text()?)
        });
        let certificates = certificates.collect::<Option<Vec<_>>>()?;
        if certificates.len() > MAX_ALTERNATIVES {
            return None;
        }
        Some(Self {
            version: meta.attribute("", "colloquialVersion")?.to_owned(),
            measurements: measurements(payload)?,
            document: root.canonical(|own| own.is(DSIG, "Signature")),
            digest: digest(info)?,
            signed: root.canonical_inside(signature, info),
            signature: base64(value.text()?)?,
            certificates,
        })
    }
}

/// The digest that SignedInfo names, when it is that of the whole document without its signature, by
/// the one procedure that NVIDIA uses.
fn digest(info: &Element<'_>) -> Option<Vec<u8>> {
    let uses = |element: &Element<'_>, local, algorithm| {
        let is_it = element.is(DSIG, local);
        (is_it && element.attribute("", "Algorithm") == Some(algorithm)).then_some(())
    };
    let [form, method, reference] = *info.elements()?.as_slice() else { return None };
    uses(form, "CanonicalizationMethod", C14N)?;
    uses(method, "SignatureMethod", ECDSA_SHA384)?;
    if !reference.is(DSIG, "Reference") || reference.attribute("", "URI") != Some("") {
        return None;
    }
    let [transforms, hash, value] = *reference.elements()?.as_slice() else { return None };
    let [first, second] = *transforms.elements()?.as_slice() else { return None };
    transforms.is(DSIG, "Transforms").then_some(())?;
    uses(first, "Transform", ENVELOPED)?;
    uses(second, "Transform", C14N)?;
    uses(hash, "DigestMethod", DIGEST_SHA384)?;
    value.is(DSIG, "DigestValue").then_some(())?;
    base64(value.text()?)
}

/// The measurements that are to be compared.
fn measurements(payload: &Element<'_>) -> Option<Vec<Reference>> {
    let mut numbers: Vec<u8> = Vec::new();
    let mut active = Vec::new();
    for resource in payload.elements()? {
        let of = |name| resource.attribute("", name);
        let number = of("index")?.parse().ok()?;
        let values = values(resource)?;
        let is_one = resource.is(SWID, "Resource")
            && of("type") == Some("Measurement")
            && of("size") == Some("48")
            && of("alternatives")?.parse() == Ok(values.len())
            && !numbers.contains(&number);
        numbers.push(number);
        match of("active").filter(|_| is_one)? {
            "True" => active.push(Reference { number, values }),
            "False" => {}
            _ => return None,
        }
    }
    // A list that compares nothing would be kept by any device.
    (!active.is_empty()).then_some(active)
}

/// The values of a measurement: Hash0, Hash1 and so on.
fn values(resource: &Element<'_>) -> Option<Vec<[u8; 48]>> {
    let hashes = resource.attributes().filter(|(namespace, ..)| *namespace == SHA384);
    let count = hashes.count();
    if count == 0 || count > MAX_ALTERNATIVES {
        return None;
    }
    let value = |number| {
        let mut value = [0; 48];
        let text = resource.attribute(SHA384, &format!("Hash{number}"))?;
        hex::decode_to_slice(text, &mut value).ok()?;
        Some(value)
    };
    (0..count).map(value).collect()
}

/// Base64 in lines.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok()
}
