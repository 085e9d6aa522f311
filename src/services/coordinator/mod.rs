//! A coordinator's attestation (contract v1, `GET /v1/coordinator/attestation`), and the exchange
//! in which it was asked.
//!
//! The contract is this project's own, in `www/contract`. A document carries evidence of every type
//! that the contract names, what was stapled to it, signed measurements, builds, source, and the
//! binding: which keys and which origin the evidence covers.
//!
//! # Root of trust
//! That of the strongest piece of evidence in the document: a chip's maker, else a cloud provider,
//! else a service. The other pieces have to hold too, and add nothing to the chain.
//!
//! # Shows
//! Evidence was signed over the binding, after the reader's nonce where there was one; the machine
//! was launched as a signed reference value says, so it runs this image; a build service signed
//! which commit the image was built from; software in the machine names the key that `GET
//! /v1/encryption-key` hands out.
//!
//! # Does not show
//! - That the private key never left the machine: its custody is the software's own word.
//! - That a web page's connection ends in the machine.
//! - Anything that the document merely states: each statement is shown beside what the chain
//!   derived.
//! - A session that somebody recorded: it is told as a recording.
//!
//! # Steps
//! Numbers are those of the contract's section "What a reader checks, in order".
//! - 1: form. 2: nonce, origin, types of evidence. 3: root, chain, signature, what was stapled. 4:
//!   the machine's rules, in the rooms of the formats. 5: the digest D as the type carries it.
//! - 6: launch against signed measurements. 7: event logs. 8: image and manifest. 9: builds. 10:
//!   commit.
//! - 11: the sealed-request key, its custody, where TLS ends.
//!
//! # Files
//! `checks`, `parse` (`exchange`; `binding`; `carrier`: the digest D; `launch`: signed
//! measurements), `policy`, `appraise` (a file a subject), `examine` (`items` picks the chain's
//! piece; `bound`, `machine` and `provider` take evidence by type; `stapled`, `build`, `exchange`).

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub mod policy;
