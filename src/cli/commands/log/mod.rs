//! `lac log …`.

mod accept;
mod archive;
mod checkpoint;
mod cursor;
mod erase;
mod export;
mod field_table;
mod filter;
mod list;
mod recover;
mod report;
mod show;
mod statement;
mod tail;
mod verify;

use clap::{ArgMatches, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "log",
    about: "Read, export and verify the audit log",
    arguments: with_subcommands::<LogCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// List events, newest first
    #[command(
        after_help = "Examples:\n  lac log list --action-group login_as_customer --since last-week\n  \
                      lac log list --result failure --not-admin anna --columns time,admin,details"
    )]
    List(list::ListArgs),
    /// Show every field of one event
    #[command(after_help = "Examples:\n  lac log show 42\n  lac log show 42 --raw")]
    Show(show::ShowArgs),
    /// Export events as CSV, JSON Lines, Excel or OCSF, with a signed manifest
    #[command(
        after_help = "Examples:\n  lac log export q4.csv --since 2026-10-01 --action-group login_as_customer\n  \
                      lac log export anna.jsonl.zst --admin anna --proof range\n  \
                      lac log export - --format csv --filter quarter"
    )]
    Export(export::ExportArgs),
    /// Show the latest events, newest last; --follow waits for more
    #[command(
        after_help = "Examples:\n  lac log tail --follow --result failure\n  lac log tail -f -o jsonl --cursor-file lac.cursor | ship"
    )]
    Tail(tail::TailArgs),
    /// Summarize logins, refusals and changes
    #[command(after_help = "Example:\n  lac log report --since last-month --html report.html")]
    Report(report::ReportArgs),
    /// Write a statement for a customer: who was in their account
    #[command(
        after_help = "Example:\n  lac log statement --customer jane@example.com --html jane.html"
    )]
    Statement(statement::StatementArgs),
    /// Print the newest signed checkpoint, to keep outside the store
    #[command(
        after_help = "Example:\n  lac log checkpoint > receipt-2026-10-05.txt\n  lac log checkpoint --since receipt-2026-10-05.txt -o json > receipt-2026-11-05.json"
    )]
    Checkpoint(checkpoint::CheckpointArgs),
    /// Verify the whole log, or an exported file with a public key
    #[command(
        after_help = "Examples:\n  lac log verify --since receipt-2026-10-05.txt\n  \
                      lac log verify --file q4.csv --key shop.example+1a2b3c4d+AU…\n  \
                      lac log verify --file log-2026-10-05-000000001-000000512.jsonl.zst --key audit.vkey"
    )]
    Verify(verify::VerifyArgs),
    /// Move events older than system/rotation/lifetime into verifiable archive files
    #[command(after_help = "Examples:\n  lac log archive --dry-run\n  lac log archive")]
    Archive(archive::ArchiveArgs),
    /// Erase the personal data of a removed customer, archives included
    #[command(
        after_help = "Examples:\n  lac customer remove 42 --yes && lac log erase --customer 42 --yes\n  lac log erase --email joe@example.com --yes"
    )]
    Erase(erase::EraseArgs),
    /// Rebuild a lost checkpoint file; the log records it
    #[command(after_help = "Example:\n  lac log recover --yes")]
    Recover,
    /// Accept changes to roles, users, tokens and config that were made outside lac;
    /// the log records it
    #[command(after_help = "Example:\n  lac log accept --yes")]
    Accept,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        LogCommand::List(args) => list::run(args, cli)?,
        LogCommand::Show(args) => show::run(&args, cli)?,
        LogCommand::Export(args) => export::run(args, cli)?,
        LogCommand::Tail(args) => tail::run(args, cli)?,
        LogCommand::Report(args) => report::run(args, cli)?,
        LogCommand::Statement(args) => statement::run(args, cli)?,
        LogCommand::Verify(args) => verify::run(&args, cli)?,
        LogCommand::Archive(args) => archive::run(&args, cli)?,
        LogCommand::Erase(args) => erase::run(args, cli)?,
        LogCommand::Checkpoint(args) => checkpoint::run(&args, cli)?,
        LogCommand::Recover => recover::run(cli)?,
        LogCommand::Accept => accept::run(cli)?,
    }
    Ok(0)
}
