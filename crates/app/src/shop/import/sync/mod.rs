//! Keeps customers and orders in step with the shop: rows that a storefront
//! sends, applied by the rules of an import. Only a storefront's account does
//! this, and only for its own websites.

mod customers;
mod orders;

use serde::{Deserialize, Serialize};

pub use self::customers::SyncCustomers;
pub use self::orders::SyncOrders;

pub use super::sync_rows::{
    CustomerRecord, KnownCustomer, MAX_ROWS, MerchantId, OrderRecord, RowList,
};

use super::invalid::InvalidItems;
use super::{ImportProgress, VisibleStores};
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, read};
use lac_model::access::StorefrontRight;
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::Result;

/// The most bytes of a list of rows.
pub const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The result. Everything that is not listed as skipped is as the shop says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synced {
    /// The number of rows.
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub deleted: u64,
    pub skipped: Vec<SkippedRow>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// Its index in the list, from 0.
    pub at: u64,
    /// The customer's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MerchantId>,
    /// The order's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub reason: String,
}

/// Nobody watches the progress of a sync: it is short.
struct NoProgress;

impl ImportProgress for NoProgress {
    fn bytes_read(&self, _bytes: u64) {}
    fn items_written(&self, _items: u64, _total: u64) {}
}

/// Checks the storefront's rights before its rows are parsed, and reads its
/// websites.
fn visible_stores(context: &Context<'_>, action: Action) -> Result<(VisibleStores, bool)> {
    read(context, action, &[Resource::LAC_STOREFRONT], |view| {
        view.require_storefront_right(StorefrontRight::Sync)?;
        Ok((VisibleStores::for_view(view)?, shares_accounts(view)?))
    })
}

/// Whether an address is one customer's on all websites.
fn shares_accounts(view: &ReadView<'_>) -> Result<bool> {
    let share = view.config.at_default(lac_model::config::ACCOUNT_SHARE)?;
    Ok(share.value.as_deref() == Some("global"))
}

/// Checks again, in the transaction, what [`visible_stores`] has checked.
fn check_still_allowed(work: &UnitOfWork<'_>, visible: &VisibleStores) -> Result<()> {
    work.require_storefront_right(StorefrontRight::Sync)?;
    if VisibleStores::for_view(work)? == *visible {
        return Ok(());
    }
    Err(Fault::StoresChanged)
}

/// Records a sync, unless it found everything as the shop says.
fn record(work: &mut UnitOfWork<'_>, synced: Synced) -> Result<WriteOutcome<Synced>> {
    let changes = synced.created + synced.updated + synced.deleted;
    if changes == 0 && synced.skipped.is_empty() {
        return Ok(WriteOutcome::Unchanged(synced));
    }
    for (name, count) in [
        ("created", synced.created),
        ("updated", synced.updated),
        ("unchanged", synced.unchanged),
        ("deleted", synced.deleted),
        ("skipped", synced.skipped.len() as u64),
    ] {
        work.draft.add_detail(name, count);
    }
    let recorded = work.record()?;
    Ok(WriteOutcome::Recorded(synced, recorded))
}

/// The rows that were left out, in the order of the list.
fn skipped_rows(
    invalid: InvalidItems,
    name: impl Fn(u64) -> (Option<MerchantId>, Option<String>),
) -> Vec<SkippedRow> {
    let listed = invalid.into_listed().into_iter();
    let row = listed.map(|(at, problem)| {
        let (id, number) = name(at.number());
        SkippedRow {
            at: at.number(),
            id,
            number,
            reason: format!("{}: {}", problem.field, problem.reason),
        }
    });
    row.collect()
}
