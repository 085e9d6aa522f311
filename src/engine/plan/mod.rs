//! Whom to ask, for what, and what asking reveals.
//!
//! Nothing is fetched here. Whoever fetches goes round like this: ask for what [`first`] names,
//! record the answers in an [`Exchange`](crate::services::coordinator::parse::exchange::Exchange), examine it, show
//! what the report wants ([`next`]) with each host's name, ask those that the reader allows, and
//! examine again with their answers as collateral. What an answer means, or its absence, is
//! decided by the examination and never by the one who fetches.

mod also;
mod origin;
mod request;
pub mod session;
mod subject;

pub use also::Also;
pub use origin::Origin;
pub use request::{Further, Reach, Request, first, next};
pub(crate) use request::{hpke_question, key_question};
pub use session::Session;
pub use subject::{SUBJECTS, Service, Subject};
