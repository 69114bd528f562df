//! Somebody always has administrator access.

use super::{role, shop};
use std::process::Stdio;

use crate::support::TestStore;

#[test]
fn the_last_administrator_cannot_be_removed() {
    let store = shop();
    role(&store, "Support", &[]);
    for args in [
        &["user", "disable", "alice"][..],
        &["user", "delete", "alice", "--yes"],
        &["user", "assign", "alice", "Support"],
        &["role", "access", "Administrators", "custom"],
        &["role", "scope", "Administrators", "website:eu"],
    ] {
        store.run_failing(args, "last_administrator", 5);
        assert_eq!(
            store.log_events()[0]["details"]["code"],
            "last_administrator"
        );
    }
    assert_eq!(store.run_json(&["whoami"])["access"], "all");
}

#[test]
fn another_administrator_must_be_enabled_and_unlimited() {
    let store = shop();
    store.run_ok(&["role", "create", "Second", "--all"]);
    store.run_ok(&["user", "create", "bob", "--role", "Second"]);
    // A disabled administrator does not count.
    store.run_ok(&["user", "disable", "bob"]);
    store.run_failing(&["user", "disable", "alice"], "last_administrator", 5);
    store.run_ok(&["user", "enable", "bob"]);
    // Nor does one with everything on some websites only.
    store.run_ok(&["role", "scope", "Second", "website:eu"]);
    store.run_failing(&["user", "disable", "alice"], "last_administrator", 5);
    store.run_ok(&["role", "scope", "Second", "all"]);
    let token = store.run_json(&["user", "token", "create", "bob"])["token"].clone();
    store.run_ok(&["user", "disable", "alice"]);
    // Now bob is the one who cannot be removed.
    let bob = token.as_str().expect("a token");
    let ran = store.run_as(bob, &["user", "disable", "bob", "-o", "json"]);
    ran.assert_failed("last_administrator", 5);
    store
        .run_as(bob, &["user", "enable", "alice"])
        .assert_succeeded();
}

#[test]
fn an_administrator_without_account_or_token_does_not_count() {
    let store = shop();
    let no_account = ["user", "edit", "alice", "--os-account", ""];
    store.run_failing(&no_account, "last_administrator", 5);
    // An administrator with neither account nor token does not count.
    store.run_ok(&["user", "create", "bob", "--role", "Administrators"]);
    store.run_failing(&["user", "disable", "alice"], "last_administrator", 5);
    let token = store.run_json(&["user", "token", "create", "bob"])["token"].clone();
    let bob = token.as_str().expect("a token");
    let account = store.run_json(&["whoami"])["os_account"].clone();
    store.run_ok(&no_account);
    // Now neither bob nor bob's token can be removed.
    for args in [
        &["user", "token", "revoke", "bob", "--all", "-o", "json"][..],
        &["user", "delete", "bob", "--yes", "-o", "json"],
    ] {
        store
            .run_as(bob, args)
            .assert_failed("last_administrator", 5);
    }
    let account = account.as_str().expect("an account");
    let back = ["user", "edit", "alice", "--os-account", account];
    store.run_as(bob, &back).assert_succeeded();
    store.run_ok(&["user", "token", "revoke", "bob", "--all"]);
}

/// Two administrators disable each other at the same time: one remains.
#[test]
fn two_administrators_cannot_disable_each_other() {
    for round in 0..5 {
        let store = TestStore::new();
        let bob = store.create_user("bob", "Administrators");
        let mut first = store.command(&["user", "disable", "bob"]);
        let mut second = store.command(&["user", "disable", "alice"]);
        second.env("LAC_TOKEN", &bob);
        let mut children = [
            first
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("lac runs"),
            second
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("lac runs"),
        ];
        let codes = children
            .each_mut()
            .map(|child| child.wait().expect("lac ends").code());
        let winners = codes.iter().filter(|code| **code == Some(0)).count();
        // The loser is refused, or was disabled before it started.
        assert_eq!(winners, 1, "round {round}: {codes:?}");
        let left = [
            store.run(&["whoami"]).code,
            store.run_as(&bob, &["whoami"]).code,
        ];
        assert_eq!(
            left.iter().filter(|code| **code == 0).count(),
            1,
            "{left:?}"
        );
    }
}
