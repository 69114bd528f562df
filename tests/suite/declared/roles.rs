//! Roles and admin users as a file.

use std::process::Stdio;

use serde_json::json;

use super::{apply_text, differences, error_message, event_actions, run_with_text};
use crate::support::{TestStore, json_str};

const FILE: &str = r#"
format = "lac-roles/1"

[[user]]
name = "anna"
full_name = "Anna A."
role = "Support"
os_account = "anna"

[[user]]
name = "bert"
role = "Boss"
enabled = false

[[role]]
name = "Support"
access = "custom"
scope = ["eu"]
resources = ["login_button", "Magento_Sales::sales_order"]

[[role]]
name = "Boss"
access = "all"
scope = "all"
"#;

#[test]
fn applying_a_file_creates_roles_and_users_with_the_usual_events() {
    let store = TestStore::with_sample_data();
    let by_hand = store.copy_store();
    let answer = apply_text(&store, "role", FILE, &[]);
    assert_eq!(answer["changed"], true);
    let changes = [
        "role_create",
        "role_create",
        "role_allow",
        "admin_user_create",
        "admin_user_create",
        "admin_user_disable",
    ];
    let parsed: Vec<&str> = answer["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| json_str(&change["change"]))
        .collect();
    assert_eq!(parsed, changes);

    let (eu, order) = ("website:eu", "Magento_Sales::sales_order");
    let button = "Magento_LoginAsCustomer::login_button";
    for args in [
        &["role", "create", "Boss", "--all", "--scope", "all"][..],
        &["role", "create", "Support", "--scope", eu],
        &["role", "allow", "Support", button, order],
        &[
            "user",
            "create",
            "anna",
            "--role",
            "Support",
            "--os-account",
            "anna",
            "--full-name",
            "Anna A.",
        ],
        &["user", "create", "bert", "--role", "Boss"],
        &["user", "disable", "bert"],
    ] {
        by_hand.run_ok(args);
    }
    let plain = |store: &TestStore| {
        let mut log = store.log_events();
        log.truncate(changes.len());
        for event in &mut log {
            event["time"] = json!(null);
        }
        log
    };
    assert_eq!(plain(&store), plain(&by_hand));
    assert_eq!(
        store.run_ok(&["role", "export"]),
        by_hand.run_ok(&["role", "export"])
    );

    // Applying it again writes nothing.
    let events = store.log_events().len();
    let again = apply_text(&store, "role", FILE, &[]);
    assert_eq!(again["changes"], json!([]));
    assert_eq!(
        (&again["changed"], store.log_events().len()),
        (&json!(false), events)
    );
    assert_eq!(
        differences(&store, "role", FILE, &[]),
        Vec::<serde_json::Value>::new()
    );
    store.run_ok(&["log", "verify"]);
}

#[test]
fn every_change_matches_its_single_command() {
    let store = TestStore::with_sample_data();
    apply_text(&store, "role", FILE, &[]);
    let changed = FILE
        .replace("\"login_button\", ", "\"shipment\", ")
        .replace("[\"eu\"]", "[\"base\", \"eu\"]")
        .replace(
            "name = \"Boss\"\naccess = \"all\"",
            "name = \"Boss\"\naccess = \"custom\"",
        )
        .replace("enabled = false", "enabled = true")
        .replace(
            "role = \"Support\"\nos_account = \"anna\"",
            "role = \"Boss\"\nos_account = \"a2\"",
        );
    let list = differences(&store, "role", &changed, &[]);
    assert_eq!(list.len(), 7, "{list:#?}");
    assert_eq!(
        list[0],
        json!({"change": "role_access", "role": "Boss", "before": "all", "after": "custom"})
    );
    let shown = run_with_text(&store, "role", "diff", &changed, &["--color", "always"]);
    assert_eq!(shown.code, 9);
    for line in [
        "\u{1b}[33m~ role Boss: access all → custom\u{1b}[0m",
        "\u{1b}[31m- role Support: Magento_LoginAsCustomer::login_button\u{1b}[0m",
        "\u{1b}[32m+ role Support: Magento_Sales::shipment\u{1b}[0m",
        "\u{1b}[33m~ role Support: scope website:eu → website:base website:eu\u{1b}[0m",
        "\u{1b}[33m~ admin user anna: account anna → a2\u{1b}[0m",
        "\u{1b}[33m~ admin user anna: role Support → Boss\u{1b}[0m",
        "\u{1b}[33m~ admin user bert: enabled\u{1b}[0m",
    ] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    apply_text(&store, "role", &changed, &[]);
    let wanted = [
        "roles access",
        "roles deny",
        "roles allow",
        "roles scope",
        "admin_users edit",
        "admin_users assign",
        "admin_users enable",
    ];
    assert_eq!(event_actions(&store, 7), wanted);
    let deny = &store.log_events()[5];
    assert_eq!(deny["details"]["role"], "Support");
    assert_eq!(deny["details"]["before"]["scope"], json!(["eu"]));
}

#[test]
fn export_apply_export_yields_the_same_bytes() {
    let store = TestStore::with_sample_data();
    let hostile = "Größe \"渡\" \\ ' #";
    store.run_ok(&[
        "role",
        "create",
        hostile,
        "--scope",
        "website:eu",
        "website:base",
    ]);
    store.run_ok(&[
        "role",
        "allow",
        hostile,
        "Magento_Backend::admin",
        "--with-children",
    ]);
    let full = "Zoë \u{202e}\u{feff}\"\"\"'''\\ 🦀";
    store.run_ok(&[
        "user",
        "create",
        "zoë",
        "--role",
        hostile,
        "--full-name",
        full,
    ]);
    let exported = store.run_ok(&["role", "export"]);
    assert!(
        exported.is_ascii() || !exported.contains('\u{202e}'),
        "a review sees it"
    );
    let other = TestStore::with_sample_data();
    let first = apply_text(&other, "role", &exported, &[]);
    assert_eq!(first["changed"], true);
    assert_eq!(other.run_ok(&["role", "export"]), exported);
    assert_eq!(other.run_json(&["user", "show", "zoë"])["full_name"], full);
    assert_eq!(
        apply_text(&other, "role", &exported, &["--prune"])["changed"],
        false
    );
    // JSON has the same content.
    let parsed: toml::Table = toml::from_str(&exported).expect("TOML");
    assert_eq!(store.run_json(&["role", "export"]), json!(parsed));
}

#[test]
fn prune_deletes_missing_entries_after_confirmation() {
    let store = TestStore::with_sample_data();
    let exported = store.run_ok(&["role", "export"]);
    apply_text(&store, "role", FILE, &[]);
    let ran = run_with_text(&store, "role", "diff", &exported, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(
        ran.stderr.contains("2 roles, 2 admin users"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        differences(&store, "role", &exported, &["--prune"]).len(),
        4
    );
    let args = ["--prune", "-o", "json"];
    let error = run_with_text(&store, "role", "apply", &exported, &args)
        .assert_failed("confirmation_required", 2);
    let message = json_str(&error["message"]);
    assert!(
        message.contains("2 admin users (anna, bert) and 2 roles (Boss, Support)"),
        "{message}"
    );
    // A dry run needs no confirmation and changes nothing.
    let dry = apply_text(&store, "role", &exported, &["--prune", "--dry-run"]);
    assert_eq!(
        (&dry["dry_run"], dry["changes"].as_array().map(Vec::len)),
        (&json!(true), Some(4))
    );
    assert_eq!(
        differences(&store, "role", &exported, &["--prune"]).len(),
        4
    );
    apply_text(&store, "role", &exported, &["--prune", "--yes"]);
    assert_eq!(store.run_ok(&["role", "export"]), exported);
    let gone = [
        "admin_users delete",
        "admin_users delete",
        "roles delete",
        "roles delete",
    ];
    assert_eq!(event_actions(&store, 4), gone);
}

#[test]
fn a_section_missing_from_the_file_is_left_unchanged() {
    let store = TestStore::with_sample_data();
    apply_text(&store, "role", FILE, &[]);
    let exported = store.run_ok(&["role", "export"]);
    let (roles, users) = exported.split_once("[[user]]").expect("users");
    let users = format!("format = \"lac-roles/1\"\n[[user]]{users}");
    for part in [roles, users.as_str()] {
        assert_eq!(
            apply_text(&store, "role", part, &["--prune", "-y"])["changed"],
            false
        );
    }
    // A role is not pruned while a user outside the file has it.
    let fewer = roles
        .split("[[role]]")
        .filter(|block| !block.contains("\"Support\""));
    let fewer = fewer.collect::<Vec<_>>().join("[[role]]");
    let ran = run_with_text(
        &store,
        "role",
        "apply",
        &fewer,
        &["--prune", "-y", "-o", "json"],
    );
    let error = ran.assert_failed("in_use", 7);
    assert_eq!(error["message"], "role Support is in use: anna");
    // Nor is one that a user in the file is to get.
    let both = fewer
        + users
            .strip_prefix("format = \"lac-roles/1\"\n")
            .expect("users");
    let ran = run_with_text(
        &store,
        "role",
        "apply",
        &both,
        &["--prune", "-y", "-o", "json"],
    );
    let message = json_str(&ran.assert_failed("invalid_file", 2)["message"]).to_owned();
    assert!(
        message.contains("role \"Support\" is not in the file"),
        "{message}"
    );
    assert_eq!(store.run_ok(&["role", "export"]), exported);
}

#[test]
fn os_accounts_can_be_swapped_within_a_file() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "A"]);
    store.run_ok(&["role", "create", "B"]);
    for (name, account) in [("a", "one"), ("b", "two"), ("c", "three")] {
        store.run_ok(&[
            "user",
            "create",
            name,
            "--role",
            "A",
            "--os-account",
            account,
        ]);
    }
    let exported = store.run_ok(&["role", "export"]);
    // Users who exchange accounts in a ring and take other roles, and a new
    // user who takes the account that is left.
    let turned = exported
        .replace(
            "role = \"A\"\nos_account = \"one\"",
            "role = \"B\"\nos_account = \"TWO\"",
        )
        .replace(
            "role = \"A\"\nos_account = \"two\"",
            "role = \"B\"\nos_account = \"THREE\"",
        )
        .replace(
            "role = \"A\"\nos_account = \"three\"",
            "role = \"B\"\nos_account = \"four\"",
        )
        .replace("TWO", "two")
        .replace("THREE", "three")
        + "\n[[user]]\nname = \"d\"\nrole = \"A\"\nos_account = \"one\"\nenabled = true\n";
    apply_text(&store, "role", &turned, &[]);
    assert_eq!(store.run_ok(&["role", "export"]), turned);
    let edit = store
        .log_events()
        .into_iter()
        .find(|event| event["action"] == "edit" && event["details"]["admin_user"] == "a");
    let details = edit.expect("an event")["details"].clone();
    assert_eq!(details["before"]["os_account"], "one");
    assert_eq!(details["after"]["os_account"], "two");
    // Users outside the file keep their accounts.
    let file =
        "format = \"lac-roles/1\"\n[[user]]\nname = \"e\"\nrole = \"A\"\nos_account = \"one\"\n";
    assert_eq!(
        error_message(&store, "role", file),
        "line 5, column 14: os_account: admin user d, who is not in the file, has it"
    );
}

