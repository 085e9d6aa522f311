//! Attested Confidential Inference, `aci/1`: a service's report, with receipts and sessions of it
//! beside.
//!
//! A report puts the digest of a set of keys and the reader's nonce into the report data of a TDX
//! quote. One of these keys signs a receipt for each request, and a receipt names the session in
//! which the service looked at the machine behind it.
//!
//! # Root of trust
//! Intel, by the quote of a dstack guest. Another machine (`sev_snp`, or one that the specification
//! does not name) is told as not read.
//!
//! # Shows
//! Intel vouches for the processor; the quote names exactly these keys, and the question where the
//! policy names one; dstack's measured log names the app-compose file. Of a receipt: a key that the
//! quote names signed exactly these words. Of a session: a receipt that holds names exactly this
//! record, and the record's evidence has the digest that it states.
//!
//! # Does not show
//! - That the keys never leave the machine: the signatures of dstack's key service are not read.
//! - The source: what the report says of it is bound to nothing, and shown as said.
//! - What a session's claims claim: they are the word of whoever looked, each with its own source.
//!   The evidence in a session is not examined; hand it in by itself.
//! - The order and time of receipts, which are the service's own word.
//!
//! Read from the specification (Dstack-TEE/private-ai-gateway, `spec/aci.md`, 055cb79, Apache-2.0) and
//! its vectors; whole reports were tried as generated ones only.
//!
//! # Steps
//! They have no numbers, except those of quotes (T1 to T40). In the order of the table: form, keys,
//! their end, roles, report data, nonce, TLS key, custody, receipt, events, bodies, upstream, session.
//!
//! # Files
//! `checks`, `parse` (`report`, `receipt`, `session`), `verify` (`keyset`: keys against the quote;
//! `receipt`: receipts and sessions against the keys), `policy`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
