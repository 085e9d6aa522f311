//! Which of Intel's statements at hand are about one quote.
//!
//! Nothing is believed here: what is chosen is verified like anything else, and what is not chosen
//! decides nothing. Of several that are about the quote, those whose signature holds come first,
//! then those that count at the asked time, then the newest.

use super::chain::{self, PCK_NAME};
use super::qe;
use super::signed::TCB_SIGNING;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::formats::intel::parse::collateral::{
    Chain, Collateral, Part, PckExtension, QeId, QeIdentity, Signed, TcbId, TcbInfo,
};
use crate::formats::intel::parse::{PCK_CHAIN, Quote, Tee};
use crate::pki::named::Anchors;
use crate::pki::{Cert, Crl};
use crate::time::{Standing, UnixTime, Validity};

const WHAT: &str = "Intel's certificate";

/// What was chosen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    /// The collateral for the quote.
    pub collateral: Collateral,
    /// The parts that it is put together from, by their places.
    pub used: Vec<usize>,
}

/// Chooses from `parts` what is about `quote`, and completes chains with the pinned root.
pub(crate) fn choose(
    parts: &[Part],
    quote: &Quote<'_>,
    anchors: Anchors<'_>,
    now: UnixTime,
) -> Chosen {
    let certificates = parts.iter().enumerate().flat_map(|(place, part)| {
        let chain: &[Vec<u8>] = match part {
            Part::Certificates(chain) | Part::IssuerChain(chain) => chain,
            _ => &[],
        };
        chain.iter().filter_map(move |der| Some((place, Cert::parse(WHAT, der).ok()?)))
    });
    let lists = parts.iter().enumerate().filter_map(|(place, part)| match part {
        Part::RevocationList(der) => Some((place, Crl::parse(WHAT, der).ok()?)),
        _ => None,
    });
    let (certificates, lists) = (certificates.collect(), lists.collect());
    Choice { parts, certificates, lists, anchors, tee: quote.tee, now }.of(quote)
}