#[test]
#[allow(clippy::too_many_lines)] // one list of what can be wrong
fn errors_name_line_column_and_field() {
    let store = TestStore::with_sample_data();
    let head = "format = \"lac-roles/1\"\n";
    let role = "[[role]]\nname = \"R\"\naccess = \"custom\"\nscope = \"all\"\n";
    let user = "[[user]]\nname = \"u\"\nrole = \"Administrators\"\n";
    for (text, problem) in [
        (String::new(), "line 1, column 1: format: it is missing"),
        (head.to_owned(), "line 1, column 1: role: there is neither"),
        (
            head.replace('1', "2"),
            "line 1, column 10: format: it is \"lac-roles/2\"",
        ),
        (
            format!("{head}rôle = 1"),
            "line 2, column 2: this is not TOML",
        ),
        (
            format!("{head}role = 1"),
            "line 2, column 8: role: it is a number; expected tables, [[role]]",
        ),
        (
            format!("{head}user = [1]"),
            "line 2, column 9: user: it is a number",
        ),
        (
            format!("{head}users = []"),
            "line 2, column 1: users: there is no such key",
        ),
        (
            format!("{head}{role}resources = [\"é\"]"),
            "line 6, column 14: resources: there is no resource",
        ),
        (
            format!("{head}{role}resources = [\"login_button\", 1]"),
            "line 6, column 30: resources: it is a number",
        ),
        (
            format!("{head}{role}resources = [\"login_buton\"]"),
            "did you mean Magento_LoginAsCustomer::login_button?",
        ),
        (
            format!("{head}{role}resources = [\"events\"]"),
            "line 6, column 14: resources: `events` can be",
        ),
        (
            format!("{head}{role}resources = [\"login_button\",\n\"button\"]"),
            "line 7, column 1: resources: Magento_LoginAsCustomer::login_button is in the list already",
        ),
        (
            format!("{head}{role}resources = \"login_button\""),
            "line 6, column 13: resources: it is \"login_button\"; expected a list",
        ),
        (
            format!("{head}{role}resource = []"),
            "line 6, column 1: resource: there is no such key",
        ),
        (
            format!("{head}{role}{role}"),
            "line 7, column 8: name: \"R\" stands in line 3 already",
        ),
        (
            format!("{head}{}", role.replace("custom", "some")),
            "line 4, column 10: access: it is \"some\"",
        ),
        (
            format!("{head}{}", role.replace("\"all\"", "[\"eu\", \"asia\"]")),
            "line 5, column 16: scope: there is no website \"asia\"",
        ),
        (
            format!("{head}{}", role.replace("\"all\"", "[\"eu\", \"eu\"]")),
            "line 5, column 16: scope: \"eu\" stands in line 5 already",
        ),
        (
            format!("{head}{}", role.replace("\"all\"", "\"eu\"")),
            "line 5, column 9: scope: it is \"eu\"",
        ),
        (
            format!("{head}{}", role.replace("scope", "#")),
            "line 2, column 1: scope: it is missing",
        ),
        (
            format!("{head}{}", role.replace("\"R\"", "\"-R\"")),
            "line 3, column 8: name: a name starts",
        ),
        (
            format!(
                "{head}{}resources = [\"login_button\"]",
                role.replace("custom", "all")
            ),
            "line 6, column 14: resources: a role with access",
        ),
        (
            format!("{head}{user}enabled = \"yes\""),
            "line 5, column 11: enabled: it is \"yes\"; expected true or false",
        ),
        (
            format!("{head}{}", user.replace("Admin", "admin")),
            "line 4, column 8: role: there is no role \"administrators\"",
        ),
        (
            format!(
                "{head}{user}os_account = \"o\"\n{}os_account = \"o\"",
                user.replace("\"u\"", "\"v\"")
            ),
            "line 9, column 14: os_account: \"o\" stands in line 5 already",
        ),
        (
            format!("{head}{user}full_name = \"{}\"", "x".repeat(256)),
            "line 5, column 13: full_name: a name has at most 255",
        ),
        (
            format!("{head}{user}full_name = 1979-05-27"),
            "line 5, column 13: full_name: it is a date",
        ),
    ] {
        let parsed = error_message(&store, "role", &text);
        assert!(parsed.contains(problem), "{text}\n{parsed}");
    }
}

