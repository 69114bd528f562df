//! Checks whether a store is in order, and what is left to do before the first
//! login. Needs no rights and writes nothing.

mod consents;
mod integrity;
mod readiness;
mod rows;
mod storefront;

pub use storefront::{Probe, StorefrontTest, StorefrontTested};

use serde::{Deserialize, Serialize};

use super::Context;
use super::core::config::Config;
use super::core::identify;
use lac_model::access::{Actor, RoleScope};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoctorStatus {
    Ok,
    /// Something is left to do, or should be looked at.
    Warning,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorFinding {
    pub check: String,
    pub status: DoctorStatus,
    pub message: String,
    /// What to do, if the fault itself has no advice.
    pub hint: Option<String>,
    /// The fault of a failed check.
    pub fault: Option<Fault>,
}

impl DoctorFinding {
    pub fn ok(check: &str, message: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            status: DoctorStatus::Ok,
            message: message.into(),
            hint: None,
            fault: None,
        }
    }

    pub fn warning(check: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            status: DoctorStatus::Warning,
            hint: Some(hint.into()),
            ..Self::ok(check, message)
        }
    }

    pub fn failed(check: &str, fault: Fault) -> Self {
        Self {
            status: DoctorStatus::Failed,
            fault: Some(fault.clone()),
            ..Self::ok(check, fault.to_string())
        }
    }
}

/// Runs all checks of an open store.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Doctor {}

/// What the checks read: one snapshot.
struct DoctorContext<'d> {
    context: &'d Context<'d>,
    read: &'d dyn ReadTx,
    config: Config,
    now: Timestamp,
    /// The caller, if they are an actor of this store.
    actor: Option<Actor>,
    /// The checkpoint file, read before the snapshot was taken.
    checkpoint_file: Result<Option<Vec<u8>>>,
}

type Check = fn(&DoctorContext<'_>) -> Result<DoctorFinding>;

/// Whether the store can serve requests: its files can be read, and the log's
/// head is the signed one. It takes one short read.
///
/// # Errors
/// Errors of reading the store; `log_tampered`, `checkpoint_missing`.
pub fn check_ready(context: &Context<'_>) -> Result<()> {
    let checkpoint = context.high_water.read();
    let tx = context.store.read()?;
    let doctor = DoctorContext::new(context, &*tx, checkpoint)?;
    integrity::check_log(&doctor).map(|_| ())
}

/// A check that gives no finding if its feature is not in use.
type OptionalCheck = fn(&DoctorContext<'_>) -> Result<Option<DoctorFinding>>;

const CHECKS: &[(&str, Check)] = &[
    ("schema", integrity::check_schema),
    ("login_key", integrity::check_login_key),
    ("audit_key", integrity::check_audit_key),
    ("log", integrity::check_log),
    ("state", integrity::check_state),
    ("consents", consents::check_consents),
    ("archives", integrity::check_archives),
    ("clock", integrity::check_clock),
    ("account", readiness::check_account),
    ("way_in", readiness::check_administrators),
    ("feature", readiness::check_feature),
    ("base_url", readiness::check_base_urls),
    ("storefront", readiness::check_storefronts),
    ("customers", readiness::check_customers),
    ("documents", readiness::check_documents),
];

impl Doctor {
    /// The findings of all checks; a check that cannot be made has failed.
    pub fn run(self, context: &Context<'_>) -> Vec<DoctorFinding> {
        let checkpoint = context.high_water.read();
        let opened = context.store.read();
        let doctor = opened
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|tx| DoctorContext::new(context, &**tx, checkpoint));
        match doctor {
            Ok(doctor) => {
                let checks = CHECKS.iter();
                let found = checks.map(|(name, check)| finding(&doctor, name, *check));
                let found = found.chain(integrity::check_anchors(context));
                found.chain(optional_findings(&doctor)).collect()
            }
            Err(fault) => vec![DoctorFinding::failed("database", fault)],
        }
    }
}

/// Checks of approvals, notices and damaged rows, which many stores do not
/// have.
fn optional_findings(doctor: &DoctorContext<'_>) -> Vec<DoctorFinding> {
    let checks: [(&str, OptionalCheck); 4] = [
        ("storefront_use", readiness::check_storefront_use),
        ("approval", readiness::check_approval),
        ("outbox", readiness::check_outbox),
        ("rows", rows::check_damaged_rows),
    ];
    let finding = |(name, check): (&str, OptionalCheck)| {
        check(doctor).unwrap_or_else(|fault| Some(DoctorFinding::failed(name, fault)))
    };
    checks.into_iter().filter_map(finding).collect()
}

fn finding(doctor: &DoctorContext<'_>, name: &str, check: Check) -> DoctorFinding {
    check(doctor).unwrap_or_else(|fault| DoctorFinding::failed(name, fault))
}

/// The schema check alone, for a store that was not migrated yet.
pub fn schema_finding(context: &Context<'_>) -> DoctorFinding {
    let found = context
        .store
        .read()
        .and_then(|tx| integrity::check_schema_of(&*tx));
    found.unwrap_or_else(|fault| DoctorFinding::failed("schema", fault))
}

impl<'d> DoctorContext<'d> {
    fn new(
        context: &'d Context<'d>,
        read: &'d dyn ReadTx,
        checkpoint: Result<Option<Vec<u8>>>,
    ) -> Result<Self> {
        let now = context.clock.now();
        Ok(Self {
            context,
            read,
            config: Config::read(read)?,
            now,
            actor: identify::identify(read, &context.caller.credential, now).ok(),
            checkpoint_file: checkpoint,
        })
    }

    /// Whether the caller owns the store's files and can read them anyway.
    /// Callers of a broker have an address.
    fn is_store_owner(&self) -> bool {
        self.context.caller.ip_address.is_none()
    }

    /// Whether the caller may see this website in a message.
    fn may_name_website(&self, website_id: i64) -> bool {
        let sees = |actor: &Actor| actor.can_see_website(website_id);
        self.is_store_owner() || self.actor.as_ref().is_some_and(sees)
    }

    /// Whether the caller may see all websites in a message.
    fn may_name_all(&self) -> bool {
        let sees_all = |actor: &Actor| actor.rights.scope == RoleScope::All;
        self.is_store_owner() || self.actor.as_ref().is_some_and(sees_all)
    }
}
