//! `lac`: Login as Customer for the terminal.
//!
//! The program is a workspace. Each crate may use those above it in this table,
//! and Cargo sees to it.
//!
//! | crate | what lives there |
//! | --- | --- |
//! | `lac-model` | types and rules: no I/O, no clock, no randomness of its own |
//! | `lac-store` | the storage port: traits, permits, what a transaction is |
//! | `lac-ledger` | the audit log as a data structure: record, tree, proofs, keys, archives, verification, export |
//! | `lac-sqlite` | the storage port on SQLite |
//! | `lac-render` | what results look like: tables, pages, CSV, workbooks, OCSF |
//! | `lac-app` | the use cases: one file each |
//! | this one | [`cli`]: arguments, prompts, printing, exit codes, where the program is put together; [`broker`]: the local socket |
//!
//! `docs/life-of-a-command.md` is the map.

pub mod broker;
pub mod cli;

/// Runs the program: the one place that names both parts.
pub fn main() -> std::process::ExitCode {
    cli::main(cli::Components {
        serve: broker::serve,
    })
}
