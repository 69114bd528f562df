//! `lac`: Login as Customer for the terminal.
//!
//! The program is a workspace. A crate uses only those above it in this table.
//!
//! | crate | contents |
//! | --- | --- |
//! | `lac-model` | types and rules: no I/O, no clock, no randomness of its own |
//! | `lac-store` | the storage port: traits, permits, transactions |
//! | `lac-ledger` | the audit log as a data structure: record, tree, proofs, keys, archives, verification, export |
//! | `lac-sqlite` | the storage port on SQLite |
//! | `lac-render` | output formats: tables, pages, CSV, workbooks, OCSF |
//! | `lac-app` | the use cases: one file each |
//! | this one | [`cli`]: arguments, prompts, printing, exit codes, composition; [`broker`]: the server on a local socket; [`gateway`]: the server on HTTP |
//!
//! `docs/life-of-a-command.md` follows one command through these crates.

pub mod broker;
pub mod cli;
pub mod gateway;

/// Runs the program. Only this function names all parts.
pub fn main() -> std::process::ExitCode {
    cli::main(cli::Components {
        serve: broker::serve,
        serve_http: gateway::serve,
    })
}
