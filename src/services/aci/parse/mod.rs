//! ACI's documents as they stand (`spec/aci.md` of Dstack-TEE/private-ai-gateway).

mod receipt;
mod report;
mod session;

pub(crate) use receipt::{Event, Receipt};
pub(crate) use report::{Keyset, Report};
pub(crate) use session::Session;

use crate::error::Error;
use crate::span::Span;

/// The one version.
const VERSION: &str = "aci/1";

/// The text of a document, which is UTF-8 and has no member twice.
fn text<'a>(what: &'static str, bytes: &'a [u8], most: usize) -> Result<&'a str, Error> {
    Error::cap(what, bytes.len(), most)?;
    crate::json::unique(what, bytes)?;
    let text = str::from_utf8(bytes).map_err(|error| {
        Error::malformed(what, Span::new(error.valid_up_to(), 1), "it is not UTF-8")
    })?;
    Ok(text.trim_ascii())
}

fn version(what: &'static str, found: &str, text: &str) -> Result<(), Error> {
    match found == VERSION {
        true => Ok(()),
        false => Err(Error::unsupported(what, found, Span::new(0, text.len()))),
    }
}
