//! Intel's extension in a PCK certificate ("Intel SGX PCK Certificate and Certificate Revocation
//! List Profile Specification", section 1.3.5).

use crate::error::Error;
use crate::pki::Cert;
use crate::span::Span;
use crate::wire::der::{
    self, BOOLEAN, ENUMERATED, Element, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE,
};

const WHAT: &str = "PCK certificate extension 1.2.840.113741.1.13.1";

/// The kind of memory protection (member .5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SgxType {
    /// 0.
    Standard,
    /// 1.
    Scalable,
    /// 2.
    ScalableWithIntegrity,
}

/// How a multi-package or cloud platform is set up (member .7); platforms of the Processor CA
/// have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// .1: packages can be added after the platform was registered.
    pub dynamic_platform: Option<bool>,
    /// .2: Intel keeps the platform root keys.
    pub cached_keys: Option<bool>,
    /// .3: simultaneous multithreading is on.
    pub smt_enabled: Option<bool>,
}

/// What a PCK certificate says about its platform. Nothing is shown by it until the certificate's
/// chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PckExtension {
    /// .1: the platform provisioning id.
    pub ppid: [u8; 16],
    /// .2.1 to .2.16: security versions of the 16 components, in that order.
    pub components: [u8; 16],
    /// .2.17: the security version of the provisioning certification enclave.
    pub pce_svn: u16,
    /// .2.18: the CPU's own encoding of its security version.
    pub cpu_svn: [u8; 16],
    /// .3: the id of the provisioning certification enclave.
    pub pce_id: [u8; 2],
    /// .4: the family, model, stepping, platform type and custom SKU.
    pub fmspc: [u8; 6],
    /// .5
    pub sgx_type: SgxType,
    /// .6: the platform instance; only from the Platform CA.
    pub platform_instance_id: Option<[u8; 16]>,
    /// .7; only from the Platform CA.
    pub configuration: Option<Configuration>,
}

impl PckExtension {
    /// The extension's object identifier.
    pub const OID: &'static str = "1.2.840.113741.1.13.1";

    /// Reads the extension of `cert`: each member once, in DER, with its exact length.
    ///
    /// # Errors
    /// [`Error::Missing`] without the extension; [`Error::Malformed`] when a member is missing,
    /// appears twice, is unknown or has another form.
    pub fn of(cert: &Cert<'_>) -> Result<Self, Error> {
        let extension = cert.extension(Self::OID).ok_or(Error::Missing { what: WHAT })?;
        Self::parse(extension.value)
    }

    /// Reads the extension's value.
    ///
    /// # Errors
    /// As [`PckExtension::of`].
    pub fn parse(value: &[u8]) -> Result<Self, Error> {
        Self::read(value).map_err(|why| Error::malformed(WHAT, Span::new(0, value.len()), why))
    }

    fn read(value: &[u8]) -> Result<Self, String> {
        let whole = der::only(value).and_then(|element| element.content_of(SEQUENCE));
        let mut members = Members::of(whole, &[], 7)?;
        let tcb = members.sequence(2)?;
        let mut tcb = Members::of(Some(tcb), &[2], 18)?;
        let mut components = [0; 16];
        for (arc, component) in (1..=16).zip(&mut components) {
            *component = tcb
                .integer(arc)?
                .try_into()
                .map_err(|_| format!("member .2.{arc} is larger than 255"))?;
        }
        let pce_svn = tcb.integer(17)?;
        let cpu_svn = tcb.octets(18)?;
        tcb.end()?;
        let extension = Self {
            ppid: members.octets(1)?,
            components,
            pce_svn,
            cpu_svn,
            pce_id: members.octets(3)?,
            fmspc: members.octets(4)?,
            sgx_type: match members.take(5)?.content_of(ENUMERATED).and_then(der::small) {
                Some(0) => SgxType::Standard,
                Some(1) => SgxType::Scalable,
                Some(2) => SgxType::ScalableWithIntegrity,
                _ => return Err("member .5 is not a known kind of platform".into()),
            },
            platform_instance_id: match members.has(6) {
                true => Some(members.octets(6)?),
                false => None,
            },
            configuration: match members.has(7) {
                true => Some(configuration(members.sequence(7)?)?),
                false => None,
            },
        };
        members.end()?;
        Ok(extension)
    }
}

fn configuration(content: &[u8]) -> Result<Configuration, String> {
    let mut members = Members::of(Some(content), &[7], 3)?;
    let mut flag = |arc| match members.has(arc) {
        true => match members.take(arc)?.content_of(BOOLEAN) {
            Some([0]) => Ok(Some(false)),
            Some([0xff]) => Ok(Some(true)),
            _ => Err(format!("member .7.{arc} is not a DER BOOLEAN")),
        },
        false => Ok(None),
    };
    let configuration =
        Configuration { dynamic_platform: flag(1)?, cached_keys: flag(2)?, smt_enabled: flag(3)? };
    members.end()?;
    Ok(configuration)
}

/// The members of one SEQUENCE: pairs of an object identifier and a value.
struct Members<'a> {
    prefix: &'static [u8],
    values: Vec<(u8, Element<'a>)>,
}

/// DER content of the object identifier 1.2.840.113741.1.13.1.
const PREFIX: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];

