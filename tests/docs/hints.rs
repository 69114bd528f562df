//! Every hint of every fault for every kind of reader: it names no command that
//! the reader may not run, and every command parses.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use lac_model::document::DocumentKind;
use lac_model::fault::{Fault, FileRemedy};
use lac_model::resource::Resource;
use login_as_customer::cli::error::explain;
use login_as_customer::cli::hint::{HintReader, Requirement, hint};

use crate::faults;

/// The resources of each command, as `design.md` lists them under "Who needs
/// what": any one of them, besides being an admin user. Deliberately
/// independent of the program's own list.
fn required_resources(command: &str) -> Option<Vec<Resource>> {
    use Resource as R;
    let words: Vec<&str> = command.split(' ').collect();
    Some(match words[..] {
        ["lac", "init" | "doctor", ..] | ["lac", "log", "verify", "--file", ..] => return None,
        ["lac", "login", ..] | ["lac", "consent", "ask" | "asks", ..] => vec![R::LOGIN_BUTTON],
        ["lac", "document", "show", ..] => DocumentKind::ALL.map(DocumentKind::resource).to_vec(),
        ["lac", "session", ..] => vec![R::LOGIN_BUTTON, R::LAC_SESSIONS],
        ["lac", "request", "show" | "list", ..] => vec![R::LOGIN_BUTTON, R::LAC_APPROVE],
        ["lac", "customer", "list", ..] => vec![R::CUSTOMER_MANAGE],
        ["lac", "customer", "edit" | "remove", ..] => vec![R::CUSTOMER_ACTIONS],
        ["lac", "consent", "grant", ..] => vec![R::ALLOW_SHOPPING_ASSISTANCE],
        ["lac", "config", "set", path, ..] if path.starts_with("login_as_customer/") => {
            vec![R::CONFIG_SECTION]
        }
        ["lac", "config", "set", ..] => vec![R::CONFIG],
        ["lac", "config", "list", ..] => vec![R::CONFIG, R::CONFIG_SECTION],
        ["lac", "stores", ..] => vec![R::STORE],
        ["lac", "role", ..] => vec![R::ACL_ROLES],
        ["lac", "user", "token", "list", "shows", ..] => Resource::all().collect(),
        ["lac", "user", ..] => vec![R::ACL_USERS],
        ["lac", "import", ..] => vec![R::IMPORT],
        ["lac", "log", "list" | "verify", ..] => vec![R::LOGIN_LOG, R::LOGGING_EVENTS],
        ["lac", "log", "recover" | "accept", ..] => vec![R::LOGGING_BULK_EVENTS],
        ["lac", "key", "list", ..] => vec![R::LAC_KEYS],
        ["lac", "storefront", ..] => vec![R::LAC_STOREFRONTS],
        ["lac", "outbox", ..] => vec![R::LAC_OUTBOX],
        _ => panic!("{command}: what does it take?"),
    })
}

/// One of every fault, and of those whose hint depends on their fields.
fn sample_faults() -> Vec<Fault> {
    let mut all = faults::all_faults();
    let file = |remedy| Fault::InvalidFile {
        file: "f.csv".to_owned(),
        problem: "line 2".to_owned(),
        remedy,
    };
    all.extend([
        file(None),
        file(Some(FileRemedy::SkipInvalid)),
        file(Some(FileRemedy::Partial)),
    ]);
    let number = |documents: &[&str]| Fault::DocumentNumber {
        number: "#000000002".to_owned(),
        documents: documents.iter().map(|d| (*d).to_owned()).collect(),
    };
    all.extend([
        number(&[]),
        number(&["order:000000002", "invoice:000000002"]),
    ]);
    let kinds = DocumentKind::ALL.map(DocumentKind::as_str);
    all.extend(kinds.map(|kind| number(&[&format!("{kind}:000000002")])));
    all.extend(kinds.map(|kind| Fault::DocumentNotFound {
        document: format!("{kind}:000000002"),
    }));
    all.push(Fault::ApprovalRequired {
        causes: vec!["vip".to_owned()],
        unfit: None,
        request: None,
    });
    all.push(Fault::StoreViewInactive {
        store_view: "nl".to_owned(),
        choices: Vec::new(),
    });
    all.push(Fault::ConfigPathNotFound {
        path: "x".to_owned(),
        nearest: None,
    });
    all.push(Fault::NotAuthenticated {
        reason: "unknown".to_owned(),
        remedy: None,
    });
    all.push(Fault::ResourceDenied {
        actor: "shop".to_owned(),
        role: None,
        resource: "Lac::keys".to_owned(),
        title: "Keys".to_owned(),
    });
    all.push(Fault::StoreMissing {
        path: "/proc/nowhere/store".to_owned(),
    });
    all
}

