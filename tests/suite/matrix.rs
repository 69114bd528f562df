//! The permission matrix: every command × every kind of role × every way to
//! connect, as one golden file. A command without a row fails the test, and so
//! does any change of permissions.
//!
//! `UPDATE_GOLDEN=1 cargo test matrix` writes the file again; read the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::{BrokerProcess, InProcessStore, NOW, TestStore, json_str};

/// Every command with arguments that are valid in the sample store. `{dir}` is
/// a directory that does not exist yet, `{session}` the id of somebody else's
/// session, `{token}` its login token, `{visit}` a session that the storefront
/// has redeemed, `{request}` the id of an approval request, `{ask}` of an ask
/// to customer 5; `{roles}`, `{users}`, `{section}` and `{settings}` are files that
/// change nothing.
const COMMANDS: &[&[&str]] = &[
    &["init"],
    &["demo", "--dir", "{dir}"],
    &["whoami"],
    &["doctor"],
    &["completions", "bash"],
    &["man", "{dir}"],
    &["login", "1"],
    &["login", "--order", "100000001"],
    &["login", "--invoice", "100000001"],
    &["login", "--shipment", "100000001"],
    &["login", "--credit-memo", "100000001"],
    &["login", "1", "--check"],
    &["login", "2", "--override-consent", "--reason", "why"],
    &["login", "4", "--request"],
    &["request", "list"],
    &["request", "show", "{request}"],
    &["request", "approve", "{request}"],
    &["request", "deny", "{request}"],
    &["request", "cancel", "{request}"],
    &["document", "show", "--order", "100000001"],
    &["document", "show", "--invoice", "100000001"],
    &["document", "show", "--shipment", "100000001"],
    &["document", "show", "--credit-memo", "100000001"],
    &["session", "list"],
    &["session", "show", "{session}"],
    &["session", "end", "{session}"],
    &["session", "end", "--admin", "alice"],
    &["session", "check", "{visit}"],
    &["session", "end", "{visit}", "--cause", "left"],
    &[
        "session", "report", "{visit}", "--action", "other", "--id", "x",
    ],
    &["customer", "list"],
    &["customer", "show", "1"],
    &["customer", "history", "1"],
    &[
        "customer",
        "add",
        "--email",
        "n@example.com",
        "--first-name",
        "N",
        "--last-name",
        "N",
        "--website",
        "base",
    ],
    &["customer", "edit", "2", "--first-name", "Robert"],
    &["customer", "remove", "6", "--yes"],
    &["consent", "show", "1"],
    &["consent", "history", "1"],
    &["consent", "grant", "2"],
    &["consent", "grant", "2", "--for", "1d"],
    &["consent", "revoke", "2"],
    &["consent", "ask", "2"],
    &["consent", "asks", "5"],
    &["consent", "allow", "{ask}", "--customer", "5"],
    &["consent", "deny", "{ask}", "--customer", "5"],
    &["consent", "withdraw", "{ask}"],
    &["config", "list"],
    &["config", "get", "login_as_customer/general/enabled"],
    &["config", "get", "web/url/use_store"],
    &["config", "set", "login_as_customer/general/enabled", "yes"],
    &["config", "set", "lac/session/max_duration", "600"],
    &["config", "set", "web/url/use_store", "yes"],
    &["config", "unset", "lac/session/max_duration"],
    &["config", "unset", "web/url/use_store"],
    &["config", "describe", "login_as_customer/general/enabled"],
    &["config", "describe", "web/url/use_store"],
    &["config", "export"],
    &["config", "diff", "{section}"],
    &["config", "diff", "{settings}"],
    &["config", "apply", "{section}"],
    &["config", "apply", "{settings}"],
    &["stores", "list"],
    &["stores", "add-website", "third", "--name", "Third"],
    &[
        "stores",
        "add-group",
        "more",
        "--website",
        "base",
        "--name",
        "More",
    ],
    &[
        "stores",
        "add-view",
        "it",
        "--group",
        "main_store",
        "--name",
        "Italiano",
    ],
    &["stores", "edit", "store-view:es", "--name", "Castellano"],
    &["stores", "remove", "store-view:nl", "--yes"],
    &["role", "list"],
    &["role", "show", "target"],
    &["role", "create", "fresh"],
    &["role", "delete", "unused", "--yes"],
    &["role", "access", "target", "custom"],
    &["role", "allow", "target", "manage"],
    &["role", "deny", "target", "manage"],
    &["role", "scope", "target", "all"],
    &["role", "resources"],
    &["role", "export"],
    &["role", "diff", "{roles}"],
    &["role", "diff", "{users}"],
    &["role", "apply", "{roles}"],
    &["role", "apply", "{users}"],
    &["user", "list"],
    &["user", "show", "target"],
    &["user", "create", "fresh", "--role", "target"],
    &["user", "edit", "target", "--full-name", "Tara Target"],
    &["user", "assign", "target", "unused"],
    &["user", "disable", "target"],
    &["user", "enable", "target"],
    &["user", "delete", "other", "--yes"],
    &["user", "token", "create", "target"],
    &["user", "token", "list", "target"],
    &["user", "token", "revoke", "target", "--all"],
    &["import", "websites", "/dev/null"],
    &["import", "store-groups", "/dev/null"],
    &["import", "store-views", "/dev/null"],
    &["import", "store-configs", "/dev/null"],
    &["import", "customers", "/dev/null"],
    &["import", "customers", "/dev/null", "--complete"],
    &["import", "orders", "/dev/null"],
    &["import", "invoices", "/dev/null"],
    &["import", "shipments", "/dev/null"],
    &["import", "credit-memos", "/dev/null"],
    &["sync", "customers", "{rows}"],
    &["sync", "orders", "{rows}"],
    &["log", "list"],
    &["log", "list", "--action-group", "config"],
    &["log", "show", "1"],
    &["log", "tail"],
    &["log", "export", "-", "--format", "csv"],
    &["log", "report"],
    &["log", "report", "--action-group", "config"],
    &["log", "statement", "--customer", "1"],
    &["log", "verify"],
    &["log", "archive"],
    &["log", "erase", "--customer", "4711", "--yes"],
    &["log", "checkpoint"],
    &["log", "recover", "--yes"],
    &["log", "accept", "--yes"],
    &["key", "list"],
    &["key", "jwks"],
    &["key", "verifier"],
    &["key", "rotate", "login", "--yes"],
    &["key", "retire", "no-such-key", "--yes"],
    &["verify", "{token}"],
    &[
        "redeem",
        "{token}",
        "--audience",
        "https://shop.example.com",
    ],
    &["storefront", "add", "another", "--website", "base"],
    &["storefront", "list"],
    &["storefront", "test", "shop"],
    &["storefront", "rotate", "shop"],
    &["storefront", "revoke", "shop"],
    &["outbox", "list"],
    &["outbox", "retry", "--all"],
];

