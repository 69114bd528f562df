//! Importing customers from CSV and REST: how they are matched, their consent,
//! and what must never be stored.

use std::fs;

use serde_json::{Value, json};

use crate::import::{import_text, import_text_with, refused, shop};
use crate::support::TestStore;

const HEADER: &str = "email,_website,_store,confirmation,created_at,firstname,lastname,\
                      password_hash,rp_token,store_id,website_id,password\n";

/// Rows of a main file: address, website, confirmation, first name.
fn csv(rows: &[(&str, &str, &str, &str)]) -> String {
    let row = |(email, website, confirmation, name): &(&str, &str, &str, &str)| {
        format!(
            "{email},{website},admin,{confirmation},5/6/2012 15:53,{name},Doe,\
             6a9c9bfbhashhashhash:RF,tokentokentoken,0,7,hunter2hunter2\n"
        )
    };
    HEADER.to_owned() + &rows.iter().map(row).collect::<String>()
}

fn person(id: u64, email: &str) -> Value {
    json!({"id": id, "email": email, "firstname": "Jane", "lastname": "Doe", "website_id": 1,
        "store_id": 1, "created_at": "2025-02-03 17:45:10", "updated_at": "2025-02-03 17:45:10",
        "addresses": [], "extension_attributes": {"is_subscribed": false}})
}

fn consenting(id: u64, answer: u64, at: &str) -> Value {
    let mut person = person(id, &format!("c{id}@example.com"));
    person["extension_attributes"]["assistance_allowed"] = json!(answer);
    person["updated_at"] = json!(at);
    person
}

fn file(people: &[Value]) -> String {
    json!({"items": people, "total_count": people.len()}).to_string()
}

fn show_customer(store: &TestStore, who: &str) -> Value {
    store.run_json(&["customer", "show", who])
}

fn consent(store: &TestStore, id: u64) -> Value {
    show_customer(store, &id.to_string())["consent"].clone()
}

#[test]
fn importing_a_main_file_twice_changes_nothing() {
    let store = shop();
    let text = csv(&[
        ("Anthony@example.com", "base", "", "Anthony"),
        ("lori@example.com", "admin", "", "Lori"),
        (
            "eve@example.com",
            "eu",
            "8f1c5b0f",
            "\"Eve, \"\"the\"\" second\nline\"",
        ),
    ]);
    let first = import_text(&store, "customers", &text);
    assert_eq!(
        (first["read"].as_u64(), first["created"].as_u64()),
        (Some(3), Some(3))
    );
    let again = import_text(&store, "customers", &text);
    assert_eq!(again["unchanged"], 3);
    let anthony = show_customer(&store, "anthony@EXAMPLE.com");
    assert_eq!(anthony["id"], "local:1");
    assert_eq!(anthony["email"], "Anthony@example.com");
    // The codes take precedence over the numbers, which are wrong in real
    // files.
    assert_eq!(anthony["website"], "base");
    assert_eq!(anthony["confirmed"], true);
    assert_eq!(
        show_customer(&store, "lori@example.com")["website"],
        "admin"
    );
    let eve = show_customer(&store, "eve@example.com");
    assert_eq!(eve["confirmed"], false);
    assert_eq!(eve["name"], "Eve, \"the\" second line Doe");
}

