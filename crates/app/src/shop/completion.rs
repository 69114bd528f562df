//! Completions for the shell: only what the actor could list anyway. A
//! completion is not recorded, and any error gives an empty answer. Completed
//! customers count as look-ups.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::storefronts;
use crate::core::counted;
use crate::{Context, ReadView, read_unrecorded};
use lac_model::approval::RequestState;
use lac_model::audit::{Action, ActionGroup, Outcome};
use lac_model::bounded::ShortText;
use lac_model::config;
use lac_model::resource::Resource;
use lac_model::session::SessionState;
use lac_store::{CustomerQuery, RequestQuery, Result, SessionQuery};

/// The most candidates of an answer.
pub const MAX_CANDIDATES: usize = 20;

/// What the candidates are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionKind {
    /// E-mail addresses.
    Customers,
    Roles,
    AdminUsers,
    Storefronts,
    Websites,
    StoreViews,
    /// `default`, `website:CODE`, `store-view:CODE`.
    ConfigScopes,
    /// `all`, `website:CODE`.
    RoleScopes,
    ConfigPaths,
    Resources,
    ActionGroups,
    Actions,
    Outcomes,
    /// Ids of open sessions.
    Sessions,
    /// Ids of open requests.
    Requests,
}

/// Commands with one of these resources take the name of a website and say
/// whether it exists, so they may complete it.
const WEBSITE_NAMING_RESOURCES: &[Resource] = &[
    Resource::STORE,
    Resource::LOGIN_BUTTON,
    Resource::CUSTOMER_MANAGE,
    Resource::CONFIG,
    Resource::CONFIG_SECTION,
    Resource::ACL_ROLES,
    Resource::LAC_STOREFRONTS,
];

impl CompletionKind {
    /// Whether the candidates do not depend on the store and the actor.
    pub fn is_fixed(self) -> bool {
        matches!(
            self,
            Self::ConfigPaths
                | Self::Resources
                | Self::ActionGroups
                | Self::Actions
                | Self::Outcomes
        )
    }

    fn any_of(self) -> &'static [Resource] {
        match self {
            Self::Customers => &[Resource::CUSTOMER_MANAGE],
            Self::Roles => &[Resource::ACL_ROLES],
            Self::AdminUsers => &[Resource::ACL_USERS],
            Self::Storefronts => &[Resource::LAC_STOREFRONTS],
            Self::Websites | Self::StoreViews | Self::ConfigScopes | Self::RoleScopes => {
                WEBSITE_NAMING_RESOURCES
            }
            Self::Sessions => &[Resource::LOGIN_BUTTON, Resource::LAC_SESSIONS],
            Self::Requests => &[Resource::LOGIN_BUTTON, Resource::LAC_APPROVE],
            Self::ConfigPaths
            | Self::Resources
            | Self::ActionGroups
            | Self::Actions
            | Self::Outcomes => &[],
        }
    }
}

/// Asks for candidates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Complete {
    pub wanted: CompletionKind,
    /// The beginning of the candidates.
    pub prefix: ShortText,
}

impl Complete {
    /// Candidates that start with the prefix; none after any error.
    pub fn run(self, context: &Context<'_>) -> Vec<String> {
        let (wanted, prefix) = (self.wanted, &*self.prefix);
        if wanted.is_fixed() {
            return fixed_candidates(wanted, prefix);
        }
        let found = read_unrecorded(context, wanted.any_of(), |view| {
            let found = stored_candidates(view, wanted, prefix)?;
            Ok(Some((found, view.actor.identity)))
        });
        let Some((found, who)) = found else {
            return Vec::new();
        };
        let offered = filter_by_prefix(found, prefix);
        if wanted == CompletionKind::Customers
            && counted::count_lookups(context, who, offered.len()).is_err()
        {
            return Vec::new();
        }
        offered
    }
}

/// Candidates for which [`CompletionKind::is_fixed`] is true.
pub fn fixed_candidates(wanted: CompletionKind, prefix: &str) -> Vec<String> {
    let all: Vec<&str> = match wanted {
        CompletionKind::ConfigPaths => config::fields().iter().map(|field| field.path).collect(),
        // Offer full ids only if the prefix looks like one.
        CompletionKind::Resources
            if prefix.contains("::") || prefix.starts_with(char::is_uppercase) =>
        {
            Resource::all().map(Resource::id).collect()
        }
        CompletionKind::Resources => Resource::all().map(Resource::short_id).collect(),
        CompletionKind::ActionGroups => ActionGroup::ALL.map(ActionGroup::as_str).to_vec(),
        CompletionKind::Actions => Action::ALL.iter().map(|action| action.name()).collect(),
        CompletionKind::Outcomes => vec![Outcome::Success.as_str(), Outcome::Failure.as_str()],
        _ => Vec::new(),
    };
    let fitting = all.into_iter().filter(|text| text.starts_with(prefix));
    // The set removes duplicates: several groups have an action of the same
    // name.
    let once: BTreeSet<&str> = fitting.collect();
    once.into_iter().map(str::to_owned).collect()
}

