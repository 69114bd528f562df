//! Checks of admin users and of what the first login needs.

use super::{DoctorContext, DoctorFinding};
use crate::access::rights::can_sign_in;
use crate::core::identify;
use lac_model::access::TokenOwner;
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::notice::NoticeState;
use lac_model::stores::Website;
use lac_model::text::shell_word;
use lac_store::{NoticeQuery, Result, none_if_damaged};

pub(super) fn check_account(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let caller = doctor.context.caller;
    match identify::identify(doctor.read, &caller.credential, doctor.now) {
        Ok(actor) => Ok(DoctorFinding::ok(
            "account",
            format!(
                "you are {} ({})",
                actor.name,
                actor.role.as_deref().unwrap_or("storefront")
            ),
        )),
        // On a shared host, the account that owns the store may not be an admin
        // user.
        Err(fault @ Fault::NotAuthenticated { .. }) => {
            let hint = match &fault {
                Fault::NotAuthenticated {
                    remedy: Some(command),
                    ..
                } => {
                    format!("an administrator can run: {command}")
                }
                _ => "ask an administrator for a new token".to_owned(),
            };
            Ok(DoctorFinding::warning("account", fault.to_string(), hint))
        }
        Err(other) => Err(other),
    }
}

/// Whether an administrator with all rights is left.
pub(super) fn check_administrators(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let mut names = Vec::new();
    for user in doctor.read.admin_users()? {
        let role = none_if_damaged(doctor.read.role(user.role_id))?;
        if user.enabled
            && role.is_some_and(|role| role.rights.is_unrestricted())
            && can_sign_in(doctor.read, &user, doctor.now)?
        {
            names.push(user.name);
        }
    }
    match &names[..] {
        [] => Err(Fault::ConfigInvalid {
            problem: "no enabled admin user has a role with access to everything".to_owned(),
        }),
        [only] => Ok(DoctorFinding::warning(
            "way_in",
            if doctor.may_name_all() {
                format!("{only} is the only admin user who can do everything")
            } else {
                "only one admin user can do everything".to_owned()
            },
            "lac user create NAME --role Administrators",
        )),
        some => Ok(DoctorFinding::ok(
            "way_in",
            format!("{} admin users can do everything", some.len()),
        )),
    }
}

pub(super) fn check_feature(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    if doctor.config.is_yes(config::ENABLED)? {
        return Ok(DoctorFinding::ok("feature", "Login as Customer is on"));
    }
    Ok(DoctorFinding::warning(
        "feature",
        Fault::FeatureDisabled.to_string(),
        format!("lac config set {} yes", config::ENABLED),
    ))
}

/// Whether every active store view has a base URL.
pub(super) fn check_base_urls(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let tree = doctor.read.store_tree()?;
    let open = || {
        tree.views
            .iter()
            .filter(|view| view.is_storefront() && view.active)
            .filter(|view| doctor.may_name_website(view.website_id))
    };
    let mut without = Vec::new();
    for view in open() {
        let website = tree.website(view.website_id);
        let url = doctor
            .config
            .effective(config::BASE_URL, website, Some(view))?;
        if url.value.is_none() {
            without.push(view.code.as_str());
        }
    }
    let count = open().count();
    if count == 0 {
        return Ok(DoctorFinding::warning(
            "base_url",
            "there is no active store view to log in to",
            "lac import websites, store-groups and store-views, or lac stores add-website",
        ));
    }
    match without.first() {
        None => Ok(DoctorFinding::ok(
            "base_url",
            format!("every active store view has one ({count})"),
        )),
        Some(first) => Ok(DoctorFinding::warning(
            "base_url",
            format!("store views without one: {}", without.join(", ")),
            format!(
                "lac config set {} https://…/ --scope store-view:{first}",
                config::BASE_URL
            ),
        )),
    }
}

/// Whether every website with active store views has a storefront account.
/// Without one, login URLs can be made but not redeemed.
pub(super) fn check_storefronts(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let mut storefronts = doctor.read.storefronts()?;
    storefronts.retain(|storefront| storefront.revoked_at.is_none());
    let tree = doctor.read.store_tree()?;
    let websites = tree.websites.iter();
    let open = websites
        .filter(|website| doctor.may_name_website(website.id))
        .filter(|website| tree.active_views(website.id).next().is_some());
    let open: Vec<&Website> = open.collect();
    let is_served =
        |website: &Website| storefronts.iter().any(|s| s.websites.contains(&website.id));
    let without = open.iter().filter(|website| !is_served(website));
    let without: Vec<&str> = without.map(|website| website.code.as_str()).collect();
    let Some(first) = without.first() else {
        return Ok(DoctorFinding::ok(
            "storefront",
            match open.len() {
                // The previous check reports that there are no active store
                // views.
                0 => "no website needs an account yet".to_owned(),
                count => format!("every website has an account ({count})"),
            },
        ));
    };
    Ok(DoctorFinding::warning(
        "storefront",
        format!(
            "websites without an account to redeem login URLs: {}",
            without.join(", ")
        ),
        format!("lac storefront add NAME --website {}", shell_word(first)),
    ))
}