#[test]
fn passwords_hashes_and_tokens_are_never_stored() {
    let store = shop();
    import_text(
        &store,
        "customers",
        &csv(&[("a@example.com", "base", "", "A")]),
    );
    let mut rest = person(1, "b@example.com");
    rest["password_hash"] = json!("6a9c9bfbhashhashhash:RF");
    rest["rp_token"] = json!("tokentokentoken");
    rest["custom_attributes"] = json!([{"attribute_code": "password", "value": "hunter2hunter2"}]);
    import_text(&store, "customers", &file(&[rest]));
    let mut looked_at = 0;
    for entry in fs::read_dir(store.dir()).expect("the store") {
        let path = entry.expect("an entry").path();
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        looked_at += usize::from(bytes.windows(13).any(|w| w == b"a@example.com"));
        for secret in ["6a9c9bfbhash", "tokentoken", "hunter2"] {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    assert!(looked_at > 0, "the search would find what is there");
}

#[test]
fn rows_without_an_email_belong_to_the_row_above() {
    let store = shop();
    let text = csv(&[
        ("a@example.com", "base", "", "A"),
        ("", "", "", ""),
        ("b@example.com", "base", "", "B"),
    ]);
    let imported = import_text(&store, "customers", &text);
    assert_eq!(imported["read"], 2);
    let orphan = csv(&[("", "", "", ""), ("b@example.com", "base", "", "B")]);
    assert!(refused(&store, "customers", &orphan).contains("line 2: "));
}

#[test]
fn errors_name_the_physical_line_field_and_reason() {
    let store = shop();
    let good = ("a@example.com", "base", "", "\"two\nlines\"");
    for (bad, says) in [
        (
            ("nobody", "base", "", "B"),
            "line 5: email: `nobody` is not an e-mail address",
        ),
        (
            ("b@example.com", "nowhere", "", "B"),
            "line 5: _website: website `nowhere` not found",
        ),
        (
            ("A@Example.com", "base", "", "B"),
            "line 5: email: is line 2's too",
        ),
    ] {
        let text = csv(&[good, bad]).replacen("hunter2\n", "hunter2\n\r\n", 1);
        let message = refused(&store, "customers", &text);
        assert!(message.contains(says), "{message}");
        let shown = store.run(&["customer", "show", "a@example.com"]);
        assert_eq!(shown.code, 3, "all of it or nothing");
    }
    let table = |rows: &str| format!("email,_website,firstname,created_at\n{rows}");
    for (text, says) in [
        (
            "firstname,_website\nA,base\n".to_owned(),
            "line 1: email: the column is missing",
        ),
        (
            "email,firstname\na@b,A\n".to_owned(),
            "line 1: _website: the column is missing",
        ),
        (
            "email;_website\na@b;base\n".to_owned(),
            "not separated by commas",
        ),
        ("email,email,_website\n".to_owned(), "email is there twice"),
        (
            table("a@b,base,A\n"),
            "line 2: row: the row has 3 fields, the header 4",
        ),
        (
            table("a@b,base,A,yesterday\n"),
            "line 2: created_at: `yesterday` is not a time",
        ),
        (
            table("a@b,base,\"A,5/6/2012 15:53\n"),
            "line 2: a quote is not closed",
        ),
        (
            table("a\0@b,base,A,\n"),
            "line 2: email: holds a control character",
        ),
        (
            table(&format!("{}@b,base,A,\n", "x".repeat(253))),
            "email: longer than 254 characters",
        ),
        (
            table(&format!("a@b,base,{},\n", "ä".repeat(256))),
            "firstname: longer than 255 characters",
        ),
        (
            table(&format!("a@b,base,{},\n", "x".repeat(10_000_000))),
            "line 2: firstname: longer",
        ),
        (
            table(&format!("a@b,base,\"{}", "x\n".repeat(9_000_000))),
            "line 2: `firstname`: longer than 16 MiB",
        ),
    ] {
        let message = refused(&store, "customers", &text);
        assert!(message.contains(says), "{says}: {message}");
    }
    let message = refused(
        &store,
        "customers",
        b"email,_website,firstname\na@b,base,M\xFCller\n",
    );
    assert!(
        message.contains("line 2: firstname: is not UTF-8"),
        "{message}"
    );
}

#[test]
fn skip_invalid_imports_the_rest_and_lists_the_skipped() {
    let store = shop();
    let text = csv(&[
        ("a@example.com", "base", "", "A"),
        ("nobody", "base", "", "B"),
        ("A@EXAMPLE.COM", "base", "", "C"),
        ("c@example.com", "eu", "", "C"),
    ]);
    let imported = import_text_with(&store, "customers", &text, &["--skip-invalid"]);
    assert_eq!(
        (imported["read"].as_u64(), imported["created"].as_u64()),
        (Some(4), Some(2))
    );
    let skipped = imported["skipped"].as_array().expect("a list");
    let places: Vec<&str> = skipped.iter().filter_map(|s| s["at"].as_str()).collect();
    assert_eq!(places, ["line 3", "line 4"]);
    assert_eq!(skipped[0]["field"], "email");
}

#[test]
fn a_dry_run_reports_changes_without_making_them() {
    let store = shop();
    let imported = import_text_with(
        &store,
        "customers",
        &file(&[consenting(1, 2, "2025-01-01")]),
        &["--dry-run"],
    );
    assert_eq!(imported["created"], 1);
    assert_eq!(imported["consents"]["granted"], 1);
    assert_eq!(imported["dry_run"], true);
    assert_eq!(store.run(&["customer", "show", "1"]).code, 3);
}

#[test]
fn the_merchants_id_replaces_the_local_id() {
    let store = shop();
    import_text(
        &store,
        "customers",
        &csv(&[
            ("Jane@example.com", "base", "", "J"),
            ("kim@example.com", "base", "", "K"),
        ]),
    );
    let imported = import_text(
        &store,
        "customers",
        &file(&[person(42, "jane@example.com")]),
    );
    assert_eq!(
        (
            imported["renumbered"].as_u64(),
            imported["updated"].as_u64()
        ),
        (Some(1), Some(1))
    );
    assert_eq!(show_customer(&store, "jane@example.com")["id"], "42");
    assert_eq!(store.run(&["customer", "show", "local:1"]).code, 3);
    // Both are known: 43 takes the address of local:2, and the two are merged.
    import_text(&store, "customers", &file(&[person(43, "old@example.com")]));
    import_text(&store, "customers", &file(&[person(43, "kim@example.com")]));
    assert_eq!(show_customer(&store, "kim@example.com")["id"], "43");
    assert_eq!(store.run(&["customer", "show", "local:2"]).code, 3);
    let log = store.log_events();
    let last = log
        .iter()
        .rfind(|e| e["action"] == "edit")
        .expect("an event");
    assert_eq!(last["details"]["before"]["id"], "local:1");
    assert_eq!(last["details"]["after"]["id"], "42");
    // CSV matches them by website and address, and keeps the id.
    import_text(
        &store,
        "customers",
        &csv(&[("kim@example.com", "base", "", "Kim")]),
    );
    assert_eq!(show_customer(&store, "43")["name"], "Kim Doe");
    // A local id is not reused.
    import_text(
        &store,
        "customers",
        &csv(&[("new@example.com", "base", "", "N")]),
    );
    assert_ne!(show_customer(&store, "new@example.com")["id"], "42");
}

#[test]
fn merging_two_customers_keeps_the_stricter_consent() {
    let store = shop();
    let with_consent =
        |answer: u64| format!("email,_website,assistance_allowed\nkim@example.com,base,{answer}\n");
    import_text(&store, "customers", &with_consent(1));
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 2, "2025-01-01")]),
    );
    let mut moved = consenting(1, 2, "2025-01-01");
    moved["email"] = json!("kim@example.com");
    let imported = import_text(&store, "customers", &file(&[moved]));
    assert_eq!(imported["consents"]["revoked"], 1);
    assert_eq!(consent(&store, 1), "withheld");
    assert_eq!(store.run(&["customer", "show", "local:1"]).code, 3);
}

