//! Who may export, compare and apply which part.

use serde_json::Value;

use super::{apply_text, run_with_text};
use crate::support::{CommandOutput, TestStore, json_str};

/// The same with somebody's token.
fn run_with_text_as(store: &TestStore, token: &str, args: &[&str], stdin: &str) -> CommandOutput {
    let path = store.home().join("given.toml");
    std::fs::write(&path, stdin).expect("a file");
    let file = path.to_str().expect("UTF-8").to_owned();
    let args: Vec<&str> = args
        .iter()
        .map(|a| if *a == "-" { &*file } else { a })
        .collect();
    store.run_as(token, &args)
}

const ROLE: &str = "format = \"lac-roles/1\"\n[[role]]\nname = \"R\"\naccess = \"custom\"\nscope = \"all\"\nresources = []\n";

#[test]
fn each_part_requires_its_resource() {
    let store = TestStore::with_sample_data();
    apply_text(&store, "role", ROLE, &[]);
    let roles = store.create_user_with_resources("roles", &["acl_roles"]);
    let users = store.create_user_with_resources("users", &["acl_users"]);
    let nobody = store.create_user_with_resources("nobody", &["login_button"]);
    let (r, u) = (
        store.run_as(&roles, &["role", "export"]).assert_succeeded(),
        store.run_as(&users, &["role", "export"]).assert_succeeded(),
    );
    assert!(r.stdout.contains("[[role]]") && !r.stdout.contains("[[user]]"));
    assert!(!u.stdout.contains("[[role]]") && u.stdout.contains("[[user]]"));
    assert_eq!(
        r.stderr,
        "left out: admin users: that takes Magento_User::acl_users\n"
    );
    assert_eq!(
        u.stderr,
        "left out: roles: that takes Magento_User::acl_roles\n"
    );
    store
        .run_as(&nobody, &["role", "export", "-o", "json"])
        .assert_failed("resource_denied", 4);

    let whole = store.run_ok(&["role", "export"]);
    let ran = run_with_text_as(&store, &roles, &["role", "diff", "-"], &whole);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(
        ran.stderr.contains("left out: admin users"),
        "{}",
        ran.stderr
    );
    // Errors do not reveal who has which account.
    let taken = whole.replace("name = \"alice\"", "name = \"alicia\"");
    let args = ["role", "diff", "-", "-o", "json"];
    run_with_text_as(&store, &users, &args, &taken).assert_failed("invalid_file", 2);
    run_with_text_as(&store, &roles, &args, &taken).assert_succeeded();
    for token in [&roles, &users] {
        let args = ["role", "apply", "-", "-o", "json"];
        run_with_text_as(&store, token, &args, &whole).assert_failed("resource_denied", 4);
        let event = &store.log_events()[0];
        assert_eq!(
            (json_str(&event["action_group"]), json_str(&event["action"])),
            ("roles", "apply")
        );
        assert_eq!(event["result"], "failure");
    }
    let args = ["role", "apply", "-", "--prune", "-y", "-o", "json"];
    run_with_text_as(&store, &roles, &args, &r.stdout).assert_succeeded();
    run_with_text_as(&store, &users, &args, &u.stdout).assert_succeeded();
    assert_eq!(store.run_ok(&["role", "export"]), whole);
}

#[test]
fn nobody_grants_or_changes_more_than_they_hold() {
    let store = TestStore::with_sample_data();
    apply_text(&store, "role", ROLE, &[]);
    let token =
        store.create_user_with_resources("half", &["acl_roles", "acl_users", "login_button"]);
    let before = store.run_ok(&["role", "export"]);
    let apply = |text: &str| {
        let args = ["role", "apply", "-", "--prune", "-y", "-o", "json"];
        run_with_text_as(&store, &token, &args, text)
    };
    let with_grant = before.replace(
        "name = \"R\"\naccess = \"custom\"\nscope = \"all\"\nresources = []",
        "name = \"R\"\naccess = \"custom\"\nscope = \"all\"\nresources = [\"sales_order\"]",
    );
    apply(&with_grant).assert_failed("beyond_own_rights", 4);
    let event = &store.log_events()[0];
    assert_eq!(
        (
            json_str(&event["action"]),
            json_str(&event["details"]["role"])
        ),
        ("allow", "R")
    );
    // A weaker user cannot change the stronger role, its members, or become a
    // member.
    for (from, to) in [
        ("access = \"all\"", "access = \"custom\""),
        (
            "name = \"half\"\nrole = \"halfs\"",
            "name = \"half\"\nrole = \"Administrators\"",
        ),
        ("name = \"alice\"", "name = \"alicia\""),
    ] {
        assert!(before.contains(from), "{from}");
        apply(&before.replace(from, to)).assert_failed("beyond_own_rights", 4);
    }
    assert_eq!(store.run_ok(&["role", "export"]), before);
    let own = before.replace("resources = []", "resources = [\"login_button\"]");
    apply(&own).assert_succeeded();
}

