//! Registers on Ethereum chains, as RPC providers answer about them: EigenCompute's AppController
//! and the contracts of dstack's apps.
//!
//! The answers are recorded with their questions and lie beside the evidence. The policy names the
//! provider and the app.
//!
//! # Root of trust
//! None. Nobody signs an answer, and no block is checked: it is the provider's word about a chain.
//! Every check here is hearsay, so no level rises by it.
//!
//! # Shows
//! The provider says that the register names the image, or allows the app-compose file, that
//! verified evidence names.
//!
//! # Does not show
//! - That the chain says so. The provider could say anything.
//! - Which app EigenCompute's evidence is of: the reader or the service says which app is meant,
//!   and then some registered app has this image.
//! - That the register will say the same tomorrow: mostly one transaction of the developer changes
//!   it.
//!
//! A contradiction is a warning: the provider could be wrong, or a release is just being replaced.
//! It is a failure where the policy requires the check.
//!
//! # Steps
//! They have no numbers. In the order of the table: release, compose hash, entry, answer.
//!
//! # Files
//! `checks`, `parse` (`answer` of a provider, `abi` of one event), `policy`, `appraise`, `wanted`
//! (what a provider can be asked), `examine` (beside verified evidence of other rooms).

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod wanted;
