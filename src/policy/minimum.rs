//! This project's dated table of lowest security versions. AMD publishes no signed one.

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct MinimumTcb {}
/// A weakness.
#[derive(Clone, Copy, Debug)]
pub struct WeakProduct {}
/// The table.
pub const MINIMUM_TCB: &[MinimumTcb] = &[];
/// The table.
pub const WEAK_PRODUCTS: &[WeakProduct] = &[];
/// Looks up.
pub fn minimum_tcb() -> Option<&'static MinimumTcb> {
    None
}
