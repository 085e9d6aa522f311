//! The key for sealed requests, as the coordinator itself names it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_net::Request;
use serde::Deserialize;
use silicon_to_source::digest::Sha256;
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::Key;

use super::{Issuer, Unavailable};
use crate::config::SealedKey;
use crate::parts;

/// The largest answer of the coordinator's key endpoint, in bytes.
const MAX_KEY: usize = 16 * 1024;

/// How long the coordinator may take to name its key.
const KEY_TIME: Duration = Duration::from_secs(3);

/// What `GET /v1/encryption-key` answers.
#[derive(Deserialize)]
struct NamedKey {
    public_key: String,
    algorithm: String,
}

impl Issuer {
    /// What the coordinator answers when it is asked for its key.
    async fn key_answer(&self, source: &SealedKey) -> Result<Vec<u8>, Unavailable> {
        match (&source.endpoint, &source.file) {
            (Some(url), _) => {
                let request = Request { timeout: KEY_TIME, ..Request::get(url, MAX_KEY) };
                let answer = self.client.get(&request).await.map_err(Unavailable::Key)?;
                if answer.status == 200 { Ok(answer.body) } else { Err(Unavailable::KeyAnswer) }
            }
            (None, Some(path)) => parts::read(path).map_err(Unavailable::File),
            (None, None) => Err(Unavailable::KeyAnswer),
        }
    }

    /// The answer of the configured key endpoint, where there is one and it answers.
    pub async fn named_key(&self) -> Option<Vec<u8>> {
        self.key_answer(self.config.sealed_key.as_ref()?).await.ok()
    }

    /// The key to which readers seal their requests, as the coordinator itself names it.
    pub(super) async fn sealed_key(&self, source: &SealedKey) -> Result<Key, Unavailable> {
        let answer = self.key_answer(source).await?;
        let named: NamedKey =
            serde_json::from_slice(&answer).map_err(|_| Unavailable::KeyAnswer)?;
        let key = STANDARD.decode(&named.public_key).map_err(|_| Unavailable::KeyAnswer)?;
        if key.len() != 32 {
            return Err(Unavailable::KeyAnswer);
        }
        let kid = Sha256::of(&key).to_string();
        Ok(Key {
            usage: coordinator::parse::binding::SEALED_REQUEST.into(),
            alg: Some(named.algorithm),
            kid: kid.get(..16).map(str::to_owned),
            public_key: Some(named.public_key),
            custody: Some(source.custody.word().into()),
            ..Key::default()
        })
    }
}
