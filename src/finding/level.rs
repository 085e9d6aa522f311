//! How much evidence can prove at best.

use serde::Serialize;

/// The assurance level: how much the evidence could prove at best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub enum Level {
    /// Nothing is published.
    A0,
    /// The operator's or a platform's own statement.
    A1,
    /// Rooted in a cloud provider.
    A2,
    /// Rooted in the CPU vendor; the workload is not tied to a known image.
    A3,
    /// A3, and the measurement equals a known image's.
    A4,
    /// A4, and a signed build ties the image to a git commit.
    A5,
}
