//! PCK certificates and their SGX extension (Intel, "PCK Certificate and Certificate Revocation
//! List Profile Specification", section 1.3.5).

use x509_cert::der::asn1::ObjectIdentifier;

use super::authority::{NON_REPUDIATION, positive};
use super::{Role, authority};
use crate::ENTITY_VALIDITY;
use crate::certificate::{
    DIGITAL_SIGNATURE, Spoil, Template, authority_key_identifier, basic_constraints,
    crl_distribution_point, extension, key_usage, simulated_name, subject_key_identifier,
};
use crate::der::{BOOLEAN, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, integer, oid, tlv};
use crate::keys::Key;
use silicon_to_source::time::Validity;

/// OID of the SGX extension. Each field's OID is below it.
pub const SGX_EXTENSION: &str = "1.2.840.113741.1.13.1";

/// The common name of every PCK certificate.
pub const COMMON_NAME: &str = "Intel SGX PCK Certificate";

/// A PCK certificate.
#[derive(Clone, Debug)]
pub struct PckSpec {
    /// Who issues it, by name: the Platform CA or the Processor CA.
    pub issuer: Role,
    /// The SGX extension.
    pub extension: SgxExtension,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// The serial number, big-endian.
    pub serial: Vec<u8>,
    /// The certified key.
    pub subject_key: Key,
    /// The key that signs.
    pub signer: Key,
    /// What is wrong with the certificate.
    pub spoil: Option<Spoil>,
}

impl PckSpec {
    /// A healthy certificate from the Platform CA.
    pub fn platform() -> Self {
        Self {
            issuer: Role::PlatformCa,
            extension: SgxExtension::platform(),
            validity: ENTITY_VALIDITY,
            serial: positive(Key::IntelPck.identifier()),
            subject_key: Key::IntelPck,
            signer: Role::PlatformCa.key(),
            spoil: None,
        }
    }

    /// A healthy certificate from the Processor CA.
    pub fn processor() -> Self {
        Self {
            issuer: Role::ProcessorCa,
            extension: SgxExtension::processor(),
            signer: Role::ProcessorCa.key(),
            ..Self::platform()
        }
    }

    /// The certificate, spoiled and not signed yet.
    pub fn template(&self) -> Template {
        let mut template = Template::new(
            simulated_name(self.issuer.common_name()),
            simulated_name(COMMON_NAME),
            self.validity,
            self.subject_key,
            self.signer,
        );
        template.serial.clone_from(&self.serial);
        let family = if self.issuer == Role::ProcessorCa { "processor" } else { "platform" };
        template.extensions = vec![
            authority_key_identifier(self.issuer.key()),
            crl_distribution_point(&format!(
                "https://pcs.simulated.example/sgx/certification/v4/pckcrl?ca={family}&encoding=der"
            )),
            subject_key_identifier(self.subject_key),
            key_usage(DIGITAL_SIGNATURE | NON_REPUDIATION),
            basic_constraints(None),
            extension(SGX_EXTENSION, false, &self.extension.der()),
        ];
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template
    }

    /// The signed certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        self.template().sign()
    }

    /// This certificate, its issuer's and the root's, each in DER.
    pub fn chain(&self) -> Vec<Vec<u8>> {
        vec![self.der(), authority(self.issuer).to_vec(), authority(Role::Root).to_vec()]
    }
}

/// The content of the SGX extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SgxExtension {
    /// Platform provisioning id, field 1.
    pub ppid: [u8; 16],
    /// Security versions of the TCB components, fields 2.1 to 2.16.
    pub components: [u8; 16],
    /// Security version of the provisioning certification enclave, field 2.17.
    pub pce_svn: u16,
    /// CPUSVN, field 2.18.
    pub cpu_svn: [u8; 16],
    /// Id of the provisioning certification enclave, field 3.
    pub pce_id: [u8; 2],
    /// Family, model, stepping, platform type and custom SKU, field 4.
    pub fmspc: [u8; 6],
    /// SGX type, field 5: 0 standard, 1 scalable, 2 scalable with integrity.
    pub sgx_type: u8,
    /// Platform instance id, field 6; Platform CA only.
    pub platform_instance_id: Option<[u8; 16]>,
    /// Configuration, field 7; Platform CA only.
    pub configuration: Option<Configuration>,
    /// What is wrong.
    pub spoil: Option<FieldSpoil>,
}

/// The configuration flags of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Packages can be added, field 7.1.
    pub dynamic_platform: bool,
    /// Platform root keys are cached at Intel, field 7.2.
    pub cached_keys: bool,
    /// Simultaneous multithreading is on, field 7.3.
    pub smt_enabled: bool,
}

