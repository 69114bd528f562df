//! The demo's accounts: an administrator (the account that runs it), and an
//! agent, an auditor and a storefront, which use access tokens.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use lac_app::access::{roles, storefronts, tokens, users};
use lac_app::{Caller, Context, Credential};
use lac_ledger::access_token::PlainToken;
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::fault::Fault;
use lac_store::Result;

/// A role, its resources, and its admin user.
const STAFF: [(&str, &[&str], &str, &str); 2] = [
    (
        "Support",
        &[
            "login_button",
            "sales_order",
            "sales_invoice",
            "shipment",
            "sales_creditmemo",
        ],
        "agent",
        "Avery Agent",
    ),
    (
        "Auditors",
        &["login_log", "system_magento_logging_events"],
        "auditor",
        "Quinn Auditor",
    ),
];

/// The accounts besides the administrator.
pub(super) struct DemoAccounts {
    pub agent: Caller,
    pub auditor: Caller,
    pub storefront: Caller,
}

/// Creates roles, admin users, a storefront account and their tokens. The token
/// files are kept beside the store, for trying more.
pub(super) fn create_accounts(context: &Context<'_>, dir: &Path) -> Result<DemoAccounts> {
    let mut callers = Vec::new();
    for (role, resources, name, full_name) in STAFF {
        roles::RoleCreate {
            name: role.parse()?,
            all: false,
            scope: None,
        }
        .run(context)?;
        roles::RoleAllow {
            name: role.parse()?,
            resources: BoundedList::parse("RESOURCE", resources.iter().copied(), ShortText::new)?,
            with_children: false,
        }
        .run(context)?;
        users::UserCreate {
            name: name.parse()?,
            role: role.parse()?,
            os_account: None,
            full_name: Some(full_name.parse()?),
        }
        .run(context)?;
        let lifetime = Duration::from_secs(30 * 86_400);
        let created = tokens::TokenCreate {
            name: name.parse()?,
            label: Some("demo".parse()?),
            lifetime: Some(lifetime),
            resources: BoundedList::default(),
            websites: BoundedList::default(),
        }
        .run(context)?;
        callers.push(save_token(context, dir, name, created.token)?);
    }
    let websites = BoundedList::parse("--website", ["garden", "atelier"], ShortText::new)?;
    let added = storefronts::StorefrontAdd {
        name: "storefront".parse()?,
        websites,
        consent: true,
        sync: true,
    }
    .run(context)?;
    let storefront = save_token(context, dir, "storefront", added.token)?;
    let mut callers = callers.into_iter();
    match (callers.next(), callers.next()) {
        (Some(agent), Some(auditor)) => Ok(DemoAccounts {
            agent,
            auditor,
            storefront,
        }),
        _ => Err(Fault::internal("the demo's accounts are incomplete")),
    }
}

fn save_token(context: &Context<'_>, dir: &Path, name: &str, token: PlainToken) -> Result<Caller> {
    let path = dir.join(format!("{name}.token"));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| writeln!(file, "{}", token.expose()))
        .map_err(|e| Fault::io(path.display(), e))?;
    Ok(Caller {
        credential: Credential::Token(token),
        ..context.caller.clone()
    })
}
