//! Creates a store or a merchant's file of any size, for trials and measurements.
//! The same `--seed` gives the same output, except for keys.
//!
//! ```sh
//! cargo run --release --example seed -- --store DIR --customers 1000000 --events 1000000
//! cargo run --release --example seed -- --store DIR --open-sessions 20000 --tokens tokens.txt
//! cargo run --release --example seed -- --customers 1000000 --emit-csv customers.csv
//! cargo run --release --example seed -- --customers 1000000 --emit-rest customers.json
//! ```

#![allow(clippy::print_stderr)]

mod customers;
mod events;
mod files;
mod sessions;
mod sources;
mod store;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use lac_model::fault::Fault;

use self::customers::GeneratedCustomers;
use self::files::RestPages;

/// Creates a store, or a file of customers.
#[derive(Debug, Parser)]
struct Arguments {
    /// The store's directory; must not contain a store yet
    #[arg(long, value_name = "DIR", required_unless_present_any = ["emit_csv", "emit_rest"])]
    store: Option<PathBuf>,

    /// Customers, with the ids 1 to N
    #[arg(long, value_name = "N", default_value_t = 1000)]
    customers: u64,

    /// Customers who allow shopping assistance; customer 1 is the first
    /// [default: a tenth]
    #[arg(long, value_name = "N")]
    consents: Option<u64>,

    /// Audit events, spread over the last nine months
    #[arg(long, value_name = "N", default_value_t = 0)]
    events: u64,

    /// Agents with a session each, whose login URL is still to be redeemed and is
    /// valid for 600 seconds
    #[arg(long, value_name = "N", default_value_t = 0, requires_all = ["store", "tokens"])]
    open_sessions: u64,

    /// Write the tokens of these sessions here, one in a line
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,

    /// The seed of all generated data
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Write the customers as a "Customers Main File" instead
    #[arg(long, value_name = "FILE")]
    emit_csv: Option<PathBuf>,

    /// Write the customers as REST pages instead
    #[arg(long, value_name = "FILE")]
    emit_rest: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Arguments) -> Result<(), Fault> {
    let consents = args.consents.unwrap_or((args.customers / 10).max(1));
    let people = GeneratedCustomers::new(args.seed, args.customers, consents);
    if let Some(path) = &args.emit_csv {
        write_file(path, |file| files::write_csv(&people, file))?;
    }
    if let Some(path) = &args.emit_rest {
        write_file(path, |file| {
            io::copy(&mut RestPages::new(&people), file).map(|_| ())
        })?;
    }
    match &args.store {
        Some(store) => {
            let sessions = args.tokens.as_deref().map(|file| store::OpenSessions {
                count: args.open_sessions,
                tokens: file,
            });
            store::create_store(store, &people, args.events, args.seed, sessions)
        }
        None => Ok(()),
    }
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Fault> {
    let all = || {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        write(&mut file)?;
        file.flush()
    };
    all().map_err(|e| Fault::io(path.display(), e))
}
