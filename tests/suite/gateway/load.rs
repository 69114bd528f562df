//! Many clients at once, and a gateway that is killed among them.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{GatewayProcess, HttpAnswer, StorefrontFixture};

const SHOP: &str = "https://shop.example.com";

/// A gateway without limits, and a broker in the same process.
fn start(shop: &StorefrontFixture, socket: &str) -> GatewayProcess {
    let config = shop.store.home().join("no-limits.toml");
    std::fs::write(&config, "[gateway]\nredeem_per_address = 0\n").expect("a file");
    let config = config.to_str().expect("a path");
    GatewayProcess::start_with(&shop.store, &["--config", config, "--socket", socket])
}

#[test]
fn of_200_clients_in_three_ways_one_gets_the_session() {
    let shop = StorefrontFixture::new();
    let agent = shop.store.create_agent("ben");
    let token = shop.issue_link(&agent, &["1"]);
    let socket = shop.store.home().join("lac.sock").display().to_string();
    let gateway = start(&shop, &socket);
    let body = json!({"token": token, "audience": SHOP});
    let begin = Barrier::new(140);
    let (won, lost) = (Mutex::new(0), Mutex::new(0));
    let count = |is_won: bool| *(if is_won { &won } else { &lost }).lock().expect("a count") += 1;

    let args = ["redeem", &token, "--audience", SHOP, "-o", "json"];
    let commands: Vec<_> = (0..60)
        .map(|n| {
            let mut command = shop.store.command(&args);
            command.env("LAC_TOKEN", &shop.storefront);
            if n % 2 == 0 {
                command.env("LAC_STORE", format!("unix:{socket}"));
            }
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("lac runs")
        })
        .collect();
    thread::scope(|scope| {
        for _ in 0..140 {
            scope.spawn(|| {
                begin.wait();
                let answer = gateway
                    .with_token(&shop.storefront)
                    .post("/v1/redeem", &body);
                let is_won = answer.status == 200;
                if !is_won {
                    answer.assert_problem(409, "token_spent");
                }
                count(is_won);
            });
        }
    });
    for command in commands {
        let output = command.wait_with_output().expect("lac ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() || stderr.contains("token_spent"),
            "{stderr}"
        );
        count(output.status.success());
    }
    assert_eq!((*won.lock().unwrap(), *lost.lock().unwrap()), (1, 199));
    let log = shop.store.run_json(&["log", "list", "--action", "redeem"]);
    let log: Vec<Value> = serde_json::from_value(log).expect("a list");
    let succeeded = log.iter().filter(|event| event["result"] == "success");
    assert_eq!((log.len(), succeeded.count()), (200, 1));
    shop.store.run_ok(&["log", "verify"]);
}

