//! `lac completions`.

use clap::{ArgMatches, Args, ValueEnum};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::completion_scripts::script;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use lac_model::fault::Fault;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "completions",
    about: "Print a shell completion script",
    arguments: with_args::<CompletionsArgs>,
    run,
};

/// Prints the completion script for a shell. It completes names that you may
/// list; customers are completed by their e-mail address.
#[derive(Debug, Args)]
#[command(after_help = "Examples (the directory must be there: mkdir -p):
  lac completions bash > ~/.local/share/bash-completion/completions/lac
  lac completions zsh > \"${fpath[1]}/_lac\"
  lac completions fish > ~/.config/fish/completions/lac.fish")]
struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
        }
    }
}

fn run(matches: &ArgMatches, _shop: &Cli) -> Result<u8> {
    let args: CompletionsArgs = parse_args(matches)?;
    let script = script(args.shell.name()).map_err(Fault::internal)?;
    Out::print_line(script.trim_end())?;
    Ok(0)
}
