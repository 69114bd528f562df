//! What happens to requests when their customer changes.

use super::{ApprovalFixture, json as answer};
use crate::support::{json_str, sample_customers};

#[test]
fn removing_a_customer_ends_their_open_requests() {
    let fixture = ApprovalFixture::new();
    let id = fixture.request_id(&["1"]);
    fixture.approve(&id);
    let removed = fixture
        .store
        .run_json(&["customer", "remove", "1", "--yes"]);
    assert_eq!(removed["requests_closed"], 1);
    assert_eq!(fixture.state(&id), "cancelled");
    assert_eq!(
        fixture.event("cancel")["details"]["cause"],
        "customer_removed"
    );
    fixture
        .as_amy(&["login", "1", "-o", "json"])
        .assert_failed("customer_not_found", 3);
}

#[test]
fn erasing_a_customer_removes_free_text_from_requests() {
    let fixture = ApprovalFixture::new();
    let secret = "quitesecretreason";
    let remark = "quitesecretremark";
    let id = fixture.request_id(&["1", "--reason", secret]);
    answer(&fixture.as_lea(&["request", "deny", &id, "--reason", remark, "-o", "json"]));
    fixture.store.run_ok(&["customer", "remove", "1", "--yes"]);
    let erased = fixture
        .store
        .run_json(&["log", "erase", "--customer", "1", "--yes"]);
    assert_eq!(erased["requests"], 1);
    let shown = fixture.store.run_json(&["request", "show", &id]);
    assert_eq!(
        (&shown["state"], shown["reason"].is_null()),
        (&"denied".into(), true)
    );
    let bytes = std::fs::read(fixture.store.dir().join("lac.db")).expect("the database");
    for word in [secret, remark] {
        let held = bytes.windows(word.len()).any(|at| at == word.as_bytes());
        assert!(!held, "{word} is still there");
    }
    fixture.store.run_ok(&["log", "verify"]);
}

#[test]
fn a_request_follows_a_changed_customer_id_and_imports_keep_vip() {
    let fixture = ApprovalFixture::new();
    let add = "customer add --email new@example.com --website base --vip yes";
    let args: Vec<&str> = add.split(' ').collect();
    let local = json_str(&fixture.store.run_json(&args)["id"]).to_owned();
    assert!(local.starts_with("local:"));
    fixture.store.run_ok(&["consent", "grant", &local]);
    // A request for a customer who cannot be logged in as is refused. Requests
    // from before that rule still exist.
    let ask = ["login", &local, "--request", "-o", "json"];
    fixture.as_amy(&ask).assert_failed("customer_local", 5);
    let id = fixture.request_id(&["1"]);
    rusqlite::Connection::open(fixture.store.dir().join("lac.db"))
        .and_then(|db| db.execute("UPDATE login_request SET customer_id = -1", []))
        .expect("a request for local:1");
    fixture
        .store
        .run_ok(&["customer", "edit", &local, "--id", "4711"]);
    assert_eq!(
        fixture.store.run_json(&["request", "show", &id])["customer_id"],
        "4711"
    );
    fixture.approve(&id);
    answer(&fixture.as_amy(&["login", "4711", "-o", "json"]));
    assert_eq!(
        fixture.store.run_json(&["customer", "show", "4711"])["vip"],
        true
    );

    fixture
        .store
        .run_ok(&["customer", "edit", "1", "--vip", "yes"]);
    let mut file = sample_customers();
    file["items"][0]["firstname"] = "Adele".into();
    fixture.store.import("customers", &file);
    let ada = fixture.store.run_json(&["customer", "show", "1"]);
    assert_eq!(
        (&ada["first_name"], &ada["vip"]),
        (&"Adele".into(), &true.into())
    );
}
