//! The extensions of a device's certificate, each by the encoding that Apple uses for it. Apple
//! leaves a property out where it could not look at it; another encoding is told as not read.

use crate::pki::Cert;
use crate::wire::der;

/// The most certificates of one chain.
pub(crate) const MAX_CHAIN: usize = 6;

const SERIAL: &str = "1.2.840.113635.100.8.9.1";
const UDID: &str = "1.2.840.113635.100.8.9.2";
const BOARD: &str = "1.2.840.113635.100.8.9.4";
const OS: &str = "1.2.840.113635.100.8.10.1";
const SEPOS: &str = "1.2.840.113635.100.8.10.2";
const BOOT_LOADER: &str = "1.2.840.113635.100.8.10.3";
const FRESHNESS: &str = "1.2.840.113635.100.8.11.1";
const SIP: &str = "1.2.840.113635.100.8.13.1";
const SECURE_BOOT: &str = "1.2.840.113635.100.8.13.2";
const KERNEL_EXTENSIONS: &str = "1.2.840.113635.100.8.13.3";

/// What a certificate says about a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Property<T> {
    /// Nothing.
    Absent,
    /// Something in an encoding that Apple is not known to use.
    Unread(Vec<u8>),
    /// This.
    Is(T),
}

impl<T> Property<T> {
    fn of(cert: &Cert<'_>, oid: &str, read: impl Fn(&[u8]) -> Option<T>) -> Self {
        match cert.extension(oid) {
            None => Self::Absent,
            Some(extension) => match read(extension.value) {
                Some(value) => Self::Is(value),
                None => Self::Unread(extension.value.to_vec()),
            },
        }
    }

    /// The value, when it is there and was read.
    pub(crate) const fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Unread(_) => None,
        }
    }
}

/// How much of a system a Mac checks when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecureBoot {
    /// Only systems that Apple signs now for this Mac.
    Full,
    /// Any system that Apple ever signed.
    Reduced,
    /// Systems that the Mac's owner signed.
    Permissive,
}

/// What Apple's certificate says about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    /// Serial number. Personal data.
    pub serial: Property<String>,
    /// UDID; on a Mac the provisioning one. Personal data.
    pub udid: Property<String>,
    /// The board.
    pub board: Property<String>,
    /// Version of the operating system.
    pub os: Property<String>,
    /// Version of the Secure Enclave's system.
    pub sepos: Property<String>,
    /// Version of the low-level boot loader.
    pub boot_loader: Property<String>,
    /// What the asking server chose.
    pub freshness: Property<[u8; 32]>,
    /// Whether System Integrity Protection was on.
    pub sip: Property<bool>,
    /// How much was checked at the start.
    pub secure_boot: Property<SecureBoot>,
    /// Whether kernel extensions of third parties were allowed.
    pub kernel_extensions: Property<bool>,
}

impl Device {
    /// Whether a certificate has any of these properties.
    pub(crate) fn is_one(cert: &Cert<'_>) -> bool {
        [SERIAL, OS, FRESHNESS].into_iter().any(|oid| cert.extension(oid).is_some())
    }

    /// What `cert` says.
    pub(crate) fn of(cert: &Cert<'_>) -> Self {
        Self {
            serial: Property::of(cert, SERIAL, text),
            udid: Property::of(cert, UDID, text),
            board: Property::of(cert, BOARD, text),
            os: Property::of(cert, OS, text),
            sepos: Property::of(cert, SEPOS, text),
            boot_loader: Property::of(cert, BOOT_LOADER, text),
            freshness: Property::of(cert, FRESHNESS, freshness),
            // 0 is on, 1 is off.
            sip: Property::of(cert, SIP, |value| match number(value)? {
                0 => Some(true),
                1 => Some(false),
                _ => None,
            }),
            secure_boot: Property::of(cert, SECURE_BOOT, |value| match value {
                b"Full Security" => Some(SecureBoot::Full),
                b"Reduced Security" => Some(SecureBoot::Reduced),
                b"Permissive Security" => Some(SecureBoot::Permissive),
                _ => None,
            }),
            // 0 is none; any other number names kinds that are allowed.
            kernel_extensions: Property::of(cert, KERNEL_EXTENSIONS, |value| {
                number(value).map(|kinds| kinds != 0)
            }),
        }
    }
}

/// Bare ASCII, without any tag of ASN.1.
fn text(value: &[u8]) -> Option<String> {
    const MAX: usize = 64;
    let is_shown = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    if value.is_empty() || value.len() > MAX || !value.iter().all(is_shown) {
        return None;
    }
    String::from_utf8(value.to_vec()).ok()
}

/// An INTEGER that is not negative.
fn number(value: &[u8]) -> Option<u16> {
    der::small(der::only(value)?.content_of(der::INTEGER)?)
}

/// 32 bytes, bare or in one OCTET STRING.
fn freshness(value: &[u8]) -> Option<[u8; 32]> {
    let bare = <[u8; 32]>::try_from(value).ok();
    bare.or_else(|| der::only(value)?.content_of(der::OCTET_STRING)?.try_into().ok())
}
