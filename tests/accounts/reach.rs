//! What accounts cannot reach, and who can read and write which files.

use std::fs;

use crate::world::{ANNA, BERT, CLEO, ETC, SERVICE, World, assert_failed};

pub(crate) fn the_store_is_out_of_reach(world: &World) {
    let store = world.store().display().to_string();
    for name in [ANNA, BERT, CLEO] {
        for script in [
            format!("ls {store}"),
            format!("cat {store}/lac.db"),
            format!("cat {store}/keys/login.pem"),
            format!("cat {store}/checkpoint"),
            format!("cp -r {store} stolen"),
            format!("ln {store}/lac.db linked"),
            format!("ln -s {store} link && ls link/"),
            format!("sqlite3 {store}/lac.db 'SELECT 1 FROM customer'"),
            format!("sqlite3 'file:{store}/lac.db?immutable=1' 'SELECT 1 FROM customer'"),
            format!("touch {store}/x"),
            format!("mv {store} elsewhere"),
            format!("rm -f {}", world.socket().display()),
            format!("touch {}/run/lac/x", world.path("").display()),
            format!("echo 'store = \"x\"' >> {ETC}/broker.toml"),
        ] {
            let ran = world.script(name, &script).assert_refused();
            assert_eq!(ran.stdout, "", "{script}");
        }
        // The program itself, run on the directory.
        for args in [
            &["--store", &store, "whoami"][..],
            &["--store", &store, "log", "list"],
            &["--store", &store, "init"],
            &["--store", &store, "key", "jwks"],
            &["--store", &store, "log", "verify"],
            &[
                "--config",
                &format!("{ETC}/broker.toml"),
                "--store",
                &store,
                "customer",
                "list",
            ],
        ] {
            let ran = world.run(name, args).assert_refused();
            assert_eq!(ran.stdout, "", "{args:?}");
        }
        let doctor = world.run(name, &["--store", &store, "doctor"]);
        assert!(!doctor.stdout.contains("jane@"), "{doctor:#?}");
        // The store is not handed to a program that claims to be a broker.
        world
            .run(name, &["--store", &store, "serve", "--socket", "own.sock"])
            .assert_refused();
    }
    // No temporary file is left over, and nothing of the broker is readable in
    // /proc.
    let seen = world.root(&format!(
        "find {} ! -user {SERVICE}",
        world.store().display()
    ));
    assert_eq!(seen, "");
    let pids = world.root(&format!("pgrep -u {SERVICE}"));
    for pid in pids.lines() {
        world
            .script(
                BERT,
                &format!("cat /proc/{pid}/fd/* /proc/{pid}/environ /proc/{pid}/mem"),
            )
            .assert_refused();
    }
}

/// The caller's process opens the files that the caller names.
pub(crate) fn files_are_opened_as_the_caller(world: &World) {
    let store = world.store().display().to_string();
    let before = world.root(&format!(
        "find {store} -type f ! -name 'lac.db*' ! -name checkpoint"
    ));
    // Export as Anna: to her own home …
    world
        .run(ANNA, &["log", "export", "own.csv", "--proof", "range"])
        .assert_succeeded();
    let own = world.root(&format!(
        "stat -c %U {0}/own.csv {0}/own.csv.manifest.json {0}/own.csv.proof",
        world.home(ANNA).display()
    ));
    assert_eq!(own, format!("{ANNA}\n").repeat(3));
    let count = world.log().len();
    // … but nowhere else, least of all into the store.
    for to in [
        format!("{store}/x.csv"),
        format!("{store}/lac.db"),
        format!("{store}/archive/x.csv"),
        world.home(BERT).join("x.csv").display().to_string(),
        format!("{ETC}/x.csv"),
    ] {
        let error = assert_failed(
            &mut world.command(ANNA, &["log", "export", &to, "--format", "csv"]),
            "io",
        );
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|m| m.contains("ermission denied")),
            "{error}"
        );
    }
    assert_eq!(
        world.log().len(),
        count,
        "what was not written is not on record as written"
    );
    let link = world.home(ANNA).join("link.csv");
    std::os::unix::fs::symlink(world.store().join("x.csv"), &link).expect("a link");
    let _ = world.run(ANNA, &["log", "export", "link.csv"]);
    let after = world.root(&format!(
        "find {store} -type f ! -name 'lac.db*' ! -name checkpoint"
    ));
    assert_eq!(before, after, "nothing on the broker's side was touched");

    // Import: a file that only Anna can read is read …
    world.root(&format!(
        "chmod 0600 {}/customers.json",
        world.home(ANNA).display()
    ));
    world
        .run(ANNA, &["import", "customers", "customers.json"])
        .assert_succeeded();
    // … and one that only the broker could read is not.
    for from in ["lac.db", "keys/audit.pem", "checkpoint"] {
        let from = format!("{store}/{from}");
        let error = assert_failed(
            &mut world.command(ANNA, &["import", "customers", &from]),
            "io",
        );
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|m| m.contains("ermission denied")),
            "{error}"
        );
    }
    let key = world.root(&format!("cat {store}/keys/audit.pem"));
    let ran = world.run(ANNA, &["log", "list"]).assert_succeeded();
    let secret = key.lines().nth(1).expect("a key");
    assert!(!ran.stdout.contains(secret));
    assert!(
        fs::metadata(world.home(ANNA).join("own.csv"))
            .expect("a file")
            .len()
            > 0
    );
}
