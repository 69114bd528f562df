//! A small HTTP client for asking a gateway: one request for each connection.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use lac_model::fault::Fault;
use lac_store::Result;

/// Where systems keep the certificates of authorities: Debian, Fedora, Alpine.
const SYSTEM_AUTHORITIES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// The longest wait for a connection, and for each piece of an answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest answer that is read.
const MAX_ANSWER: u64 = 256 * 1024;

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
    body: Vec<u8>,
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
        self.send(&format!("GET {path} HTTP/1.1\r\n"), &[])
    }

    /// Posts JSON with a storefront's token.
    pub(super) fn post(
        &self,
        path: &str,
        token: &str,
        body: &Value,
    ) -> std::result::Result<HttpReply, String> {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.send(&head, body.as_bytes())
    }

    fn send(&self, head: &str, body: &[u8]) -> std::result::Result<HttpReply, String> {
        let bytes = self.exchange(head, body).map_err(|e| e.to_string())?;
        parse_reply(&bytes).ok_or_else(|| "the answer is not HTTP".to_owned())
    }

    fn exchange(&self, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let mut request = format!(
            "{head}Host: {host}:{}\r\nConnection: close\r\nUser-Agent: lac\r\n\r\n",
            self.port
        )
        .into_bytes();
        request.extend_from_slice(body);
        let stream = self.connect()?;
        match &self.tls {
            None => talk(stream, &request),
            Some(config) => {
                let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
                let connection = ClientConnection::new(Arc::clone(config), name);
                let connection = connection.map_err(io::Error::other)?;
                talk(StreamOwned::new(connection, stream), &request)
            }
        }
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::other("the host has no address");
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, TIMEOUT) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(TIMEOUT))?;
                    stream.set_write_timeout(Some(TIMEOUT))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn talk(mut stream: impl Read + Write, request: &[u8]) -> io::Result<Vec<u8>> {
    stream.write_all(request)?;
    stream.flush()?;
    let mut bytes = Vec::new();
    match stream.take(MAX_ANSWER).read_to_end(&mut bytes) {
        // A server may close without TLS's own farewell; the length of the
        // answer says whether it is whole.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(bytes),
    }
}

/// The status and body of an answer with a length.
fn parse_reply(bytes: &[u8]) -> Option<HttpReply> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?;
    let status = status.split(' ').next()?.parse().ok()?;
    let lengths = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let length = lengths.last().unwrap_or(0);
    let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    Some(HttpReply { status, body })
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

    #[test]
    fn an_answer_is_read_as_long_as_it_says() {
        let reply = parse_reply(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}x").unwrap();
        assert_eq!(
            (reply.status, reply.json()),
            (200, Some(serde_json::json!({})))
        );
        assert!(parse_reply(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}").is_none());
        assert!(parse_reply(b"SSH-2.0").is_none());
    }
}
