//! Requests that are malformed, too large or too slow.

use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{GatewayProcess, HttpAnswer, StorefrontFixture};

#[test]
fn a_path_has_one_spelling() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&shop.storefront);
    for path in [
        "/",
        "/v1",
        "/v1/redeem/",
        "//v1/redeem",
        "/v1//redeem",
        "/v1/../v1/redeem",
        "/v1/./redeem",
        "/v1/%72edeem",
        "/v1/%2e%2e/v1/redeem",
        "/v1/redeem%00",
        "/V1/redeem",
        "/healthz/..",
        "/.well-known",
        "/metrics",
    ] {
        let answer = storefront.post(path, &json!({}));
        answer.assert_problem(404, "not_found");
    }
    assert_eq!(storefront.send("OPTIONS", "/healthz", b"").status, 204);
    assert_eq!(storefront.send("HEAD", "/healthz", b"").status, 200);
}

#[test]
fn a_body_is_one_object_of_json() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&shop.storefront);
    let typed = storefront
        .clone()
        .header("content-type", "application/json");
    let deep = format!("{{\"token\":{}", "[".repeat(60_000));
    for body in [
        "",
        " ",
        "{}",
        "[]",
        "[\"token\", \"audience\"]",
        "null",
        "{\"token\":1,\"audience\":\"x\"}",
        "{\"token\":NaN,\"audience\":\"x\"}",
        "{\"token\":\"a\",\"token\":\"b\",\"audience\":\"x\"}",
        "{\"token\":\"a\",\"audience\":\"x\"} {}",
        "{\"token\":\"\\ud800\",\"audience\":\"x\"}",
        &deep,
    ] {
        let answer = typed.send("POST", "/v1/redeem", body.as_bytes());
        answer.assert_problem(400, "invalid_value");
    }
    let answer = typed.send("POST", "/v1/redeem", b"{\"token\":\"\xff\"}");
    answer.assert_problem(400, "invalid_value");
    let form = b"token=a&audience=x";
    for kind in [
        "application/x-www-form-urlencoded",
        "text/json",
        "multipart/form-data",
    ] {
        let request = storefront.clone().header("content-type", kind);
        let answer = request.send("POST", "/v1/redeem", form);
        answer.assert_problem(415, "unsupported_media_type");
    }
    let packed = typed.header("content-encoding", "gzip");
    let answer = packed.send("POST", "/v1/redeem", b"{}");
    answer.assert_problem(415, "unsupported_media_type");
}

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let typed = gateway
        .with_token(&shop.storefront)
        .header("content-type", "application/json");
    let answer = typed.send("POST", "/v1/redeem", &vec![b' '; 10 << 20]);
    answer.assert_problem(413, "body_too_large");
    // The same without a length beforehand.
    let head = format!(
        "POST /v1/redeem HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        shop.storefront
    );
    let chunk = format!("{:x}\r\n{}\r\n", 40_000, " ".repeat(40_000)).repeat(2);
    let answer = gateway.send_raw((head + &chunk).as_bytes());
    answer.assert_problem(413, "body_too_large");
}

#[test]
fn what_is_no_http_is_refused_and_the_rest_is_served() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"POST /v1/redeem HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/redeem HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ] {
        let mut stream = gateway.connect();
        stream.write_all(bytes).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("ended");
        let answer = HttpAnswer::read(&mut BufReader::new(stream));
        assert!(answer.is_none_or(|answer| answer.status >= 400));
    }
    let many = "x-field: y\r\n".repeat(100);
    let answer = gateway.send_raw(format!("GET /healthz HTTP/1.1\r\n{many}\r\n").as_bytes());
    assert_eq!(answer.status, 431);
    gateway.request().get("/healthz").assert_ok();
}

#[test]
fn slow_clients_are_cut_off_and_hinder_nobody() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let slow: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = gateway.connect();
            stream
                .write_all(b"GET /healthz HTTP/1.1\r\nhost")
                .expect("sent");
            stream
        })
        .collect();
    let since = Instant::now();
    gateway.request().get("/healthz").assert_ok();
    assert!(since.elapsed() < Duration::from_secs(2));
    for stream in slow {
        let answer = HttpAnswer::read(&mut BufReader::new(stream));
        assert!(answer.is_none_or(|answer| answer.status == 408));
    }
    let waited = since.elapsed();
    assert!(waited < Duration::from_secs(40), "{waited:?}");
}

#[test]
fn a_client_that_takes_no_answer_is_cut_off() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let mut stream = gateway.connect();
    stream
        .set_write_timeout(Some(Duration::from_secs(60)))
        .expect("a time limit");
    let requests = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let since = Instant::now();
    let error = loop {
        if let Err(error) = stream.write_all(&requests) {
            break error;
        }
    };
    assert_ne!(
        error.kind(),
        std::io::ErrorKind::WouldBlock,
        "it was never cut off"
    );
    let waited = since.elapsed();
    assert!(waited > Duration::from_secs(10), "{waited:?}: {error}");
    gateway.request().get("/healthz").assert_ok();
}