struct Choice<'p> {
    parts: &'p [Part],
    /// Every certificate at hand, with the place of its part.
    certificates: Vec<(usize, Cert<'p>)>,
    /// Every revocation list at hand, in the same way.
    lists: Vec<(usize, Crl<'p>)>,
    anchors: Anchors<'p>,
    tee: Tee,
    now: UnixTime,
}

impl Choice<'_> {
    fn of(&self, quote: &Quote<'_>) -> Chosen {
        let mut chosen = Chosen::default();
        let own = match quote.certification.kind {
            PCK_CHAIN => chain::pem_chain(quote.certification.data).ok(),
            _ => {
                let found = self.pck_chain(quote, &mut chosen.used);
                chosen.collateral.pck_chain.clone_from(&found);
                found
            }
        };
        let certs = own.iter().flatten().map(|der| Cert::parse(WHAT, der).ok());
        let certs: Vec<Cert<'_>> = certs.collect::<Option<_>>().unwrap_or_default();
        let platform = certs.first().and_then(|leaf| PckExtension::of(leaf).ok());
        let root = self.anchors.intel().above(certs.get(1)).map(|root| root.cert);
        let collateral = &mut chosen.collateral;
        collateral.root_crl = self.list(root.as_ref(), &mut chosen.used);
        collateral.pck_crl = match certs.get(1) {
            Some(issuer) => self.list(Some(issuer), &mut chosen.used),
            None => self.any_other_list(root.as_ref()),
        };
        let fmspc = platform.map(|platform| platform.fmspc);
        collateral.tcb_info = self.statement(
            |part| match part {
                Part::TcbInfo(signed) => Some(signed),
                _ => None,
            },
            |signed| match TcbInfo::parse(&signed.bytes) {
                Ok(info) => {
                    let id = if self.tee == Tee::Tdx { TcbId::Tdx } else { TcbId::Sgx };
                    let is_own = info.id == id && fmspc.is_none_or(|fmspc| fmspc == info.fmspc);
                    is_own.then_some(Some(info.validity))
                }
                Err(_) => Some(None),
            },
            &mut chosen.used,
        );
        collateral.qe_identity = self.statement(
            |part| match part {
                Part::QeIdentity(signed) => Some(signed),
                _ => None,
            },
            |signed| match QeIdentity::parse(&signed.bytes) {
                Ok(identity) => {
                    let id = if self.tee == Tee::Tdx { QeId::TdQe } else { QeId::Qe };
                    (identity.id == id).then_some(Some(identity.validity))
                }
                Err(_) => Some(None),
            },
            &mut chosen.used,
        );
        chosen
    }

    /// The platform's certificate and its issuer, with the root that came along or else the pinned
    /// one.
    fn pck_chain(&self, quote: &Quote<'_>, used: &mut Vec<usize>) -> Option<Chain> {
        let named = self.parts.iter().enumerate().filter_map(|(place, part)| match part {
            Part::PckChain(chain) => Some((place, chain)),
            _ => None,
        });
        let named: Vec<(usize, &Chain)> = named.collect();
        let signs = |chain: &Chain| {
            let leaf = chain.first().and_then(|der| Cert::parse(WHAT, der).ok());
            leaf.is_some_and(|leaf| qe::is_signed_by(quote, &leaf))
        };
        let own = named.iter().find(|(_, chain)| named.len() == 1 || signs(chain));
        if let Some((place, chain)) = own.or(named.first()) {
            used.push(*place);
            return Some(self.completed((*chain).clone(), used));
        }
        let is_pck = |cert: &Cert<'_>| cert.common_name() == Some(PCK_NAME);
        let leaf = self.certificate(is_pck, |cert| qe::is_signed_by(quote, cert))?;
        let is_issuer = |cert: &Cert<'_>| leaf.1.names_issuer(cert);
        let issuer = self.certificate(is_issuer, |cert| leaf.1.verify_signed_by(cert).is_ok())?;
        used.extend([leaf.0, issuer.0]);
        let root = self.root_of(&issuer.1, used);
        Some(vec![leaf.1.der().to_vec(), issuer.1.der().to_vec(), root])
    }

    /// The chain with what is above it, where it ends below a root.
    fn completed(&self, mut chain: Chain, used: &mut Vec<usize>) -> Chain {
        if let [leaf] = &*chain
            && let Ok(leaf) = Cert::parse(WHAT, leaf)
        {
            let is_issuer = |cert: &Cert<'_>| leaf.names_issuer(cert) && !cert.names_issuer(cert);
            let issuer = self.certificate(is_issuer, |cert| leaf.verify_signed_by(cert).is_ok());
            let issuer = issuer.map(|(place, issuer)| {
                used.push(*place);
                issuer.der().to_vec()
            });
            chain.extend(issuer);
        }
        if let [_, issuer] = &*chain
            && let Ok(issuer) = Cert::parse(WHAT, issuer)
        {
            let root = self.root_of(&issuer, used);
            chain.push(root);
        }
        chain
    }

    /// The certificate at hand that issued `cert` and is its own issuer, or else the root at which the
    /// chain may begin.
    fn root_of(&self, cert: &Cert<'_>, used: &mut Vec<usize>) -> Vec<u8> {
        let is_root = |root: &Cert<'_>| root.names_issuer(root) && cert.names_issuer(root);
        match self.certificate(is_root, |root| cert.verify_signed_by(root).is_ok()) {
            Some((place, root)) => {
                used.push(*place);
                root.der().to_vec()
            }
            None => {
                let root = self.anchors.intel().above(Some(cert));
                root.map(|root| root.cert.der().to_vec()).unwrap_or_default()
            }
        }
    }

    /// The certificate that `fits`; of several, the first that is `best`.
    fn certificate(
        &self,
        fits: impl Fn(&Cert<'_>) -> bool,
        best: impl Fn(&Cert<'_>) -> bool,
    ) -> Option<&(usize, Cert<'_>)> {
        let fitting: Vec<_> = self.certificates.iter().filter(|(_, cert)| fits(cert)).collect();
        match fitting.as_slice() {
            [] => None,
            [one] => Some(one),
            [first, ..] => fitting.iter().find(|(_, cert)| best(cert)).or(Some(first)).copied(),
        }
    }

    /// The revocation list of `issuer`.
    fn list(&self, issuer: Option<&Cert<'_>>, used: &mut Vec<usize>) -> Option<Vec<u8>> {
        let issuer = issuer?;
        let own = self.lists.iter().filter(|(_, list)| list.names_issuer(issuer));
        let own: Vec<_> = own.collect();
        let is_only = own.len() == 1;
        let rank = |list: &Crl<'_>| {
            let window = list.next_update().map(|next_update| Validity {
                not_before: list.this_update(),
                not_after: next_update,
            });
            let holds = is_only || list.verify_signed_by(issuer).is_ok();
            (holds, self.counts(window), list.this_update())
        };
        let (place, list) = own.iter().max_by_key(|(_, list)| rank(list))?;
        used.push(*place);
        Some(list.der().to_vec())
    }

    /// A list that is not the root's: without a chain nothing tells whose list counts, and a finding
    /// says that.
    fn any_other_list(&self, root: Option<&Cert<'_>>) -> Option<Vec<u8>> {
        let is_roots = |list: &Crl<'_>| root.is_some_and(|root| list.names_issuer(root));
        let other = self.lists.iter().find(|(_, list)| !is_roots(list));
        other.map(|(_, list)| list.der().to_vec())
    }

    /// The statement that is about the quote, with the chain of its signer. `about` gives nothing
    /// for one that is about something else, and no times for one that cannot be read.
    fn statement(
        &self,
        of: impl Fn(&Part) -> Option<&Signed>,
        about: impl Fn(&Signed) -> Option<Option<Validity>>,
        used: &mut Vec<usize>,
    ) -> Option<Signed> {
        let own = self.parts.iter().enumerate().filter_map(|(place, part)| {
            let signed = of(part)?;
            let validity = about(signed)?;
            let mut places = vec![place];
            Some((self.with_chain(signed, &mut places), validity, places))
        });
        let own: Vec<(Signed, Option<Validity>, Vec<usize>)> = own.collect();
        let is_only = own.len() == 1;
        let best = own.into_iter().max_by_key(|(signed, validity, _)| {
            let holds = is_only || is_signed(signed);
            let made = validity.map(|validity| validity.not_before);
            (holds, validity.is_some(), self.counts(*validity), made)
        });
        let (signed, _, places) = best?;
        used.extend(places);
        Some(signed)
    }

    /// The statement with its signer's chain: the one that it came with, or the certificates at
    /// hand, completed with the root.
    fn with_chain(&self, signed: &Signed, used: &mut Vec<usize>) -> Signed {
        let mut signed = signed.clone();
        if signed.chain.is_none() {
            let is_signer = |cert: &Cert<'_>| cert.common_name() == Some(TCB_SIGNING);
            let signer = self.certificate(is_signer, |cert| is_signed_by(&signed, cert));
            signed.chain = signer.map(|(place, cert)| {
                used.push(*place);
                vec![cert.der().to_vec()]
            });
        }
        if let Some(chain) = signed.chain.as_mut().filter(|chain| chain.len() == 1) {
            let root = chain.first().and_then(|der| Cert::parse(WHAT, der).ok());
            let root = root.map(|signer| self.root_of(&signer, used));
            chain.extend(root);
        }
        signed
    }

    fn counts(&self, validity: Option<Validity>) -> bool {
        validity.is_some_and(|validity| validity.standing(self.now) == Standing::Within)
    }
}

fn is_signed(signed: &Signed) -> bool {
    let signer = signed.chain.as_ref().and_then(|chain| Cert::parse(WHAT, chain.first()?).ok());
    signer.is_some_and(|signer| is_signed_by(signed, &signer))
}

fn is_signed_by(signed: &Signed, signer: &Cert<'_>) -> bool {
    crypto::verify(
        Algorithm::EcdsaP256(Hash::Sha256),
        signer.public_key(),
        Message::Bytes(&signed.bytes),
        Signature::Concatenated(&signed.signature),
    )
    .is_ok()
}
