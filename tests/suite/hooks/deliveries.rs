//! What a hook receives, and what happens if a delivery fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::json;

use super::HookFixture;
use crate::support::{TestStore, json_str};

#[test]
fn a_login_and_its_redemption_are_delivered() {
    let fixture = HookFixture::new();
    let store = &fixture.store;
    let login = store.login(&["1", "--ticket", "ZD-1", "--reason", "not for her eyes"]);
    let received = fixture.received();
    assert_eq!(received.len(), 1);
    let first = &received[0];
    assert_eq!(first["event"], "after_login");
    assert_eq!(first["session_id"], login["session_id"]);
    assert_eq!(first["customer"]["email"], "ada@example.com");
    assert_eq!(
        (&first["website"], &first["store_view"]),
        (&json!("base"), &json!("en"))
    );
    assert_eq!(
        (&first["admin"], &first["ticket"]),
        (&json!("alice"), &json!("ZD-1"))
    );
    assert_eq!(first["consent"]["mode"], "opt-in");
    assert_eq!(first["audit_seq"], login["audit_seq"]);
    assert!(first["redeemed_at"].is_null());
    let raw = fs::read_to_string(fixture.output_path()).expect("what was heard");
    let token = json_str(&login["url"])
        .split("secret=")
        .nth(1)
        .expect("a token");
    assert!(!raw.contains(token) && !raw.contains("not for her eyes"));

    let shop = store.run_json(&["storefront", "add", "shop", "--website", "base"]);
    let url = json_str(&login["url"]);
    let args = ["redeem", url, "--audience", "https://shop.example.com"];
    assert_eq!(store.run_as(json_str(&shop["token"]), &args).code, 0);
    let received = fixture.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[1]["event"], "after_redeem");
    assert!(received[1]["redeemed_at"].is_string() && received[1]["ends_at"].is_string());

    // A delivered notice holds no personal data any more.
    let notices = fixture.notices();
    assert_eq!(notices.len(), 2);
    for notice in notices {
        assert_eq!(
            (&notice["state"], &notice["attempts"]),
            (&json!("delivered"), &json!(1))
        );
    }
    let left = "SELECT count(*) FROM outbox WHERE payload IS NOT NULL";
    let left: i64 = fixture
        .database()
        .query_row(left, [], |row| row.get(0))
        .expect("a count");
    assert_eq!(left, 0);
    // A refused login is not delivered.
    store.run_failing(&["login", "2"], "consent_withheld", 5);
    assert_eq!(fixture.received().len(), 2);
}

#[test]
fn without_a_hook_no_notices_are_stored() {
    let store = TestStore::with_sample_data();
    store.login(&["1"]);
    assert_eq!(store.run_json(&["outbox", "list"]), json!([]));
}