fn stored_candidates(
    view: &ReadView<'_>,
    wanted: CompletionKind,
    prefix: &str,
) -> Result<Vec<String>> {
    match wanted {
        CompletionKind::Customers => customers(view, prefix),
        CompletionKind::Roles => Ok(view.read.roles()?.into_iter().map(|r| r.name).collect()),
        CompletionKind::AdminUsers => {
            let users = view.read.admin_users()?;
            Ok(users.into_iter().map(|user| user.name).collect())
        }
        CompletionKind::Storefronts => {
            let all = view.read.storefronts()?.into_iter();
            let open =
                all.filter(|one| one.revoked_at.is_none() && storefronts::is_visible(view, one));
            Ok(open.map(|one| one.name).collect())
        }
        CompletionKind::Websites => websites(view, ""),
        CompletionKind::StoreViews => store_views(view, ""),
        CompletionKind::ConfigScopes => {
            let mut all = vec!["default".to_owned()];
            all.extend(websites(view, "website:")?);
            all.extend(store_views(view, "store-view:")?);
            Ok(all)
        }
        CompletionKind::RoleScopes => {
            let mut all = vec!["all".to_owned()];
            all.extend(websites(view, "website:")?);
            Ok(all)
        }
        CompletionKind::Sessions => sessions(view),
        CompletionKind::Requests => requests(view),
        _ => Ok(Vec::new()),
    }
}

fn customers(view: &ReadView<'_>, prefix: &str) -> Result<Vec<String>> {
    let page = view.read.customer_page(&CustomerQuery {
        email_prefix: Some(prefix.to_owned()),
        websites: view.website_ids(),
        limit: MAX_CANDIDATES,
        ..CustomerQuery::default()
    })?;
    let mut emails: Vec<String> = page.customers.into_iter().map(|c| c.email).collect();
    // An address can exist on several websites.
    emails.dedup();
    Ok(emails)
}

fn websites(view: &ReadView<'_>, before: &str) -> Result<Vec<String>> {
    let seen = view.store_tree()?.websites.iter();
    let seen = seen.filter(|website| website.id != 0 && view.actor.can_see_website(website.id));
    Ok(seen.map(|w| format!("{before}{}", w.code)).collect())
}

fn store_views(view: &ReadView<'_>, before: &str) -> Result<Vec<String>> {
    let seen = view.store_tree()?.views.iter();
    let seen =
        seen.filter(|found| found.is_storefront() && view.actor.can_see_website(found.website_id));
    Ok(seen.map(|v| format!("{before}{}", v.code)).collect())
}

fn sessions(view: &ReadView<'_>) -> Result<Vec<String>> {
    let all = view.actor.rights.allows(Resource::LAC_SESSIONS);
    let open = view.read.sessions(&SessionQuery {
        admin_id: if all { None } else { view.actor.admin_id() },
        states: vec![SessionState::Issued, SessionState::Active],
        websites: view.website_ids(),
        limit: Some(MAX_CANDIDATES),
        ..SessionQuery::default()
    })?;
    Ok(open.into_iter().map(|s| s.id.as_str().to_owned()).collect())
}

fn requests(view: &ReadView<'_>) -> Result<Vec<String>> {
    let all = view.actor.rights.allows(Resource::LAC_APPROVE);
    let open = view.read.requests(&RequestQuery {
        admin_id: if all { None } else { view.actor.admin_id() },
        states: vec![RequestState::Pending, RequestState::Approved],
        websites: if all { view.website_ids() } else { None },
        limit: Some(MAX_CANDIDATES),
        ..RequestQuery::default()
    })?;
    let open = open.into_iter().filter(|r| r.state_at(view.now).is_open());
    Ok(open.map(|r| r.id.as_str().to_owned()).collect())
}

/// The candidates that start with the prefix, ignoring ASCII case.
fn filter_by_prefix(found: Vec<String>, prefix: &str) -> Vec<String> {
    let fits = |text: &String| {
        let start = text.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    found
        .into_iter()
        .filter(fits)
        .take(MAX_CANDIDATES)
        .collect()
}
