//! The commands of the page, block by block.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::world::{ANNA, BERT, ETC, SERVICE, World, account};

/// The shell blocks below a heading.
pub(crate) fn blocks(heading: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/deployment.md")).expect("the page");
    let section = page
        .split("\n## ")
        .find(|section| {
            section
                .lines()
                .next()
                .is_some_and(|line| line.contains(heading))
        })
        .expect("the section");
    let blocks = section.split("```sh\n").skip(1);
    let block = |text: &str| text.split("```").next().unwrap_or_default().to_owned();
    blocks.map(block).collect()
}

/// A block as the test runs it: without the lines that build the program (it is
/// built already) and those that need a running systemd.
pub(crate) fn block(world: &World, heading: &str, number: usize) -> String {
    let text = blocks(heading).into_iter().nth(number).expect("a block");
    let left_out = |line: &&str| !line.starts_with("cargo ") && !line.starts_with("systemctl ");
    let kept: Vec<&str> = text.lines().filter(left_out).collect();
    world.localized(&kept.join("\n"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The project's directory, with this machine's paths and names.
fn project(world: &World) {
    world.root("mkdir -p project/target/release");
    for name in ["broker.toml", "config.toml"] {
        copy_project_file(world, &format!("packaging/{name}"));
    }
    for dir in ["systemd", "sysusers.d"] {
        for entry in fs::read_dir(root().join("packaging").join(dir)).expect("a directory") {
            let name = entry.expect("an entry").file_name();
            copy_project_file(
                world,
                &format!("packaging/{dir}/{}", name.to_string_lossy()),
            );
        }
    }
    let to = world.path("project/target/release/lac");
    fs::copy(env!("CARGO_BIN_EXE_lac"), to).expect("the program");
}

fn copy_project_file(world: &World, name: &str) {
    let text = fs::read_to_string(root().join(name)).expect("a file");
    // Test events stay out of the system log.
    let text = world
        .localized(&text)
        .replace("syslog = true", "syslog = false");
    let to = world.path("project").join(name);
    fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
    fs::write(to, text).expect("a file");
}

/// 1. Install.
pub(crate) fn install(world: &mut World) {
    project(world);
    let script = block(world, "1. Install", 0);
    // The account, created in the second way that the page describes.
    let (before, after) = script.split_once("systemd-sysusers").expect("the account");
    let useradd = after.split_once("or: ").expect("the other way").1;
    world.root(&format!("cd project\n{before}"));
    world.root(useradd);
    let sysusers = fs::read_to_string(world.path("usr/lib/sysusers.d/lac.conf"));
    assert!(sysusers.expect("the file").contains("u lac "));
    assert_ne!(account(SERVICE).uid.as_raw(), 0);
}

/// 2. The store and its first administrator.
pub(crate) fn create_store(world: &World) {
    world.root(&block(world, "2. The store", 0));
    let seen = world.root(&format!("stat -c '%U %a' {}", world.store().display()));
    assert_eq!(seen, format!("{SERVICE} 700\n"));
    // This account is not mapped, and nobody else is yet.
    world.run_failing(
        SERVICE,
        &["--store", &world.store().display().to_string(), "whoami"],
        "not_authenticated",
    );
}

/// 3., as Anna, and 4. Stores, customers, users and roles.
pub(crate) fn fill_store(world: &World) {
    assert!(
        fs::read_to_string(format!("{ETC}/config.toml"))
            .expect("settings")
            .contains("unix:")
    );
    assert_eq!(world.json(ANNA, &["whoami"])["name"], "anna");
    world.run(ANNA, &["doctor"]).assert_succeeded();
    write_merchant_files(world);
    world
        .script(ANNA, &block(world, "4. Shop", 0))
        .assert_succeeded();
    let ran = world
        .run(
            BERT,
            &["login", "--order", "000000001", "--ticket", "ZD-4711"],
        )
        .assert_succeeded();
    assert!(ran.stdout.starts_with("https://shop.example/"), "{ran:#?}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:#?}");
}

/// The merchant's files, in Anna's home and where the nightly job reads them.
fn write_merchant_files(world: &World) {
    let page = |items: serde_json::Value| json!({"items": items, "total_count": items.as_array().map(Vec::len)});
    let customer = |id: u64, email: &str| {
        json!({"id": id, "email": email, "firstname": "Jane", "lastname": "Doe", "website_id": 1,
               "store_id": 1, "created_at": "2026-01-01 00:00:00", "updated_at": "2026-01-01 00:00:00",
               "extension_attributes": {"assistance_allowed": 2}})
    };
    let order = page(
        json!([{"entity_id": 1, "increment_id": "000000001", "store_id": 1,
        "created_at": "2026-10-01 10:00:00", "customer_is_guest": 0, "customer_id": 1,
        "customer_email": "jane@example.com"}]),
    );
    for (name, data) in [
        (
            "websites",
            json!([{"id": 1, "code": "base", "name": "Main", "default_group_id": 1}]),
        ),
        (
            "groups",
            json!([{"id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1,
                           "name": "Main", "code": "main"}]),
        ),
        (
            "views",
            json!([{"id": 1, "code": "default", "name": "Default", "website_id": 1,
                          "store_group_id": 1, "is_active": 1}]),
        ),
        (
            "configs",
            json!([{"id": 1, "code": "default", "website_id": 1, "timezone": "UTC",
                            "secure_base_url": "https://shop.example/"}]),
        ),
        ("customers", page(json!([customer(1, "jane@example.com")]))),
        ("orders", order),
    ] {
        let path = world.home(ANNA).join(format!("{name}.json"));
        fs::write(&path, data.to_string()).expect("a file");
    }
    world.root(&format!(
        "chown {ANNA} {0}/*.json && chmod 0600 {0}/*.json && mkdir var/spool/lac && cp {0}/customers.json {0}/orders.json var/spool/lac/ && chmod 0644 var/spool/lac/*",
        world.home(ANNA).display()
    ));
    let more = page(json!([
        customer(1, "jane@example.com"),
        customer(2, "june@example.com")
    ]));
    fs::write(world.path("var/spool/lac/customers.json"), more.to_string()).expect("a file");
}
