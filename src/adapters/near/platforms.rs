//! Intel's collateral for machines on different platforms.

use crate::adapters::{dcap, kind};
use crate::bytes::Span;
use crate::endorsements::intel::{Collateral, TcbInfo};
use crate::error::Error;
use crate::evidence::dcap::Quote;
use crate::plan::IntelPlatform;

/// Files beside a report, each with the platform it is about when it is Intel's word on one.
pub(super) struct Files<'a> {
    files: Vec<(&'a [u8], Option<[u8; 6]>)>,
    /// The platforms of the report's machines.
    platforms: Vec<[u8; 6]>,
}

impl<'a> Files<'a> {
    /// Tells `files` apart. `quotes` are the machines' quotes.
    ///
    /// # Errors
    /// When a file is about one machine, and there are several.
    pub(super) fn of(quotes: &[Option<Vec<u8>>], files: &[&'a [u8]]) -> Result<Self, Error> {
        let platforms = quotes.iter().flatten().filter_map(|quote| platform(quote)).collect();
        let mut told = Vec::new();
        for &file in files {
            let collateral = Collateral::from_files(&[file]).ok();
            if collateral.is_none() && quotes.len() > 1 {
                const WHAT: &str = "a file about one machine, beside a report about several";
                let found = format!("{} bytes", file.len());
                return Err(Error::unsupported(WHAT, found, Span::new(0, file.len())));
            }
            let info = collateral.and_then(|known| known.tcb_info);
            told.push((file, info.and_then(|info| Some(TcbInfo::parse(&info.bytes).ok()?.fmspc))));
        }
        Ok(Self { files: told, platforms })
    }

    /// The files for the machine with this quote: all but those about another machine's platform.
    pub(super) fn for_quote(&self, quote: Option<&[u8]>) -> Vec<&'a [u8]> {
        let own = quote.and_then(platform);
        let is_anothers = |about: &Option<[u8; 6]>| {
            about.is_some_and(|about| self.platforms.contains(&about) && own != Some(about))
        };
        self.files.iter().filter(|(_, about)| !is_anothers(about)).map(|(file, _)| *file).collect()
    }
}

fn platform(quote: &[u8]) -> Option<[u8; 6]> {
    let quote = Quote::parse(quote).ok()?;
    let platform = dcap::platform(&quote, &Collateral::default());
    platform.map(|IntelPlatform { fmspc, .. }| fmspc)
}

/// A quote in hex or base64.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    kind::decoded(text.as_bytes())
}
