//! Only the kernel and access tokens identify a caller.

use std::fs;
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::world::{ANNA, BERT, CLEO, ETC, World, account, assert_failed, run_command};

fn whoami_as(world: &World, name: &str, variables: &[(&str, String)]) -> String {
    let mut command = world.command(name, &["whoami", "-o", "json"]);
    command.envs(variables.iter().map(|(key, value)| (key, value)));
    let ran = run_command(&mut command).assert_succeeded();
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    answer["name"].as_str().expect("a name").to_owned()
}

pub(crate) fn only_the_kernel_and_tokens_identify_callers(world: &World) {
    let anna = account(ANNA);
    let identity = [
        ("SUDO_UID", anna.uid.to_string()),
        ("SUDO_GID", anna.gid.to_string()),
        ("SUDO_USER", ANNA.to_owned()),
        ("USER", ANNA.to_owned()),
        ("USERNAME", ANNA.to_owned()),
        ("LOGNAME", ANNA.to_owned()),
        ("HOME", world.home(ANNA).display().to_string()),
        ("PKEXEC_UID", anna.uid.to_string()),
        ("LAC_ADMIN", "anna".to_owned()),
        ("LAC_USER", "anna".to_owned()),
    ];
    assert_eq!(whoami_as(world, BERT, &identity), "bert");
    for one in identity {
        assert_eq!(whoami_as(world, BERT, &[one]), "bert");
    }
    // A stranger stays one, and the hint says what to ask for.
    let error = assert_failed(
        &mut world.command(CLEO, &["login", "1"]),
        "not_authenticated",
    );
    assert!(error.to_string().contains(CLEO), "{error}");

    // A user's own settings choose the store, not the identity.
    let own = world.home(BERT).join("own.toml");
    let socket = world.socket().display().to_string();
    fs::write(
        &own,
        format!("profile = \"anna\"\n[profiles.anna]\nstore = \"unix:{socket}\"\n"),
    )
    .expect("settings");
    world.root(&format!(
        "chown {BERT} {0} && chmod 0600 {0}",
        own.display()
    ));
    let own = own.display().to_string();
    assert_eq!(
        whoami_as(
            world,
            BERT,
            &[
                ("LAC_CONFIG", own.clone()),
                ("LAC_PROFILE", "anna".to_owned())
            ]
        ),
        "bert"
    );
    for setting in [
        "admin = \"anna\"",
        "os_account = \"anna\"",
        "user = \"anna\"",
    ] {
        fs::write(&own, format!("store = \"unix:{socket}\"\n{setting}\n")).expect("settings");
        assert_failed(
            world.command(BERT, &["whoami"]).env("LAC_CONFIG", &own),
            "config_invalid",
        );
    }
    // Settings that somebody else could have written are ignored.
    let others = world.home(CLEO).join("others.toml");
    fs::write(&others, format!("store = \"unix:{socket}\"\n")).expect("settings");
    world.root(&format!(
        "chmod 0755 {0} && chown {CLEO} {1}",
        world.home(CLEO).display(),
        others.display()
    ));
    assert_failed(
        world.command(BERT, &["whoami"]).env("LAC_CONFIG", others),
        "store_unsafe",
    );

    // Mapping an account to an admin user requires a right like any other.
    for args in [
        &[
            "user",
            "create",
            "me",
            "--role",
            "Administrators",
            "--os-account",
            BERT,
        ][..],
        &["user", "edit", "bert", "--os-account", ANNA],
        &["user", "edit", "anna", "--os-account", BERT],
        &["user", "assign", "bert", "Administrators"],
        &["role", "allow", "Support", "Lac::erase"],
        &["user", "token", "create", "anna"],
    ] {
        world.run_failing(BERT, args, "resource_denied");
    }
    tokens_take_precedence(world);
}

