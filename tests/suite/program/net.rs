//! Claims about asking hosts, against servers on this machine.

use std::time::{Duration, Instant};

use s2s_net::{Answer, Client, Failure, Request, run};
use s2s_sim::keys::Key;
use silicon_to_source::digest::Sha256;

use crate::servers::{Plain, Tls};

fn get(client: &Client, request: &Request<'_>) -> Result<Answer, Failure> {
    run(client.get(request)).and_then(|answer| answer)
}

fn plain(url: &str, limit: usize) -> Result<Answer, Failure> {
    get(&Client::new().unwrap(), &Request::get(url, limit))
}

#[test]
fn an_answer_comes_with_status_headers_and_body_whatever_the_status_is() {
    for (status, number) in [("200 OK", 200), ("404 Not Found", 404), ("503 Busy", 503)] {
        let server = Plain::answering(format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nAge: 12\r\n\
             Content-Length: 2\r\n\r\n{{}}"
        ));
        let answer = plain(&server.url("/v1/x?nonce=AA"), 2).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (number, &b"{}"[..]));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("age"), Some("12"));
        assert_eq!(answer.tls_spki_sha256, None);
        let asked = server.asked().to_lowercase();
        assert!(asked.starts_with("get /v1/x?nonce=aa http/1.1\r\n"), "{asked}");
        assert!(
            !["cookie", "authorization", "referer"].iter().any(|h| asked.contains(h)),
            "{asked}"
        );
    }
}

#[test]
fn a_question_with_a_body_is_posted_as_json_and_what_stands_after_the_sign_is_not_sent() {
    let server = Plain::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let url = server.url("/v2/key#release/1");
    let request = Request { post: Some(b"{\"id\":1}"), ..Request::get(&url, 10) };
    assert_eq!(get(&Client::new().unwrap(), &request).unwrap().body, b"{}");
    let asked = server.asked().to_lowercase();
    assert!(asked.starts_with("post /v2/key http/1.1\r\n"), "{asked}");
    assert!(asked.contains("content-type: application/json\r\n"), "{asked}");
    assert!(asked.contains("content-length: 8\r\n"), "{asked}");
    let plain = self::plain(&server.url("/"), 10).unwrap();
    assert_eq!(plain.status, 200);
    let asked = server.asked().to_lowercase();
    assert_eq!(asked.matches("content-length").count(), 1, "a GET has no body: {asked}");
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Plain::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let server = Plain::answering(format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        other.url("/")
    ));
    assert_eq!(plain(&server.url("/"), 10).unwrap_err(), Failure::Redirect);
    assert_eq!(other.asked(), "");
}

#[test]
fn a_body_above_the_limit_is_refused_while_it_comes_in() {
    let declared = Plain::answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
    assert_eq!(plain(&declared.url("/"), 10).unwrap_err(), Failure::TooLarge);
    let endless =
        Plain::endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n");
    assert_eq!(plain(&endless.url("/"), 1 << 20).unwrap_err(), Failure::TooLarge);
    let whole = Plain::answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhelloworld");
    assert_eq!(plain(&whole.url("/"), 10).unwrap().body, b"helloworld");
}

#[test]
fn an_answer_that_ends_early_is_not_an_answer() {
    let server = Plain::answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    assert_eq!(plain(&server.url("/"), 1000).unwrap_err(), Failure::Truncated);
    let server = Plain::answering("");
    assert_eq!(plain(&server.url("/"), 1000).unwrap_err(), Failure::Truncated);
}

#[test]
fn what_is_not_http_is_not_an_answer() {
    let server = Plain::answering("SSH-2.0-OpenSSH_9.9\r\n\r\n");
    assert_eq!(plain(&server.url("/"), 1000).unwrap_err(), Failure::Network);
    let server = Plain::answering(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20)));
    assert_eq!(plain(&server.url("/"), 1000).unwrap_err(), Failure::Network);
}

#[test]
fn a_host_that_is_slow_is_given_up() {
    let server = Plain::endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "");
    let begun = Instant::now();
    let url = server.url("/");
    let request = Request { timeout: Duration::from_millis(200), ..Request::get(&url, 10) };
    assert_eq!(get(&Client::new().unwrap(), &request).unwrap_err(), Failure::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn nobody_at_the_port_is_told_apart_from_a_name_that_is_not_known() {
    let server = Plain::answering("");
    let url = server.url("/");
    drop(server);
    assert_eq!(plain(&url, 10).unwrap_err(), Failure::Refused);
    assert_eq!(plain("https://nobody.invalid/", 10).unwrap_err(), Failure::Dns);
}

#[test]
fn only_https_is_asked_beyond_this_machine() {
    for url in [
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "https://name:word@localhost/",
        "localhost",
        "/v1",
        "",
    ] {
        assert_eq!(plain(url, 10).unwrap_err(), Failure::Url, "{url}");
    }
}

#[test]
fn the_key_in_the_servers_certificate_is_recorded() {
    let server = Tls::answering("localhost", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let client = Client::of_authority(&server.authority).unwrap();
    let answer = get(&client, &Request::get(&server.url("localhost"), 10)).unwrap();
    assert_eq!(answer.body, b"{}");
    assert_eq!(answer.tls_spki_sha256, Some(Sha256::of(&Key::Tls.spki())));
}

#[test]
fn a_certificate_of_an_unknown_authority_or_for_another_name_is_refused() {
    let server = Tls::answering("localhost", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    assert_eq!(plain(&server.url("localhost"), 10).unwrap_err(), Failure::Tls);
    let client = Client::of_authority(&server.authority).unwrap();
    let other = get(&client, &Request::get(&server.url("127.0.0.1"), 10));
    assert_eq!(other.unwrap_err(), Failure::Tls);
    assert_eq!(Client::of_authority(b"no certificate").unwrap_err(), Failure::Tls);
}
