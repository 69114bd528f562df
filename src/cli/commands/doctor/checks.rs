//! Where the store is, whether that is safe, and what is in it.

use std::fs::OpenOptions;

use crate::cli::runner::Cli;
use crate::cli::saved_filter::RawFilter;
use crate::cli::store_pool::sqlite_version;
use lac_app::doctor::{Doctor, DoctorFinding, schema_finding};
use lac_model::fault::Fault;
use lac_model::notice::Hook;
use lac_store::dir::StoreDir;

/// Every finding, in the order in which things build on one another.
pub fn run_checks(cli: &Cli) -> Vec<DoctorFinding> {
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
                "any other command brings it up to date; then look again",
            ));
        }
        Ok((context, _)) => findings.extend(Doctor::default().run(&context)),
    }
    findings
}

/// What is wrong there is what the broker finds; what is wrong here is the way
/// to it.
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
        None => "none: every setting has its default".to_owned(),
    };
    if let Some(profile) = &settings.profile {
        text += &format!(", profile {profile}");
    }
    DoctorFinding::ok("config_file", text)
}

/// Every saved filter that cannot be used.
fn check_filters(cli: &Cli) -> Vec<DoctorFinding> {
    let finding = |(name, filter): (&String, &RawFilter)| {
        let Err(Fault::ConfigInvalid { problem }) = filter.parse(name) else {
            return None;
        };
        let way_out = "correct it in the config file; other commands go on without it";
        Some(DoctorFinding::warning("saved_filter", problem, way_out))
    };
    cli.settings.filters.iter().filter_map(finding).collect()
}

/// Every program that is to be told of something.
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
                "until then its notices wait: mend the program, or change [hooks]",
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

/// What keeps this account from writing the database, such as a file system
/// that is mounted read only: then nothing can be recorded, and so nothing done.
/// Opening writes nothing; it comes before SQLite, whose locks a second handle
/// of the same process would drop.
fn check_writable(dir: &StoreDir) -> Option<DoctorFinding> {
    let database = dir.database();
    let error = OpenOptions::new().append(true).open(&database).err()?;
    Some(DoctorFinding::failed(
        "writable",
        Fault::io(database.display(), error),
    ))
}

/// Every problem, or that there is none.
fn check_permissions(dir: &StoreDir) -> Vec<DoctorFinding> {
    match dir.find_problems() {
        Err(fault) => vec![DoctorFinding::failed("safety", fault)],
        Ok(problems) if problems.is_empty() => vec![DoctorFinding::ok(
            "safety",
            "nobody else can write the store or read its keys",
        )],
        Ok(problems) => {
            let failed = |fault| DoctorFinding::failed("safety", fault);
            problems.into_iter().map(failed).collect()
        }
    }
}
