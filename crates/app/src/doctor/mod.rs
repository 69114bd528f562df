//! What is wrong with a store, and what is still to be done before the first
//! login. Needs nobody's leave and writes nothing.

mod consents;
mod proof;
mod ready;
mod rows;

use serde::{Deserialize, Serialize};

use super::settings::Config;
use super::{Desk, who};
use lac_model::access::{Actor, RoleScope};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    /// Something is still to be done, or worth a look.
    Warning,
    /// Something is broken.
    Failed,
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub check: String,
    pub status: Status,
    pub message: String,
    /// What to do about it, if the fault does not say so itself.
    pub hint: Option<String>,
    /// What is broken.
    pub fault: Option<Fault>,
}

impl Finding {
    pub fn ok(check: &str, message: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            status: Status::Ok,
            message: message.into(),
            hint: None,
            fault: None,
        }
    }

    pub fn warning(check: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            status: Status::Warning,
            hint: Some(hint.into()),
            ..Self::ok(check, message)
        }
    }

    pub fn failed(check: &str, fault: Fault) -> Self {
        Self {
            status: Status::Failed,
            fault: Some(fault.clone()),
            ..Self::ok(check, fault.to_string())
        }
    }
}

/// Looks at everything that an open store can tell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Examine {}

/// What the checks look at: one snapshot.
struct Ward<'d> {
    desk: &'d Desk<'d>,
    read: &'d dyn ReadTx,
    config: Config,
    now: Timestamp,
    /// Who asks, as far as they are known here.
    actor: Option<Actor>,
    /// The checkpoint file as it was before the snapshot.
    checkpoint: Result<Option<Vec<u8>>>,
}

type Check = fn(&Ward<'_>) -> Result<Finding>;

/// Nothing where it is not in use.
type InUse = fn(&Ward<'_>) -> Result<Option<Finding>>;

const CHECKS: &[(&str, Check)] = &[
    ("schema", proof::schema),
    ("login_key", proof::login_key),
    ("audit_key", proof::audit_key),
    ("log", proof::log),
    ("state", proof::state),
    ("consents", consents::consents),
    ("archives", proof::archives),
    ("clock", proof::clock),
    ("account", ready::account),
    ("way_in", ready::way_in),
    ("feature", ready::feature),
    ("base_url", ready::base_urls),
    ("storefront", ready::storefronts),
    ("customers", ready::customers),
    ("documents", ready::documents),
];

impl Examine {
    /// Every check's finding; a check that cannot be made is a failed one.
    pub fn run(self, desk: &Desk<'_>) -> Vec<Finding> {
        let checkpoint = desk.high_water.read();
        let opened = desk.store.read();
        let ward = opened
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|tx| Ward::of(desk, &**tx, checkpoint));
        match ward {
            Ok(ward) => {
                let checks = CHECKS.iter();
                let found = checks.map(|(name, check)| finding(&ward, name, *check));
                let found = found.chain(proof::anchors(desk));
                found.chain(in_use(&ward)).collect()
            }
            Err(fault) => vec![Finding::failed("database", fault)],
        }
    }
}

/// Checks of what a store need not have: approvals, notices, damaged rows.
fn in_use(ward: &Ward<'_>) -> Vec<Finding> {
    let checks: [(&str, InUse); 3] = [
        ("approval", ready::approval),
        ("outbox", ready::outbox),
        ("rows", rows::damaged),
    ];
    let finding = |(name, check): (&str, InUse)| {
        check(ward).unwrap_or_else(|fault| Some(Finding::failed(name, fault)))
    };
    checks.into_iter().filter_map(finding).collect()
}

fn finding(ward: &Ward<'_>, name: &str, check: Check) -> Finding {
    check(ward).unwrap_or_else(|fault| Finding::failed(name, fault))
}

/// The schema alone, of a store that this program has not brought up to date.
pub fn schema(desk: &Desk<'_>) -> Finding {
    let found = desk.store.read().and_then(|tx| proof::schema_of(&*tx));
    found.unwrap_or_else(|fault| Finding::failed("schema", fault))
}

impl<'d> Ward<'d> {
    fn of(
        desk: &'d Desk<'d>,
        read: &'d dyn ReadTx,
        checkpoint: Result<Option<Vec<u8>>>,
    ) -> Result<Self> {
        let now = desk.clock.now();
        Ok(Self {
            desk,
            read,
            config: Config::read(read)?,
            now,
            actor: who::identify(read, &desk.caller.credential, now).ok(),
            checkpoint,
        })
    }

    /// Whether it is whoever owns the store, and can read it anyway: who comes
    /// to a broker has an address.
    fn is_own(&self) -> bool {
        self.desk.caller.ip_address.is_none()
    }

    /// Whether a website may show in what is said.
    fn tells_of(&self, website_id: i64) -> bool {
        let sees = |actor: &Actor| actor.sees(website_id);
        self.is_own() || self.actor.as_ref().is_some_and(sees)
    }

    /// The same of what is about all of them.
    fn tells_of_all(&self) -> bool {
        let sees_all = |actor: &Actor| actor.rights.scope == RoleScope::All;
        self.is_own() || self.actor.as_ref().is_some_and(sees_all)
    }
}
