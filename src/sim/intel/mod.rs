//! A simulated Intel: root, PCK authorities, a platform's PCK and what signs its TCB info.

mod authority;

pub use authority::{AuthoritySpec, Role, authority};
