//! The attestation of go-tpm-tools and of EigenCompute's branch of it (`attest.proto`,
//! `layr_attest.proto`): both number these fields alike.

use std::collections::BTreeMap;

use super::structures::Attest;
use crate::error::Error;
use crate::formats::eventlog::parse::Algorithm;
use crate::span::Span;
use crate::wire::protobuf::Message;

const WHAT: &str = "TPM attestation";

/// The largest attestation that is read, in bytes.
const MAX_ATTESTATION: usize = 4 * 1024 * 1024;
/// The most quotes and the most certificates that are read.
const MAX_PARTS: usize = 8;

/// An attestation.
#[derive(Clone, Debug)]
pub struct Attestation<'a> {
    /// The key that signs the quotes (TPMT_PUBLIC), and where it is.
    pub ak: (&'a [u8], Span),
    /// A quote for each bank of registers.
    pub quotes: Vec<Quote<'a>>,
    /// The firmware's log, and where it is.
    pub event_log: (&'a [u8], Span),
    /// The canonical log of what was launched; empty when there is none.
    pub canonical_log: (&'a [u8], Span),
    /// The certificate of that key, DER; empty when there is none.
    pub ak_cert: &'a [u8],
    /// Certificates above it, DER, in any order.
    pub intermediates: Vec<&'a [u8]>,
    /// A report of the processor.
    pub tee: Option<TeePart<'a>>,
}

/// A report of the processor, as the message that carries it.
#[derive(Clone, Copy, Debug)]
pub enum TeePart<'a> {
    /// `sevsnp.Attestation` of go-sev-guest.
    SevSnp(&'a [u8]),
    /// `tdx.QuoteV4` of go-tdx-guest.
    Tdx(&'a [u8]),
}

impl TeePart<'_> {
    /// Whether the processor keeps registers of its own, to which the launcher's log extends.
    pub(crate) const fn has_own_registers(&self) -> bool {
        matches!(self, Self::Tdx(_))
    }
}

/// A quote with what it needs to be checked.
#[derive(Clone, Debug)]
pub struct Quote<'a> {
    /// What is signed (TPMS_ATTEST), and where it is.
    pub attest: (&'a [u8], Span),
    /// The signature (TPMT_SIGNATURE).
    pub signature: &'a [u8],
    /// The registers that it is about.
    pub bank: Bank<'a>,
}

/// A bank of registers.
#[derive(Clone, Debug)]
pub struct Bank<'a> {
    /// Its hash.
    pub algorithm: Algorithm,
    /// The values by number.
    pub registers: BTreeMap<u8, &'a [u8]>,
}

impl<'a> Attestation<'a> {
    /// What each quote that can be read says it was asked with (extraData). Nobody is shown to have
    /// signed any of it.
    pub fn extra_data(&self) -> Vec<&'a [u8]> {
        let read = |quote: &Quote<'a>| Some(Attest::parse(quote.attest.0).ok()?.extra_data);
        self.quotes.iter().filter_map(read).collect()
    }

    /// Whether `bytes` begin like one: with the public part of an RSA or ECC key.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        let key = match bytes {
            [0x0a, len, key @ ..] if *len < 0x80 => key,
            [0x0a, _, len, key @ ..] if *len < 0x80 => key,
            _ => return false,
        };
        matches!(key, [0, 0x01 | 0x23, 0, 0x0b..=0x0d, 0, ..])
    }

    /// Reads an attestation.
    ///
    /// # Errors
    /// When it is not of the form, has a field that is not known, or has both reports.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_ATTESTATION)?;
        let message = Message::parse(WHAT, bytes, 0)?;
        message.only(&[1, 2, 3, 4, 5, 6, 7, 8, 9])?;
        let nowhere = (&[][..], Span::new(0, 0));
        let quotes = message.repeated(2)?;
        let intermediates = message.repeated(7)?;
        if quotes.len() > MAX_PARTS || intermediates.len() > MAX_PARTS {
            let len = quotes.len().max(intermediates.len());
            return Err(Error::TooLarge { what: WHAT, len, max: MAX_PARTS });
        }
        let tee = match (message.bytes(8)?, message.bytes(9)?) {
            (None, None) => None,
            (Some((part, _)), None) => Some(TeePart::SevSnp(part)),
            (None, Some((part, _))) => Some(TeePart::Tdx(part)),
            (Some(_), Some((_, at))) => {
                return Err(Error::malformed(WHAT, at, "it has reports of two processors"));
            }
        };
        Ok(Self {
            ak: message.bytes(1)?.ok_or(Error::Missing { what: "TPM attestation, key" })?,
            quotes: quotes.into_iter().map(Quote::parse).collect::<Result<_, _>>()?,
            event_log: message.bytes(3)?.unwrap_or(nowhere),
            canonical_log: message.bytes(5)?.unwrap_or(nowhere),
            ak_cert: message.bytes_or_empty(6)?,
            intermediates: intermediates.into_iter().map(|(der, _)| der).collect(),
            tee,
        })
    }
}

impl<'a> Quote<'a> {
    fn parse((bytes, at): (&'a [u8], Span)) -> Result<Self, Error> {
        const WHAT: &str = "TPM attestation, quote";
        let message = Message::parse(WHAT, bytes, at.start)?;
        message.only(&[1, 2, 3])?;
        let missing = Error::Missing { what: WHAT };
        let attest = message.bytes(1)?.ok_or(missing.clone())?;
        let (bank, at) = message.bytes(3)?.ok_or(missing)?;
        let signature = message.bytes_or_empty(2)?;
        Ok(Self { attest, signature, bank: Bank::parse(bank, at)? })
    }
}

impl<'a> Bank<'a> {
    fn parse(bytes: &'a [u8], at: Span) -> Result<Self, Error> {
        const WHAT: &str = "TPM attestation, registers";
        let message = Message::parse(WHAT, bytes, at.start)?;
        message.only(&[1, 2])?;
        let malformed = |at, why: &'static str| Error::malformed(WHAT, at, why);
        let number = u16::try_from(message.number(1)?)
            .map_err(|_| malformed(at, "the hash is not one of a TPM"))?;
        let algorithm = Algorithm(number);
        let mut registers = BTreeMap::new();
        for (entry, at) in message.repeated(2)? {
            let pair = Message::parse(WHAT, entry, at.start)?;
            pair.only(&[1, 2])?;
            let index = u8::try_from(pair.number(1)?)
                .ok()
                .filter(|index| *index < 24)
                .ok_or_else(|| malformed(at, "there is no such register"))?;
            let value = pair.bytes_or_empty(2)?;
            if algorithm.digest_len() != Some(value.len()) {
                return Err(malformed(at, "the value is not as long as the hash"));
            }
            if registers.insert(index, value).is_some() {
                return Err(malformed(at, "a register is there twice"));
            }
        }
        Ok(Self { algorithm, registers })
    }
}
