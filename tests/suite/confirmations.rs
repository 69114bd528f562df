//! Which commands need a confirmation in scripts, and which do not. For
//! terminals see `tests/foreign/picker.py`.

use crate::support::{TestStore, json_str};

#[test]
fn dropping_grants_requires_confirmation() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Support"]);
    store.run_ok(&["role", "allow", "Support", "login_button", "sales_order"]);
    let all = store.run_json(&["role", "access", "Support", "all"]);
    assert_eq!(all["access"], "all");
    let before = (
        store.run_json(&["role", "show", "Support"]),
        store.log_events(),
    );
    let custom = ["role", "access", "Support", "custom"];
    let error = store.run_failing(&custom, "confirmation_required", 2);
    // The message names what is lost and how to continue.
    let message = json_str(&error["message"]);
    for lost in [
        "Magento_LoginAsCustomer::login_button",
        "Magento_Sales::sales_order",
    ] {
        assert!(message.contains(lost), "{message}");
    }
    assert!(json_str(&error["hint"]).contains("--yes"), "{error}");
    let after = (
        store.run_json(&["role", "show", "Support"]),
        store.log_events(),
    );
    assert_eq!(before, after);
    // With confirmation, a custom role starts empty; then nothing is left to
    // lose.
    let role = store.run_json(&[&custom[..], &["--yes"]].concat());
    assert_eq!(
        (&role["access"], role["resources"].as_array().map(Vec::len)),
        (&"custom".into(), Some(0))
    );
    store.run_ok(&["role", "access", "Support", "all"]);
    store.run_ok(&custom);
    store.run_ok(&["log", "verify"]);
}

/// Commands that scripts rely on need no flag; a note on stderr says what was
/// not confirmed.
#[test]
fn scripts_need_no_confirmation_if_nothing_is_lost() {
    let store = TestStore::new();
    for args in [
        &["role", "create", "New"][..],
        &["role", "access", "New", "custom"],
        &["role", "access", "New", "all"],
        &["role", "access", "New", "custom"],
        &["config", "set", "lac/consent/mode", "opt-out"],
        &["config", "set", "lac/consent/mode", "mandatory"],
        &["config", "unset", "lac/consent/mode"],
    ] {
        store.run_ok(args);
    }
    let opened = store.run(&["role", "access", "New", "all"]);
    assert!(opened.stderr.contains("full access"), "{opened:#?}");
    let mode = store.run(&["config", "set", "lac/consent/mode", "opt-out"]);
    assert!(mode.stderr.contains("opt-out"), "{mode:#?}");
    // A change without effect prints no note.
    let again = store.run(&["config", "set", "lac/consent/mode", "opt-out"]);
    assert_eq!(again.stderr, "");
}

/// Grants that an all-access role keeps have no effect, and are not exported.
#[test]
fn grants_kept_by_an_all_role_have_no_effect() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Support"]);
    store.run_ok(&["role", "allow", "Support", "login_button"]);
    store.run_ok(&["role", "access", "Support", "all"]);
    let plain = TestStore::new();
    plain.run_ok(&["role", "create", "Support", "--all"]);
    assert_eq!(
        store.run_ok(&["role", "export"]),
        plain.run_ok(&["role", "export"])
    );
    let shown = |store: &TestStore| store.run_json(&["role", "show", "Support"]);
    assert_eq!(shown(&store), shown(&plain));
}

/// Applying a file asks for the same confirmations as the single commands.
#[test]
fn applying_a_file_asks_the_same_confirmations() {
    let store = TestStore::new();
    for args in [
        &["role", "create", "Support"][..],
        &["role", "allow", "Support", "login_button", "sales_order"],
        &["role", "create", "New"],
    ] {
        store.run_ok(args);
    }
    let path = |name: &str| store.home().join(name).display().to_string();
    let write = |name: &str, text: &str| {
        std::fs::write(path(name), text).expect("written");
        path(name)
    };
    let custom = write("custom.toml", &store.run_ok(&["role", "export"]));
    store.run_ok(&["role", "access", "New", "all"]);
    store.run_ok(&["role", "access", "Support", "all"]);
    let all = write("all.toml", &store.run_ok(&["role", "export"]));
    // Kept grants are not dropped without confirmation.
    let before = (
        store.run_json(&["role", "show", "Support"]),
        store.log_events(),
    );
    let error = store.run_failing(&["role", "apply", &custom], "confirmation_required", 2);
    let message = json_str(&error["message"]);
    assert!(
        message.contains("Magento_LoginAsCustomer::login_button"),
        "{message}"
    );
    let after = (
        store.run_json(&["role", "show", "Support"]),
        store.log_events(),
    );
    assert_eq!(before, after);
    store.run_ok(&["role", "apply", &custom, "--dry-run"]);
    store.run_ok(&["role", "apply", &custom, "--yes"]);
    // Granting broad access needs no confirmation in a script, but prints a
    // note.
    let opened = store.run(&["role", "apply", &all]);
    assert_eq!(opened.code, 0, "{opened:#?}");
    assert!(
        opened.stderr.contains("note: role New now has full access"),
        "{opened:#?}"
    );
    let mode = write(
        "mode.toml",
        "format = \"lac-config/1\"\n\n[default]\n\"lac/consent/mode\" = \"mandatory\"\n",
    );
    let mode = store.run(&["config", "apply", &mode]);
    assert_eq!(mode.code, 0, "{mode:#?}");
    assert!(
        mode.stderr.contains("the consent mode is now mandatory"),
        "{mode:#?}"
    );
}
