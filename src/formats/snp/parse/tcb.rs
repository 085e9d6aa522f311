//! Security versions. The same eight bytes mean different components on different products.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Cpuid;

/// An EPYC generation, as far as attestation tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// Zen 3.
    Milan,
    /// Zen 4: Genoa, Bergamo and Siena, which share Genoa's keys.
    Genoa,
    /// Zen 5.
    Turin,
}

impl Product {
    /// The product of a CPU family and model, or `None` for one this verifier has no roots for.
    ///
    /// Source: AMD document 57230 and the `sev` crate 8.0.0. Venice (family 1Ah, models 50h-57h,
    /// 90h-AFh, C0h-C7h) has no published root and a TCB layout of its own.
    pub fn of_cpu(cpuid: Cpuid) -> Option<Self> {
        match (cpuid.family, cpuid.model) {
            (0x19, 0x00..=0x0f) => Some(Self::Milan),
            (0x19, 0x10..=0x1f | 0xa0..=0xaf) => Some(Self::Genoa),
            (0x1a, 0x00..=0x11) => Some(Self::Turin),
            _ => None,
        }
    }

    /// The product a certificate's productName extension names: the part before `-`, which is a
    /// stepping.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.split('-').next()? {
            "Milan" => Some(Self::Milan),
            "Genoa" => Some(Self::Genoa),
            "Turin" => Some(Self::Turin),
            _ => None,
        }
    }

    /// AMD's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Milan => "Milan",
            Self::Genoa => "Genoa",
            Self::Turin => "Turin",
        }
    }

    /// Length of the hardware id in bytes: the part of CHIP_ID that a VCEK names.
    pub(crate) const fn hardware_id_len(self) -> usize {
        match self {
            Self::Milan | Self::Genoa => 64,
            Self::Turin => 8,
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// TCB_VERSION as it stands in the report: eight bytes without a meaning until the product is
/// known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawTcb(pub [u8; 8]);

/// The security versions of one firmware stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcb {
    /// Firmware management controller; only Turin has one.
    pub fmc: Option<u8>,
    /// Secure boot loader.
    pub bootloader: u8,
    /// PSP operating system.
    pub tee: u8,
    /// SNP firmware.
    pub snp: u8,
    /// Microcode: the low byte of the patch level of the chip's stepping.
    pub microcode: u8,
}

/// A component of a [`Tcb`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// Firmware management controller.
    Fmc,
    /// Secure boot loader.
    Bootloader,
    /// PSP operating system.
    Tee,
    /// SNP firmware.
    Snp,
    /// Microcode.
    Microcode,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 5] = [Self::Fmc, Self::Bootloader, Self::Tee, Self::Snp, Self::Microcode];

    /// The stable word for parts of findings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fmc => "fmc",
            Self::Bootloader => "bootloader",
            Self::Tee => "tee",
            Self::Snp => "snp",
            Self::Microcode => "microcode",
        }
    }

    /// Offset of the component's byte inside TCB_VERSION, when `product` has it.
    pub const fn offset(self, product: Product) -> Option<usize> {
        match (product, self) {
            (Product::Turin, Self::Fmc) => Some(0),
            (Product::Turin, Self::Bootloader) => Some(1),
            (Product::Turin, Self::Tee) => Some(2),
            (Product::Turin, Self::Snp) => Some(3),
            (Product::Milan | Product::Genoa, Self::Bootloader) => Some(0),
            (Product::Milan | Product::Genoa, Self::Tee) => Some(1),
            (Product::Milan | Product::Genoa, Self::Snp) => Some(6),
            (_, Self::Microcode) => Some(7),
            (Product::Milan | Product::Genoa, Self::Fmc) => None,
        }
    }
}

impl RawTcb {
    /// The components, by `product`'s layout.
    pub const fn decode(self, product: Product) -> Tcb {
        match product {
            Product::Milan | Product::Genoa => {
                let [bootloader, tee, _, _, _, _, snp, microcode] = self.0;
                Tcb { fmc: None, bootloader, tee, snp, microcode }
            }
            Product::Turin => {
                let [fmc, bootloader, tee, snp, _, _, _, microcode] = self.0;
                Tcb { fmc: Some(fmc), bootloader, tee, snp, microcode }
            }
        }
    }

    /// Whether the bytes that `product` reserves are zero.
    pub(crate) const fn reserved_is_zero(self, product: Product) -> bool {
        match product {
            Product::Milan | Product::Genoa => matches!(self.0, [_, _, 0, 0, 0, 0, _, _]),
            Product::Turin => matches!(self.0, [_, _, _, _, 0, 0, 0, _]),
        }
    }
}

impl Tcb {
    /// One component's version; `None` when the product does not have it.
    pub const fn component(&self, component: Component) -> Option<u8> {
        match component {
            Component::Fmc => self.fmc,
            Component::Bootloader => Some(self.bootloader),
            Component::Tee => Some(self.tee),
            Component::Snp => Some(self.snp),
            Component::Microcode => Some(self.microcode),
        }
    }

    /// Whether no component is newer than in `other`. Two stacks can each be newer in something.
    pub(crate) fn at_most(&self, other: &Self) -> bool {
        Component::ALL
            .into_iter()
            .all(|component| self.component(component) <= other.component(component))
    }
}

impl fmt::Display for Tcb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fmc) = self.fmc {
            write!(f, "fmc {fmc}, ")?;
        }
        let Self { bootloader, tee, snp, microcode, .. } = self;
        write!(f, "bootloader {bootloader}, tee {tee}, snp {snp}, microcode {microcode}")
    }
}
