//! The checks of `lac doctor`.

use std::fs::OpenOptions;

use crate::cli::runner::Cli;
use crate::cli::saved_filter::RawFilter;
use crate::cli::store_pool::sqlite_version;
use lac_app::doctor::{Doctor, DoctorFinding, schema_finding};
use lac_model::fault::Fault;
use lac_model::notice::Hook;
use lac_store::dir::StoreDir;

/// Runs all checks; later ones build on earlier ones.
pub(super) fn run_checks(cli: &Cli) -> Vec<DoctorFinding> {
    let mut findings = vec![check_config_file(cli)];
    findings.extend(check_filters(cli));
    findings.push(check_sqlite());
    findings.extend(check_hooks(cli));
    let settings = &cli.settings;
    if settings.broker_socket.is_some() {
        findings.extend(check_broker(cli));
        return findings;
    }
    let dir = StoreDir::from_paths(&settings.store, settings.key_dir.as_deref());
    let shown = settings.store.display().to_string();
    if let Err(fault) = dir.check_exists() {
        findings.push(DoctorFinding::failed("store", fault));
        return findings;
    }
    findings.push(DoctorFinding::ok("store", shown));
    findings.extend(check_permissions(&dir));
    if !dir.is_owned_by_caller() {
        return findings;
    }
    findings.extend(check_writable(&dir));
    match cli.context_for_inspection() {
        Err(fault) => findings.push(DoctorFinding::failed("database", fault)),
        Ok((_, [found, known])) if found > known => {
            findings.push(DoctorFinding::failed(
                "schema",
                Fault::StoreNewer { found, known },
            ));
        }
        Ok((context, [found, known])) if found < known => {
            findings.push(schema_finding(&context));
            findings.push(DoctorFinding::warning(
                "schema",
                format!("{found}, this program's is {known}"),
                "run any other command to migrate the store, then run lac doctor again",
            ));
        }
        Ok((context, _)) => findings.extend(Doctor::default().run(&context)),
    }
    findings
}

/// Checks the connection; the broker checks the store.
fn check_broker(cli: &Cli) -> Vec<DoctorFinding> {
    let shown = cli.settings.store.display().to_string();
    if let Err(fault) = cli.connect() {
        return vec![DoctorFinding::failed("broker", fault)];
    }
    let mut findings = vec![DoctorFinding::ok("broker", shown)];
    match cli.run(Doctor::default()) {
        Ok(found) => findings.extend(found),
        Err(fault) => findings.push(DoctorFinding::failed("store", fault)),
    }
    findings
}

fn check_config_file(cli: &Cli) -> DoctorFinding {
    let settings = &cli.settings;
    let mut text = match &settings.file {
        Some(path) => path.display().to_string(),
        None => "none: all settings have their defaults".to_owned(),
    };
    if let Some(profile) = &settings.profile {
        text += &format!(", profile {profile}");
    }
    DoctorFinding::ok("config_file", text)
}

/// A warning for each invalid saved filter.
fn check_filters(cli: &Cli) -> Vec<DoctorFinding> {
    let finding = |(name, filter): (&String, &RawFilter)| {
        let Err(Fault::ConfigInvalid { problem }) = filter.parse(name) else {
            return None;
        };
        let way_out = "correct it in the config file; commands that do not use it still work";
        Some(DoctorFinding::warning("saved_filter", problem, way_out))
    };
    cli.settings.filters.iter().filter_map(finding).collect()
}

/// A finding for each configured hook.
fn check_hooks(cli: &Cli) -> Vec<DoctorFinding> {
    let hooks = &cli.settings.hooks;
    let finding = |hook: Hook| {
        let program = hooks.program(hook)?;
        let shown = format!("{}: {}", hook.as_str(), program.path.display());
        Some(match program.problem() {
            None => DoctorFinding::ok("hook", shown),
            Some(problem) => DoctorFinding::warning(
                "hook",
                format!("{}: {problem}", hook.as_str()),
                "fix the program or change [hooks]; until then its notices are kept",
            ),
        })
    };
    Hook::ALL.into_iter().filter_map(finding).collect()
}

fn check_sqlite() -> DoctorFinding {
    let (version, is_sound) = sqlite_version();
    if is_sound {
        return DoctorFinding::ok("sqlite", version);
    }
    DoctorFinding::failed(
        "sqlite",
        Fault::Database {
            problem: format!("SQLite {version} is older than 3.51.3"),
        },
    )
}

/// Fails if this account cannot write the database, for example on a read-only
/// file system: then nothing can be recorded, so nothing can be done. Must run
/// before SQLite opens the file, because closing a second handle in the same
/// process would drop its locks.
fn check_writable(dir: &StoreDir) -> Option<DoctorFinding> {
    let database = dir.database();
    let error = OpenOptions::new().append(true).open(&database).err()?;
    Some(DoctorFinding::failed(
        "writable",
        Fault::io(database.display(), error),
    ))
}

fn check_permissions(dir: &StoreDir) -> Vec<DoctorFinding> {
    match dir.find_problems() {
        Err(fault) => vec![DoctorFinding::failed("safety", fault)],
        Ok(problems) if problems.is_empty() => vec![DoctorFinding::ok(
            "safety",
            "no other account can write the store or read its keys",
        )],
        Ok(problems) => {
            let failed = |fault| DoctorFinding::failed("safety", fault);
            problems.into_iter().map(failed).collect()
        }
    }
}