#[test]
fn a_failing_hook_breaks_no_login_and_is_retried() {
    let fixture = HookFixture::new();
    let store = &fixture.store;
    fixture.script("echo hello; echo the mail server is away >&2; exit 75");
    let ran = store.run(&["login", "1"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.starts_with("https://"), "{ran:#?}");
    assert!(
        ran.stderr.contains("warning: a notice was not delivered"),
        "{ran:#?}"
    );
    let due = &fixture.notices()[0];
    assert_eq!(
        (&due["state"], &due["attempts"]),
        (&json!("due"), &json!(1))
    );
    assert_eq!(
        due["last_error"],
        "exit status: 75: the mail server is away"
    );
    assert_eq!(due["next_at"], "2026-10-05T12:01:00.000000Z");

    // Too early for a retry, then on time.
    fixture.script("cat >> \"$1\"");
    store.login(&["3"]);
    assert_eq!(fixture.received().len(), 1);
    store.clock.set("2026-10-05T12:01:00.000000Z");
    store.login(&["4"]);
    let received = fixture.received();
    assert_eq!(received.len(), 3);
    assert_eq!(
        (&received[2]["id"], &received[2]["customer"]["id"]),
        (&due["id"], &json!("1"))
    );
}

#[test]
fn failed_notices_are_kept_and_can_be_retried() {
    let fixture = HookFixture::new();
    let store = &fixture.store;
    fixture.script("exit 1");
    store.login(&["1"]);
    let id = json_str(&fixture.notices()[0]["id"]).to_owned();
    fixture
        .database()
        .execute("UPDATE outbox SET attempts = 11, next_at = 0", [])
        .expect("older");
    store.login(&["3"]);
    let failed = store.run_json(&["outbox", "list", "--state", "failed"]);
    assert_eq!(
        (&failed[0]["id"], &failed[0]["attempts"]),
        (&json!(id), &json!(12))
    );
    let doctor = store.run(&["doctor"]);
    assert_eq!(doctor.code, 0);
    assert!(
        doctor.stdout.contains("1 notices were given up"),
        "{doctor:#?}"
    );

    fixture.script("cat >> \"$1\"");
    let retried = store.run_json(&["outbox", "retry", &id]);
    assert_eq!(retried[0]["changed"], true);
    assert_eq!(json_str(&fixture.received()[0]["id"]), id);
    let retry = store.run_json(&["log", "list", "--action", "retry"]);
    assert_eq!(retry[0]["details"]["notices"], json!([id]));
    let again = store.run_json(&["outbox", "retry", &id]);
    assert_eq!(again[0]["changed"], false);
    store.run_failing(
        &["outbox", "retry", "0000000000000000"],
        "notice_not_found",
        3,
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_hook_inherits_no_open_files() {
    let fixture = HookFixture::new();
    fixture.script("cat > /dev/null; ls /proc/self/fd > \"$1\"; env >> \"$1\"");
    let mut shell = std::process::Command::new("/bin/sh");
    let inner = fixture.store.command(&["login", "1"]);
    shell
        .args(["-c", "exec 7</dev/null 8</dev/null; exec \"$0\" login 1"])
        .arg(inner.get_program())
        .env_clear()
        .envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("SECRET", "of the agent");
    assert!(shell.output().expect("a shell").status.success());
    let script_output = fs::read_to_string(fixture.output_path()).expect("what was heard");
    let open: Vec<&str> = script_output
        .lines()
        .take_while(|line| line.len() == 1)
        .collect();
    // 3 is the directory being listed.
    assert_eq!(open, ["0", "1", "2", "3"], "{script_output}");
    assert!(
        !script_output.contains("SECRET") && !script_output.contains("LAC_"),
        "{script_output}"
    );
}

#[test]
fn a_hanging_hook_is_killed() {
    let fixture = HookFixture::new();
    fixture.configure("timeout = \"1s\"");
    fixture.script("sleep 60 & sleep 60");
    let began = Instant::now();
    fixture.store.login(&["1"]);
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(fixture.notices()[0]["last_error"], "killed after 1 s");
}

#[test]
fn an_unsafe_hook_program_is_not_run() {
    let fixture = HookFixture::new();
    fs::set_permissions(fixture.program(), fs::Permissions::from_mode(0o722)).expect("its mode");
    fixture.store.login(&["1"]);
    assert!(fixture.received().is_empty());
    let error = json_str(&fixture.notices()[0]["last_error"]).to_owned();
    assert!(error.ends_with("others can write it"), "{error}");
    let doctor = fixture.store.run(&["doctor"]);
    assert!(doctor.stdout.contains("others can write it"), "{doctor:#?}");
    // A relative path is not accepted.
    for (hooks, problem) in [
        ("after_login = [\"hook\"]", "not an absolute path"),
        ("after_login = []", "the program is missing"),
        ("timeout = \"0s\"", "expected 1s to 5m"),
    ] {
        let path = fixture.store.home().join(".config/lac/config.toml");
        fs::write(&path, format!("[hooks]\n{hooks}\n")).expect("a config file");
        let error = fixture.store.run_failing(&["whoami"], "config_invalid", 1);
        assert!(json_str(&error["message"]).contains(problem), "{error}");
    }
}

#[test]
fn old_notices_and_those_of_erased_customers_are_deleted() {
    let fixture = HookFixture::new();
    let store = &fixture.store;
    store.login(&["1"]);
    store.clock.set("2026-11-05T12:00:00.000000Z");
    fixture.script("exit 1");
    store.login(&["3"]);
    let left = fixture.notices();
    assert_eq!((left.len(), &left[0]["customer_id"]), (1, &json!("3")));
    store.run_ok(&["customer", "remove", "3", "--yes"]);
    let erased = store.run_json(&["log", "erase", "--customer", "3", "--yes"]);
    assert_eq!(erased["notices"], 1);
    assert!(fixture.notices().is_empty());
    let bytes = fs::read(store.dir().join("lac.db")).expect("the database");
    let address = b"cleo@example.com";
    assert!(!bytes.windows(address.len()).any(|at| at == address));
}