/// Whether a shop has ever used the token of its account: until then, nobody
/// redeems.
pub(super) fn check_storefront_use(doctor: &DoctorContext<'_>) -> Result<Option<DoctorFinding>> {
    let mut storefronts = doctor.read.storefronts()?;
    storefronts.retain(|storefront| {
        let mut websites = storefront.websites.iter();
        storefront.revoked_at.is_none() && websites.all(|id| doctor.may_name_website(*id))
    });
    let mut unused = Vec::new();
    for storefront in &storefronts {
        let owner = TokenOwner::Storefront(storefront.id);
        let tokens = doctor.read.access_tokens(owner)?;
        if tokens.iter().all(|token| token.last_used_at.is_none()) {
            unused.push(storefront.name.as_str());
        }
    }
    let Some(first) = unused.first() else {
        let used = "every account's token has been used";
        let finding = DoctorFinding::ok("storefront_use", used);
        return Ok((!storefronts.is_empty()).then_some(finding));
    };
    Ok(Some(DoctorFinding::warning(
        "storefront_use",
        format!(
            "no shop has used the token of {} yet: put it into the shop, and start the gateway \
             (lac serve --listen ADDR:PORT)",
            unused.join(", ")
        ),
        format!("lac storefront test {}", shell_word(first)),
    )))
}

pub(super) fn check_customers(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    Ok(match doctor.read.customer_count()? {
        0 => DoctorFinding::warning(
            "customers",
            "there are none yet",
            "lac import customers FILE",
        ),
        _ if !doctor.may_name_all() => DoctorFinding::ok("customers", "there are some"),
        count => DoctorFinding::ok("customers", format!("{count} known")),
    })
}

/// A store without documents is fine: logins can start from the customer.
pub(super) fn check_documents(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let message = match doctor.read.document_count()? {
        0 => "none: logins start from the customer; lac import orders FILE brings some".to_owned(),
        _ if !doctor.may_name_all() => "there are some".to_owned(),
        count => format!("{count} known"),
    };
    Ok(DoctorFinding::ok("documents", message))
}

/// The roles that need approval are listed by name; a misspelled name has no
/// effect.
pub(super) fn check_approval(doctor: &DoctorContext<'_>) -> Result<Option<DoctorFinding>> {
    let listed = doctor.config.at_default(config::APPROVAL_ROLES)?.value;
    if listed.is_none() || !doctor.may_name_all() {
        return Ok(None);
    }
    let mut unknown = Vec::new();
    for name in listed.iter().flat_map(|names| names.split(',')) {
        if doctor.read.role_by_name(name)?.is_none() {
            unknown.push(name.to_owned());
        }
    }
    if unknown.is_empty() {
        let message = "every role that needs it exists";
        return Ok(Some(DoctorFinding::ok("approval", message)));
    }
    Ok(Some(DoctorFinding::warning(
        "approval",
        format!("there is no role {}", unknown.join(", ")),
        format!("lac config set {} ROLE,ROLE", config::APPROVAL_ROLES),
    )))
}

/// Notices that are waiting or were given up.
pub(super) fn check_outbox(doctor: &DoctorContext<'_>) -> Result<Option<DoctorFinding>> {
    if !doctor.may_name_all() {
        return Ok(None);
    }
    let query = |state| NoticeQuery {
        state: Some(state),
        ..NoticeQuery::default()
    };
    let due = doctor.read.notices(&query(NoticeState::Due))?.len();
    let failed = doctor.read.notices(&query(NoticeState::Failed))?;
    let Some(newest) = failed.first() else {
        let waiting = (due > 0).then(|| DoctorFinding::ok("outbox", format!("{due} notices wait")));
        return Ok(waiting);
    };
    let why = newest.last_error.clone().unwrap_or_default();
    let count = failed.len();
    Ok(Some(DoctorFinding::warning(
        "outbox",
        format!("{count} notices were given up, the last because: {why}"),
        "fix the hook, then: lac outbox retry --all",
    )))
}
