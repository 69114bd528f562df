//! The daily commands, the nightly jobs, backup and offboarding.

use std::thread;

use crate::page::block;
use crate::world::{
    ANNA, BERT, CLEO, ETC, SERVICE, World, account, assert_failed, from_output, run_command,
};

pub(crate) fn each_account_has_its_role(world: &World) {
    // Bert holds the role Support and no more.
    world.json(BERT, &["login", "1", "--check"]);
    world.json(BERT, &["document", "show", "--order", "000000001"]);
    for args in [
        &["customer", "list"][..],
        &["log", "list"],
        &["user", "list"],
        &["config", "set", "login_as_customer/general/enabled", "no"],
        &["log", "export", "x.csv"],
        &["key", "rotate", "login", "--yes"],
        &["import", "customers", "/dev/null"],
        &["redeem", "x", "--audience", "https://shop.example"],
    ] {
        world.run_failing(BERT, args, "resource_denied");
    }
    // Cleo has no access until Anna maps her account, and then at once.
    world.run_failing(CLEO, &["customer", "list"], "not_authenticated");
    world
        .run(ANNA, &["role", "create", "Reader"])
        .assert_succeeded();
    world
        .run(
            ANNA,
            &["role", "allow", "Reader", "Magento_Customer::manage"],
        )
        .assert_succeeded();
    world
        .run(
            ANNA,
            &[
                "user",
                "create",
                "cleo",
                "--role",
                "Reader",
                "--os-account",
                CLEO,
            ],
        )
        .assert_succeeded();
    world.json(CLEO, &["customer", "list"]);
    world.run_failing(CLEO, &["login", "1"], "resource_denied");
    world
        .run(ANNA, &["user", "delete", "cleo", "--yes"])
        .assert_succeeded();
    world.run_failing(CLEO, &["customer", "list"], "not_authenticated");
    // Root has no rights of its own either.
    let mut root = std::process::Command::new(world.path("bin/lac"));
    root.env_clear()
        .env("LAC_CONFIG", format!("{ETC}/config.toml"));
    assert_failed(root.arg("customer").arg("list"), "not_authenticated");
}

pub(crate) fn two_agents_work_at_once(world: &World) {
    thread::scope(|scope| {
        let bert = scope.spawn(|| {
            (0..15).for_each(|_| {
                let login = world.json(BERT, &["login", "1"]);
                assert_eq!(login["admin"], "bert");
            });
        });
        let anna = scope.spawn(|| {
            (0..15).for_each(|_| {
                let login = world.json(ANNA, &["login", "1"]);
                assert_eq!(login["admin"], "anna");
                world.json(ANNA, &["log", "list", "--limit", "5"]);
            });
        });
        bert.join().expect("Bert");
        anna.join().expect("Anna");
    });
    // Each has the session that they began last; neither ended the other's.
    let open = world.json(ANNA, &["session", "list"]);
    let visits = |name: &str| {
        open.as_array()
            .expect("a list")
            .iter()
            .filter(|s| s["admin"] == name && s["state"] == "issued")
            .count()
    };
    assert_eq!((visits("anna"), visits("bert")), (1, 1), "{open}");
}