#[test]
fn addresses_may_be_swapped_within_a_file() {
    let store = shop();
    let people = |a: &str, b: &str, c: &str| file(&[person(1, a), person(2, b), person(3, c)]);
    import_text(
        &store,
        "customers",
        &people("a@example.com", "b@example.com", "c@example.com"),
    );
    let imported = import_text(
        &store,
        "customers",
        &people("b@example.com", "c@example.com", "a@example.com"),
    );
    assert_eq!(imported["updated"], 3);
    assert_eq!(show_customer(&store, "a@example.com")["id"], "3");
    assert_eq!(show_customer(&store, "b@example.com")["id"], "1");
    assert_eq!(show_customer(&store, "c@example.com")["id"], "2");
    // The address of a customer whom the file lacks cannot be taken.
    let message = refused(&store, "customers", file(&[person(1, "c@example.com")]));
    assert!(
        message.contains("item 1: email: belongs to customer 2"),
        "{message}"
    );
    let message = refused(
        &store,
        "customers",
        file(&[person(1, "b@example.com"), person(1, "x@example.com")]),
    );
    assert!(message.contains("item 2: id: is item 1's too"), "{message}");
}

#[test]
fn a_taken_address_must_be_freed_in_the_same_file() {
    let store = shop();
    let people = |emails: [&str; 3]| {
        let people: Vec<Value> = (1..)
            .zip(emails)
            .map(|(id, email)| person(id, email))
            .collect();
        people
    };
    let initial = people(["a@example.com", "b@example.com", "c@example.com"]);
    import_text(&store, "customers", &file(&initial));
    // 1 takes the address of 2, who would take that of 3, whom the file lacks.
    let moved = file(&people(["b@example.com", "c@example.com", ""])[..2]);
    let message = refused(&store, "customers", &moved);
    assert!(
        message.contains("item 2: email: belongs to customer 3"),
        "{message}"
    );
    let args = ["import", "customers", "-", "--skip-invalid", "-o", "json"];
    let error = store
        .run_with(moved.as_bytes(), &args)
        .assert_failed("invalid_file", 2);
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .contains("customer 2: email")
    );
    assert_eq!(
        import_text(&store, "customers", &file(&initial))["unchanged"],
        3
    );
}

