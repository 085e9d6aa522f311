//! What chains of certificates have in common, with each vendor's rules as data.

use crate::finding::{Check, Finding};
use crate::pki::{Cert, KeyKind, SignatureAlgorithm};
use crate::time::{Standing, UnixTime, Validity};

/// The most certificates between the one that signs evidence and the root, where their number is
/// the vendor's choice.
const MAX_INTERMEDIATES: usize = 3;

/// What a vendor's certificates below its root have in common.
pub(crate) struct Rules {
    /// Whether a key is of the vendor's kind.
    pub(crate) key: fn(&KeyKind) -> bool,
    /// The signatures' algorithm, where the vendor uses one only.
    pub(crate) algorithm: Option<SignatureAlgorithm>,
    /// Whether keyUsage of the last certificate has to allow signing documents.
    pub(crate) signs_documents: bool,
}

impl Rules {
    /// Why `cert` does not fit its place above `below` other certificates (RFC 5280 section
    /// 6.1.4); the certificate above none signs the evidence.
    pub(crate) fn misfit(&self, cert: &Cert<'_>, below: usize) -> Option<&'static str> {
        let authorities = below.saturating_sub(1);
        let most = cert.path_length().map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        match below {
            0 if cert.is_ca() || cert.may_sign_certificates() => Some("is-a-ca"),
            0 if self.signs_documents && !cert.may_sign_documents() => Some("may-not-sign"),
            1.. if !cert.is_ca() || !cert.may_sign_certificates() => Some("not-a-ca"),
            1.. if most.is_some_and(|most| most < authorities) => Some("path-length"),
            _ if !(self.key)(&cert.key_kind()) => Some("wrong-key"),
            _ if self.algorithm.as_ref().is_some_and(|only| only != cert.algorithm()) => {
                Some("wrong-parameters")
            }
            _ if !cert.unknown_demands().is_empty() => Some("unknown-extension"),
            _ => None,
        }
    }
}

/// The rules of a chain, and the checks that say whether it keeps them.
pub(crate) struct Checked {
    /// The rules.
    pub(crate) rules: Rules,
    /// Whether each certificate fits its place.
    pub(crate) role: &'static Check,
    /// Whether each was signed by the next.
    pub(crate) signature: &'static Check,
    /// Whether each is valid at the time.
    pub(crate) validity: &'static Check,
}

impl Checked {
    /// The place of `cert` above `below` others.
    pub(crate) fn role(&self, cert: &Cert<'_>, below: usize) -> Finding {
        Finding::unless(self.role, self.rules.misfit(cert, below)).actual(cert.subject())
    }

    /// Whether `issuer` signed `cert`.
    pub(crate) fn signed(&self, cert: &Cert<'_>, issuer: &Cert<'_>) -> Finding {
        Finding::unless(self.signature, unsigned(cert, issuer)).expected(issuer.subject())
    }