/// 5. Every night: the command lines of the units, run as their own account.
pub(crate) fn the_nightly_jobs_run(world: &World) {
    world
        .script(ANNA, &block(world, "5. Every night", 0))
        .assert_succeeded();
    for unit in ["lac-import.service", "lac-archive.service"] {
        let text =
            std::fs::read_to_string(world.path("etc/systemd/system").join(unit)).expect("a unit");
        let values = |key: &str| -> Vec<String> {
            let prefix = format!("{key}=");
            text.lines()
                .filter_map(|line| line.strip_prefix(&prefix))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(values("User"), ["lac"]);
        for line in values("ExecStart") {
            let mut words = line.split(' ');
            let mut command = world.program(SERVICE, words.next().expect("a program"));
            let variables = values("Environment");
            command.envs(variables.iter().filter_map(|v| v.split_once('=')));
            run_command(command.args(words)).assert_succeeded();
        }
    }
    assert_eq!(
        world.json(ANNA, &["customer", "show", "2"])["email"],
        "june@example.com"
    );
    // That account can do nothing else, with or without the socket.
    let store = world.store().display().to_string();
    for way in [&["whoami"][..], &["--store", &store, "whoami"]] {
        assert_eq!(world.json(SERVICE, way)["name"], "nightly");
    }
    world.run_failing(SERVICE, &["customer", "list"], "resource_denied");
    world.run_failing(
        SERVICE,
        &["--store", &store, "login", "1"],
        "resource_denied",
    );
}

pub(crate) fn events_name_the_account(world: &World) {
    let log = world.log();
    let uid = |name| format!("unix:{}", account(name).uid);
    let find = |group: &str, action: &str, admin: &str| {
        let is = |e: &&serde_json::Value| {
            e["action_group"] == group
                && e["action"] == action
                && e["admin"] == admin
                && e["result"] == "success"
        };
        log.iter()
            .find(is)
            .cloned()
            .unwrap_or_else(|| panic!("no {group} {action} of {admin}"))
    };
    let event = find("login_as_customer", "issue", "bert");
    assert_eq!(
        (&event["os_account"], &event["ip_address"], &event["role"]),
        (&BERT.into(), &uid(BERT).into(), &"Support".into())
    );
    let event = find("roles", "create", "anna");
    assert_eq!(
        (&event["os_account"], &event["ip_address"]),
        (&ANNA.into(), &uid(ANNA).into())
    );
    // Events of commands that ran on the store itself have no client.
    let night = log
        .iter()
        .find(|e| e["action_group"] == "import" && e["admin"] == "nightly")
        .expect("a night");
    assert_eq!(
        (&night["os_account"], &night["ip_address"]),
        (&SERVICE.into(), &serde_json::Value::Null)
    );
    // Refusals name the account.
    let refused = log
        .iter()
        .find(|e| e["result"] == "failure" && e["os_account"] == CLEO)
        .expect("a refusal");
    assert_eq!(refused["ip_address"], uid(CLEO));
}

/// 6. Backup and restore.
pub(crate) fn backup_and_restore_work(world: &mut World) {
    let pipe = |text: String| {
        text.replace("age -r \"$RECIPIENT\"", "cat")
            .replace("/somewhere/else/", "elsewhere/")
    };
    world.root(&format!(
        "mkdir elsewhere\n{}",
        pipe(block(world, "6. Backup", 0))
    ));
    let seen = world.root("stat -c '%U %a' var/backups/lac");
    assert_eq!(seen, format!("{SERVICE} 700\n"));
    world
        .script(
            BERT,
            &format!("cat {}/lac.db", world.path("var/backups/lac").display()),
        )
        .assert_refused();
    // The log continues, and Anna keeps a receipt of what the backup lacks.
    world.json(BERT, &["login", "1"]);
    let receipt = world
        .run(ANNA, &["log", "checkpoint"])
        .assert_succeeded()
        .stdout;
    std::fs::write(world.home(ANNA).join("receipt"), receipt).expect("a receipt");
    world.root(&format!(
        "chown {0} {1}/receipt",
        ANNA,
        world.home(ANNA).display()
    ));
    world
        .run(ANNA, &["log", "verify", "--since", "receipt"])
        .assert_succeeded();
    let count = world.log().len();
    // The whole store is lost.
    world.stop();
    world.root(&format!("rm -rf {}", world.store().display()));
    world.root(&pipe(block(world, "6. Backup", 1)).replace("age -d -i KEY", "cat"));
    world.serve();
    assert!(world.log().len() < count);
    world.run(ANNA, &["log", "verify"]).assert_succeeded();
    world.run(ANNA, &["doctor"]).assert_succeeded();
    world.json(BERT, &["login", "1"]);
    let later = world.run(ANNA, &["log", "verify", "--since", "receipt"]);
    assert_eq!(later.code, 6, "whoever kept a receipt can tell: {later:#?}");
}

pub(crate) fn a_disabled_user_loses_access(world: &World) {
    let token = world.json(BERT, &["user", "token", "create", "bert"]);
    let token = token["token"].as_str().expect("a token").to_owned();
    let shop = world.json(ANNA, &["storefront", "add", "shop", "--website", "base"]);
    let url = world.json(BERT, &["login", "1"])["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    // Bert begins a session while Anna disables him.
    let waiting = thread::scope(|scope| {
        let many = scope.spawn(|| {
            (0..10)
                .map(|_| {
                    from_output(
                        world
                            .command(BERT, &["login", "1", "-o", "json"])
                            .output()
                            .expect("lac"),
                    )
                    .code
                })
                .collect::<Vec<_>>()
        });
        world
            .run(ANNA, &["user", "disable", "bert"])
            .assert_succeeded();
        world.run_failing(BERT, &["login", "1"], "not_authenticated");
        many.join().expect("Bert")
    });
    let first = waiting
        .iter()
        .position(|code| *code != 0)
        .unwrap_or(waiting.len());
    assert!(
        waiting[first..].iter().all(|code| *code == 4),
        "{waiting:?}"
    );
    assert_failed(
        world.command(CLEO, &["whoami"]).env("LAC_TOKEN", &token),
        "not_authenticated",
    );
    let open = world.json(ANNA, &["session", "list"]);
    let left = open
        .as_array()
        .expect("a list")
        .iter()
        .filter(|s| s["admin"] == "bert" && (s["state"] == "issued" || s["state"] == "active"))
        .count();
    assert_eq!(left, 0, "{open}");
    let storefront = shop["token"].as_str().expect("a token");
    let redeem = ["redeem", &url, "--audience", "https://shop.example"];
    assert_failed(
        world.command(ANNA, &redeem).env("LAC_TOKEN", storefront),
        "session_ended",
    );
    world
        .run(ANNA, &["user", "delete", "bert", "--yes"])
        .assert_succeeded();
    world.run_failing(BERT, &["whoami"], "not_authenticated");
    assert!(
        world.log().iter().any(|e| e["admin"] == "bert"),
        "the log keeps the name"
    );
    world.run(ANNA, &["log", "verify"]).assert_succeeded();
}