/// The files that commands take: name and text.
const FILES: [(&str, &str); 5] = [
    ("{rows}", "[]"),
    (
        "{roles}",
        "format = 'lac-roles/1'\n[[role]]\nname = 'target'\naccess = 'custom'\nscope = 'all'\n",
    ),
    (
        "{users}",
        "format = 'lac-roles/1'\n[[user]]\nname = 'target'\nrole = 'target'\n",
    ),
    (
        "{section}",
        "format = 'lac-config/1'\n[default]\n'login_as_customer/general/enabled' = true\n",
    ),
    (
        "{settings}",
        "format = 'lac-config/1'\n[default]\n'web/secure/base_url' = 'https://shop.example.com/'\n",
    ),
];

/// Roles that hold one resource each.
const SINGLE: &[&str] = &[
    "manage",
    "actions",
    "allow_shopping_assistance",
    "login_button",
    "login_log",
    "sales_order",
    "sales_invoice",
    "shipment",
    "sales_creditmemo",
    "Magento_Config::config",
    "config_section",
    "Magento_Backend::store",
    "acl_users",
    "acl_roles",
    "Magento_ImportExport::import",
    "system_magento_logging_events",
    "system_magento_logging_bulk_events",
    "Lac::storefront",
    "Lac::sessions",
    "Lac::storefronts",
    "Lac::keys",
    "Lac::consent_override",
    "Lac::approve",
    "Lac::outbox",
];

