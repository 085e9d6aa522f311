//! Attestation tokens: a verifier's service states what it checked, as a signed JSON Web Token.
//!
//! Read are tokens of Google Confidential Space, of a plain confidential machine at Google, of
//! Intel Trust Authority, of EigenLabs' KMS and of Microsoft Azure Attestation. NVIDIA's tokens about
//! GPUs are in `nras`, on top of this room.
//!
//! # Root of trust
//! The service that issued the token, which measured, verified and reports: a statement, A1 at
//! most, whatever chain stands above the key. Whose key signed is shown in one of three ways:
//! - Google's certificates in the token, below Google's pinned root;
//! - a list of keys that this process fetched from the service's own address, with a warning on
//!   `token.key`;
//! - the policy, which names the key: the chain begins there, and the reader vouches.
//!
//! A list that was handed in beside the token vouches for nothing: nobody says whose key it is.
//!
//! # Shows
//! A key signed these claims, and the claims count at the asked time. The chain ends at the image
//! digest or the registers that the service names.
//!
//! # Does not show
//! - Anything that the service says: the token carries no quote, so this program only reads an
//!   answer. `token.verifier` warns of it.
//! - Who built the image. A build that names the same digest is compared elsewhere.
//!
//! # Steps
//! They have no numbers. In the order of the table: algorithm, root and chain or key, signature,
//! issuer, time, verifier, audience, hardware, project, software, secure boot, debug, firmware,
//! guest's debug, support, image, overrides, nonce; for Microsoft's tokens also instance,
//! compliance, the machine's debug.
//!
//! # Files
//! `checks`, `parse` (`claims`, and `jwks`: lists of keys), `verify` (`chain`), `policy`,
//! `appraise` (`claims`, `guest`: Intel's word on a TDX guest, `microsoft`: Microsoft's on a
//! machine), `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