/// Sends a request to a gateway that may end meanwhile.
fn try_post(gateway: &GatewayProcess, token: &str, path: &str, body: &Value) -> Option<HttpAnswer> {
    use std::io::{BufReader, Write};
    let request = gateway
        .with_token(token)
        .header("content-type", "application/json");
    let mut stream = std::net::TcpStream::connect(gateway.address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .ok()?;
    let bytes = request.bytes("POST", path, body.to_string().as_bytes());
    stream.write_all(&bytes).ok()?;
    HttpAnswer::read(&mut BufReader::new(stream))
}

#[test]
fn what_was_acknowledged_before_a_kill_is_on_record() {
    let shop = StorefrontFixture::new();
    let agent = shop.store.create_agent("ben");
    let session = shop.redeem(&shop.issue_link(&agent, &["1"]), SHOP);
    let links: Vec<String> = (0..12)
        .map(|n| shop.store.create_agent(&format!("agent{n}")))
        .map(|agent| shop.issue_link(&agent, &["3"]))
        .collect();
    let socket = shop.store.home().join("lac.sock").display().to_string();
    let mut gateway = start(&shop, &socket);
    let has_ended = AtomicBool::new(false);
    let (redeemed, reported) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let report = |n: usize| json!({"actions": [{"id": format!("a{n}"), "action": "other"}]});
    let path = format!("/v1/sessions/{session}/actions");
    let pid = gateway.child.id().to_string();
    thread::scope(|scope| {
        let (gateway, redeemed, reported, has_ended) = (&gateway, &redeemed, &reported, &has_ended);
        let (shop, path, links) = (&shop.storefront, &path, &links);
        for worker in 0..4 {
            scope.spawn(move || {
                for link in links.iter().skip(worker).step_by(4) {
                    let body = json!({"token": link, "audience": SHOP});
                    let answer = try_post(gateway, shop, "/v1/redeem", &body);
                    if answer.is_some_and(|answer| answer.status == 200) {
                        redeemed.lock().expect("a list").push(link.clone());
                    }
                }
            });
            scope.spawn(move || {
                for n in (worker..400).step_by(4) {
                    let answer = try_post(gateway, shop, path, &report(n));
                    if answer.is_some_and(|answer| answer.status == 200) {
                        reported.lock().expect("a list").push(n);
                    } else if has_ended.load(Ordering::Acquire) {
                        return;
                    }
                }
            });
        }
        thread::sleep(Duration::from_millis(250));
        let killed = std::process::Command::new("kill")
            .args(["-9", &pid])
            .status();
        assert!(killed.expect("kill").success());
        has_ended.store(true, Ordering::Release);
    });
    gateway.child.wait().expect("killed");
    let (redeemed, reported) = (
        redeemed.into_inner().unwrap(),
        reported.into_inner().unwrap(),
    );
    assert!(
        !reported.is_empty() && reported.len() < 400,
        "{}",
        reported.len()
    );

    let _ = std::fs::remove_file(&socket);
    let gateway = start(&shop, &socket);
    let storefront = gateway.with_token(&shop.storefront);
    for link in &redeemed {
        let body = json!({"token": link, "audience": SHOP});
        storefront
            .post("/v1/redeem", &body)
            .assert_problem(409, "token_spent");
    }
    // What was acknowledged is known, and a retry adds nothing.
    for n in &reported {
        let answer = storefront.post(&path, &report(*n)).assert_ok();
        assert_eq!(answer, json!({"recorded": 0, "known": 1}), "{n}");
    }
    let log = shop.store.log_events();
    let times = |session: &Value| {
        let same = log.iter().filter(|event| {
            event["action"] == "redeem"
                && event["result"] == "success"
                && event["session_id"] == *session
        });
        same.count()
    };
    let sessions = shop.store.run_json(&["session", "list"]);
    for session in sessions.as_array().expect("a list") {
        assert!(times(&session["id"]) <= 1, "{session}");
    }
    shop.store.run_ok(&["log", "verify"]);
}

#[test]
fn tokens_that_do_not_verify_are_one_event_a_minute() {
    let shop = StorefrontFixture::new();
    let agent = shop.store.create_agent("ben");
    let link = shop.issue_link(&agent, &["1"]);
    let socket = shop.store.home().join("lac.sock").display().to_string();
    let gateway = start(&shop, &socket);
    let storefront = gateway.with_token(&shop.storefront);
    let redeem = |token: &str| {
        let body = json!({"token": token, "audience": SHOP});
        storefront.post("/v1/redeem", &body)
    };
    let forged = format!("{}AAAA", &link[..link.len() - 4]);
    for n in 0..40 {
        let token = if n % 2 == 0 {
            forged.clone()
        } else {
            format!("x{n}")
        };
        redeem(&token).assert_problem(409, "token_invalid");
    }
    redeem(&link).assert_ok();
    gateway.stop();
    let log = shop
        .store
        .run_json(&["log", "list", "--action", "redeem", "--result", "failure"]);
    let log: Vec<Value> = serde_json::from_value(log).expect("a list");
    assert_eq!(log.len(), 2, "{log:#?}");
    assert_eq!(log[0]["details"]["attempts"], 39);
    assert_eq!(log[1]["details"]["storefront"], "shop");
}
