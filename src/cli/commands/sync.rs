//! `lac sync customers|orders FILE|-`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Subcommand};
use serde::de::DeserializeOwned;

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::shop::import::sync::{MAX_BYTES, SkippedRow, SyncCustomers, SyncOrders, Synced};
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "sync",
    about: "Bring customers and orders in step with the shop, as a storefront",
    arguments: with_subcommands::<SyncCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum SyncCommand {
    /// Create, change and remove customers
    #[command(after_help = "The file is a JSON list of at most 10,000 rows: \
        {\"id\", \"email\", \"name\", \"website\", \"store_view\", \"active\", \"confirmed\"} \
        (store_view may be missing), or {\"id\", \"deleted\": true} for an account that the shop \
        has deleted. Rows about customers of other websites are skipped and listed. Consent does \
        not change. This takes the token of a storefront that was added with --sync.\n\n\
        Example:\n  LAC_TOKEN=$(cat shop.token) lac sync customers customers.json")]
    Customers(SyncArgs),
    /// Create and complete orders
    #[command(after_help = "The file is a JSON list of at most 10,000 rows: \
        {\"number\", \"customer_id\", \"store_view\", \"placed_at\"}. Then agents can run \
        lac login --order NUMBER. This takes the token of a storefront that was added with \
        --sync.\n\nExample:\n  LAC_TOKEN=$(cat shop.token) lac sync orders -")]
    Orders(SyncArgs),
}

#[derive(Debug, Args)]
struct SyncArgs {
    /// The file; - reads stdin
    file: PathBuf,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let synced = match parse_args(matches)? {
        SyncCommand::Customers(args) => cli.run(read_rows::<SyncCustomers>(&args.file)?)?,
        SyncCommand::Orders(args) => cli.run(read_rows::<SyncOrders>(&args.file)?)?,
    };
    cli.print_view(&synced)?;
    Ok(0)
}

fn read_rows<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let name = path.display().to_string();
    let read = |input: &mut dyn Read| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        input.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = if path.as_os_str() == "-" {
        read(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| read(&mut file))
    };
    let bytes = bytes.map_err(|e| Fault::io(&name, e))?;
    let invalid = |problem: String| Fault::invalid(name.as_str(), problem);
    if bytes.len() as u64 > MAX_BYTES {
        return Err(invalid(
            "more than 4 MiB: send fewer rows at once".to_owned(),
        ));
    }
    serde_json::from_slice(&bytes).map_err(|e| invalid(e.to_string()))
}

impl KeyValueView for Synced {
    fn lines(&self, _style: &Style) -> KeyValues {
        let some = |count: u64| (count > 0).then(|| count.to_string());
        let warning = |text: String| StyledText::with_emphasis(text, Emphasis::Warning);
        KeyValues::new()
            .add("read", self.read.to_string())
            .add("created", self.created.to_string())
            .add("updated", self.updated.to_string())
            .add("unchanged", self.unchanged.to_string())
            .add_some("deleted", some(self.deleted))
            .add("skipped", self.skipped.len().to_string())
            .add_some("", self.skipped.iter().map(skipped_line).map(warning))
    }
}

fn skipped_line(row: &SkippedRow) -> String {
    let id = row.id.map(|id| id.customer_id().to_string());
    let name = id.as_ref().or(row.number.as_ref());
    let name = name.map(String::as_str).unwrap_or_default();
    format!("row {} ({name}): {}", row.at, row.reason)
}