/// Importers that also hold the resource of one effect.
const IMPORTERS: &[&str] = &[
    "Magento_Backend::store",
    "Magento_Config::config",
    "actions",
    "allow_shopping_assistance",
];

#[derive(Clone)]
struct Person {
    name: String,
    token: String,
    /// The admin user's name; empty for strangers and for a storefront, which
    /// cannot be mapped to an account.
    user: String,
}

impl Person {
    fn new(name: &str, token: String, user: &str) -> Self {
        let (name, user) = (name.to_owned(), user.to_owned());
        Self { name, token, user }
    }

    fn is_importer(&self) -> bool {
        self.name.starts_with("import+")
    }
}

struct Fixture {
    store: TestStore,
    people: Vec<Person>,
    session: String,
    token: String,
    visit: String,
    request: String,
    ask: String,
}

impl Fixture {
    /// The same with a copy of the store, for another thread.
    fn copy_for_thread(&self) -> Self {
        Self {
            store: self.store.copy_store(),
            people: self.people.clone(),
            session: self.session.clone(),
            token: self.token.clone(),
            visit: self.visit.clone(),
            request: self.request.clone(),
            ask: self.ask.clone(),
        }
    }
}

fn fixture() -> Fixture {
    let store = TestStore::with_sample_data();
    let alice = store.run_json(&["user", "token", "create", "alice"]);
    let mut people = vec![
        Person::new(
            "administrator",
            json_str(&alice["token"]).to_owned(),
            "alice",
        ),
        Person::new("agent", store.create_agent("agent"), "agent"),
        Person::new(
            "no resource",
            store.create_user_with_resources("nobody", &[]),
            "nobody",
        ),
    ];
    for resource in SINGLE {
        let name = resource.rsplit("::").next().unwrap_or_default();
        let name = if resource.starts_with("Lac::") {
            format!("Lac::{name}")
        } else {
            name.to_owned()
        };
        let user = format!("only {name}");
        let token = store.create_user_with_resources(&user, &[resource]);
        people.push(Person::new(&name, token, &user));
    }
    for resource in IMPORTERS {
        let name = format!(
            "import+{}",
            resource.rsplit("::").next().unwrap_or_default()
        );
        let user = format!("only {name}");
        let token =
            store.create_user_with_resources(&user, &["Magento_ImportExport::import", resource]);
        people.push(Person::new(&name, token, &user));
    }
    let storefront = store.run_json(&["storefront", "add", "shop", "--website", "base"]);
    let storefront = json_str(&storefront["token"]).to_owned();
    let visit = redeemed_session(&store, &storefront);
    people.push(Person::new("a storefront", storefront, ""));
    let add = [
        "storefront",
        "add",
        "till",
        "--website",
        "base",
        "eu",
        "--consent",
        "--sync",
    ];
    let trusted = json_str(&store.run_json(&add)["token"]).to_owned();
    people.push(Person::new("a storefront with rights", trusted, ""));
    people.push(Person::new("a stranger", "lac_notatoken".to_owned(), ""));
    store.run_ok(&["role", "create", "target"]);
    store.run_ok(&["role", "create", "unused"]);
    for user in ["target", "other"] {
        store.run_ok(&["user", "create", user, "--role", "target"]);
    }
    store.run_ok(&["customer", "edit", "4", "--vip", "yes"]);
    let request = store.run_json(&["login", "4", "--request"]);
    let request = json_str(&request["id"]).to_owned();
    store.run_ok(&["consent", "revoke", "5"]);
    let ask = store.run_json(&["consent", "ask", "5"]);
    let ask = json_str(&ask["id"]).to_owned();
    let login = store.login(&["1"]);
    let (session, url) = (
        json_str(&login["session_id"]).to_owned(),
        json_str(&login["url"]),
    );
    let token = url.split("secret=").nth(1).expect("a token").to_owned();
    Fixture {
        store,
        people,
        session,
        token,
        visit,
        request,
        ask,
    }
}

