//! `lac session report`.

use clap::Args;
use serde::Deserialize;

use crate::cli::input;
use crate::cli::runner::Cli;
use lac_app::login::sessions::SessionReport;
use lac_model::bounded::{ActionId, IntoBoundedText};
use lac_model::environment::random_bytes;
use lac_model::fault::{Fault, FileRemedy};
use lac_model::ids::SessionId;
use lac_model::malformed::fault_from_serde_message;
use lac_model::report::{ReportedAction, ReportedActions, ReportedKind};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The session's whole id
    #[arg(value_name = "ID")]
    session: String,
    /// What was done: `order_placed`, `account_changed`, `address_changed`,
    /// `cart_changed` or other
    #[arg(long, value_name = "KIND", required_unless_present = "file", value_parser = parse_kind)]
    action: Option<ReportedKind>,
    /// The document that it is about, such as order:000000042
    #[arg(long, value_name = "KIND:N", conflicts_with = "file")]
    document: Option<String>,
    /// What happened, in a few words (- reads stdin)
    #[arg(
        long,
        value_name = "TEXT|-",
        allow_hyphen_values = true,
        conflicts_with = "file"
    )]
    summary: Option<String>,
    /// An id of your own: the same one again adds nothing [default: a random one]
    #[arg(long = "id", value_name = "ACTION", conflicts_with = "file")]
    action_id: Option<String>,
    /// When it was done, by your clock (RFC 3339)
    #[arg(long, value_name = "TIME", conflicts_with = "file")]
    at: Option<String>,
    /// Report the actions of a JSON file, a list of {id, action, document, summary, at} (- reads
    /// stdin)
    #[arg(long, value_name = "FILE|-", conflicts_with = "action")]
    file: Option<String>,
}

fn parse_kind(text: &str) -> std::result::Result<ReportedKind, String> {
    ReportedKind::from_name(text).ok_or_else(|| {
        let names = ReportedKind::ALL.map(|kind| kind.action().name());
        format!("expected one of {}", names.join(", "))
    })
}

impl ReportArgs {
    pub(super) fn into_request(self, cli: &Cli) -> Result<SessionReport> {
        let id = SessionId::new(self.session.clone())?;
        let actions = match (&self.file, self.action) {
            (Some(path), _) => read_actions(path)?,
            (None, Some(kind)) => self.into_action(kind, cli)?,
            (None, None) => return Err(Fault::invalid("--action", "it is missing")),
        };
        Ok(SessionReport { id, actions })
    }

    fn into_action(self, action: ReportedKind, cli: &Cli) -> Result<ReportedActions> {
        let id = self.action_id.into_bounded()?;
        let id = match id {
            Some(id) => id,
            None => random_id(cli)?,
        };
        let document = self.document.as_deref().map(str::parse).transpose();
        let at = self.at.as_deref().map(str::parse).transpose();
        let action = ReportedAction {
            id,
            action,
            document: document.map_err(|e| Fault::invalid("--document", e))?,
            summary: input::optional_text("--summary", self.summary.as_deref())?.into_bounded()?,
            at: at.map_err(|e| Fault::invalid("--at", e))?,
        };
        ReportedActions::new(vec![action]).map_err(Fault::internal)
    }
}

fn random_id(cli: &Cli) -> Result<ActionId> {
    let bits = SessionId::from_bits(random_bytes(&cli.random));
    ActionId::new(bits.as_str()).map_err(Fault::internal)
}

/// A list of actions, alone or as `actions` of an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum ActionFile {
    List(Vec<serde_json::Value>),
    Object { actions: Vec<serde_json::Value> },
}

fn read_actions(path: &str) -> Result<ReportedActions> {
    let invalid = |problem: String| Fault::InvalidFile {
        file: path.to_owned(),
        problem,
        remedy: None::<FileRemedy>,
    };
    let text = input::file_or_stdin("--file", path)?;
    let parsed: ActionFile = serde_json::from_str(&text)
        .map_err(|_| invalid("it is not a list of actions in JSON".to_owned()))?;
    let (ActionFile::List(rows) | ActionFile::Object { actions: rows }) = parsed;
    let mut actions = Vec::with_capacity(rows.len().min(100));
    for (at, row) in rows.into_iter().enumerate() {
        let action = serde_json::from_value(row).map_err(|e| {
            let rule = fault_from_serde_message(&e.to_string());
            let rule = rule.map_or_else(|| e.to_string(), |fault| fault.to_string());
            invalid(format!("action {}: {rule}", at + 1))
        })?;
        actions.push(action);
    }
    ReportedActions::new(actions).map_err(|e| invalid(e.to_string()))
}
