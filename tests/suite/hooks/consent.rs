//! What hooks receive about consent: every change of it, and every ask.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::HookFixture;
use crate::support::{GatewayProcess, json_str};

/// A fixture with hooks for consent alone, and the token of its storefront.
fn fixture() -> (HookFixture, String) {
    let fixture = HookFixture::new();
    configure(&fixture);
    let add = [
        "storefront",
        "add",
        "shop",
        "--website",
        "base",
        "--consent",
    ];
    let added = fixture.store.run_json(&add);
    (fixture, json_str(&added["token"]).to_owned())
}

fn configure(fixture: &HookFixture) {
    fixture.configure("");
    let path = fixture.store.home().join(".config/lac/config.toml");
    let text = fs::read_to_string(&path).expect("a config file");
    let text = text.replace("after_login", "after_consent");
    fs::write(&path, text.replace("after_redeem", "after_ask")).expect("a config file");
}

/// The fields of an object.
fn fields(object: &Value) -> Vec<&str> {
    let fields = object.as_object().expect("an object").keys();
    let mut fields: Vec<&str> = fields.map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

#[test]
fn an_ask_and_its_answer_are_delivered_without_a_name_of_staff() {
    let (fixture, shop) = fixture();
    let store = &fixture.store;
    let agent = store.create_agent("amanda");
    let ask = ["consent", "ask", "2", "--ticket", "ZD-7", "--for", "2h"];
    let asked = store.run_as(&agent, &[&ask[..], &["-o", "json"]].concat());
    let asked: Value = serde_json::from_str(&asked.assert_succeeded().stdout).expect("JSON");
    let event = store.log_events()[0].clone();
    assert_eq!(event["action"], "ask");
    let received = fixture.received();
    assert_eq!(received.len(), 1, "{received:#?}");
    let notice = &received[0];
    assert_eq!(
        *notice,
        json!({
            "id": notice["id"], "event": "after_ask",
            "customer": {"id": "2", "email": "bob@example.com", "name": "Bob Birch",
                         "website": notice["customer"]["website"]},
            "website": "base", "ask": asked["id"], "ticket": "ZD-7", "duration": 7200,
            "asked_at": "2026-10-05T12:00:00.000000Z",
            "expires_at": "2026-10-06T12:00:00.000000Z", "audit_seq": event["seq"],
        })
    );

    // The customer's yes is a change of consent.
    store.clock.set("2026-10-05T12:04:00.000000Z");
    let id = json_str(&asked["id"]);
    let allow = ["consent", "allow", id, "--customer", "2"];
    store.run_as(&shop, &allow).assert_succeeded();
    let log = store.log_events();
    let grant = log.iter().find(|event| event["action"] == "grant");
    let received = fixture.received();
    assert_eq!(received.len(), 2, "{received:#?}");
    let notice = &received[1];
    assert_eq!(
        fields(notice),
        [
            "ask",
            "audit_seq",
            "changed_at",
            "customer",
            "event",
            "granted",
            "id",
            "source",
            "storefront",
            "until",
            "website"
        ]
    );
    assert_eq!(
        [&notice["event"], &notice["granted"], &notice["source"]],
        [&json!("after_consent"), &json!(true), &json!("customer")]
    );
    assert_eq!(
        [&notice["ask"], &notice["storefront"], &notice["until"]],
        [
            &json!(id),
            &json!("shop"),
            &json!("2026-10-05T14:04:00.000000Z")
        ]
    );
    assert_eq!(notice["audit_seq"], grant.expect("a grant")["seq"]);
    // An ask that the customer denies changes no consent.
    store.clock.set("2026-10-05T15:00:00.000000Z");
    let asked = store.run_as(&agent, &["consent", "ask", "2", "-o", "json"]);
    let asked: Value = serde_json::from_str(&asked.assert_succeeded().stdout).expect("JSON");
    let id = json_str(&asked["id"]);
    let deny = ["consent", "deny", id, "--customer", "2"];
    store.run_as(&shop, &deny).assert_succeeded();
    let received = fixture.received();
    let events: Vec<&Value> = received.iter().map(|notice| &notice["event"]).collect();
    assert_eq!(events, ["after_ask", "after_consent", "after_ask"]);
    let raw = fs::read_to_string(fixture.output_path()).expect("what was heard");
    assert!(!raw.contains("amanda"), "{raw}");
    // Nobody has configured a hook for logins.
    store
        .run_as(&shop, &["consent", "grant", "2"])
        .assert_succeeded();
    store.run_as(&agent, &["login", "2"]).assert_succeeded();
    assert_eq!(fixture.received().len(), 4);
}

#[test]
fn every_change_of_consent_is_delivered_once_and_imports_are_not() {
    let (fixture, shop) = fixture();
    let store = &fixture.store;
    let change = |token: Option<&str>, args: &[&str]| {
        let ran = match token {
            Some(token) => store.run_as(token, args),
            None => store.run(args),
        };
        ran.assert_succeeded();
        let notices = fixture.received();
        let last = notices.last().cloned().unwrap_or_default();
        (notices.len(), last)
    };
    let (count, own) = change(Some(&shop), &["consent", "grant", "2"]);
    assert_eq!((count, &own["granted"]), (1, &json!(true)));
    assert_eq!((&own["ask"], &own["until"]), (&Value::Null, &Value::Null));
    // What changes nothing is no news.
    assert_eq!(change(Some(&shop), &["consent", "grant", "2"]).0, 1);
    let (count, own) = change(Some(&shop), &["consent", "revoke", "2"]);
    assert_eq!((count, &own["granted"]), (2, &json!(false)));
    assert_eq!(own["storefront"], "shop");

    // An admin user decides for the customer.
    let by_staff = [
        "consent",
        "grant",
        "2",
        "--reason",
        "she called",
        "--for",
        "7d",
    ];
    let (count, staff) = change(None, &by_staff);
    assert_eq!((count, &staff["source"]), (3, &json!("admin")));
    assert_eq!(
        (&staff["storefront"], &staff["until"]),
        (&Value::Null, &json!("2026-10-12T12:00:00.000000Z"))
    );
    let raw = fs::read_to_string(fixture.output_path()).expect("what was heard");
    assert!(
        !raw.contains("alice") && !raw.contains("she called"),
        "{raw}"
    );

    // A file is no single decision.
    let before = store.log_events().len();
    let gus = crate::support::rest_customer(8, "gus@example.com", ("Gus", "Glen"), (1, 1), 2);
    store.import("customers", &crate::support::rest_page(&[gus]));
    assert!(store.log_events().len() > before);
    assert_eq!(
        store.run_json(&["consent", "show", "8"])["consent"],
        "granted"
    );
    assert_eq!(fixture.received().len(), 3);
}

/// A no must reach `lac` whatever the hook does.
#[test]
fn a_failing_hook_keeps_no_consent_and_is_retried() {
    let (fixture, shop) = fixture();
    let store = &fixture.store;
    fixture.script("cat > /dev/null; echo the mail server is away >&2; exit 75");
    let ran = store.run_as(&shop, &["consent", "revoke", "1"]);
    let ran = ran.assert_succeeded();
    assert!(
        ran.stderr.contains("warning: a notice was not delivered"),
        "{ran:#?}"
    );
    store.run_failing(&["login", "1"], "consent_withheld", 5);
    let due = fixture.notices()[0].clone();
    assert_eq!(
        (&due["event"], &due["state"], &due["customer_id"]),
        (&json!("after_consent"), &json!("due"), &json!("1"))
    );
    fixture.script("cat >> \"$1\"");
    store.clock.set("2026-10-05T12:01:00.000000Z");
    let agent = store.create_agent("bea");
    let ask = ["consent", "ask", "2"];
    store.run_as(&agent, &ask).assert_succeeded();
    let mut events: Vec<Value> = fixture.received();
    events.sort_by_key(|notice| notice["event"].to_string());
    assert_eq!(events.len(), 2, "{events:#?}");
    assert_eq!(events[0]["event"], "after_ask");
    assert_eq!(
        (&events[1]["id"], &events[1]["granted"]),
        (&due["id"], &json!(false))
    );
}

/// The gateway delivers what customers decide there.
#[test]
fn a_checkbox_over_http_runs_the_hook() {
    let (fixture, shop) = fixture();
    let gateway = GatewayProcess::start(&fixture.store);
    let put = |granted: bool| {
        let body = json!({ "granted": granted });
        let storefront = gateway.with_token(&shop);
        storefront
            .send_json("PUT", "/v1/customers/2/consent", &body)
            .assert_ok();
    };
    for (count, granted) in [(1, true), (2, false)] {
        put(granted);
        let began = Instant::now();
        while fixture.received().len() < count {
            assert!(began.elapsed() < Duration::from_secs(20), "no notice");
            thread::sleep(Duration::from_millis(20));
        }
        let notice = fixture.received()[count - 1].clone();
        assert_eq!(
            [&notice["event"], &notice["granted"], &notice["storefront"]],
            [&json!("after_consent"), &json!(granted), &json!("shop")]
        );
    }
}