#[test]
fn an_import_of_9000_rows_finds_duplicates_and_succeeds() {
    let store = shop();
    let name = "x".repeat(255);
    let row = |n: usize| format!("c{n}@example.com,base,{name},{name}\n");
    let rows: String = (0..9_000).map(row).collect();
    let text = format!("email,_website,firstname,lastname\n{rows}C7@example.com,base,A,B\n");
    let message = refused(&store, "customers", &text);
    assert!(
        message.contains("line 9002: email: is line 9's too"),
        "{message}"
    );
    let imported = import_text_with(&store, "customers", &text, &["--skip-invalid"]);
    assert_eq!(imported["created"], 9_000);
    assert_eq!(
        import_text_with(&store, "customers", &text, &["--skip-invalid"])["unchanged"],
        9_000
    );
    let names = fs::read_dir(store.dir()).expect("the store");
    let scratch = |name: &str| name.starts_with("scratch");
    let left =
        names.filter(|n| scratch(&n.as_ref().expect("an entry").file_name().to_string_lossy()));
    assert_eq!(left.count(), 0);
}

#[test]
fn imported_consent_changes_are_events() {
    let store = shop();
    let people = [
        consenting(1, 2, "2025-01-14 09:12:33"),
        consenting(2, 1, "2025-01-14 09:12:33"),
        person(3, "c3@example.com"),
    ];
    let imported = import_text(&store, "customers", &file(&people));
    assert_eq!(imported["consents"], json!({"granted": 1, "revoked": 0}));
    assert_eq!(
        [1, 2, 3].map(|id| consent(&store, id)),
        ["granted", "withheld", "withheld"]
    );
    let log = store.log_events();
    assert_eq!(log[1]["action_group"], "consent");
    assert_eq!(log[1]["action"], "grant");
    assert_eq!(log[1]["customer_id"], "1");
    assert_eq!(log[1]["customer_email"], "c1@example.com");
    assert_eq!(log[1]["website"], "base");
    assert_eq!(log[1]["details"]["source"], "import");
    let again = import_text(&store, "customers", &file(&people));
    assert_eq!(
        (again["unchanged"].as_u64(), &again["consents"]["granted"]),
        (Some(3), &json!(0))
    );
    let mut bad = person(4, "c4@example.com");
    bad["extension_attributes"]["assistance_allowed"] = json!(3);
    let message = refused(&store, "customers", file(&[bad]));
    assert!(
        message.contains("assistance_allowed: 3 is not 2 (allowed) or 1 (denied)"),
        "{message}"
    );
    let mut php = person(4, "c4@example.com");
    php["extension_attributes"] = json!([]);
    import_text(&store, "customers", &file(&[php]));
}

#[test]
fn a_file_never_overrides_a_later_refusal() {
    let store = shop();
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 2, "2025-01-01")]),
    );
    store.run_ok(&["consent", "revoke", "1"]);
    // The same file again, a newer one from before the refusal, and one from
    // the future.
    for at in [
        "2025-01-01",
        "2026-10-05 11:59:59",
        "2026-10-05 12:00:00",
        "2031-01-01",
    ] {
        import_text(&store, "customers", &file(&[consenting(1, 2, at)]));
        assert_eq!(consent(&store, 1), "withheld", "{at}");
    }
    let mut undated = consenting(1, 2, "2025-01-01");
    undated
        .as_object_mut()
        .expect("an object")
        .remove("updated_at");
    import_text(&store, "customers", &file(&[undated]));
    assert_eq!(consent(&store, 1), "withheld");
    // A file's time comes from its author and changes with any edit, so no file
    // overrides a refusal that was recorded here.
    store.clock.set("2026-10-07T12:00:00.000000Z");
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 2, "2026-10-06 08:00:00")]),
    );
    assert_eq!(consent(&store, 1), "withheld");
}

#[test]
fn the_newer_file_decides_consent_and_refusal_wins_a_tie() {
    let store = shop();
    store.clock.set("2026-10-07T12:00:00.000000Z");
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 1, "2026-10-05 08:00:00")]),
    );
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 2, "2026-10-06 08:00:00")]),
    );
    assert_eq!(consent(&store, 1), "granted");
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 1, "2026-10-06 07:00:00")]),
    );
    assert_eq!(consent(&store, 1), "granted", "an older no");
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 1, "2026-10-06 08:00:00")]),
    );
    assert_eq!(consent(&store, 1), "withheld", "withheld wins a tie");
}

#[test]
fn an_imported_refusal_ends_the_session() {
    let store = shop();
    import_text(
        &store,
        "customers",
        &file(&[consenting(1, 2, "2025-01-01")]),
    );
    store.run_ok(&["config", "set", "login_as_customer/general/enabled", "yes"]);
    store.run_ok(&[
        "config",
        "set",
        "web/secure/base_url",
        "https://shop.example.com/",
    ]);
    store.run_ok(&["login", "1"]);
    let imported = import_text(
        &store,
        "customers",
        &file(&[consenting(1, 1, "2026-01-01")]),
    );
    assert_eq!(imported["sessions_ended"], 1);
    let sessions = store.run_json(&["session", "list"]);
    assert_eq!(sessions[0]["state"], "ended");
}

