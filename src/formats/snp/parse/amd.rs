//! AMD's certificates for chips and cloud providers (document 57230, "Versioned Chip Endorsement
//! Key (VCEK) Certificate and KDS Interface Specification"; VLEK: document 58369).

use crate::error::Error;
use crate::formats::snp::parse::{Component, Product};
use crate::pki::Cert;

/// A versioned endorsement key certificate as parsed: a VCEK or a VLEK, by its own word.
#[derive(Clone, Debug)]
pub struct Vek<'a> {
    /// The certificate.
    pub cert: Cert<'a>,
}

/// Object identifier prefix of AMD's extensions.
const AMD: &str = "1.3.6.1.4.1.3704.1";

impl<'a> Vek<'a> {
    /// Parses a DER certificate. Which extensions it carries, and whether they can be read, is
    /// asked for later: each is a check of its own.
    ///
    /// # Errors
    /// When the bytes are not one certificate.
    pub fn parse(der: &'a [u8]) -> Result<Self, Error> {
        Cert::parse("VCEK or VLEK certificate", der).map(|cert| Self { cert })
    }

    /// The security version of `component` (extensions .3.1 to .3.9), when it is there and is a
    /// number of one byte.
    pub(crate) fn security_version(&self, component: Component) -> Option<u8> {
        let arc = match component {
            Component::Bootloader => 1,
            Component::Tee => 2,
            Component::Snp => 3,
            Component::Microcode => 8,
            Component::Fmc => 9,
        };
        small_integer(self.cert.extension(&format!("{AMD}.3.{arc}"))?.value)
    }

    /// The product name (extension .2), such as `Milan-B0`.
    pub fn product_name(&self) -> Option<&'a str> {
        let text = tagged(self.cert.extension(&format!("{AMD}.2"))?.value, IA5_STRING)?;
        std::str::from_utf8(text).ok().filter(|text| text.is_ascii())
    }

    /// The hardware id (extension .4) of the length that `product` has. Both encodings in use
    /// are read: the bytes themselves, and the bytes in a DER OCTET STRING.
    pub(crate) fn hardware_id(&self, product: Product) -> Option<&'a [u8]> {
        let value = self.cert.extension(&format!("{AMD}.4"))?.value;
        if value.len() == product.hardware_id_len() {
            return Some(value);
        }
        tagged(value, OCTET_STRING).filter(|id| id.len() == product.hardware_id_len())
    }

    /// Whether there is a hardware id at all.
    pub(crate) fn has_hardware_id(&self) -> bool {
        self.cert.extension(&format!("{AMD}.4")).is_some()
    }

    /// Whether there is a cloud provider id (extension .5); only VLEKs have one.
    pub(crate) fn has_provider_id(&self) -> bool {
        self.cert.extension(&format!("{AMD}.5")).is_some()
    }

    /// The cloud provider id (extension .5), when it can be read.
    pub(crate) fn provider_id(&self) -> Option<&'a str> {
        let text = tagged(self.cert.extension(&format!("{AMD}.5"))?.value, IA5_STRING)?;
        std::str::from_utf8(text).ok().filter(|text| text.is_ascii())
    }
}

/// DER tags.
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const IA5_STRING: u8 = 0x16;

/// The content of one short-form DER value with `tag` and nothing after it.
fn tagged(der: &[u8], tag: u8) -> Option<&[u8]> {
    let (&[found, len], content) = der.split_first_chunk::<2>()?;
    (found == tag && len < 0x80 && usize::from(len) == content.len()).then_some(content)
}

/// A DER INTEGER between 0 and 255.
fn small_integer(der: &[u8]) -> Option<u8> {
    match tagged(der, INTEGER)? {
        [value] if *value < 0x80 => Some(*value),
        [0, value] if *value >= 0x80 => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_versions_are_canonical_one_byte_integers() {
        assert_eq!(small_integer(&[2, 1, 0x7f]), Some(0x7f));
        assert_eq!(small_integer(&[2, 2, 0, 0xdb]), Some(0xdb));
        assert_eq!(small_integer(&[2, 1, 0x80]), None, "negative");
        assert_eq!(small_integer(&[2, 2, 0, 0x7f]), None, "not the shortest form");
        assert_eq!(small_integer(&[2, 2, 1, 0]), None, "too large");
        assert_eq!(small_integer(&[2, 1, 1, 0]), None, "bytes follow");
        assert_eq!(small_integer(&[4, 1, 1]), None, "another type");
    }
}
