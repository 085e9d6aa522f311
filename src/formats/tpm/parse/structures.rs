//! Structures of the TPM (TCG Trusted Platform Module Library, part 2: Structures).

use crate::bytes::Reader;
use crate::error::Error;
use crate::formats::eventlog::parse::Algorithm;
use crate::span::Span;

const ALG_NULL: u16 = 0x0010;
const ALG_RSA: u16 = 0x0001;
const ALG_ECC: u16 = 0x0023;
const ALG_RSASSA: u16 = 0x0014;
const ALG_RSAPSS: u16 = 0x0016;
const ALG_ECDSA: u16 = 0x0018;

/// What a TPM signed (TPMS_ATTEST, section 10.12.12), of the kind quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attest<'a> {
    /// The bytes that are signed.
    pub bytes: &'a [u8],
    /// The qualified name of the key that signed (part 1, section 16): its own name and where in
    /// the TPM it belongs.
    pub qualified_signer: &'a [u8],
    /// What the caller asked to be signed along (qualifyingData).
    pub extra_data: &'a [u8],
    /// How often the TPM was reset: a new boot.
    pub reset_count: u32,
    /// How often it was restarted without a reset: a resume.
    pub(crate) restart_count: u32,
    /// The version that the maker gives the firmware.
    pub(crate) firmware_version: u64,
    /// The one bank that was selected.
    pub bank: Algorithm,
    /// The registers that were selected, in order.
    pub selection: Vec<u8>,
    /// The digest over the selected registers.
    pub(crate) pcr_digest: &'a [u8],
}

impl<'a> Attest<'a> {
    /// TPM_GENERATED_VALUE: the TPM puts it before everything it makes itself, and a restricted
    /// key signs nothing else that begins so.
    pub const MAGIC: [u8; 4] = [0xff, 0x54, 0x43, 0x47];

    /// Reads a quote.
    ///
    /// # Errors
    /// When it does not begin with [`Self::MAGIC`], is not a quote, selects not exactly one bank,
    /// is cut short, or is longer than it says.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        const WHAT: &str = "TPM quote";
        const ATTEST_QUOTE: u16 = 0x8018;
        let mut reader = Reader::new(bytes);
        if reader.array("TPM quote, magic")? != Self::MAGIC {
            return Err(Error::malformed("TPM quote, magic", Span::new(0, 4), "not made by a TPM"));
        }
        let kind = u16_be(&mut reader, "TPM quote, type")?;
        if kind != ATTEST_QUOTE {
            let value = format!("0x{kind:04x}");
            return Err(Error::unsupported("TPM quote, type", value, Span::new(4, 2)));
        }
        let qualified_signer = sized(&mut reader, "TPM quote, qualifiedSigner")?;
        let extra_data = sized(&mut reader, "TPM quote, extraData")?;
        reader.take("TPM quote, clock", 8)?;
        let reset_count = u32_be(&mut reader, "TPM quote, resetCount")?;
        let restart_count = u32_be(&mut reader, "TPM quote, restartCount")?;
        let safe = reader.u8("TPM quote, safe")?;
        if safe > 1 {
            let at = Span::new(reader.position().saturating_sub(1), 1);
            return Err(Error::malformed("TPM quote, safe", at, "neither yes nor no"));
        }
        let firmware_version = u64::from_be_bytes(reader.array("TPM quote, firmwareVersion")?);
        let (bank, selection) = selection(&mut reader)?;
        let pcr_digest = sized(&mut reader, "TPM quote, pcrDigest")?;
        if reader.remaining() > 0 {
            let at = Span::new(reader.position(), reader.remaining());
            return Err(Error::malformed(WHAT, at, "bytes follow"));
        }
        Ok(Self {
            bytes,
            qualified_signer,
            extra_data,
            reset_count,
            restart_count,
            firmware_version,
            bank,
            selection,
            pcr_digest,
        })
    }
}

/// TPML_PCR_SELECTION with one entry.
fn selection(reader: &mut Reader<'_>) -> Result<(Algorithm, Vec<u8>), Error> {
    const WHAT: &str = "TPM quote, pcrSelect";
    let start = reader.position();
    let count = u32_be(reader, WHAT)?;
    if count != 1 {
        let value = format!("{count} banks");
        return Err(Error::unsupported(WHAT, value, Span::new(start, 4)));
    }
    let bank = Algorithm(u16_be(reader, WHAT)?);
    let len = reader.u8(WHAT)?;
    if len != 3 {
        let value = format!("{len} bytes");
        return Err(Error::unsupported(WHAT, value, Span::new(reader.position(), 1)));
    }
    let bits: [u8; 3] = reader.array(WHAT)?;
    let [a, b, c] = bits;
    let bits = u32::from_le_bytes([a, b, c, 0]);
    let is_set = |register: &u8| bits.checked_shr(u32::from(*register)).unwrap_or(0) & 1 == 1;
    Ok((bank, (0..24).filter(is_set).collect()))
}

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1,
    /// RSASSA-PSS.
    RsaPss,
    /// ECDSA.
    Ecdsa,
}

fn scheme(number: u16, what: &'static str, at: usize) -> Result<Scheme, Error> {
    match number {
        ALG_RSASSA => Ok(Scheme::RsaPkcs1),
        ALG_RSAPSS => Ok(Scheme::RsaPss),
        ALG_ECDSA => Ok(Scheme::Ecdsa),
        other => Err(Error::unsupported(what, format!("0x{other:04x}"), Span::new(at, 2))),
    }
}

/// A signature (TPMT_SIGNATURE, section 11.3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// How it was made.
    pub scheme: Scheme,
    /// The hash of what is signed.
    pub hash: Algorithm,
    /// RSA: the number, big-endian. ECDSA: r and s, big-endian, each with as many bytes as the
    /// TPM wrote.
    pub parts: Vec<Vec<u8>>,
}

