//! NVIDIA's reference values for a device, signed as NVIDIA signs them (ISO/IEC 19770-2:2015; XML
//! Signature; Canonical XML 1.1). The canonical form is written out here beside the text, and not
//! worked out from it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

use super::{Role, certificate};
use crate::ENTITY_VALIDITY;
use crate::certificate::{
    DIGITAL_SIGNATURE, Spoil, Template, basic_constraints, key_usage, simulated_name,
};
use crate::keys::Key;

const SWID: &str = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
const SHA384: &str = "http://www.w3.org/2001/04/xmlenc#sha384";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/2006/12/xml-c14n11";

/// A manifest that is not signed yet.
#[derive(Clone, Debug)]
pub struct ManifestSpec {
    /// The version of what it is about.
    pub version: String,
    /// Measurements by their number from 0: whether each is compared, and its values.
    pub measurements: Vec<(u8, bool, Vec<[u8; 48]>)>,
    /// The key that signs.
    pub signer: Key,
    /// What is wrong with the signer's certificate.
    pub spoil: Option<Spoil>,
    /// The digest that is signed, when it is not the document's.
    pub digest: Option<[u8; 48]>,
}

impl ManifestSpec {
    /// Sound values of the driver that the healthy report names: its first measurement.
    pub fn driver() -> Self {
        Self {
            version: "550.90.07".into(),
            measurements: vec![(0, true, vec![[9; 48], [1; 48]]), (1, false, vec![[0; 48]])],
            signer: Key::NvidiaService,
            spoil: None,
            digest: None,
        }
    }

    /// Sound values of its VBIOS: its second measurement.
    pub fn firmware() -> Self {
        let measurements = vec![(0, false, vec![[0; 48]]), (1, true, vec![[2; 48]])];
        Self { version: "96.00.9F.00.01".into(), measurements, ..Self::driver() }
    }

    /// The signed manifest.
    pub fn xml(&self) -> Vec<u8> {
        let (text, canonical) = (self.document(false), self.document(true));
        let digest = self.digest.unwrap_or_else(|| sha2::Sha384::digest(&canonical).into());
        let info = |namespaces: &str| {
            format!(
                "<ds:SignedInfo{namespaces}><ds:CanonicalizationMethod Algorithm=\"{C14N}\">\
                 </ds:CanonicalizationMethod><ds:SignatureMethod \
                 Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384\">\
                 </ds:SignatureMethod><ds:Reference URI=\"\"><ds:Transforms><ds:Transform \
                 Algorithm=\"{DSIG}enveloped-signature\"></ds:Transform><ds:Transform \
                 Algorithm=\"{C14N}\"></ds:Transform></ds:Transforms><ds:DigestMethod \
                 Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#sha384\"></ds:DigestMethod>\
                 <ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
                STANDARD.encode(digest)
            )
        };
        let inherited = format!(
            " xmlns=\"{SWID}\" xmlns:ds=\"{DSIG}\" xmlns:ns0=\"{SWID}\" xmlns:ns2=\"{SHA384}\""
        );
        let (r, s) = self.signer.sign_p384(info(&inherited).as_bytes());
        let chain = [self.certificate(), certificate(Role::ReferenceRoot, &[0; 48], None)];
        let chain = chain.map(|der| {
            format!("<ds:X509Certificate>{}\n</ds:X509Certificate>", STANDARD.encode(der))
        });
        let signature = format!(
            "<ds:Signature xmlns:ds=\"{DSIG}\">{}<ds:SignatureValue>{}</ds:SignatureValue>\
             <ds:KeyInfo><ds:X509Data>{}</ds:X509Data></ds:KeyInfo></ds:Signature>",
            info(""),
            STANDARD.encode([r, s].concat()),
            chain.concat()
        );
        text.replace("</SoftwareIdentity>", &format!("{signature}</SoftwareIdentity>\n")).into()
    }

    /// The document without its signature, as it is written or in canonical form.
    fn document(&self, canonical: bool) -> String {
        let end = |name: &str| if canonical { format!("></ns0:{name}>") } else { "/>".into() };
        let resources: String = self
            .measurements
            .iter()
            .map(|(number, active, values)| {
                let active = if *active { "True" } else { "False" };
                let hashes: Vec<String> = values
                    .iter()
                    .enumerate()
                    .map(|(place, value)| format!(" ns2:Hash{place}=\"{}\"", hex::encode(value)))
                    .collect();
                let (count, hashes) = (values.len(), hashes.concat());
                let name = format!("Measurement_{number}");
                let attributes = match canonical {
                    true => format!(
                        "active=\"{active}\" alternatives=\"{count}\" index=\"{number}\" \
                         name=\"{name}\" size=\"48\" type=\"Measurement\"{hashes}"
                    ),
                    false => format!(
                        "type=\"Measurement\" index=\"{number}\" active=\"{active}\" \
                         alternatives=\"{count}\"{hashes} name=\"{name}\" size=\"48\""
                    ),
                };
                format!("        <ns0:Resource {attributes}{}\n", end("Resource"))
            })
            .collect();
        let version = &self.version;
        let meta = match canonical {
            true => format!("colloquialVersion=\"{version}\" edition=\"GPU\" product=\"GH100\""),
            false => format!("product=\"GH100\" colloquialVersion=\"{version}\" edition=\"GPU\""),
        };
        format!(
            "<SoftwareIdentity xmlns=\"{SWID}\" xmlns:ns0=\"{SWID}\" xmlns:ns2=\"{SHA384}\" \
             name=\"SIMULATED\" version=\"1.0\">\n    <ns0:Meta {meta}{}\n    <ns0:Payload>\n\
             {resources}    </ns0:Payload>\n</SoftwareIdentity>",
            end("Meta")
        )
    }

    fn certificate(&self) -> Vec<u8> {
        let mut template = Template::new(
            simulated_name(Role::ReferenceRoot.common_name()),
            simulated_name("SIMULATED reference signer"),
            ENTITY_VALIDITY,
            Key::NvidiaService,
            Role::ReferenceRoot.key(),
        );
        template.extensions = vec![basic_constraints(None), key_usage(DIGITAL_SIGNATURE)];
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template.sign()
    }
}