#[test]
fn customers_missing_from_a_complete_file_are_deactivated() {
    let store = shop();
    let people: Vec<Value> = (1..=60)
        .map(|id| person(id, &format!("c{id}@example.com")))
        .collect();
    import_text(&store, "customers", &file(&people));
    let imported = import_text_with(&store, "customers", &file(&people[1..]), &["--complete"]);
    assert_eq!(imported["deactivated"], 1);
    assert_eq!(show_customer(&store, "1")["active"], false);
    assert_eq!(show_customer(&store, "2")["active"], true);
    let event = &store.log_events()[1];
    assert_eq!(
        (&event["action"], &event["customer_id"]),
        (&json!("edit"), &json!("1"))
    );
    // Most customers are missing, which is probably a mistake.
    let text = file(&people[30..]);
    let args = ["import", "customers", "-", "--complete", "-o", "json"];
    let error = store
        .run_with(text.as_bytes(), &args)
        .assert_failed("too_many_missing", 5);
    assert!(
        error["hint"]
            .as_str()
            .expect("a hint")
            .contains("--allow-empty")
    );
    let error = store
        .run_with(b"[]", &args)
        .assert_failed("too_many_missing", 5);
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .contains("59 of 59")
    );
    assert_eq!(show_customer(&store, "2")["active"], true);
    let imported = import_text_with(&store, "customers", &text, &["--complete", "--allow-empty"]);
    assert_eq!(imported["deactivated"], 29);
    // Reappearing in a file does not undo a decision made here.
    let back = import_text(&store, "customers", &file(&people[..1]));
    assert_eq!(show_customer(&store, "1")["active"], false);
    assert_eq!(back["warnings"].as_array().expect("a list").len(), 1);
}

#[test]
fn control_characters_in_imported_names_are_refused_or_removed() {
    let store = shop();
    let mut evil = person(1, "c1@example.com");
    evil["firstname"] = json!("a\0b");
    let message = refused(&store, "customers", file(&[evil.clone()]));
    assert!(
        message.contains("firstname: holds a control character"),
        "{message}"
    );
    evil["firstname"] = json!("\u{1b}[31mRed\u{202e}\u{9b}");
    evil["lastname"] = json!("=HYPERLINK(\"http://evil.example\")\nNewline\t");
    import_text(&store, "customers", &file(&[evil.clone()]));
    assert_eq!(
        show_customer(&store, "1")["name"],
        "[31mRed\u{202e} =HYPERLINK(\"http://evil.example\") Newline"
    );
    assert!(
        !store
            .run_ok(&["customer", "show", "1"])
            .contains('\u{202e}')
    );
    let again = import_text(&store, "customers", &file(&[evil]));
    assert_eq!(again["unchanged"], 1);
    let csv = "email,_website,firstname,lastname\nc2@example.com,base,\"a\u{1b}b\nc\",Doe\n";
    import_text(&store, "customers", csv);
    assert_eq!(show_customer(&store, "c2@example.com")["name"], "a b c Doe");
    // Entered by hand they are refused.
    for args in [
        ["customer", "edit", "1", "--first-name=a\u{1b}b"],
        ["customer", "edit", "1", "--last-name=a\nb"],
        ["user", "edit", "alice", "--full-name=a\u{9b}b"],
        ["user", "token", "create", "alice"],
    ] {
        let mut args = args.to_vec();
        if args[1] == "token" {
            args.extend(["--label", "a\tb"]);
        }
        store.run_failing(&args, "invalid_value", 2);
    }
    // Names that an older version accepted stay readable.
    store.set_invalid_name("1", "\u{1b}[31mRed", "a\0b");
    assert_eq!(show_customer(&store, "1")["name"], "\u{1b}[31mRed a\0b");
    assert!(!store.run_ok(&["customer", "show", "1"]).contains('\u{1b}'));
    let message = refused(
        &store,
        "customers",
        r#"[{"id":1,"website_id":1,"email":"a\u001b[31m@example.com"}]"#,
    );
    assert!(
        message.contains("email: holds a control character"),
        "{message}"
    );
    let evil = r#"[{"id":"\u001b[2J","website_id":1,"email":"a@example.com"}]"#;
    let ran = store.run_with(evil.as_bytes(), &["import", "customers", "-"]);
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}
