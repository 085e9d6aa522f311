//! Servers on this machine that answer with bytes that were written down.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use s2s_sim::certificate::{
    AltName, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, SERVER_AUTH, Template,
    basic_constraints, extended_key_usage, key_usage, simulated_name, subject_alt_name,
};
use s2s_sim::keys::Key;
use silicon_to_source::time::{UnixTime, Validity};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server that takes one connection after another until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts with what to do with a connection; that gives the request's header.
    pub(crate) fn start(mut serve: impl FnMut(TcpStream) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, stop) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<AtomicBool>::default());
        let (log, stopped) = (asked.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                let head = serve(stream);
                log.lock().unwrap().push(head);
            }
        });
        Self { address, asked, stop, thread: Some(thread) }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The headers of the requests so far.
    pub(crate) fn asked(&self) -> String {
        std::thread::sleep(Duration::from_millis(20));
        self.asked.lock().unwrap().concat()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Servers without TLS.
pub(crate) struct Plain;

impl Plain {
    /// Writes `answer` and closes.
    pub(crate) fn answering(answer: impl Into<String>) -> Server {
        let answer = answer.into();
        Server::start(move |mut stream| {
            let head = read_head(&mut stream);
            let _ = stream.write_all(answer.as_bytes());
            head
        })
    }

    /// Writes `head` and then `piece` until the other side is gone; an empty piece is silence.
    pub(crate) fn endless(head: &'static str, piece: &'static str) -> Server {
        Server::start(move |mut stream| {
            let asked = read_head(&mut stream);
            let _ = stream.write_all(head.as_bytes());
            if piece.is_empty() {
                let _ = stream.read(&mut [0]);
            }
            while !piece.is_empty() && stream.write_all(piece.as_bytes()).is_ok() {}
            asked
        })
    }

    /// Answers by the path that is asked for.
    pub(crate) fn routing(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Server {
        Server::start(move |mut stream| {
            let head = read_head(&mut stream);
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let _ = stream.write_all(&answer(&path));
            head
        })
    }
}

/// A server with a certificate of the simulated web authority.
pub(crate) struct Tls {
    server: Server,
    /// The authority's certificate.
    pub(crate) authority: Vec<u8>,
}

impl Tls {
    /// Writes `answer` and closes; the certificate names `name`.
    pub(crate) fn answering(name: &str, answer: &'static str) -> Self {
        let (authority, leaf) = certificates(name);
        let key = include_str!("../../../crates/sim/src/keys/tls.pem");
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let provider = Arc::new(rustls_graviola::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(leaf)], key)
            .unwrap();
        let config = Arc::new(config);
        let server = Server::start(move |stream| {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let head = read_head(&mut stream);
            let _ = stream.write_all(answer.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
            head
        });
        Self { server, authority }
    }

    pub(crate) fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.server.address.port())
    }
}

/// An authority and a certificate for `name`, valid from 2026 to 2045.
fn certificates(name: &str) -> (Vec<u8>, Vec<u8>) {
    let time = |text: &str| text.parse::<UnixTime>().unwrap();
    let validity = Validity {
        not_before: time("2026-01-01T00:00:00Z"),
        not_after: time("2045-01-01T00:00:00Z"),
    };
    let issuer = simulated_name("SIMULATED web authority");
    let mut authority =
        Template::new(issuer.clone(), issuer.clone(), validity, Key::TlsCa, Key::TlsCa);
    authority.extensions = vec![key_usage(KEY_CERT_SIGN), basic_constraints(Some(PathLength::Any))];
    let mut leaf = Template::new(issuer, simulated_name(name), validity, Key::Tls, Key::TlsCa);
    leaf.extensions = vec![
        key_usage(DIGITAL_SIGNATURE),
        extended_key_usage(&[SERVER_AUTH]),
        subject_alt_name(&[AltName::Dns(name.to_owned())], false),
    ];
    (authority.sign(), leaf.sign())
}

/// Reads up to the empty line.
fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}