/// A reader without access, without resources, with each resource alone, with
/// everything on some websites, with everything.
fn sample_readers() -> Vec<(String, Vec<Resource>, bool, HintReader)> {
    let known = |name: &str, resources: Vec<Resource>, everywhere| {
        let reader = HintReader::with_resources(resources.clone(), everywhere);
        (name.to_owned(), resources, everywhere, reader)
    };
    let mut all = vec![
        (
            "nobody".to_owned(),
            Vec::new(),
            false,
            HintReader::unknown(),
        ),
        known("holds nothing", Vec::new(), true),
        known("everything", Resource::all().collect(), true),
        known("everything of a website", Resource::all().collect(), false),
    ];
    for resource in Resource::all() {
        all.push(known(resource.id(), vec![resource], true));
        all.push(known(
            &format!("{} of a website", resource.id()),
            vec![resource],
            false,
        ));
    }
    all
}

/// The commands of the program that a text names: from `lac NOUN` to the end of
/// the text.
fn commands_in(text: &str) -> Vec<&str> {
    static NOUNS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let program = login_as_customer::cli::command();
        let names = program.get_subcommands().map(clap::Command::get_name);
        names.map(str::to_owned).collect()
    });
    let is_noun = |rest: &str| {
        let word = rest.split([' ', ',', ';']).next();
        NOUNS.iter().any(|noun| Some(noun.as_str()) == word)
    };
    let begins_a_word = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
    text.match_indices("lac ")
        .filter(|(at, word)| begins_a_word(*at) && is_noun(&text[at + word.len()..]))
        .map(|(at, _)| &text[at..])
        .collect()
}

/// Hints for an administrator, because nobody else can run the command: they
/// must name it anyway (`design.md`, "Who is acting").
fn is_addressed_to_administrator(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::NotAuthenticated { .. } | Fault::ResourceDenied { .. }
    )
}

#[test]
fn hints_only_name_commands_the_reader_may_run() {
    let (mut seen, mut withheld) = (0, 0);
    for fault in sample_faults() {
        for (name, held, everywhere, reader) in sample_readers() {
            let text = explain(&fault, || reader.clone()).hint.unwrap_or_default();
            assert!(!text.contains("chown"), "{text}");
            if is_addressed_to_administrator(&fault) {
                assert!(
                    commands_in(&text).is_empty() || text.starts_with("an administrator can run: ")
                );
                continue;
            }
            for command in commands_in(&text) {
                seen += 1;
                let may = required_resources(command)
                    .is_none_or(|any| any.iter().any(|r| held.contains(r)));
                let is_own_tokens = command.starts_with("lac user token list shows your own");
                assert!(
                    may || (is_own_tokens && name != "nobody"),
                    "{}: {name} cannot run `{command}`",
                    fault.code()
                );
                let document = command.split_once(" --").map(|(_, flag)| flag);
                let document = document.and_then(|flag| flag.split(' ').next());
                let kind = document.and_then(|f| DocumentKind::from_stored(&f.replace('-', "_")));
                if let Some(kind) = kind {
                    assert!(held.contains(&kind.resource()), "{name}: {command}");
                }
                if command.starts_with("lac log accept") {
                    let holds_all = Resource::all().all(|r| held.contains(&r));
                    assert!(everywhere && holds_all, "{name}: {command}");
                }
                if command.contains("general/enabled") {
                    assert!(everywhere, "{name}: a value for every website: {command}");
                }
            }
            let best = hint(&fault).and_then(|hint| hint.text_for_full_access());
            withheld += usize::from(best.as_deref() != Some(&text) && !text.is_empty());
        }
    }
    assert!(seen > 100 && withheld > 100, "{seen} {withheld}");
}

/// An administrator gets the best hint, and a reader without rights gets a hint
/// wherever others get one.
#[test]
fn every_reader_gets_a_hint() {
    for fault in sample_faults() {
        let Some(hint) = hint(&fault) else { continue };
        let everything =
            HintReader::with_resources(Resource::all().collect(), true).with_root(true);
        assert_eq!(
            hint.text_for(&everything),
            hint.text_for_full_access(),
            "{}",
            fault.code()
        );
        let nobody = hint.text_for(&HintReader::unknown());
        assert!(
            nobody.is_some_and(|text| !text.is_empty()),
            "{}",
            fault.code()
        );
    }
}

/// Commands in hints can be pasted into a shell.
#[test]
fn commands_in_hints_parse() {
    let mut seen = 0;
    for fault in sample_faults() {
        for way in hint(&fault).iter().flat_map(|hint| &hint.commands) {
            if way.requirement == Requirement::Root {
                continue; // the service manager's
            }
            let words = shell_words(&way.command);
            let parsed = login_as_customer::cli::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{}: {words:?}: {parsed:?}", fault.code());
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen}");
}

/// Splits words as a shell does; hints use single quotes only.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in command.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().expect("a word").push(c),
        }
    }
    words
}

/// Other parts of the program also say how to fix a file.
#[test]
fn no_hint_suggests_chown() {
    fn walk(dir: &Path, seen: &mut usize) {
        for entry in fs::read_dir(dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, seen);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                assert!(!text.contains("\"chown"), "{}", path.display());
                *seen += 1;
            }
        }
    }
    let mut seen = 0;
    for folder in ["src", "crates"] {
        walk(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut seen,
        );
    }
    assert!(seen > 100, "{seen}");
}