/// A session that the storefront has redeemed.
fn redeemed_session(store: &TestStore, storefront: &str) -> String {
    let visitor = store.create_agent("visitor");
    let issued = store.run_as(&visitor, &["login", "1"]).assert_succeeded();
    let url = issued.stdout.trim();
    let args = [
        "redeem",
        url,
        "--audience",
        "https://shop.example.com",
        "-o",
        "json",
    ];
    let redeemed = store.run_as(storefront, &args).assert_succeeded();
    let redeemed: Value = serde_json::from_str(&redeemed.stdout).expect("JSON");
    json_str(&redeemed["session_id"]).to_owned()
}

/// A way to reach the store and to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Route {
    broker: bool,
    token: bool,
}

const WAYS: [Route; 4] = [
    Route {
        broker: false,
        token: true,
    },
    Route {
        broker: false,
        token: false,
    },
    Route {
        broker: true,
        token: true,
    },
    Route {
        broker: true,
        token: false,
    },
];

impl Route {
    /// Whether a caller can use this way. A store is founded locally, before
    /// there is a broker. A storefront has no operating system account.
    /// Importers with a second resource are tested with imports only.
    fn accepts(self, command: &[&str], person: &Person) -> bool {
        if person.is_importer() && command[0] != "import" {
            return false;
        }
        let is_founding = ["init", "demo"].contains(&command[0]);
        !(self.broker && is_founding) && (self.token || !person.name.starts_with("a storefront"))
    }
}

