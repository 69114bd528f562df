//! Shell completion.
//!
//! A shell runs `COMPLETE=SHELL lac -- WORDS…` (clap_complete's protocol).
//! Completing never prompts, writes or reports errors. Candidates contain only
//! safe characters ([`is_shell_safe`]), because the shell puts them on a command
//! line.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::args::Globals;
use super::completion_scripts::{COMPLETE_VARIABLE, SHELLS};
use super::out::Out;
use super::runner::Cli;
use super::settings::Settings;
use lac_app::shop::completion::{Complete, CompletionKind, fixed_candidates};
use lac_render::sanitize::is_shell_safe;

/// If a shell asks for completions, prints them and exits.
pub(super) fn complete_if_requested() {
    if std::env::var_os(COMPLETE_VARIABLE).is_some() {
        CompleteEnv::with_factory(command).shells(SHELLS).complete();
    }
}

/// The whole command, with completers on its arguments.
pub(super) fn command() -> Command {
    let mut root = super::command();
    root.build();
    with_completers(root, &mut Vec::new())
}

fn with_completers(command: Command, path: &mut Vec<String>) -> Command {
    let wanted = |arg: &Arg| completion_kind(path, arg.get_id().as_str());
    let command = command.mut_args(|arg| match wanted(&arg) {
        Some(wanted) => arg.add(completer(wanted)),
        None => arg,
    });
    command.mut_subcommands(|verb| {
        path.push(verb.get_name().to_owned());
        let verb = with_completers(verb, path);
        path.pop();
        verb
    })
}

/// The candidates of an argument, by command and argument name. A new command
/// gets candidates if its arguments use the same names.
fn completion_kind(path: &[String], argument: &str) -> Option<CompletionKind> {
    let noun = path.first().map_or("", String::as_str);
    let verb = path.get(1).map_or("", String::as_str);
    Some(match (noun, verb, argument) {
        (_, _, "customer" | "customers") => CompletionKind::Customers,
        (_, _, "website" | "websites") => CompletionKind::Websites,
        (_, _, "store_view") => CompletionKind::StoreViews,
        ("role" | "user", "create", "name") => return None,
        ("role", _, "scope") => CompletionKind::RoleScopes,
        ("role", _, "role" | "name") | ("user", _, "role") => CompletionKind::Roles,
        ("role", _, "resource" | "resources") => CompletionKind::Resources,
        ("user", _, "user" | "name" | "admin_user")
        | ("log" | "session", _, "admin" | "admins") => CompletionKind::AdminUsers,
        ("config", _, "path") => CompletionKind::ConfigPaths,
        ("config", _, "scope") => CompletionKind::ConfigScopes,
        ("log", _, "action_group") => CompletionKind::ActionGroups,
        ("log", _, "action") => CompletionKind::Actions,
        ("log", _, "result") => CompletionKind::Outcomes,
        ("session", "end" | "show", "id" | "ids" | "session" | "sessions") => {
            CompletionKind::Sessions
        }
        ("request", "show" | "approve" | "deny" | "cancel", "id" | "ids") => {
            CompletionKind::Requests
        }
        ("storefront", "revoke", "name" | "storefront") => CompletionKind::Storefronts,
        _ => return None,
    })
}

fn completer(wanted: CompletionKind) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let prefix = current.to_str().unwrap_or_default();
        let found = find_candidates(wanted, prefix).unwrap_or_default();
        let plain = found.into_iter().filter(|text| is_shell_safe(text));
        plain.map(CompletionCandidate::new).collect()
    })
}

/// `None` on any error, such as a missing store or right.
fn find_candidates(wanted: CompletionKind, prefix: &str) -> Option<Vec<String>> {
    if wanted.is_fixed() {
        return Some(fixed_candidates(wanted, prefix));
    }
    let globals = parse_globals(std::env::args_os())?;
    let settings = Settings::read(&globals).ok()?;
    let out = Out::new(&globals, Some(&settings));
    let cli = Cli::new(globals, settings, out);
    cli.connect_without_migrating().ok()?;
    let prefix = prefix.to_owned();
    cli.run(Complete {
        wanted,
        prefix: prefix.try_into().ok()?,
    })
    .ok()
}

/// The global options typed so far that select the store and the caller.
fn parse_globals(arguments: impl Iterator<Item = OsString>) -> Option<Globals> {
    const NAMED: [&str; 4] = ["--store", "--config", "--profile", "--token-file"];
    let mut chosen = vec![OsString::from("lac")];
    let mut words = arguments.skip_while(|word| word != "--").skip(1);
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if NAMED.contains(&&*text) {
            let value = words.next()?;
            chosen.extend([word, value]);
        } else if text
            .split_once('=')
            .is_some_and(|(name, _)| NAMED.contains(&name))
        {
            chosen.push(word);
        }
    }
    let command = Globals::augment_args(Command::new("lac"));
    let matches: ArgMatches = command.try_get_matches_from(chosen).ok()?;
    Globals::from_arg_matches(&matches).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn global_options_are_found_among_typed_words() {
        let words = [
            "lac",
            "--",
            "lac",
            "--store",
            "/s",
            "config",
            "--config=/c",
            "get",
            "x",
        ];
        let globals = parse_globals(words.iter().map(OsString::from)).unwrap();
        assert_eq!(globals.store.unwrap().to_str(), Some("/s"));
        assert_eq!(globals.config.unwrap().to_str(), Some("/c"));
    }

    #[test]
    fn arguments_that_name_something_have_candidates() {
        let root = command();
        let of = |path: &[&str], id: &str| {
            let found = path
                .iter()
                .try_fold(&root, |at, name| at.find_subcommand(name));
            let argument = found
                .unwrap()
                .get_arguments()
                .find(|arg| arg.get_id() == id);
            argument.unwrap().get::<ArgValueCompleter>().is_some()
        };
        for (path, id) in [
            (["config", "get"], "path"),
            (["config", "set"], "scope"),
            (["session", "end"], "ids"),
            (["request", "approve"], "ids"),
            (["request", "cancel"], "id"),
            (["customer", "history"], "customer"),
            (["role", "show"], "name"),
            (["role", "resources"], "role"),
            (["role", "allow"], "resources"),
            (["role", "scope"], "scope"),
            (["user", "assign"], "role"),
            (["user", "show"], "name"),
            (["customer", "show"], "customer"),
            (["customer", "list"], "website"),
            (["consent", "grant"], "customers"),
            (["storefront", "add"], "websites"),
            (["storefront", "revoke"], "name"),
            (["log", "list"], "admin"),
            (["log", "list"], "action_group"),
            (["log", "list"], "result"),
        ] {
            assert!(of(&path, id), "{path:?} {id}");
        }
        assert!(of(&["login"], "customer") && of(&["login"], "store_view"));
        assert!(!of(&["config", "set"], "value"));
        assert!(!of(&["user", "create"], "name") && !of(&["role", "create"], "name"));
    }
}
