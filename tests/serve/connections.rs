//! Connections that one peer keeps: idle, slow or many, they keep nobody else out.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use s2s_attest::config::Limits;

use crate::endpoint::{ORIGIN, PATH, Sidecar, machine, with_limits};
use crate::http::{Answer, parse};

/// A connection to the sidecar from `peer`, an address of the loopback network.
fn from(peer: [u8; 4], sidecar: &Sidecar) -> TcpStream {
    let socket = crate::run(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(IpAddr::from(peer), 0)).unwrap();
        socket.connect(sidecar.address).await.unwrap().into_std().unwrap()
    });
    socket.set_nonblocking(false).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket
}

/// What comes back for a request after which the connection ends.
fn last(mut stream: TcpStream) -> Option<Answer> {
    let _ = write!(stream, "GET {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    (!answer.is_empty()).then(|| parse(&answer))
}

/// One answer, after which the connection stays open.
fn kept(stream: &mut TcpStream) -> Vec<u8> {
    write!(stream, "HEAD {PATH} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    answer
}

fn open(sidecar: &Sidecar, count: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    while sidecar.metric("s2s_connections ") != count {
        assert!(Instant::now() < until, "{}", sidecar.metric("s2s_connections "));
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn limits() -> Limits {
    Limits { peer_connections: 2, header_timeout_s: 30, ..Limits::default() }
}

#[test]
fn idle_connections_of_one_peer_keep_out_that_peer_and_nobody_else() {
    let machine = machine();
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits()));
    let held = [from([127, 0, 0, 2], &sidecar), from([127, 0, 0, 2], &sidecar)];
    open(&sidecar, "2");
    assert!(last(from([127, 0, 0, 2], &sidecar)).is_none(), "the third is closed at once");
    assert_eq!(sidecar.metric("s2s_connections_refused_total"), "1");
    assert_eq!(last(from([127, 0, 0, 3], &sidecar)).unwrap().status, 200);
    drop(held);
    open(&sidecar, "0");
    assert_eq!(last(from([127, 0, 0, 2], &sidecar)).unwrap().status, 200, "its seats came back");
}

#[test]
fn connection_that_is_kept_alive_counts_and_ends_when_nothing_more_is_asked() {
    let machine = machine();
    let limits = Limits { peer_connections: 1, header_timeout_s: 1, ..limits() };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let mut idle = from([127, 0, 0, 2], &sidecar);
    assert!(kept(&mut idle).starts_with(b"HTTP/1.1 200"));
    assert!(last(from([127, 0, 0, 2], &sidecar)).is_none());
    let started = Instant::now();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"", "it ends without a word");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    open(&sidecar, "0");
    assert_eq!(last(from([127, 0, 0, 2], &sidecar)).unwrap().status, 200);
}

#[test]
fn reader_that_does_not_read_counts_and_is_cut() {
    let machine = machine();
    let limits = Limits { peer_connections: 1, connection_s: 4, ..limits() };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let mut slow = from([127, 0, 0, 2], &sidecar);
    slow.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    // Answers pile up until the system's buffers are full, and then the sidecar waits to write.
    let question = format!("GET {PATH} HTTP/1.1\r\nhost: x\r\n\r\n");
    while slow.write_all(question.as_bytes()).is_ok() {}
    assert!(last(from([127, 0, 0, 2], &sidecar)).is_none(), "its seat is taken");
    let started = Instant::now();
    open(&sidecar, "0");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(last(from([127, 0, 0, 2], &sidecar)).unwrap().status, 200);
}

#[test]
fn connections_of_the_operators_proxy_are_not_counted() {
    let machine = machine();
    let proxies = vec!["127.0.0.2".parse().unwrap()];
    let sidecar =
        Sidecar::start(with_limits(machine.config(ORIGIN), Limits { proxies, ..limits() }));
    let held: Vec<TcpStream> = (0..4).map(|_| from([127, 0, 0, 2], &sidecar)).collect();
    open(&sidecar, "4");
    assert_eq!(sidecar.metric("s2s_connections_refused_total"), "0");
    drop(held);
}
