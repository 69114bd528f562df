//! Completion: what a shell is told while a command is being typed.
//!
//! A shell runs `COMPLETE=SHELL lac -- WORDS…` (clap_complete's protocol). The
//! answer never asks, never writes and never says why it is empty; candidates
//! are plain words only (`render::safe::shell_safe`), because a shell puts them
//! on a line that somebody then runs.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::args::Globals;
use super::out::Out;
use super::settings::Settings;
use super::shells::{SHELLS, VARIABLE};
use super::shop::Shop;
use lac_app::complete::{Complete, Wanted, fixed};
use lac_render::safe::shell_safe;

/// Answers a shell and ends the program, if one asks.
pub fn answer() {
    if std::env::var_os(VARIABLE).is_some() {
        CompleteEnv::with_factory(command).shells(SHELLS).complete();
    }
}

/// The whole command with a completer on every argument that names something.
pub fn command() -> Command {
    let mut root = super::command();
    root.build();
    with_completers(root, &mut Vec::new())
}

fn with_completers(command: Command, path: &mut Vec<String>) -> Command {
    let wanted = |arg: &Arg| wanted(path, arg.get_id().as_str());
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

/// What an argument names, by the name of its field and the command it is of.
/// One table, so that a command that is new gets its candidates by calling
/// things what the others call them.
fn wanted(path: &[String], argument: &str) -> Option<Wanted> {
    let noun = path.first().map_or("", String::as_str);
    let verb = path.get(1).map_or("", String::as_str);
    Some(match (noun, verb, argument) {
        (_, _, "customer" | "customers") => Wanted::Customers,
        (_, _, "website" | "websites") => Wanted::Websites,
        (_, _, "store_view") => Wanted::StoreViews,
        ("role" | "user", "create", "name") => return None,
        ("role", _, "scope") => Wanted::RoleScopes,
        ("role", _, "role" | "name") | ("user", _, "role") => Wanted::Roles,
        ("role", _, "resource" | "resources") => Wanted::Resources,
        ("user", _, "user" | "name" | "admin_user")
        | ("log" | "session", _, "admin" | "admins") => Wanted::AdminUsers,
        ("config", _, "path") => Wanted::ConfigPaths,
        ("config", _, "scope") => Wanted::ConfigScopes,
        ("log", _, "action_group") => Wanted::ActionGroups,
        ("log", _, "action") => Wanted::Actions,
        ("log", _, "result") => Wanted::Outcomes,
        ("session", "end" | "show", "id" | "ids" | "session" | "sessions") => Wanted::Sessions,
        ("request", "show" | "approve" | "deny" | "cancel", "id" | "ids") => Wanted::Requests,
        ("storefront", "revoke", "name" | "storefront") => Wanted::Storefronts,
        _ => return None,
    })
}

fn completer(wanted: Wanted) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let prefix = current.to_str().unwrap_or_default();
        let found = find(wanted, prefix).unwrap_or_default();
        let plain = found.into_iter().filter(|text| shell_safe(text));
        plain.map(CompletionCandidate::new).collect()
    })
}

/// `None` where there is no store, or no right, or anything else in the way.
fn find(wanted: Wanted, prefix: &str) -> Option<Vec<String>> {
    if wanted.is_fixed() {
        return Some(fixed(wanted, prefix));
    }
    let globals = globals(std::env::args_os())?;
    let settings = Settings::read(&globals).ok()?;
    let out = Out::new(&globals, Some(&settings));
    let shop = Shop::new(globals, settings, out);
    shop.ready_as_it_is().ok()?;
    let prefix = prefix.to_owned();
    shop.run(Complete {
        wanted,
        prefix: prefix.try_into().ok()?,
    })
    .ok()
}

/// The global options among the words typed so far that say which store is
/// meant and who asks.
fn globals(arguments: impl Iterator<Item = OsString>) -> Option<Globals> {
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
    fn the_words_say_which_store() {
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
        let globals = globals(words.iter().map(OsString::from)).unwrap();
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