#[test]
fn an_apply_must_leave_an_administrator_with_access() {
    let store = TestStore::new();
    let exported = store.run_ok(&["role", "export"]);
    let fewer = exported.replace("access = \"all\"", "access = \"custom\"");
    let error = run_with_text(&store, "role", "apply", &fewer, &["-o", "json"]);
    error.assert_failed("last_administrator", 5);
    assert_eq!(store.run_ok(&["role", "export"]), exported);
    assert_eq!(store.log_events()[0]["action"], "apply");
    assert_eq!(
        store.log_events()[0]["details"]["code"],
        "last_administrator"
    );
    // Another administrator in the same file is enough, even later in the file.
    let other = "\n[[role]]\nname = \"Zentrale\"\naccess = \"all\"\nscope = \"all\"\n\
                 [[user]]\nname = \"z\"\nrole = \"Zentrale\"\nos_account = \"zed\"\n";
    apply_text(&store, "role", &(fewer + other), &[]);
}

#[test]
fn losing_access_ends_the_session_once() {
    let store = TestStore::with_sample_data();
    let anna = store.create_agent("anna");
    let bert = store.create_agent("bert");
    for (token, customer) in [(&anna, "1"), (&bert, "3")] {
        store.run_as(token, &["login", customer]).assert_succeeded();
    }
    let fewer = store.run_ok(&["role", "export"]).replace(
        "name = \"anna\"\nrole = \"annas\"\nenabled = true",
        "name = \"anna\"\nrole = \"annas\"\nenabled = false",
    );
    let answer = apply_text(&store, "role", &fewer, &[]);
    assert_eq!(answer["sessions_ended"], 1);
    assert_eq!(
        event_actions(&store, 2),
        ["admin_users disable", "login_as_customer end"]
    );
}

