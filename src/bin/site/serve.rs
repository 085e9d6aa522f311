//! Serving `target/site` on the loopback interface.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::build::Site;
use crate::failure::Failure;

/// How many ports after a busy one are tried before the system chooses.
const NEXT_PORTS: u16 = 20;

/// What every answer carries. The page may load its own files and nothing else, no string ever
/// becomes code or markup, and no connection leaves the page's own origin.
const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-cache"),
];

/// Serves until the program is interrupted.
pub(crate) fn until_interrupted(site: &Site, port: u16) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let listener = listen(port).await?;
        println!("The page is at {}  (Ctrl-C stops the server.)", url(&listener)?);
        axum::serve(listener, router(&site.folder))
            .with_graceful_shutdown(async {
                // Without a signal handler the default action ends the program: also a way out.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            })
            .await
            .map_err(|error| Failure::new(format!("The server stopped: {error}.")))
    })
}

/// Serves on a free port while `work` runs with the URL.
pub(crate) fn during(
    site: &Site,
    work: impl FnOnce(String) -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let listener = listen(0).await?;
        let url = url(&listener)?;
        let work = tokio::task::spawn_blocking(|| work(url));
        tokio::select! {
            result = work => {
                result.map_err(|error| Failure::new(format!("The tests stopped: {error}.")))?
            }
            result = std::future::IntoFuture::into_future(axum::serve(listener, router(&site.folder))) => {
                Err(Failure::new(format!("The server stopped: {result:?}.")))
            }
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("The server cannot start: {error}.")))
}

fn router(folder: &Path) -> Router {
    let router = Router::new().fallback_service(ServeDir::new(folder));
    HEADERS.iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(
            name.clone(),
            HeaderValue::from_static(value),
        ))
    })
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
