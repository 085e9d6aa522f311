//! The client: which certificate authorities count, and what was seen of a server's key.

use std::fmt;
use std::sync::Arc;

use silicon_to_source::digest::Sha256;
use silicon_to_source::pki::Cert;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Failure;

/// Asks hosts. Cheap to clone; holds no connections and nothing about earlier ones.
#[derive(Clone)]
pub struct Client {
    connector: TlsConnector,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client for which the authorities of Mozilla's list count ([`webpki_roots`]).
    ///
    /// # Errors
    /// [`Failure::Tls`] when this processor lacks the instructions that the TLS library needs.
    pub fn new() -> Result<Self, Failure> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        Self::with(roots)
    }

    /// A client for which only the authority `root_der` counts, as for an operator's own cache
    /// of collateral.
    ///
    /// # Errors
    /// [`Failure::Tls`] when `root_der` is no certificate, and as [`new`](Self::new).
    pub fn of_authority(root_der: &[u8]) -> Result<Self, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(root_der.to_vec())).map_err(|_| Failure::Tls)?;
        Self::with(roots)
    }

    fn with(roots: RootCertStore) -> Result<Self, Failure> {
        if !is_processor_supported() {
            return Err(Failure::Tls);
        }
        let provider = Arc::new(rustls_graviola::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Failure::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = tokio_rustls::rustls::client::Resumption::disabled();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)) })
    }

    /// TLS over `stream` with `host`, whose certificate must name it.
    pub(super) async fn handshake(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Failure::Url)?;
        self.connector.connect(name, stream).await.map_err(|_| Failure::Tls)
    }
}

/// SHA-256 of the public key in the certificate that the server showed.
pub(super) fn spki_sha256(stream: &TlsStream<TcpStream>) -> Option<Sha256> {
    let shown = stream.get_ref().1.peer_certificates()?.first()?;
    Cert::parse("TLS certificate", shown).ok().map(|cert| Sha256::of(cert.spki()))
}

/// Graviola stops the process where these are missing.
fn is_processor_supported() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("adx")
        && is_x86_feature_detected!("aes")
        && is_x86_feature_detected!("avx")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes")
        && std::arch::is_aarch64_feature_detected!("neon")
        && std::arch::is_aarch64_feature_detected!("pmull")
        && std::arch::is_aarch64_feature_detected!("sha2");
}
