//! What services publish: formats and builds put together, with what ties them to a connection.

pub mod tinfoil;
pub mod near;
pub mod aci;
pub mod providers;
pub mod registry;
pub mod coordinator;
