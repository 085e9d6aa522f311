//! Serving `target/site` on the loopback interface.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use s2s_sim::sidecar::{self, Stage, Vendor};
use tokio::net::TcpListener;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::failure::Failure;
use crate::headers;

/// How many ports after a busy one are tried before the system chooses.
const NEXT_PORTS: u16 = 20;

/// Serves until the program is interrupted.
pub(crate) fn until_interrupted(folder: &Path, port: u16) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let listener = listen(port).await?;
        let url = url(&listener)?;
        println!("The page is at {url}  (Ctrl-C stops the server.)");
        println!("A SIMULATED coordinator answers there too: give the page that address.");
        let interrupted = async {
            // Without a handler the signal ends the program by itself.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            result = serve(listener, folder) => result,
            () = interrupted => Ok(()),
        }
    })
}

/// Serves on a free port while `work` runs with the URL.
pub(crate) fn during(
    folder: &Path,
    work: impl FnOnce(String) -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let listener = listen(0).await?;
        let url = url(&listener)?;
        let work = tokio::task::spawn_blocking(|| work(url));
        tokio::select! {
            result = serve(listener, folder) => result,
            result = work => {
                result.map_err(|error| Failure::new(format!("The tests stopped: {error}.")))?
            }
        }
    })
}

/// Serves until the listener fails.
async fn serve(listener: TcpListener, folder: &Path) -> Result<(), Failure> {
    axum::serve(listener, router(folder))
        .await
        .map_err(|error| Failure::new(format!("The server stopped: {error}.")))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("The server cannot start: {error}.")))
}

/// The page, and a simulated coordinator beside it with headers of its own.
fn router(folder: &Path) -> Router {
    let page = Router::new().fallback_service(ServeDir::new(folder).precompressed_br());
    let audit = ServeFile::new(folder.join("audit.html"));
    let offline = Router::new().route_service("/audit.html", audit);
    let [page, offline] =
        [(page, headers::PAGE), (offline, headers::OFFLINE)].map(|(router, policy)| {
            let policy = (header::CONTENT_SECURITY_POLICY.as_str(), policy);
            [policy].into_iter().chain(headers::OTHERS).fold(router, |router, (name, value)| {
                router.layer(SetResponseHeaderLayer::overriding(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                ))
            })
        });
    page.merge(offline).merge(sidecar::router(Arc::new(Stage::new(Vendor::Amd)), None))
}

/// Binds `port`, or the next free one when it is taken.
async fn listen(port: u16) -> Result<TcpListener, Failure> {
    let last = port.saturating_add(if port == 0 { 0 } else { NEXT_PORTS });
    for candidate in (port..=last).chain([0]) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).await {
            Ok(listener) => {
                if candidate != port {
                    println!("Port {port} is in use by another program, so another is taken.");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(Failure::new(format!(
                    "Port {candidate} of 127.0.0.1 cannot be opened: {error}."
                )));
            }
        }
    }
    Err(Failure::new("No port of 127.0.0.1 is free."))
}

fn url(listener: &TcpListener) -> Result<String, Failure> {
    let address: SocketAddr = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("The server has no address: {error}.")))?;
    Ok(format!("http://{address}/"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    /// What the server answers to `GET path`, with the headers in lower case.
    fn get(url: &str, path: &str) -> String {
        get_with(url, path, "")
    }

    /// The same, with a header line of the caller's.
    fn get_with(url: &str, path: &str, header: &str) -> String {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {address}\r\n{header}connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).to_lowercase()
    }

    #[test]
    fn every_answer_carries_the_policy_and_files_have_their_types() {
        let www = crate::root().join("www");
        during(&www, |url| {
            for (path, status, kind) in [
                ("/", "200", "text/html"),
                ("/app.js", "200", "text/javascript"),
                ("/locales/en.json", "200", "application/json"),
                ("/absent", "404", ""),
                ("/../Cargo.toml", "404", ""),
                ("/%2e%2e/Cargo.toml", "404", ""),
            ] {
                let answer = get(&url, path);
                assert!(answer.starts_with(&format!("http/1.1 {status}")), "{path}: {answer}");
                assert!(answer.contains(&format!("content-type: {kind}")) || kind.is_empty());
                let policy = [("content-security-policy", headers::PAGE)];
                for (name, value) in policy.into_iter().chain(headers::OTHERS) {
                    let header = format!("{name}: {value}\r\n").to_lowercase();
                    assert!(answer.contains(&header), "{path} lacks {header}");
                }
            }
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn simulated_coordinator_answers_beside_the_page_with_its_own_headers() {
        let www = crate::root().join("www");
        during(&www, |url| {
            let healthy = get(&url, "/v1/coordinator/attestation");
            assert!(healthy.starts_with("http/1.1 200"), "{healthy}");
            assert!(healthy.contains("access-control-allow-origin: *\r\n"), "{healthy}");
            assert!(!healthy.contains("content-security-policy"), "{healthy}");
            let absent = get(&url, "/fault/404/v1/coordinator/attestation");
            assert!(absent.starts_with("http/1.1 404"), "{absent}");
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn whoever_takes_brotli_gets_the_file_that_lies_beside_the_plain_one() {
        let folder = std::env::temp_dir().join(format!("brotli-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("x.wasm"), b"plain").unwrap();
        fs::write(folder.join("x.wasm.br"), b"packed").unwrap();
        during(&folder, |url| {
            let packed = get_with(&url, "/x.wasm", "accept-encoding: gzip, br\r\n");
            assert!(packed.contains("content-encoding: br\r\n") && packed.ends_with("packed"));
            assert!(packed.contains("content-type: application/wasm\r\n"), "{packed}");
            assert!(packed.contains("content-security-policy: "), "{packed}");
            let plain = get(&url, "/x.wasm");
            assert!(!plain.contains("content-encoding") && plain.ends_with("plain"), "{plain}");
            Ok(())
        })
        .unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn wasm_is_served_as_wasm() {
        let folder = std::env::temp_dir().join(format!("site-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("x.wasm"), b"\0asm").unwrap();
        during(&folder, |url| {
            assert!(get(&url, "/x.wasm").contains("content-type: application/wasm\r\n"));
            Ok(())
        })
        .unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn offline_file_keeps_the_policy_that_is_in_it() {
        let folder = std::env::temp_dir().join(format!("offline-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("audit.html"), "<title>x</title>").unwrap();
        during(&folder, |url| {
            let answer = get(&url, "/audit.html");
            let policies = answer.matches("content-security-policy: ").count();
            assert_eq!(policies, 1, "{answer}");
            assert!(answer.contains(&format!("content-security-policy: {}\r\n", headers::OFFLINE)));
            assert!(answer.contains("x-frame-options: deny\r\n"), "{answer}");
            Ok(())
        })
        .unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn busy_port_gives_way_to_another() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let other = runtime().unwrap().block_on(listen(port)).unwrap();
        assert_ne!(other.local_addr().unwrap().port(), port);
    }
}
