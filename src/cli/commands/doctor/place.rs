//! Where the store is, whether that is safe, and what is in it.

use std::fs::OpenOptions;

use crate::cli::premises::database_library;
use crate::cli::saved::UnreadFilter;
use crate::cli::shop::Shop;
use lac_app::doctor::{Examine, Finding, schema};
use lac_model::fault::Fault;
use lac_model::notice::Hook;
use lac_store::dir::StoreDir;

/// Every finding, in the order in which things build on one another.
pub fn examine(shop: &Shop) -> Vec<Finding> {
    let mut findings = vec![config_file(shop)];
    findings.extend(filters(shop));
    findings.push(sqlite());
    findings.extend(hooks(shop));
    let settings = &shop.settings;
    if settings.broker.is_some() {
        findings.extend(behind_broker(shop));
        return findings;
    }
    let dir = StoreDir::at(&settings.store, settings.keys.as_deref());
    let shown = settings.store.display().to_string();
    if let Err(fault) = dir.must_exist() {
        findings.push(Finding::failed("store", fault));
        return findings;
    }
    findings.push(Finding::ok("store", shown));
    findings.extend(safety(&dir));
    if !dir.is_own() {
        return findings;
    }
    findings.extend(unwritable(&dir));
    match shop.desk_to_examine() {
        Err(fault) => findings.push(Finding::failed("database", fault)),
        Ok((_, [found, known])) if found > known => {
            findings.push(Finding::failed(
                "schema",
                Fault::StoreNewer { found, known },
            ));
        }
        Ok((desk, [found, known])) if found < known => {
            findings.push(schema(&desk));
            findings.push(Finding::warning(
                "schema",
                format!("{found}, this program's is {known}"),
                "any other command brings it up to date; then look again",
            ));
        }
        Ok((desk, _)) => findings.extend(Examine::default().run(&desk)),
    }
    findings
}

/// What is wrong there is what the broker finds; what is wrong here is the way
/// to it.
fn behind_broker(shop: &Shop) -> Vec<Finding> {
    let shown = shop.settings.store.display().to_string();
    if let Err(fault) = shop.ready() {
        return vec![Finding::failed("broker", fault)];
    }
    let mut findings = vec![Finding::ok("broker", shown)];
    match shop.run(Examine::default()) {
        Ok(found) => findings.extend(found),
        Err(fault) => findings.push(Finding::failed("store", fault)),
    }
    findings
}

fn config_file(shop: &Shop) -> Finding {
    let settings = &shop.settings;
    let mut text = match &settings.file {
        Some(path) => path.display().to_string(),
        None => "none: every setting has its default".to_owned(),
    };
    if let Some(profile) = &settings.profile {
        text += &format!(", profile {profile}");
    }
    Finding::ok("config_file", text)
}

/// Every saved filter that cannot be used.
fn filters(shop: &Shop) -> Vec<Finding> {
    let finding = |(name, filter): (&String, &UnreadFilter)| {
        let Err(Fault::ConfigInvalid { problem }) = filter.read(name) else {
            return None;
        };
        let way_out = "correct it in the config file; other commands go on without it";
        Some(Finding::warning("saved_filter", problem, way_out))
    };
    shop.settings.filters.iter().filter_map(finding).collect()
}

/// Every program that is to be told of something.
fn hooks(shop: &Shop) -> Vec<Finding> {
    let hooks = &shop.settings.hooks;
    let finding = |hook: Hook| {
        let program = hooks.program(hook)?;
        let shown = format!("{}: {}", hook.as_str(), program.path.display());
        Some(match program.problem() {
            None => Finding::ok("hook", shown),
            Some(problem) => Finding::warning(
                "hook",
                format!("{}: {problem}", hook.as_str()),
                "until then its notices wait: mend the program, or change [hooks]",
            ),
        })
    };
    Hook::ALL.into_iter().filter_map(finding).collect()
}

fn sqlite() -> Finding {
    let (version, is_sound) = database_library();
    if is_sound {
        return Finding::ok("sqlite", version);
    }
    Finding::failed(
        "sqlite",
        Fault::Database {
            problem: format!("SQLite {version} is older than 3.51.3"),
        },
    )
}

/// What keeps this account from writing the database, such as a file system
/// that is mounted read only: then nothing can be recorded, and so nothing done.
/// Opening writes nothing; it comes before SQLite, whose locks a second handle
/// of the same process would drop.
fn unwritable(dir: &StoreDir) -> Option<Finding> {
    let database = dir.database();
    let error = OpenOptions::new().append(true).open(&database).err()?;
    Some(Finding::failed(
        "writable",
        Fault::io(database.display(), error),
    ))
}

/// Every problem, or that there is none.
fn safety(dir: &StoreDir) -> Vec<Finding> {
    match dir.problems() {
        Err(fault) => vec![Finding::failed("safety", fault)],
        Ok(problems) if problems.is_empty() => vec![Finding::ok(
            "safety",
            "nobody else can write the store or read its keys",
        )],
        Ok(problems) => {
            let failed = |fault| Finding::failed("safety", fault);
            problems.into_iter().map(failed).collect()
        }
    }
}