/// A token takes precedence over the account.
fn tokens_take_precedence(world: &World) {
    let token = world.json(BERT, &["user", "token", "create", "bert"]);
    let token = token["token"].as_str().expect("a token").to_owned();
    assert_eq!(
        whoami_as(world, CLEO, &[("LAC_TOKEN", token.clone())]),
        "bert",
        "that is what it is for"
    );
    // It gives no more than its owner has, and the log names the account that
    // used it.
    assert_failed(
        world
            .command(ANNA, &["customer", "list"])
            .env("LAC_TOKEN", &token),
        "resource_denied",
    );
    let event = world
        .log()
        .into_iter()
        .find(|e| e["result"] == "failure" && e["admin"] == "bert" && e["os_account"] == ANNA);
    assert!(event.is_some(), "the account behind a token is on record");
    // Another account's token file cannot be read.
    let file = world.home(BERT).join("token");
    fs::write(&file, &token).expect("a file");
    world.root(&format!(
        "chown {BERT} {0} && chmod 0600 {0}",
        file.display()
    ));
    let file = file.display().to_string();
    world.run_failing(CLEO, &["--token-file", &file, "whoami"], "io");
    assert_eq!(
        world.json(BERT, &["--token-file", &file, "whoami"])["name"],
        "bert"
    );
    world
        .run(BERT, &["user", "token", "revoke", "bert", "--all", "--yes"])
        .assert_succeeded();
    assert_failed(
        world.command(CLEO, &["whoami"]).env("LAC_TOKEN", token),
        "not_authenticated",
    );
}

pub(crate) fn planted_files_are_not_trusted(world: &World) {
    let real = world.socket();
    // A link to the real socket, a directory that everybody can write, and one
    // whose owner cannot be the broker.
    let home = world.home(CLEO).display().to_string();
    world.root(&format!("chmod 0755 {home}"));
    let script = format!("ln -s {} {home}/link.sock", real.display());
    world.script(CLEO, &script).assert_succeeded();
    assert_refused(world, &format!("unix:{home}/link.sock"), "store_unsafe");
    world.root("install -d -m 1777 open");
    for (laid, owner) in [("open/lac.sock", CLEO), ("open/service.sock", BERT)] {
        let _listener = bind_socket_as(world, laid, owner);
        assert_refused(
            world,
            &format!("unix:{}", world.path(laid).display()),
            "store_unsafe",
        );
    }
    // Only she can write her own directory, whatever its mode; a socket that
    // somebody else puts there is not trusted.
    let laid = format!("staff/{CLEO}/other.sock");
    let _listener = bind_socket_as(world, &laid, BERT);
    assert_refused(
        world,
        &format!("unix:{}", world.path(&laid).display()),
        "store_unsafe",
    );
    // A missing socket, and a file that is not a socket.
    assert_refused(world, &format!("unix:{home}/none.sock"), "broker_missing");
    assert_refused(world, &format!("unix:{ETC}/config.toml"), "broker_missing");
    assert_refused(world, "unix:relative.sock", "config_invalid");
    // A user's own store is independent: its users have no rights in the team's
    // store.
    let own = format!("{home}/own");
    let ran = world.run(CLEO, &["--store", &own, "init", "--admin", "anna"]);
    ran.assert_succeeded();
    assert_eq!(
        world.json(CLEO, &["--store", &own, "whoami"])["name"],
        "anna"
    );
    world.run_failing(CLEO, &["customer", "list"], "not_authenticated");
    // Another account cannot use it.
    let refused = world
        .run(BERT, &["--store", &own, "whoami"])
        .assert_refused();
    assert_eq!(refused.stdout, "");

    // The socket of the running broker cannot be taken over.
    let mut second = world.command(
        CLEO,
        &[
            "--store",
            &own,
            "serve",
            "--socket",
            &real.display().to_string(),
        ],
    );
    assert_eq!(ended_successfully(&mut second), Some(false));
    assert_eq!(world.json(ANNA, &["whoami"])["name"], "anna");
}

fn assert_refused(world: &World, store: &str, code: &str) {
    assert_failed(
        world.command(BERT, &["whoami"]).env("LAC_STORE", store),
        code,
    );
}

fn bind_socket_as(world: &World, at: &str, owner: &str) -> UnixListener {
    let path = world.path(at);
    let listener = UnixListener::bind(&path).expect("a socket");
    world.root(&format!(
        "chown {owner} {0} && chmod 0666 {0}",
        path.display()
    ));
    listener
}

/// Whether the process ended successfully within a few seconds.
fn ended_successfully(command: &mut std::process::Command) -> Option<bool> {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    for _ in 0..250 {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status.success());
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}
