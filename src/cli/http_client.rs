//! Asks a gateway over HTTP: one request for each connection.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use lac_model::fault::Fault;
use lac_store::Result;

/// Where systems keep the certificates of authorities: Debian, Fedora, Alpine.
const SYSTEM_AUTHORITIES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read.
const MAX_ANSWER: usize = 256 * 1024;

/// A gateway's address.
pub(super) struct HttpClient {
    url: String,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
}

/// An answer.
pub(super) struct HttpReply {
    pub status: u16,
    body: Bytes,
}

impl HttpReply {
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl HttpClient {
    /// For `http://HOST[:PORT]` or `https://HOST[:PORT]`, without a path.
    pub(super) fn new(url: &str, authorities: Option<&Path>) -> Result<Self> {
        let invalid = || Fault::invalid("--url", "https://HOST[:PORT], or http:// on loopback");
        let url = url.trim_end_matches('/');
        let (scheme, place) = url.split_once("://").ok_or_else(invalid)?;
        let standard = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(invalid()),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| invalid())?)
            }
            _ => (place, standard),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(invalid());
        }
        // The storefront's token would travel where others can read it.
        let is_loopback = host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback());
        if scheme == "http" && !is_loopback {
            return Err(invalid());
        }
        let tls = (scheme == "https").then(|| client_config(authorities));
        Ok(Self {
            url: url.to_owned(),
            host: host.to_owned(),
            port,
            tls: tls.transpose()?,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn get(&self, path: &str) -> std::result::Result<HttpReply, String> {
        let request = Request::get(path).body(Full::default());
        self.send(request).map_err(|e| innermost(&*e))
    }

    /// Posts JSON with a storefront's token.
    pub(super) fn post(
        &self,
        path: &str,
        token: &str,
        body: &Value,
    ) -> std::result::Result<HttpReply, String> {
        let request = Request::post(path)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_string()));
        self.send(request).map_err(|e| innermost(&*e))
    }

    fn send(
        &self,
        request: hyper::http::Result<Request<Full<Bytes>>>,
    ) -> std::result::Result<HttpReply, AnyError> {
        let mut request = request?;
        let host = if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        };
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::try_from(host)?);
        headers.insert(USER_AGENT, HeaderValue::from_static("lac"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let answered =
            runtime.block_on(async { tokio::time::timeout(TIMEOUT, self.exchange(request)).await });
        answered.map_err(|_| format!("no answer within {} seconds", TIMEOUT.as_secs()))?
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> std::result::Result<HttpReply, AnyError> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        match &self.tls {
            None => talk(stream, request).await,
            Some(config) => {
                let name = ServerName::try_from(self.host.clone())?;
                let connector = TlsConnector::from(Arc::clone(config));
                talk(connector.connect(name, stream).await?, request).await
            }
        }
    }
}

type AnyError = Box<dyn Error + Send + Sync>;

/// The cause at the bottom of an error, which says what is wrong.
fn innermost(mut error: &(dyn Error + 'static)) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> std::result::Result<HttpReply, AnyError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let reply = sender.send_request(request).await?;
    let status = reply.status().as_u16();
    let body = Limited::new(reply.into_body(), MAX_ANSWER)
        .collect()
        .await?;
    connection.abort();
    Ok(HttpReply {
        status,
        body: body.to_bytes(),
    })
}

fn client_config(authorities: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let system = || {
        SYSTEM_AUTHORITIES
            .iter()
            .map(Path::new)
            .find(|path| path.exists())
    };
    let Some(path) = authorities.or_else(system) else {
        return Err(Fault::InputRequired {
            what: "the certificates of authorities".to_owned(),
            flag: "--ca-file FILE".to_owned(),
        });
    };
    let fault = |e: String| Fault::io(path.display(), io::Error::other(e));
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(path).map_err(|e| fault(e.to_string()))?;
    roots.add_parsable_certificates(found.flatten());
    if roots.is_empty() {
        return Err(fault("it holds no certificate".to_owned()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .map_err(|e| fault(e.to_string()))?;
    Ok(Arc::new(
        config.with_root_certificates(roots).with_no_client_auth(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_on_loopback() {
        for (url, host, port) in [
            ("http://127.0.0.1:8420/", "127.0.0.1", 8420),
            ("http://[::1]:8420", "::1", 8420),
            ("http://localhost", "localhost", 80),
        ] {
            let client = HttpClient::new(url, None).unwrap();
            assert_eq!((client.host.as_str(), client.port), (host, port), "{url}");
        }
        for url in [
            "http://shop.example",
            "127.0.0.1:8420",
            "ftp://127.0.0.1",
            "http://",
            "http://127.0.0.1:port",
            "http://127.0.0.1\r\nX: y",
            "http://127.0.0.1/path",
        ] {
            assert!(HttpClient::new(url, None).is_err(), "{url}");
        }
    }
}
