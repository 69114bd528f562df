//! The demo's cast: an administrator (whoever runs it), an agent, an auditor,
//! a storefront; the latter three by access tokens, as scripts would.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use lac_app::{Caller, Credential, Desk, roles, storefronts, tokens, users};
use lac_ledger::signing::secret::PlainToken;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, ShortText};
use lac_store::Result;

/// Role, its resources, and the admin user in it.
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

/// Everybody who acts besides the administrator.
pub struct Cast {
    pub agent: Caller,
    pub auditor: Caller,
    pub storefront: Caller,
}

/// Makes roles, admin users, a storefront account and their tokens. The
/// tokens lie beside the store for playing on.
pub fn hire(desk: &Desk<'_>, dir: &Path) -> Result<Cast> {
    let mut callers = Vec::new();
    for (role, resources, name, full_name) in STAFF {
        roles::Create {
            name: role.parse()?,
            all: false,
            scope: None,
        }
        .run(desk)?;
        roles::Allow {
            name: role.parse()?,
            resources: BoundedList::read("RESOURCE", resources.iter().copied(), ShortText::new)?,
            with_children: false,
        }
        .run(desk)?;
        users::Create {
            name: name.parse()?,
            role: role.parse()?,
            os_account: None,
            full_name: Some(full_name.parse()?),
        }
        .run(desk)?;
        let lifetime = Duration::from_secs(30 * 86_400);
        let created = tokens::Create {
            name: name.parse()?,
            label: Some("demo".parse()?),
            lifetime: Some(lifetime),
            resources: BoundedList::default(),
            websites: BoundedList::default(),
        }
        .run(desk)?;
        callers.push(known_by(desk, dir, name, created.token)?);
    }
    let websites = BoundedList::read("--website", ["garden", "atelier"], ShortText::new)?;
    let added = storefronts::Add {
        name: "storefront".parse()?,
        websites,
    }
    .run(desk)?;
    let storefront = known_by(desk, dir, "storefront", added.token)?;
    let mut callers = callers.into_iter();
    match (callers.next(), callers.next()) {
        (Some(agent), Some(auditor)) => Ok(Cast {
            agent,
            auditor,
            storefront,
        }),
        _ => Err(Fault::internal("the demo's cast is incomplete")),
    }
}

fn known_by(desk: &Desk<'_>, dir: &Path, name: &str, token: PlainToken) -> Result<Caller> {
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
        ..desk.caller.clone()
    })
}
