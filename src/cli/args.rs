//! Arguments that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use lac_render::OutputFormat;

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// The store's directory, or unix:SOCKET for a broker [env: LAC_STORE]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// The config file [env: LAC_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The profile in the config file [env: LAC_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,

    /// Read the access token from a file that only you can read, or from stdin
    /// (-) [the token itself: env LAC_TOKEN]
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Output format
    #[arg(short, long, global = true, value_name = "FORMAT", value_enum)]
    pub output: Option<OutputArg>,

    /// Never prompt, even on a terminal
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Skip confirmation prompts
    #[arg(short, long, global = true)]
    pub yes: bool,

    /// When to use colour [env: NO_COLOR]
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
    pub color: Option<ColorArg>,

    /// Print fewer messages on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print more messages on stderr
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputArg {
    Table,
    Json,
    Jsonl,
    Csv,
}

impl From<OutputArg> for OutputFormat {
    fn from(arg: OutputArg) -> Self {
        match arg {
            OutputArg::Table => Self::Table,
            OutputArg::Json => Self::Json,
            OutputArg::Jsonl => Self::Jsonl,
            OutputArg::Csv => Self::Csv,
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    Auto,
    Always,
    Never,
}

/// `--limit` and `--after` of lists.
#[derive(Debug, Clone, Args)]
pub struct Paging {
    /// Maximum number of rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// Continue after this cursor, which a list cut by a limit prints on stderr
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
}
