//! Whom to ask, for what, and what asking reveals.
//!
//! Nothing is fetched here. Whoever fetches goes round like this: ask for what [`first`] names,
//! record the answers in an [`Exchange`](crate::evidence::exchange::Exchange), examine it, show
//! what the report wants ([`next`]) with each host's name, ask those that the reader allows, and
//! examine again with their answers as collateral. What an answer means, or its absence, is
//! decided by the examination and never by the one who fetches.

mod amd;
mod github;
mod google;
mod intel;
mod origin;
mod registry;
mod request;
pub mod session;
mod subject;
mod tuf;

pub use amd::amd;
pub use github::{github, github_attestations, github_bundle};
pub use google::{GuestFirmware, google_firmware, google_vtpm, google_vtpm_lists};
pub use intel::{IntelCa, IntelPlatform, intel};
pub use origin::Origin;
pub use registry::registry;
pub use request::{Further, Reach, Request, first, next};
pub use session::Session;
pub use subject::{SUBJECTS, Service, Subject};
pub use tuf::tuf;
