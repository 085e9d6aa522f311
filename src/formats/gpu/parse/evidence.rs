//! Reports of several devices with their certificates, as NVIDIA's SDK and the services that use
//! it hand them on: `[{arch, certificate, evidence, nonce}]`, or `{nonce, arch, evidence_list}`.
//! Reports are in base64, certificates are PEM in base64. Nobody signs what stands around them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::json::{self, Members};

/// What the devices of one machine answer.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// The question, as the JSON repeats it.
    pub(crate) nonce: Option<String>,
    /// One answer for each device; at most [`Evidence::MAX`].
    pub(crate) answers: Vec<Answer>,
}

/// What one device answers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The question, as the JSON repeats it for this device.
    pub(crate) nonce: Option<String>,
    /// Request and response of SPDM, when they are base64.
    pub(crate) report: Option<Vec<u8>>,
    /// The certificates in PEM, when they are base64.
    pub(crate) certificates: Option<Vec<u8>>,
}

impl Evidence {
    /// The most devices of one machine. NVIDIA's largest machines of one processor have eight GPUs
    /// and four switches.
    pub(crate) const MAX: usize = 16;

    /// Whether `bytes` look like it. A list has the members of a device in its first element.
    pub(crate) fn is_likely(bytes: &[u8], has: impl Fn(&str) -> bool) -> bool {
        const WHAT: &str = "JSON input";
        let text = text(bytes);
        let members = |text| Members::parse(WHAT, text).ok();
        if text.starts_with('[') {
            let list = json::read::<Vec<&RawValue>>(text.as_bytes()).unwrap_or_default();
            let first = list.first().and_then(|first| members(first.get()));
            return first.is_some_and(|first| first.has("evidence") && first.has("certificate"));
        }
        has("evidence_list") && members(text).is_some_and(|own| own.has("evidence_list"))
    }

    /// Reads JSON of either form.
    ///
    /// # Errors
    /// When it is of another form, has a member twice, or names more than [`Evidence::MAX`] devices.
    pub(crate) fn read(what: &'static str, bytes: &[u8]) -> Result<Self, Error> {
        json::unique(what, bytes)?;
        let text = text(bytes);
        if text.starts_with('[') {
            let list: Vec<&RawValue> = json::borrowed(what, text.as_bytes())?;
            let answers = Self::answers(what, list.into_iter().map(RawValue::get).collect())?;
            return Ok(Self { nonce: None, answers });
        }
        let members = Members::parse(what, text)?;
        let answers = Self::answers(what, members.list("evidence_list")?)?;
        Ok(Self { nonce: members.text("nonce")?, answers })
    }

    fn answers(what: &'static str, list: Vec<&str>) -> Result<Vec<Answer>, Error> {
        Error::cap("number of NVIDIA devices", list.len(), Self::MAX)?;
        let read = |raw: &str| {
            let members = Members::parse(what, raw)?;
            let decoded = |name: &str| -> Result<Option<Vec<u8>>, Error> {
                Ok(members.text(name)?.and_then(|text| STANDARD.decode(text).ok()))
            };
            Ok(Answer {
                nonce: members.text("nonce")?,
                report: decoded("evidence")?,
                certificates: decoded("certificate")?,
            })
        };
        list.into_iter().map(read).collect()
    }
}

/// JSON without the space around it; none when it is not UTF-8, which is no JSON.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default().trim_ascii()
}
