//! ARK, ASK and ASVK certificates (AMD 57230 section 1.4, AMD 58369).

use std::sync::OnceLock;

use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::Validity;

use super::product_name;
use crate::AUTHORITY_VALIDITY;
use crate::certificate::{
    CRL_SIGN, KEY_CERT_SIGN, PathLength, Spoil, Template, authority_key_identifier,
    basic_constraints, crl_distribution_point, key_usage, simulated_name, subject_key_identifier,
};
use crate::keys::Key;

/// An AMD certificate authority's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The root key.
    Ark,
    /// What signs VCEKs.
    Ask,
    /// What signs VLEKs.
    Asvk,
}

impl Role {
    /// The role's key.
    pub const fn key(self) -> Key {
        match self {
            Self::Ark => Key::Ark,
            Self::Ask => Key::Ask,
            Self::Asvk => Key::Asvk,
        }
    }

    /// The common name for `product`.
    pub fn common_name(self, product: Product) -> String {
        let product = product_name(product);
        match self {
            Self::Ark => format!("ARK-{product}"),
            Self::Ask => format!("SEV-{product}"),
            Self::Asvk => format!("SEV-VLEK-{product}"),
        }
    }

    /// The serial number: product in the first byte, as AMD numbers them.
    pub const fn serial(self, product: Product) -> [u8; 3] {
        let product = match product {
            Product::Milan => 1,
            Product::Genoa => 2,
            Product::Turin => 3,
        };
        match self {
            Self::Ark => [product, 0, 0],
            Self::Ask => [product, 0, 2],
            Self::Asvk => [product, 1, 1],
        }
    }
}

/// An AMD certificate authority's certificate.
#[derive(Clone, Debug)]
pub struct AuthoritySpec {
    /// The product.
    pub product: Product,
    /// The role.
    pub role: Role,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// The key that signs.
    pub signer: Key,
    /// What is wrong.
    pub spoil: Option<Spoil>,
}

impl AuthoritySpec {
    /// A healthy certificate: the one committed under `src/pki/simulated/`.
    pub const fn new(product: Product, role: Role) -> Self {
        Self { product, role, validity: AUTHORITY_VALIDITY, signer: Key::Ark, spoil: None }
    }

    /// The certificate, spoiled and not signed yet.
    pub fn template(&self) -> Template {
        let &Self { product, role, validity, signer, .. } = self;
        let mut template = Template::new(
            simulated_name(&Role::Ark.common_name(product)),
            simulated_name(&role.common_name(product)),
            validity,
            role.key(),
            signer,
        );
        template.serial = role.serial(product).to_vec();
        let family = if role == Role::Asvk { "vlek" } else { "vcek" };
        let crl = crl_distribution_point(&format!(
            "https://kds.simulated.example/{family}/v1/{}/crl",
            product_name(product)
        ));
        template.extensions = match role {
            Role::Ark => vec![
                key_usage(KEY_CERT_SIGN | CRL_SIGN),
                subject_key_identifier(role.key()),
                basic_constraints(Some(PathLength::Any)),
                crl,
            ],
            Role::Ask | Role::Asvk => vec![
                subject_key_identifier(role.key()),
                authority_key_identifier(Key::Ark),
                basic_constraints(Some(PathLength::AtMost(0))),
                key_usage(KEY_CERT_SIGN),
                crl,
            ],
        };
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template
    }

    /// The signed certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        self.template().sign()
    }
}

/// The healthy certificate of `role` for `product`, in DER. Signed once per process.
pub fn authority(product: Product, role: Role) -> &'static [u8] {
    static CACHE: [[OnceLock<Vec<u8>>; 3]; 3] = [const { [const { OnceLock::new() }; 3] }; 3];
    CACHE[product as usize][role as usize].get_or_init(|| AuthoritySpec::new(product, role).der())
}
