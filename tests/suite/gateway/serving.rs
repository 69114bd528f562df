//! How the gateway is started, watched and stopped.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{GatewayProcess, HttpAnswer, StorefrontFixture, TestStore};

/// What the metrics say, one line each.
fn metrics(gateway: &GatewayProcess) -> Vec<String> {
    let place = gateway
        .first_lines
        .iter()
        .find_map(|line| line.strip_prefix("metrics on http://"));
    let address = place
        .and_then(|place| place.strip_suffix("/metrics"))
        .expect("an address");
    let mut stream = TcpStream::connect(address).expect("the metrics");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn metrics_have_an_address_of_their_own() {
    let shop = StorefrontFixture::new();
    let args = ["--metrics-listen", "127.0.0.1:0"];
    let gateway = GatewayProcess::start_with(&shop.store, &args);
    let storefront = gateway.with_token(&shop.storefront);
    let body = json!({"token": "none", "audience": "https://shop.example.com"});
    storefront
        .post("/v1/redeem", &body)
        .assert_problem(409, "token_invalid");
    gateway
        .request()
        .get("/metrics")
        .assert_problem(404, "not_found");
    let lines = metrics(&gateway);
    for expected in [
        "lac_http_requests_total{route=\"/v1/redeem\",status=\"409\"} 1",
        "lac_http_requests_total{route=\"unknown\",status=\"404\"} 1",
        "lac_redemptions_total{result=\"token_invalid\"} 1",
        "lac_http_request_duration_seconds_count{route=\"/v1/redeem\"} 1",
        "lac_queued_requests{queue=\"writes\"} 0",
    ] {
        assert!(
            lines.iter().any(|line| line == expected),
            "{expected}: {lines:#?}"
        );
    }
}

#[test]
fn a_quiet_gateway_writes_no_line_for_a_request() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start_with(&shop.store, &["--quiet"]);
    gateway.request().get("/healthz").assert_ok();
    assert_eq!(gateway.stop(), ["stopped"]);
}

#[test]
fn a_running_request_is_finished_before_the_end() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let body = json!({"token": "none", "audience": "https://shop.example.com"}).to_string();
    let request = gateway
        .with_token(&shop.storefront)
        .header("content-type", "application/json");
    let bytes = request.bytes("POST", "/v1/redeem", body.as_bytes());
    let (first, rest) = bytes.split_at(bytes.len() - 5);
    let mut stream = gateway.connect();
    stream.write_all(first).expect("sent");
    // Another request shows that the first one has been read so far.
    gateway.request().get("/healthz").assert_ok();
    let idle = gateway.connect();
    let pid = gateway.child.id().to_string();
    assert!(
        Command::new("kill")
            .arg(pid)
            .status()
            .expect("kill")
            .success()
    );
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(
        TcpStream::connect(gateway.address).is_err(),
        "it still listens"
    );
    stream.write_all(rest).expect("sent");
    let answer = HttpAnswer::read(&mut BufReader::new(stream)).expect("an answer");
    answer.assert_problem(409, "token_invalid");
    drop(idle);
    let mut gateway = gateway;
    assert!(gateway.child.wait().expect("ended").success());
}

#[test]
fn plain_http_stays_on_the_machine_or_behind_a_proxy() {
    let store = TestStore::new();
    let refused = |args: &[&str], said: &str| {
        let all = [&["serve", "--listen", "0.0.0.0:0"], args].concat();
        let ran = store.run(&all);
        assert_eq!(ran.code, 2, "{ran:#?}");
        assert!(ran.stderr.contains(said), "{ran:#?}");
    };
    refused(&[], "--tls-cert");
    refused(&["--tls-cert", "cert.pem"], "--tls-key");
    refused(&["--behind-proxy", "proxy"], "10.0.0.0/8");
    let proxied = ["--behind-proxy", "10.0.0.0/8"];
    let gateway = GatewayProcess::start_with(&store, &proxied);
    let mut stream = gateway.connect();
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(
        HttpAnswer::read(&mut BufReader::new(stream)).is_none(),
        "no proxy is served"
    );
}

#[test]
fn a_proxys_word_for_the_address_is_recorded() {
    let shop = StorefrontFixture::new();
    let args = ["--behind-proxy", "127.0.0.0/8"];
    let gateway = GatewayProcess::start_with(&shop.store, &args);
    let body = json!({"token": "none", "audience": "https://shop.example.com"});
    let request = gateway.with_token("lac_unknown");
    let request = request.header("x-forwarded-for", "6.6.6.6, 198.51.100.7");
    request
        .post("/v1/redeem", &body)
        .assert_problem(401, "not_authenticated");
    let newest = shop.store.log_events()[0].clone();
    assert_eq!(newest["ip_address"], "198.51.100.7");
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let store = TestStore::new();
    let path = |name: &str| store.home().join(name).display().to_string();
    for name in ["cert.pem", "key.pem"] {
        std::fs::write(path(name), "").expect("a file");
    }
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let changed = Command::new("chmod").args(["0644", &key]).status();
    assert!(changed.expect("chmod").success());
    let listen = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
    ];
    store.run_failing(&listen, "store_unsafe", 1);
}

#[test]
fn broker_and_gateway_are_one_process() {
    let shop = StorefrontFixture::new();
    let socket = shop.store.home().join("lac.sock");
    let socket = socket.to_str().expect("a path");
    let gateway = GatewayProcess::start_with(&shop.store, &["--socket", socket]);
    let way = format!("unix:{socket}");
    let mut whoami = shop.store.command(&["whoami"]);
    let ran = whoami
        .env("LAC_STORE", &way)
        .stderr(Stdio::piped())
        .output();
    assert!(ran.expect("lac runs").status.success());
    gateway.request().get("/readyz").assert_ok();
    gateway.stop();
    assert!(!std::path::Path::new(socket).exists());
}
