//! A simulated AMD: roots, chip keys, revocation lists and SEV-SNP reports.

mod authority;
mod crl;
pub mod report;
pub mod vek;

use silicon_to_source::formats::snp::parse::Product;

pub use authority::{AuthoritySpec, Role, authority};
pub use crl::{CrlSpec, crl};
pub use report::{FirmwareVersion, ReportSpec, Tcb};
pub use vek::{HwId, Kind, VekSpec};

/// The product's name in AMD's common names and URLs.
pub const fn product_name(product: Product) -> &'static str {
    match product {
        Product::Milan => "Milan",
        Product::Genoa => "Genoa",
        Product::Turin => "Turin",
    }
}

/// The chip's identifier in hardware: 64 bytes, or 8 on Turin. ASCII that says SIMULATED.
pub fn chip_id(product: Product) -> Vec<u8> {
    match product {
        Product::Milan => {
            b"SIMULATED Milan chip. No such chip exists. SIMULATED Milan chip.".to_vec()
        }
        Product::Genoa => {
            b"SIMULATED Genoa chip. No such chip exists. SIMULATED Genoa chip.".to_vec()
        }
        Product::Turin => b"SIMULATE".to_vec(),
    }
}
