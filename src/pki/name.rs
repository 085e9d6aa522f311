//! Distinguished names as text, for showing.

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// What the attributes of names are called: the short forms of RFC 4514 section 3, and the names
/// of ITU-T X.520.
const ATTRIBUTES: [(&str, &str); 27] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "Email"),
    ("0.9.2342.19200300.100.1.1", "uid"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.3.6.1.4.1.311.60.2.1.1", "msJurisdictionLocality"),
    ("1.3.6.1.4.1.311.60.2.1.2", "msJurisdictionStateOrProvince"),
    ("1.3.6.1.4.1.311.60.2.1.3", "msJurisdictionCountry"),
    ("2.5.4.4", "surname"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.9", "streetAddress"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.16", "postalAddress"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.45", "uniqueIdentifier"),
    ("2.5.4.46", "dnQualifier"),
];

/// A distinguished name (DER).
pub(crate) fn name(der: &[u8]) -> Option<String> {
    let (rest, name) = X509Name::from_der(der).ok()?;
    rest.is_empty().then(|| text(&name))
}

/// The name in its own order: `CN=a, O=b + OU=c`.
pub(super) fn text(name: &X509Name<'_>) -> String {
    let parts: Option<Vec<String>> = name
        .iter_rdn()
        .map(|part| Some(part.iter().map(attribute).collect::<Option<Vec<_>>>()?.join(" + ")))
        .collect();
    parts.map_or_else(|| "<X509Error: Invalid X.509 name>".to_owned(), |parts| parts.join(", "))
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    let kind = attribute.attr_type().to_id_string();
    let known = ATTRIBUTES.iter().find(|(id, _)| *id == kind);
    let kind = known.map_or_else(|| format!("OID({kind})"), |(_, name)| (*name).to_owned());
    Some(format!("{kind}={}", value(attribute.attr_value())?))
}

/// The value as text; in hex when it is of no type of text.
fn value(value: &Any<'_>) -> Option<String> {
    match value.tag() {
        Tag::NumericString
        | Tag::VisibleString
        | Tag::PrintableString
        | Tag::GeneralString
        | Tag::ObjectDescriptor
        | Tag::GraphicString
        | Tag::T61String
        | Tag::VideotexString
        | Tag::Utf8String
        | Tag::Ia5String => std::str::from_utf8(value.data).ok().map(str::to_owned),
        Tag::BmpString => {
            let (pairs, []) = value.data.as_chunks::<2>() else { return None };
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16(&units).ok()
        }
        _ => Some(hex::encode_upper(value.data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::der::{self, OBJECT_IDENTIFIER, SEQUENCE, UTF8_STRING};

    const SET: u8 = 0x31;

    fn element(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
        der::encode(tag, &parts.concat()).unwrap()
    }

    fn attribute(kind: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        let kind = element(OBJECT_IDENTIFIER, &[kind.to_vec()]);
        element(SEQUENCE, &[kind, element(tag, &[value.to_vec()])])
    }

    #[test]
    fn names_stand_in_their_own_order_with_the_attributes_names() {
        let whole = element(
            SEQUENCE,
            &[
                element(SET, &[attribute(&[0x55, 4, 6], 0x13, b"US")]),
                element(
                    SET,
                    &[
                        attribute(&[0x55, 4, 10], UTF8_STRING, "Ü".as_bytes()),
                        attribute(&[0x55, 4, 5], 0x1e, &[0, b'7']),
                    ],
                ),
                element(SET, &[attribute(&[0x2a, 3], 0x04, &[0xab])]),
            ],
        );
        assert_eq!(name(&whole).unwrap(), "C=US, O=Ü + serialNumber=7, OID(1.2.3)=AB");
        assert_eq!(name(&[&*whole, &[0]].concat()), None, "a byte follows");
    }
}
