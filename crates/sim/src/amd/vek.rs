//! VCEK and VLEK certificates (AMD 57230 section 1.5, AMD 58369).

use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::Validity;
use x509_cert::ext::Extension;

use super::{ReportSpec, Role, Tcb, chip_id, product_name};
use crate::ENTITY_VALIDITY;
use crate::certificate::{Spoil, Template, extension, simulated_name};
use crate::der::{IA5_STRING, OCTET_STRING, integer, tlv};
use crate::keys::Key;

/// OID of the structure version.
pub const STRUCT_VERSION: &str = "1.3.6.1.4.1.3704.1.1";
/// OID of the product name.
pub const PRODUCT_NAME: &str = "1.3.6.1.4.1.3704.1.2";
/// OID of the boot loader's security version.
pub const BOOTLOADER_SPL: &str = "1.3.6.1.4.1.3704.1.3.1";
/// OID of the PSP operating system's security version.
pub const TEE_SPL: &str = "1.3.6.1.4.1.3704.1.3.2";
/// OID of the SNP firmware's security version.
pub const SNP_SPL: &str = "1.3.6.1.4.1.3704.1.3.3";
/// OID of the microcode's security version.
pub const MICROCODE_SPL: &str = "1.3.6.1.4.1.3704.1.3.8";
/// OID of the firmware management controller's security version (Turin).
pub const FMC_SPL: &str = "1.3.6.1.4.1.3704.1.3.9";
/// OID of the hardware id (VCEK).
pub const HWID: &str = "1.3.6.1.4.1.3704.1.4";
/// OID of the cloud provider's id (VLEK).
pub const CSP_ID: &str = "1.3.6.1.4.1.3704.1.5";

/// Which of the two endorsement keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Versioned chip endorsement key.
    Vcek,
    /// Versioned loaded endorsement key.
    Vlek,
}

/// How the hardware id stands in its extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HwId {
    /// Its bytes are the extension's value, as in AMD's certificates.
    Raw(Vec<u8>),
    /// A DER OCTET STRING with its bytes is the extension's value, as AMD 57230 has it.
    OctetString(Vec<u8>),
}

/// A VCEK or VLEK certificate.
#[derive(Clone, Debug)]
pub struct VekSpec {
    /// The kind, which decides the names.
    pub kind: Kind,
    /// The product, which decides the issuer's name and the TCB extensions.
    pub product: Product,
    /// The security versions.
    pub tcb: Tcb,
    /// The hardware id.
    pub hwid: Option<HwId>,
    /// The cloud provider's id.
    pub csp_id: Option<String>,
    /// The product name extension.
    pub product_name: String,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// The certified key.
    pub subject_key: Key,
    /// The key that signs.
    pub signer: Key,
    /// What is wrong.
    pub spoil: Option<Spoil>,
}

impl VekSpec {
    /// A healthy VCEK of [`chip_id`] at the default report's TCB.
    pub fn vcek(product: Product) -> Self {
        let product_name = match product {
            Product::Milan => "Milan-B0",
            Product::Genoa | Product::Turin => product_name(product),
        };
        Self {
            kind: Kind::Vcek,
            product,
            tcb: Tcb::healthy(product),
            hwid: Some(HwId::Raw(chip_id(product))),
            csp_id: None,
            product_name: product_name.to_owned(),
            validity: ENTITY_VALIDITY,
            subject_key: Key::Vcek,
            signer: Key::Ask,
            spoil: None,
        }
    }

    /// A healthy VLEK of a simulated cloud provider.
    pub fn vlek(product: Product) -> Self {
        Self {
            kind: Kind::Vlek,
            hwid: None,
            csp_id: Some("CN=cloud.simulated.example".to_owned()),
            product_name: product_name(product).to_owned(),
            subject_key: Key::Vlek,
            signer: Key::Asvk,
            ..Self::vcek(product)
        }
    }

    /// The VCEK or VLEK that `report` asks for: same product, reported TCB and chip.
    pub fn of(report: &ReportSpec) -> Self {
        let spec = match report.key_info >> 2 & 7 {
            0 => Self::vcek(report.product),
            _ => Self::vlek(report.product),
        };
        Self { tcb: report.reported_tcb, ..spec }
    }

    /// The certificate, spoiled and not signed yet.
    pub fn template(&self) -> Template {
        let (role, common_name) = match self.kind {
            Kind::Vcek => (Role::Ask, "SEV-VCEK"),
            Kind::Vlek => (Role::Asvk, "SEV-VLEK"),
        };
        let mut template = Template::new(
            simulated_name(&role.common_name(self.product)),
            simulated_name(common_name),
            self.validity,
            self.subject_key,
            self.signer,
        );
        template.serial = vec![0];
        template.extensions = self.extensions();
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template
    }

    /// The signed certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        self.template().sign()
    }

    fn extensions(&self) -> Vec<Extension> {
        let number = |id: &str, value: u8| extension(id, false, &integer(&[value]));
        let reserved = |last: u8| number(&format!("1.3.6.1.4.1.3704.1.3.{last}"), 0);
        let Tcb { fmc, bootloader, tee, snp, microcode } = self.tcb;
        let name = tlv(IA5_STRING, &[self.product_name.as_bytes()]);
        let mut extensions = vec![
            number(STRUCT_VERSION, u8::from(self.product == Product::Turin)),
            extension(PRODUCT_NAME, false, &name),
        ];
        if self.product == Product::Turin {
            extensions.push(number(FMC_SPL, fmc));
        }
        extensions.extend([number(BOOTLOADER_SPL, bootloader), number(TEE_SPL, tee)]);
        if self.product == Product::Turin {
            extensions.extend([number(SNP_SPL, snp), reserved(5), reserved(6), reserved(7)]);
        } else {
            extensions.extend([reserved(4), reserved(5), reserved(6), reserved(7)]);
            extensions.push(number(SNP_SPL, snp));
        }
        extensions.push(number(MICROCODE_SPL, microcode));
        extensions.extend(self.hwid.iter().map(|id| match id {
            HwId::Raw(bytes) => extension(HWID, false, bytes),
            HwId::OctetString(bytes) => extension(HWID, false, &tlv(OCTET_STRING, &[bytes])),
        }));
        extensions.extend(
            self.csp_id
                .iter()
                .map(|id| extension(CSP_ID, false, &tlv(IA5_STRING, &[id.as_bytes()]))),
        );
        extensions
    }
}