/// The outcome of the command for each caller on a copy of the store: exit code
/// and error code. `None` if the caller cannot use this way.
fn outcome<'c>(fixture: &'c Fixture, index: usize, way: Route) -> Vec<Option<(i32, String)>> {
    let copy = fixture.store.copy_store();
    for (name, text) in FILES {
        fs::write(copy.home().join(name), text).expect("a file");
    }
    let broker = way
        .broker
        .then(|| BrokerProcess::start(&copy, NOW, 1_000_000 + index as u64));
    let administrator = &fixture.people[0];
    let mut mapped = administrator.user.as_str();
    let run = |(number, person): (usize, &'c Person)| {
        if !way.accepts(COMMANDS[index], person) {
            return None;
        }
        let dir = copy.home().join(format!("new{number}"));
        let args: Vec<String> = COMMANDS[index]
            .iter()
            .map(|word| {
                if FILES.iter().any(|(name, _)| name == word) {
                    return copy.home().join(word).display().to_string();
                }
                word.replace("{dir}", &dir.display().to_string())
                    .replace("{session}", &fixture.session)
                    .replace("{token}", &fixture.token)
                    .replace("{visit}", &fixture.visit)
                    .replace("{request}", &fixture.request)
                    .replace("{ask}", &fixture.ask)
            })
            .collect();
        let store = match &broker {
            Some(broker) => broker.store_setting(),
            None => copy.dir().display().to_string(),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_lac"));
        command
            .args(&args)
            .args(["-o", "json"])
            .env_clear()
            .env("HOME", copy.home())
            .env("LAC_STORE", store)
            .env("LAC_TEST_CLOCK", NOW)
            .env("LAC_TEST_SEED", (1000 * (index + 1) + number).to_string())
            .stdin(Stdio::null());
        if way.token {
            command.env("LAC_TOKEN", &person.token);
        } else {
            InProcessStore::new(&copy).map_account(&administrator.token, mapped, &person.user);
            mapped = &person.user;
        }
        let output = command.output().expect("lac runs");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let error: Value = stderr
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .unwrap_or_default();
        let code = output.status.code();
        let at = format!("{args:?} of {} by {way:?}: {stderr}", person.name);
        assert_ne!(code, Some(101), "a panic: {at}");
        assert_ne!(code, Some(2).filter(|_| args[0] != "import"), "usage: {at}");
        assert_ne!(code, Some(1).filter(|_| args[0] != "man"), "failed: {at}");
        let error_code = error["error"]["code"].as_str().unwrap_or_default();
        assert_eq!(DENIED.contains(&error_code), code == Some(4), "{at}");
        Some((code.expect("an exit code"), error_code.to_owned()))
    };
    fixture.people.iter().enumerate().map(run).collect()
}

const DENIED: [&str; 3] = ["resource_denied", "not_authenticated", "beyond_own_rights"];

/// Who may run the command, which must not depend on the way.
fn who_may(fixture: &Fixture, index: usize) -> BTreeSet<String> {
    let first = outcome(fixture, index, WAYS[0]);
    for way in &WAYS[1..] {
        for (at, came_to) in outcome(fixture, index, *way).into_iter().enumerate() {
            let (command, name) = (COMMANDS[index].join(" "), &fixture.people[at].name);
            if came_to.is_some() {
                assert_eq!(came_to, first[at], "lac {command}, {name}, by {way:?}");
            }
        }
    }
    let may = |(person, came_to): (&Person, &Option<(i32, String)>)| {
        let Some((code, _)) = came_to else {
            assert!(person.is_importer(), "a token leads everywhere");
            return None;
        };
        (*code != 4).then(|| person.name.clone())
    };
    fixture.people.iter().zip(&first).filter_map(may).collect()
}

#[test]
fn the_permission_matrix_matches_the_golden_file() {
    let fixture = fixture();
    let everybody = fixture
        .people
        .iter()
        .filter(|one| !one.is_importer())
        .count();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for fixture in [fixture.copy_for_thread(), fixture.copy_for_thread()] {
            let (next, found) = (&next, &found);
            scope.spawn(move || {
                while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .filter(|index| *index < COMMANDS.len())
                {
                    let may = who_may(&fixture, index);
                    found.lock().expect("the table").insert(index, may);
                }
            });
        }
    });
    let mut table = String::from(
        "# Who may run what. Generated: UPDATE_GOLDEN=1 cargo test matrix\n\
         # A role named like a resource holds that resource alone; one named import+\n\
         # like another holds both, and is asked about imports only.\n\n",
    );
    for (index, may) in found.into_inner().expect("the table") {
        let who = if may.len() == everybody {
            "anybody".to_owned()
        } else if may.len() == everybody - 1 && !may.contains("a stranger") {
            "anybody known".to_owned()
        } else {
            may.into_iter().collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(table, "{}\n    {who}", COMMANDS[index].join(" "));
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/permissions.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &table).expect("the golden file");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(table, golden, "who may run what has changed");
}

#[test]
fn every_command_is_in_the_matrix() {
    let mut root = login_as_customer::cli::command();
    root.build();
    let mut leaves = Vec::new();
    collect(&root, &mut Vec::new(), &mut leaves);
    // `serve` runs until it is terminated, for the owner of the store's
    // directory; see `broker`.
    leaves.retain(|leaf| leaf != &["serve"]);
    for leaf in leaves {
        let has_row = COMMANDS
            .iter()
            .any(|row| row.len() >= leaf.len() && row.iter().zip(&leaf).all(|(a, b)| a == b));
        assert!(has_row, "no row for lac {}", leaf.join(" "));
    }
}

fn collect(command: &clap::Command, path: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
    let verbs = || {
        command
            .get_subcommands()
            .filter(|verb| verb.get_name() != "help")
    };
    if verbs().next().is_none() {
        leaves.push(path.clone());
    }
    for verb in verbs() {
        path.push(verb.get_name().to_owned());
        collect(verb, path, leaves);
        path.pop();
    }
}
