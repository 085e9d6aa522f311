//! dstack's files beside the evidence.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::appraise::dstack as appraise;
use crate::bytes::Span;
use crate::claims::{Standing, Stated};
use crate::error::Error;
use crate::evidence::dstack::{Answer, AppCompose, TcbInfo};
use crate::finding::{Finding, LinkId, Value, checks};
use crate::report::{Draft, EvidenceItem};

/// dstack's files, told apart by their members.
#[derive(Default)]
pub(super) struct Files<'a> {
    /// The answer to `Info`.
    pub(super) info: Option<&'a [u8]>,
    /// The app-compose file.
    compose: Option<&'a [u8]>,
}

impl<'a> Files<'a> {
    /// dstack's files, and the others.
    ///
    /// # Errors
    /// When two different ones of one kind are among them.
    pub(super) fn of(files: &[&'a [u8]]) -> Result<(Self, Vec<&'a [u8]>), Error> {
        let mut own = Self::default();
        let mut rest = Vec::new();
        for &file in files {
            let members: Option<BTreeMap<String, IgnoredAny>> = serde_json::from_slice(file).ok();
            let slot = match &members {
                Some(members) if Answer::is_info(|name| members.contains_key(name)) => {
                    &mut own.info
                }
                Some(members) if AppCompose::is_likely(members) => &mut own.compose,
                _ => {
                    rest.push(file);
                    continue;
                }
            };
            if slot.replace(file).is_some_and(|known| known != file) {
                let why = "two of one kind were supplied";
                return Err(Error::malformed("dstack file", Span::new(0, file.len()), why));
            }
        }
        Ok((own, rest))
    }

    /// The app-compose file beside the evidence, or else the one that the agent states.
    pub(super) fn compose(&self, tcb: Option<&TcbInfo>) -> Result<Option<AppCompose>, Error> {
        self.compose_bytes(tcb).map(AppCompose::parse).transpose()
    }

    fn compose_bytes<'b>(&self, tcb: Option<&'b TcbInfo>) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        let stated = || tcb?.app_compose.as_deref().map(str::as_bytes);
        self.compose.or_else(stated).filter(|bytes| !bytes.is_empty())
    }

    /// The app-compose file among the evidence, its containers among the claims, and what the agent
    /// says that nothing shows.
    pub(super) fn show(
        &self,
        draft: &mut Draft,
        answers: &[&Answer],
        tcb: Option<&TcbInfo>,
        compose: Option<&AppCompose>,
    ) {
        for answer in answers {
            for name in [&answer.cloud_vendor, &answer.cloud_product].into_iter().flatten() {
                draft.stated.push(statement("cloud", name.as_str(), "dstack's agent"));
            }
        }
        let Some(bytes) = self.compose_bytes(tcb) else { return };
        let link = LinkId::Measurements;
        draft.evidence.push(EvidenceItem::new("app-compose", "json", link, bytes, Vec::new()));
        let is_shown = |f: &Finding| *f.check == checks::DSTACK_COMPOSE_HASH && f.passed();
        if draft.findings.iter().any(is_shown) {
            draft.claims.extend(compose.map(appraise::image_claims).unwrap_or_default());
        }
    }
}

/// Something that is said and that nothing shows.
pub(super) fn statement(name: &'static str, said: &str, source: &'static str) -> Stated {
    let link = LinkId::Measurements;
    let (said, source) = (Value::text(said), source.into());
    Stated { name, said, source, shown: None, link, standing: Standing::NotShown }
}