/// One thing that can be wrong with a field of the SGX extension. A field is named by the end of
/// its OID, as in `"4"` for FMSPC and `"2.17"` for PCESVN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldSpoil {
    /// The field is left out.
    Missing(&'static str),
    /// The field stands there twice.
    Duplicate(&'static str),
    /// The field has this DER value.
    Value(&'static str, Vec<u8>),
    /// A further field, at the end, with this OID ending and DER value.
    Extra(&'static str, Vec<u8>),
    /// Every INTEGER has one more leading zero byte than DER allows.
    PaddedIntegers,
}

impl SgxExtension {
    /// A platform of the Platform CA that meets the first level of the healthy TCB info.
    pub const fn platform() -> Self {
        Self {
            ppid: *b"SIMULATED-PPID-1",
            components: super::COMPONENTS,
            pce_svn: super::PCE_SVN,
            cpu_svn: super::COMPONENTS,
            pce_id: super::PCE_ID,
            fmspc: super::FMSPC,
            sgx_type: 1,
            platform_instance_id: Some(*b"SIMULATED-MACH-1"),
            configuration: Some(Configuration {
                dynamic_platform: true,
                cached_keys: true,
                smt_enabled: true,
            }),
            spoil: None,
        }
    }

    /// The same processor under the Processor CA: SGX type standard, no platform fields.
    pub fn processor() -> Self {
        Self { sgx_type: 0, platform_instance_id: None, configuration: None, ..Self::platform() }
    }

    /// The extension's value in DER.
    pub fn der(&self) -> Vec<u8> {
        let octets = |bytes: &[u8]| Value::Der(tlv(OCTET_STRING, &[bytes]));
        let number = |value: u16| Value::Integer(value.to_be_bytes().to_vec());
        let flag = |value: bool| Value::Der(tlv(BOOLEAN, &[&[if value { 0xff } else { 0 }]]));
        let mut tcb: Vec<Field> = (1..)
            .zip(self.components)
            .map(|(index, svn)| Field::new(&format!("2.{index}"), number(u16::from(svn))))
            .collect();
        tcb.push(Field::new("2.17", number(self.pce_svn)));
        tcb.push(Field::new("2.18", octets(&self.cpu_svn)));
        let mut fields = vec![
            Field::new("1", octets(&self.ppid)),
            Field::new("2", Value::Fields(tcb)),
            Field::new("3", octets(&self.pce_id)),
            Field::new("4", octets(&self.fmspc)),
            Field::new("5", Value::Der(tlv(ENUMERATED, &[&[self.sgx_type]]))),
        ];
        fields.extend(self.platform_instance_id.map(|id| Field::new("6", octets(&id))));
        fields.extend(self.configuration.map(|configuration| {
            let Configuration { dynamic_platform, cached_keys, smt_enabled } = configuration;
            let flags = [("7.1", dynamic_platform), ("7.2", cached_keys), ("7.3", smt_enabled)];
            let flags = flags.map(|(id, value)| Field::new(id, flag(value)));
            Field::new("7", Value::Fields(flags.to_vec()))
        }));
        if let Some(spoil) = &self.spoil {
            spoil_fields(&mut fields, spoil);
            if let FieldSpoil::Extra(id, value) = spoil {
                fields.push(Field::new(id, Value::Der(value.clone())));
            }
        }
        encode(&fields, self.spoil == Some(FieldSpoil::PaddedIntegers))
    }
}

#[derive(Clone)]
struct Field {
    id: String,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Der(Vec<u8>),
    Integer(Vec<u8>),
    Fields(Vec<Field>),
}

impl Field {
    fn new(id: &str, value: Value) -> Self {
        Self { id: id.to_owned(), value }
    }
}

fn spoil_fields(fields: &mut Vec<Field>, spoil: &FieldSpoil) {
    for field in fields.iter_mut() {
        if let Value::Fields(inner) = &mut field.value {
            spoil_fields(inner, spoil);
        }
    }
    match spoil {
        FieldSpoil::Missing(id) => fields.retain(|field| field.id != *id),
        FieldSpoil::Duplicate(id) => {
            let twin = fields.iter().find(|field| field.id == *id).cloned();
            fields.extend(twin);
        }
        FieldSpoil::Value(id, value) => {
            for field in fields.iter_mut().filter(|field| field.id == *id) {
                field.value = Value::Der(value.clone());
            }
        }
        FieldSpoil::Extra(..) | FieldSpoil::PaddedIntegers => {}
    }
}

fn encode(fields: &[Field], padded: bool) -> Vec<u8> {
    let fields: Vec<u8> = fields
        .iter()
        .flat_map(|field| {
            let id = format!("{SGX_EXTENSION}.{}", field.id);
            let value = match &field.value {
                Value::Der(der) => der.clone(),
                Value::Integer(bytes) if padded => tlv(INTEGER, &[&[0], &integer(bytes)[2..]]),
                Value::Integer(bytes) => integer(bytes),
                Value::Fields(inner) => encode(inner, padded),
            };
            tlv(SEQUENCE, &[&oid(ObjectIdentifier::new_unwrap(&id)), &value])
        })
        .collect();
    tlv(SEQUENCE, &[&fields])
}
