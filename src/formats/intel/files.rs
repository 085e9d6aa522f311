//! Intel's statements at hand, part by part, and which of them are about one quote.

use super::parse::Quote;
use super::parse::collateral::{Collateral, Part, parts};
use super::verify::choose;
use crate::piece::{self, Piece, Role};
use crate::pki::named::Anchors;
use crate::time::UnixTime;

/// Intel's roles.
const ROLES: &[Role] = &[Role::IntelCertificate, Role::IntelCrl, Role::IntelCollateral];

/// Parts of Intel's collateral, each with the piece that it came in.
#[derive(Default)]
pub(crate) struct Intel<'s> {
    parts: Vec<Part>,
    pieces: Vec<Option<Piece<'s>>>,
}

impl<'s> Intel<'s> {
    /// Those among `pieces`. One that cannot be read is noted as that; what it would have said is
    /// then missing.
    pub(crate) fn of(pieces: &[Piece<'s>]) -> Self {
        let mut own = Self::default();
        for piece in piece::of(pieces, ROLES) {
            match parts(piece.bytes) {
                Ok(read) => {
                    for part in read {
                        match part {
                            Ok(part) => own.push(part, Some(piece)),
                            Err(_) => piece.unreadable(),
                        }
                    }
                }
                Err(_) => piece.unreadable(),
            }
        }
        own
    }

    /// Adds a part that the evidence itself brings along.
    pub(crate) fn add(&mut self, part: Part) {
        self.push(part, None);
    }

    fn push(&mut self, part: Part, piece: Option<Piece<'s>>) {
        self.parts.push(part);
        self.pieces.push(piece);
    }

    /// Chooses what is about `quote`.
    pub(crate) fn choose(
        &self,
        quote: &Quote<'_>,
        roots: Anchors<'_>,
        now: UnixTime,
    ) -> Collateral {
        let chosen = choose(&self.parts, quote, roots, now);
        for place in chosen.used {
            if let Some(Some(piece)) = self.pieces.get(place) {
                piece.used();
            }
        }
        chosen.collateral
    }
}