impl Signature {
    /// Reads a signature.
    ///
    /// # Errors
    /// When it is of another scheme, cut short, or longer than it says.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "TPM signature";
        let mut reader = Reader::new(bytes);
        let scheme = scheme(u16_be(&mut reader, WHAT)?, WHAT, 0)?;
        let hash = Algorithm(u16_be(&mut reader, WHAT)?);
        let count = if scheme == Scheme::Ecdsa { 2 } else { 1 };
        let mut parts = Vec::new();
        for _ in 0..count {
            parts.push(sized(&mut reader, WHAT)?.to_vec());
        }
        if reader.remaining() > 0 {
            let at = Span::new(reader.position(), reader.remaining());
            return Err(Error::malformed(WHAT, at, "bytes follow"));
        }
        Ok(Self { scheme, hash, parts })
    }
}

/// The public part of a key (TPMT_PUBLIC, section 12.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The hash that its name is made with (nameAlg).
    pub(crate) name_algorithm: Algorithm,
    /// objectAttributes (TPMA_OBJECT, section 8.3).
    pub attributes: u32,
    /// How it signs.
    pub scheme: Scheme,
    /// The hash that its scheme names.
    pub hash: Algorithm,
    /// The key.
    pub key: Key,
}

/// The key of a [`Public`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// RSA: modulus and exponent, big-endian.
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The exponent.
        exponent: [u8; 4],
    },
    /// NIST P-256: an uncompressed point (SEC 1), 65 bytes.
    P256(Vec<u8>),
    /// NIST P-384: an uncompressed point (SEC 1), 97 bytes.
    P384(Vec<u8>),
}

impl Public {
    /// Whether the key never leaves its TPM (fixedTPM), signs (sign), and signs nothing but what
    /// the TPM made itself (restricted).
    pub(crate) const fn is_attestation_key(&self) -> bool {
        const FIXED_TPM: u32 = 1 << 1;
        const RESTRICTED: u32 = 1 << 16;
        const SIGN: u32 = 1 << 18;
        const ALL: u32 = FIXED_TPM | RESTRICTED | SIGN;
        self.attributes & ALL == ALL
    }

    /// Reads the public part of an RSA or ECC signing key.
    ///
    /// # Errors
    /// When it is of another kind, curve or scheme, cut short, or longer than it says.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "TPM public key";
        let mut reader = Reader::new(bytes);
        let kind = u16_be(&mut reader, WHAT)?;
        let name_algorithm = Algorithm(u16_be(&mut reader, WHAT)?);
        let attributes = u32_be(&mut reader, WHAT)?;
        sized(&mut reader, WHAT)?;
        let symmetric = u16_be(&mut reader, WHAT)?;
        if symmetric != ALG_NULL {
            let value = format!("symmetric algorithm 0x{symmetric:04x}");
            return Err(Error::unsupported(WHAT, value, Span::new(0, bytes.len())));
        }
        let at = reader.position();
        let scheme = scheme(u16_be(&mut reader, WHAT)?, WHAT, at)?;
        let hash = Algorithm(u16_be(&mut reader, WHAT)?);
        let at = Span::new(reader.position(), 2);
        let key = match (kind, scheme) {
            (ALG_RSA, Scheme::RsaPkcs1 | Scheme::RsaPss) => {
                u16_be(&mut reader, WHAT)?;
                let exponent = match reader.array(WHAT)? {
                    [0, 0, 0, 0] => [0, 1, 0, 1],
                    other => other,
                };
                Key::Rsa { modulus: sized(&mut reader, WHAT)?.to_vec(), exponent }
            }
            (ALG_ECC, Scheme::Ecdsa) => {
                let curve = u16_be(&mut reader, WHAT)?;
                if u16_be(&mut reader, WHAT)? != ALG_NULL {
                    return Err(Error::unsupported(WHAT, "a key derivation", at));
                }
                let x = sized(&mut reader, WHAT)?;
                let y = sized(&mut reader, WHAT)?;
                match curve {
                    3 => Key::P256(point(x, y, 32, at)?),
                    4 => Key::P384(point(x, y, 48, at)?),
                    other => return Err(Error::unsupported(WHAT, format!("curve {other}"), at)),
                }
            }
            _ => return Err(Error::unsupported(WHAT, format!("type 0x{kind:04x}"), at)),
        };
        if reader.remaining() > 0 {
            let at = Span::new(reader.position(), reader.remaining());
            return Err(Error::malformed(WHAT, at, "bytes follow"));
        }
        Ok(Self { name_algorithm, attributes, scheme, hash, key })
    }
}

/// An uncompressed point; a TPM may leave out leading zeros.
fn point(x: &[u8], y: &[u8], len: usize, at: Span) -> Result<Vec<u8>, Error> {
    const WHAT: &str = "TPM public key, point";
    let mut point = vec![4];
    for coordinate in [x, y] {
        let zeros = len
            .checked_sub(coordinate.len())
            .ok_or_else(|| Error::malformed(WHAT, at, "a coordinate is too long"))?;
        point.extend(std::iter::repeat_n(0, zeros));
        point.extend_from_slice(coordinate);
    }
    Ok(point)
}

fn u16_be(reader: &mut Reader<'_>, what: &'static str) -> Result<u16, Error> {
    reader.array(what).map(u16::from_be_bytes)
}

fn u32_be(reader: &mut Reader<'_>, what: &'static str) -> Result<u32, Error> {
    reader.array(what).map(u32::from_be_bytes)
}

/// A length of two bytes, and as many bytes (TPM2B).
fn sized<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<&'a [u8], Error> {
    let len = u16_be(reader, what)?;
    reader.take(what, usize::from(len))
}