    /// Whether `cert` is valid at `now`.
    pub(crate) fn valid(&self, cert: &Cert<'_>, now: UnixTime) -> Finding {
        dated(self.validity, cert.validity(), now, "expired")
    }
}

/// The most signatures that are tried while a way to a root is looked for.
const MAX_TRIED: usize = 64;

/// The way up from `leaf` through what is `known`, without the root. Where several certificates
/// bear the issuer's name, each that signed is tried, the first that leads to a root is taken, and
/// the first of all where none does.
pub(crate) fn path<'c, 'd>(
    leaf: &'c Cert<'d>,
    known: &[&'c Cert<'d>],
    roots: &[&Cert<'_>],
) -> Vec<&'c Cert<'d>> {
    let mut left = MAX_TRIED;
    match signed_path(vec![leaf], leaf, known, roots, &mut left) {
        Some(path) => path,
        None => named_path(leaf, known, roots),
    }
}

/// A way on which each certificate signed the one below, up to a root's name.
fn signed_path<'c, 'd>(
    path: Vec<&'c Cert<'d>>,
    last: &'c Cert<'d>,
    known: &[&'c Cert<'d>],
    roots: &[&Cert<'_>],
    left: &mut usize,
) -> Option<Vec<&'c Cert<'d>>> {
    let signs = |issuer: &Cert<'_>, left: &mut usize| {
        last.names_issuer(issuer) && {
            *left = left.saturating_sub(1);
            *left > 0 && last.verify_signed_by(issuer).is_ok()
        }
    };
    if roots.iter().any(|root| signs(root, left)) {
        return Some(path);
    }
    if path.len() > MAX_INTERMEDIATES {
        return None;
    }
    known.iter().find_map(|next| {
        let is_new = !path.iter().any(|seen| seen.der() == next.der());
        let fits = is_new && signs(next, left);
        fits.then(|| [&*path, &[*next]].concat())
            .and_then(|path| signed_path(path, next, known, roots, left))
    })
}

/// The way by names: of several certificates of one name the first that signed, or else the first.
fn named_path<'c, 'd>(
    leaf: &'c Cert<'d>,
    known: &[&'c Cert<'d>],
    roots: &[&Cert<'_>],
) -> Vec<&'c Cert<'d>> {
    let mut path = vec![leaf];
    let mut last = leaf;
    while path.len() <= MAX_INTERMEDIATES && !roots.iter().any(|root| last.names_issuer(root)) {
        let is_next = |cert: &&&Cert<'_>| {
            last.names_issuer(cert) && !path.iter().any(|seen| seen.der() == cert.der())
        };
        let signed = known.iter().filter(is_next).find(|cert| last.verify_signed_by(cert).is_ok());
        let Some(next) = signed.or_else(|| known.iter().find(is_next)) else { break };
        path.push(next);
        last = next;
    }
    path
}

/// Why the topmost certificate of a chain does not lead to the `pinned` root.
pub(crate) fn astray(
    top: &Cert<'_>,
    pinned: &Cert<'_>,
    simulated: &[&'static [u8]],
) -> Option<&'static str> {
    if is_simulated(top, pinned, simulated) {
        Some("simulated")
    } else if top.names_issuer(pinned) {
        None
    } else {
        Some("wrong-root")
    }
}

/// Why a root that came along is not the `pinned` one; `simulated` is DER.
pub(crate) fn other_root(
    supplied: &Cert<'_>,
    pinned: &Cert<'_>,
    simulated: &[u8],
) -> Option<&'static str> {
    match supplied.der() {
        der if der == pinned.der() => None,
        der if der == simulated => Some("simulated"),
        _ => Some("wrong-root"),
    }
}

/// Parts of a chain, for findings: the one that signs, and those above it.
pub(crate) fn part(signer: &str, below: usize) -> String {
    match below {
        0 => signer.to_owned(),
        1 => "intermediate".to_owned(),
        below => format!("intermediate-{below}"),
    }
}

/// Why `issuer` did not sign `cert`, if so.
pub(crate) fn unsigned(cert: &Cert<'_>, issuer: &Cert<'_>) -> Option<&'static str> {
    if !cert.names_issuer(issuer) {
        Some("wrong-issuer")
    } else if cert.verify_signed_by(issuer).is_err() {
        Some("bad-signature")
    } else {
        None
    }
}

/// Whether one of the `simulated` roots (DER) signed `cert`, or is it, and the `pinned` root did
/// not sign it. A simulated root bears its vendor's names, so that only its key tells it apart.
pub(crate) fn is_simulated(
    cert: &Cert<'_>,
    pinned: &Cert<'_>,
    simulated: &[&'static [u8]],
) -> bool {
    if simulated.contains(&pinned.der()) || unsigned(cert, pinned).is_none() {
        return false;
    }
    let roots = simulated.iter().filter_map(|der| Cert::parse("simulated root", der).ok());
    roots.into_iter().any(|root| cert.der() == root.der() || unsigned(cert, &root).is_none())
}

/// Whether `now` lies in `validity`; the word for "after it" depends on what it is.
pub(crate) fn dated(
    check: &'static Check,
    validity: Validity,
    now: UnixTime,
    after: &'static str,
) -> Finding {
    match validity.standing(now) {
        Standing::Within => Finding::pass(check),
        Standing::Expired => Finding::fail(check, after),
        Standing::NotYet => Finding::fail(check, "not-yet-valid"),
    }
    .expected(validity.to_string())
    .actual(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::anchors::AMD_MILAN;

    /// AMD's intermediate is an authority with a path length of 0.
    #[test]
    fn an_authority_stands_above_no_more_authorities_than_it_allows() {
        let rules = Rules {
            key: |kind| *kind == KeyKind::Rsa(4096),
            algorithm: None,
            signs_documents: false,
        };
        let intermediate = Cert::parse("intermediate", AMD_MILAN.ask).unwrap();
        assert_eq!(rules.misfit(&intermediate, 0), Some("is-a-ca"));
        assert_eq!(rules.misfit(&intermediate, 1), None);
        assert_eq!(rules.misfit(&intermediate, 2), Some("path-length"));
        assert_eq!(rules.misfit(&intermediate, usize::MAX), Some("path-length"));
    }

    #[test]
    fn the_way_up_ends_below_a_root() {
        let parse = |der| Cert::parse("test", der).unwrap();
        let (ask, ark) = (parse(AMD_MILAN.ask), parse(AMD_MILAN.ark));
        assert_eq!(path(&ask, &[], &[&ark]).len(), 1, "the root is no part of the way");
        let way = path(&ask, &[&ark], &[]);
        assert_eq!(
            way.iter().map(|cert| cert.der()).collect::<Vec<_>>(),
            [AMD_MILAN.ask, AMD_MILAN.ark]
        );
        assert_eq!(other_root(&ask, &ark, &[]), Some("wrong-root"));
        assert_eq!(astray(&ask, &ark, &[]), None);
    }
}
