//! This project's own dated table of lowest security versions.
//!
//! AMD publishes no signed statement of which security versions are current, so these rows are
//! ours. Each names the AMD bulletin it follows. A row is here only when two independent readings
//! of the bulletin agree; rows known from one reading are left out (SB-3020, SB-3027, SB-3030),
//! and so is SB-3034, whose values AMD withdrew.

use super::parse::{Component, Cpuid, Product};
use crate::time::UnixTime;

/// One row: from `published` on, `component` should be at least `minimum` on these chips.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MinimumTcb {
    /// AMD's bulletin.
    pub bulletin: &'static str,
    /// The day of the bulletin.
    pub published: UnixTime,
    /// The product.
    pub product: Product,
    /// Model and stepping, when the row is for some chips of the product only. Microcode versions
    /// count separately for each stepping.
    pub chip: Option<(u8, u8)>,
    /// The component.
    pub component: Component,
    /// The lowest version.
    pub minimum: u8,
}

/// 2025-02-03, AMD-SB-3019 (CVE-2024-56161: microcode signatures could be forged).
const SB_3019: UnixTime = UnixTime(1_738_540_800);
/// 2026-02-10, AMD-SB-3023 (CVE-2025-48514).
const SB_3023: UnixTime = UnixTime(1_770_681_600);

const fn row(
    bulletin: &'static str,
    published: UnixTime,
    product: Product,
    chip: Option<(u8, u8)>,
    component: Component,
    minimum: u8,
) -> MinimumTcb {
    MinimumTcb { bulletin, published, product, chip, component, minimum }
}

/// The table, as of 2026-11-22.
pub(crate) const MINIMUM_TCB: &[MinimumTcb] = {
    use Component::{Microcode, Snp};
    use Product::{Genoa, Milan, Turin};
    &[
        row("AMD-SB-3019", SB_3019, Milan, Some((0x01, 1)), Snp, 0x18),
        row("AMD-SB-3019", SB_3019, Milan, Some((0x01, 1)), Microcode, 0xdb),
        row("AMD-SB-3019", SB_3019, Milan, Some((0x01, 2)), Snp, 0x18),
        row("AMD-SB-3019", SB_3019, Milan, Some((0x01, 2)), Microcode, 0x44),
        row("AMD-SB-3019", SB_3019, Genoa, Some((0x11, 1)), Snp, 0x17),
        row("AMD-SB-3019", SB_3019, Genoa, Some((0x11, 1)), Microcode, 0x54),
        row("AMD-SB-3019", SB_3019, Genoa, Some((0x11, 2)), Snp, 0x17),
        row("AMD-SB-3019", SB_3019, Genoa, Some((0x11, 2)), Microcode, 0x4f),
        row("AMD-SB-3019", SB_3019, Genoa, Some((0xa0, 2)), Microcode, 0x19),
        row("AMD-SB-3023", SB_3023, Milan, None, Snp, 0x1b),
        row("AMD-SB-3023", SB_3023, Genoa, None, Snp, 0x1b),
        row("AMD-SB-3023", SB_3023, Turin, None, Snp, 0x04),
    ]
};

/// The highest minimum that the table has at `now` for a component of a chip. Rows for particular
/// chips need `cpuid`, which reports of version 2 do not carry.
pub(crate) fn minimum_tcb(
    product: Product,
    cpuid: Option<Cpuid>,
    component: Component,
    now: UnixTime,
) -> Option<&'static MinimumTcb> {
    MINIMUM_TCB
        .iter()
        .filter(|row| row.product == product && row.component == component && row.published <= now)
        .filter(|row| match (row.chip, cpuid) {
            (None, _) => true,
            (Some(chip), Some(cpuid)) => chip == (cpuid.model, cpuid.stepping),
            (Some(_), None) => false,
        })
        .max_by_key(|row| row.minimum)
}

/// The highest minimum that the table has at `now` for a component of any chip of `product`: what
/// a report must reach that does not say which chip it is about.
pub(crate) fn minimum_of_any_chip(
    product: Product,
    component: Component,
    now: UnixTime,
) -> Option<&'static MinimumTcb> {
    MINIMUM_TCB
        .iter()
        .filter(|row| row.product == product && row.component == component && row.published <= now)
        .max_by_key(|row| row.minimum)
}

/// A published weakness of a whole product that no attestation shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeakProduct {
    /// The product.
    pub product: Product,
    /// Where it was published.
    pub source: &'static str,
}

/// Products whose reports others may be able to make. The source is a preprint whose result this
/// project has not reproduced.
pub(crate) const WEAK_PRODUCTS: &[WeakProduct] =
    &[WeakProduct { product: Product::Milan, source: "arXiv:2605.12990" }];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_from_the_day_of_their_bulletin() {
        let genoa = Cpuid { family: 0x19, model: 0x11, stepping: 1 };
        let at = |time: &str| {
            minimum_tcb(Product::Genoa, Some(genoa), Component::Snp, time.parse().unwrap())
                .map(|row| (row.bulletin, row.minimum))
        };
        assert_eq!(at("2025-02-02T23:59:59Z"), None);
        assert_eq!(at("2025-02-03T00:00:00Z"), Some(("AMD-SB-3019", 0x17)));
        assert_eq!(at("2026-02-10T00:00:00Z"), Some(("AMD-SB-3023", 0x1b)));
    }

    #[test]
    fn microcode_is_compared_by_stepping_only() {
        let now: UnixTime = "2026-11-22T00:00:00Z".parse().unwrap();
        assert!(minimum_tcb(Product::Milan, None, Component::Microcode, now).is_none());
        let milan_x = Cpuid { family: 0x19, model: 1, stepping: 2 };
        let row = minimum_tcb(Product::Milan, Some(milan_x), Component::Microcode, now).unwrap();
        assert_eq!(row.minimum, 0x44);
    }
}