#[test]
fn of_two_concurrent_applies_one_finds_nothing_to_change() {
    let store = TestStore::with_sample_data();
    let path = store.home().join("roles.toml");
    std::fs::write(&path, FILE).expect("a file");
    let file = path.to_str().expect("UTF-8");
    let start = || {
        let mut command = store.command(&["role", "apply", file, "-o", "json"]);
        command.stdout(Stdio::piped()).spawn().expect("lac runs")
    };
    let running: Vec<_> = (0..6).map(|_| start()).collect();
    let mut changed = 0;
    for child in running {
        let output = child.wait_with_output().expect("lac ends");
        assert!(output.status.success());
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        changed += usize::from(answer["changed"] == true);
    }
    assert_eq!(changed, 1);
    store.run_ok(&["log", "verify"]);
}

/// A thousand of each: quadratic code took forty seconds here.
#[test]
fn a_thousand_roles_and_users_take_seconds() {
    use std::fmt::Write as _;
    let store = TestStore::new();
    let mut file = String::from("format = \"lac-roles/1\"\n");
    for n in 0..1000 {
        let _ = write!(
            file,
            "[[role]]\nname = \"r{n}\"\naccess = \"custom\"\nscope = \"all\"\n\
             resources = [\"login_button\", \"sales_order\"]\n\
             [[user]]\nname = \"u{n}\"\nrole = \"r{n}\"\nos_account = \"o{n}\"\n"
        );
    }
    let start = std::time::Instant::now();
    assert_eq!(apply_text(&store, "role", &file, &[])["changed"], true);
    assert_eq!(apply_text(&store, "role", &file, &[])["changed"], false);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert_eq!(store.log_events().len(), 4 + 3000);
}