#[test]
fn a_role_scope_hides_other_websites() {
    let store = TestStore::with_sample_data();
    store.run_ok(&[
        "config",
        "set",
        "lac/reason/required",
        "yes",
        "--scope",
        "website:base",
    ]);
    store.run_ok(&[
        "role",
        "create",
        "both",
        "--scope",
        "website:base",
        "website:eu",
    ]);
    store.run_ok(&["role", "create", "europe", "--scope", "website:eu"]);
    store.run_ok(&[
        "role",
        "allow",
        "europe",
        "acl_roles",
        "config_section",
        "Magento_Config::config",
    ]);
    let token = store.create_user("europe", "europe");
    let roles = store
        .run_as(&token, &["role", "export"])
        .assert_succeeded()
        .stdout;
    assert!(!roles.contains("base"), "{roles}");
    // A wider role appears as far as the user sees it: no change.
    let args = ["role", "apply", "-", "-o", "json"];
    let ran = run_with_text_as(&store, &token, &args, &roles).assert_succeeded();
    let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(answer["changed"], false);
    let narrowed = roles.replacen("scope = [\"eu\"]", "scope = []", 1);
    run_with_text_as(&store, &token, &args, &narrowed).assert_failed("beyond_own_rights", 4);

    let config = store
        .run_as(&token, &["config", "export"])
        .assert_succeeded()
        .stdout;
    assert!(
        config.contains("[website.eu]") && !config.contains("base]"),
        "{config}"
    );
    let args = ["config", "apply", "-", "--prune", "-o", "json"];
    let base = config.replace("[website.eu]", "[website.base]");
    let error = run_with_text_as(&store, &token, &args, &base).assert_failed("invalid_file", 2);
    let gone = config.replace("[website.eu]", "[website.gone]");
    let other = run_with_text_as(&store, &token, &args, &gone).assert_failed("invalid_file", 2);
    let message = |error: &Value| json_str(&error["message"]).to_owned();
    assert_eq!(message(&error).replace("base", "gone"), message(&other));
    // Prune affects only what the user sees.
    let (default, _) = config.split_once("\n[website.eu]").expect("a table");
    run_with_text_as(&store, &token, &args, default).assert_succeeded();
    let all = store.run_ok(&["config", "export"]);
    assert!(
        all.contains("[website.base]") && !all.contains("[website.eu]"),
        "{all}"
    );
    // The default scope affects everybody.
    run_with_text_as(&store, &token, &args, "format = \"lac-config/1\"\n")
        .assert_failed("beyond_own_rights", 4);
    assert_eq!(store.log_events()[0]["action"], "unset");
    assert_eq!(store.run_ok(&["config", "export"]), all);
}

#[test]
fn each_config_path_requires_its_sections_resource() {
    let store = TestStore::with_sample_data();
    let section = store.create_user_with_resources("section", &["config_section"]);
    let rest = store.create_user_with_resources("rest", &["Magento_Config::config"]);
    let exported = store
        .run_as(&section, &["config", "export"])
        .assert_succeeded();
    assert!(exported.stdout.contains("login_as_customer/") && !exported.stdout.contains("web/"));
    assert!(
        exported.stderr.contains("takes Magento_Config::config"),
        "{}",
        exported.stderr
    );
    let file = "format = \"lac-config/1\"\n[default]\n\"web/url/use_store\" = true\n\"lac/ticket/required\" = true\n";
    for token in [&section, &rest] {
        let args = ["config", "apply", "-", "-o", "json"];
        run_with_text_as(&store, token, &args, file).assert_failed("resource_denied", 4);
        assert_eq!(store.log_events()[0]["action"], "apply");
        let ran = run_with_text_as(&store, token, &["config", "diff", "-"], file);
        assert_eq!((ran.code, ran.stdout.lines().count()), (9, 1), "{ran:#?}");
        assert!(ran.stderr.contains("left out: "), "{ran:#?}");
    }
    let args = ["config", "apply", "-", "--prune"];
    run_with_text_as(&store, &section, &args, "format = \"lac-config/1\"\n").assert_succeeded();
    let left = store.run_ok(&["config", "export"]);
    assert!(
        left.contains("web/secure/base_url") && !left.contains("login_as_customer/"),
        "{left}"
    );
    // Users who may not read a fixed value are not told whether the file has
    // the right one.
    let fixed = "format = \"lac-config/1\"\n[default]\n\"lac/store/name\" = \"other\"\n";
    let args = ["config", "diff", "-", "-o", "json"];
    run_with_text_as(&store, &rest, &args, fixed).assert_failed("resource_denied", 4);
    run_with_text(&store, "config", "diff", fixed, &["-o", "json"])
        .assert_failed("invalid_file", 2);
}
