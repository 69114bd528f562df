//! The filter language that every command of the log shares.

use clap::Args;

use crate::cli::runner::Cli;
use lac_model::audit::{Filter, FilterValues};
use lac_model::bounded::{BoundedList, IntoBoundedText, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::fault::Fault;
use lac_store::Result;

/// Which events. Several values of one filter mean any of them, several
/// filters all of them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// A saved filter of the config file; flags count before what it says
    #[arg(long = "filter", value_name = "NAME")]
    saved: Option<String>,

    /// From this date or time on: 2026-10-05, "2026-10-05 14:30", today,
    /// last-week, 2h; in the store's timezone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Up to and with this date or time: 2026-10-05 is all of that day
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// Only these action groups, such as login_as_customer
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    action_group: Vec<String>,

    /// Only these actions, such as issue
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    action: Vec<String>,

    /// Only with this result: success or failure
    #[arg(long, value_name = "RESULT", value_delimiter = ',')]
    result: Vec<String>,

    /// Only what these admin users did
    #[arg(long, value_name = "NAME")]
    admin: Vec<String>,

    /// Only what was done under these roles
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,

    /// Only what is about these customers: ids or e-mail addresses
    #[arg(long, value_name = "CUSTOMER", value_delimiter = ',')]
    customer: Vec<String>,

    /// Only these websites
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    website: Vec<String>,

    /// Only these store views
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    store_view: Vec<String>,

    /// Only these sessions: ids, or eight digits and more of one
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    session: Vec<String>,

    /// Only these tickets
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    ticket: Vec<String>,

    /// Only these documents: order:000000001, or a number of any kind
    #[arg(long, value_name = "DOCUMENT", value_delimiter = ',')]
    document: Vec<String>,

    /// Only from these addresses or networks: 192.0.2.7, 192.0.2.0/24
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    ip: Vec<String>,

    /// Full action name contains this, in capitals or not
    #[arg(long, value_name = "TEXT")]
    full_action_name: Vec<String>,

    /// Details (as JSON) contain this, in capitals or not
    #[arg(long, value_name = "TEXT")]
    details: Vec<String>,

    /// Reason contains this, in capitals or not
    #[arg(long, value_name = "TEXT")]
    reason: Vec<String>,

    #[command(flatten)]
    exclude: ExcludeArgs,
}

/// What is left out, whatever else fits.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Left out")]
#[allow(clippy::struct_field_names)] // the flags are called so
struct ExcludeArgs {
    /// None of these action groups
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    not_action_group: Vec<String>,

    /// None of these actions
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    not_action: Vec<String>,

    /// Not with this result
    #[arg(long, value_name = "RESULT", value_delimiter = ',')]
    not_result: Vec<String>,

    /// Nothing that these admin users did
    #[arg(long, value_name = "NAME")]
    not_admin: Vec<String>,

    /// Nothing that was done under these roles
    #[arg(long, value_name = "ROLE")]
    not_role: Vec<String>,

    /// Nothing about these customers
    #[arg(long, value_name = "CUSTOMER", value_delimiter = ',')]
    not_customer: Vec<String>,

    /// None of these websites
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    not_website: Vec<String>,

    /// None of these store views
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    not_store_view: Vec<String>,

    /// None of these sessions
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    not_session: Vec<String>,

    /// None of these tickets
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    not_ticket: Vec<String>,

    /// None of these documents
    #[arg(long, value_name = "DOCUMENT", value_delimiter = ',')]
    not_document: Vec<String>,

    /// Nothing from these addresses or networks
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    not_ip: Vec<String>,
}

impl FilterArgs {
    /// The filter, a saved one under it.
    ///
    /// # Errors
    /// `invalid_value` for a name that the config file does not have;
    /// `config_invalid` for a filter with a mistake in it.
    pub fn into_filter(self, cli: &Cli) -> Result<Filter> {
        let Some(name) = self.saved.clone() else {
            return self.try_into();
        };
        let saved = cli.settings.filters.get(&name).ok_or_else(|| {
            let known: Vec<&str> = cli.settings.filters.keys().map(String::as_str).collect();
            let known = match known[..] {
                [] => "it has none".to_owned(),
                _ => format!("it has {}", known.join(", ")),
            };
            let reason = format!("the config file has no filter `{name}`; {known}");
            Fault::invalid("--filter", reason)
        })?;
        let saved = saved.parse(&name)?;
        saved.with_flags(self.try_into()?)
    }
}

impl TryFrom<FilterArgs> for Filter {
    type Error = Fault;

    fn try_from(args: FilterArgs) -> Result<Self> {
        let not = args.exclude;
        Ok(Self {
            since: parse_text("--since", args.since)?,
            until: parse_text("--until", args.until)?,
            action_group: filter_values("action-group", args.action_group, not.not_action_group)?,
            action: filter_values("action", args.action, not.not_action)?,
            result: filter_values("result", args.result, not.not_result)?,
            admin: filter_values(
                "admin",
                split_names(&args.admin),
                split_names(&not.not_admin),
            )?,
            role: filter_values("role", split_names(&args.role), split_names(&not.not_role))?,
            customer: filter_values("customer", args.customer, not.not_customer)?,
            website: filter_values("website", args.website, not.not_website)?,
            store_view: filter_values("store-view", args.store_view, not.not_store_view)?,
            session: filter_values("session", args.session, not.not_session)?,
            ticket: filter_values("ticket", args.ticket, not.not_ticket)?,
            document: filter_values("document", args.document, not.not_document)?,
            ip: filter_values("ip", args.ip, not.not_ip)?,
            full_action_name: parse_list("--full-action-name", args.full_action_name)?,
            details: parse_list("--details", args.details)?,
            reason: parse_list("--reason", args.reason)?,
        })
    }
}

fn filter_values(name: &str, any: Vec<String>, not: Vec<String>) -> Result<FilterValues> {
    Ok(FilterValues {
        any: parse_list(&format!("--{name}"), any)?,
        not: parse_list(&format!("--not-{name}"), not)?,
    })
}

fn parse_list(
    flag: &str,
    texts: Vec<String>,
) -> Result<BoundedList<ShortText, MAX_VALUES_PER_FIELD>> {
    BoundedList::parse(flag, texts, ShortText::new)
}

fn parse_text(flag: &str, text: Option<String>) -> Result<Option<ShortText>> {
    text.into_bounded().map_err(|e| Fault::invalid(flag, e))
}

/// A comma separates names, but may also be part of one.
fn split_names(given: &[String]) -> Vec<String> {
    let one = |given: &String| -> Vec<String> {
        let parts = given
            .split(',')
            .map(str::trim)
            .filter(|part| part != given && !part.is_empty());
        std::iter::once(given.as_str())
            .chain(parts)
            .map(str::to_owned)
            .collect()
    };
    given.iter().flat_map(one).collect()
}