impl<'a> Members<'a> {
    fn of(content: Option<&'a [u8]>, prefix: &'static [u8], max: usize) -> Result<Self, String> {
        let form =
            || "it is not a SEQUENCE of pairs of an object identifier and a value".to_owned();
        let pairs =
            content.and_then(der::all).filter(|pairs| pairs.len() <= max).ok_or_else(form)?;
        let mut values: Vec<(u8, Element<'a>)> = Vec::new();
        for pair in pairs {
            let pair = pair.content_of(SEQUENCE).and_then(der::all);
            let Some(&[oid, value]) = pair.as_deref() else { return Err(form()) };
            let arcs = oid.content_of(OBJECT_IDENTIFIER).ok_or_else(form)?;
            let arcs = arcs.strip_prefix(&PREFIX).and_then(|arcs| arcs.strip_prefix(prefix));
            let Some(&[arc]) = arcs else { return Err("it has an unknown member".into()) };
            if values.iter().any(|(known, _)| *known == arc) {
                return Err(format!("member {} appears twice", named(prefix, arc)));
            }
            values.push((arc, value));
        }
        Ok(Self { prefix, values })
    }

    fn has(&self, arc: u8) -> bool {
        self.values.iter().any(|(known, _)| *known == arc)
    }

    fn take(&mut self, arc: u8) -> Result<Element<'a>, String> {
        let position = self.values.iter().position(|(known, _)| *known == arc);
        position
            .map(|position| self.values.remove(position).1)
            .ok_or_else(|| format!("member {} is missing", named(self.prefix, arc)))
    }

    fn sequence(&mut self, arc: u8) -> Result<&'a [u8], String> {
        let wrong = format!("member {} is not a SEQUENCE", named(self.prefix, arc));
        self.take(arc)?.content_of(SEQUENCE).ok_or(wrong)
    }

    fn octets<const N: usize>(&mut self, arc: u8) -> Result<[u8; N], String> {
        let wrong = format!("member {} is not an OCTET STRING of {N}", named(self.prefix, arc));
        let content = self.take(arc)?.content_of(OCTET_STRING);
        content.and_then(|content| content.try_into().ok()).ok_or(wrong)
    }

    fn integer(&mut self, arc: u8) -> Result<u16, String> {
        let wrong = format!("member {} is not a small INTEGER", named(self.prefix, arc));
        self.take(arc)?.content_of(INTEGER).and_then(der::small).ok_or(wrong)
    }

    fn end(self) -> Result<(), String> {
        match self.values.first() {
            None => Ok(()),
            Some((arc, _)) => Err(format!("member {} is unknown", named(self.prefix, *arc))),
        }
    }
}

fn named(prefix: &[u8], arc: u8) -> String {
    prefix.iter().chain([&arc]).map(|arc| format!(".{arc}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = u8::try_from(content.len()).unwrap();
        match len {
            0..0x80 => [&[tag, len], content].concat(),
            _ => [&[tag, 0x81, len], content].concat(),
        }
    }

    fn pair(arcs: &[u8], value: Vec<u8>) -> Vec<u8> {
        let oid = tlv(OBJECT_IDENTIFIER, &[&PREFIX, arcs].concat());
        tlv(SEQUENCE, &[oid, value].concat())
    }

    fn long(content: &[u8]) -> Vec<u8> {
        let len = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[SEQUENCE, 0x82, len[0], len[1]], content].concat()
    }

    /// The members of a Processor CA certificate, before they are put in their SEQUENCE.
    fn members() -> Vec<Vec<u8>> {
        let mut tcb: Vec<Vec<u8>> =
            (1..=16).map(|arc| pair(&[2, arc], tlv(INTEGER, &[arc]))).collect();
        tcb[4] = pair(&[2, 5], tlv(INTEGER, &[0, 0xff]));
        tcb.push(pair(&[2, 17], tlv(INTEGER, &[13])));
        tcb.push(pair(&[2, 18], tlv(OCTET_STRING, &[9; 16])));
        vec![
            pair(&[1], tlv(OCTET_STRING, &[1; 16])),
            long(
                &[tlv(OBJECT_IDENTIFIER, &[&PREFIX[..], &[2]].concat()), long(&tcb.concat())]
                    .concat(),
            ),
            pair(&[3], tlv(OCTET_STRING, &[0, 0])),
            pair(&[4], tlv(OCTET_STRING, &[4; 6])),
            pair(&[5], tlv(ENUMERATED, &[0])),
        ]
    }

    #[test]
    fn every_member_is_read() {
        let extension = PckExtension::parse(&long(&members().concat())).unwrap();
        assert_eq!(extension.components, [1, 2, 3, 4, 255, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        assert_eq!(extension.pce_svn, 13);
        assert_eq!((extension.ppid, extension.fmspc), ([1; 16], [4; 6]));
        assert_eq!((extension.platform_instance_id, extension.configuration), (None, None));
    }

    #[test]
    fn missing_double_and_unknown_members_are_refused() {
        for index in 0..members().len() {
            let mut missing = members();
            missing.remove(index);
            assert!(PckExtension::parse(&long(&missing.concat())).is_err(), "{index} missing");
            let mut double = members();
            double.push(members()[index].clone());
            let error = PckExtension::parse(&long(&double.concat())).unwrap_err();
            assert!(error.to_string().contains("twice"), "{error}");
        }
        let mut unknown = members();
        unknown.push(pair(&[8], tlv(OCTET_STRING, &[1])));
        assert!(PckExtension::parse(&long(&unknown.concat())).is_err());
        let mut short = members();
        short[3] = pair(&[4], tlv(OCTET_STRING, &[4; 5]));
        assert!(PckExtension::parse(&long(&short.concat())).is_err());
        let mut kind = members();
        kind[4] = pair(&[5], tlv(ENUMERATED, &[3]));
        assert!(PckExtension::parse(&long(&kind.concat())).is_err());
    }
}
