//! The filters that all log commands share.

use clap::Args;

use crate::cli::runner::Cli;
use lac_model::audit::{Filter, FilterValues};
use lac_model::bounded::{BoundedList, IntoBoundedText, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::fault::Fault;
use lac_store::Result;

/// Several values of one filter match any of them; several filters must all
/// match.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// A saved filter of the config file; flags override it
    #[arg(long = "filter", value_name = "NAME")]
    saved: Option<String>,

    /// From this date or time on: 2026-10-05, "2026-10-05 14:30", today, last-week,
    /// 2h (ago); in the store's time zone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Up to and including this date or time; a date includes the whole day
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

    /// Only events of these admin users
    #[arg(long, value_name = "NAME")]
    admin: Vec<String>,

    /// Only events of admin users who had these roles
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,

    /// Only events about these customers: ids or e-mail addresses
    #[arg(long, value_name = "CUSTOMER", value_delimiter = ',')]
    customer: Vec<String>,

    /// Only these websites
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    website: Vec<String>,

    /// Only these store views
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    store_view: Vec<String>,

    /// Only these sessions: ids, or their first 8 digits or more
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    session: Vec<String>,

    /// Only these tickets
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    ticket: Vec<String>,

    /// Only these documents: order:000000001, or a number for any kind
    #[arg(long, value_name = "DOCUMENT", value_delimiter = ',')]
    document: Vec<String>,

    /// Only from these IP addresses or networks: 192.0.2.7, 192.0.2.0/24
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    ip: Vec<String>,

    /// Only if the full action name contains this (case-insensitive)
    #[arg(long, value_name = "TEXT")]
    full_action_name: Vec<String>,

    /// Only if the details (as JSON) contain this (case-insensitive)
    #[arg(long, value_name = "TEXT")]
    details: Vec<String>,

    /// Only if the reason contains this (case-insensitive)
    #[arg(long, value_name = "TEXT")]
    reason: Vec<String>,

    #[command(flatten)]
    exclude: ExcludeArgs,
}

/// Excludes events, even if they match the filters.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Exclusions")]
#[allow(clippy::struct_field_names)] // the names of the flags
struct ExcludeArgs {
    /// Not these action groups
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    not_action_group: Vec<String>,

    /// Not these actions
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    not_action: Vec<String>,

    /// Not with this result
    #[arg(long, value_name = "RESULT", value_delimiter = ',')]
    not_result: Vec<String>,

    /// No events of these admin users
    #[arg(long, value_name = "NAME")]
    not_admin: Vec<String>,

    /// No events of admin users who had these roles
    #[arg(long, value_name = "ROLE")]
    not_role: Vec<String>,

    /// No events about these customers
    #[arg(long, value_name = "CUSTOMER", value_delimiter = ',')]
    not_customer: Vec<String>,

    /// Not these websites
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    not_website: Vec<String>,

    /// Not these store views
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    not_store_view: Vec<String>,

    /// Not these sessions
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    not_session: Vec<String>,

    /// Not these tickets
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    not_ticket: Vec<String>,

    /// Not these documents
    #[arg(long, value_name = "DOCUMENT", value_delimiter = ',')]
    not_document: Vec<String>,

    /// Not from these IP addresses or networks
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    not_ip: Vec<String>,
}

impl FilterArgs {
    /// Combines the flags with the saved filter, if there is one.
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

/// Splits at commas, except where a comma is part of a name.
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
