//! Customers of the shop.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{CustomerRecord, MerchantId, RowList};
use super::{NoProgress, Synced, check_still_allowed, record, skipped_rows, visible_stores};
use crate::shop::customers::{CustomerRemoval, remove_customer};
use crate::shop::import::counts::ImportCounts;
use crate::shop::import::customers::{CustomerFile, CustomerImportWrite};
use crate::shop::import::effects::AllowedEffects;
use crate::shop::import::invalid::{InvalidItems, ItemPosition, ItemProblem};
use crate::shop::import::{ImportOptions, VisibleStores};
use crate::{Context, UnitOfWork, write};
use lac_model::audit::Action;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, Result};

/// Brings customers in step with the shop: creates, changes and removes them.
/// Never changes a consent that was given here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SyncCustomers {
    pub rows: RowList<CustomerRecord>,
}

impl Act for SyncCustomers {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<CustomerImportWrite> for SyncCustomers {}
impl Covers<CustomerRemoval> for SyncCustomers {}

/// The rows, checked.
struct Plan<'s> {
    deleted: Vec<(u64, MerchantId)>,
    known: CustomerFile<'s>,
    invalid: InvalidItems,
}

impl SyncCustomers {
    /// # Errors
    /// `resource_denied` for everybody but a storefront with the right to
    /// sync; `invalid_value` for a malformed row; `invalid_file` if customers
    /// swap addresses and one of them is left out; `stores_changed`.
    pub fn run(self, context: &Context<'_>) -> Result<Synced> {
        let (visible, is_shared) = visible_stores(context, Action::CustomersSync)?;
        let plan = self.plan(context, &visible, is_shared)?;
        let read = self.rows.len() as u64;
        write::<Self, _>(
            context,
            Action::CustomersSync,
            |event| event.add_detail("read", read),
            |work, permit| {
                check_still_allowed(work, &visible)?;
                let synced = self.apply(plan, work, permit, &visible)?;
                record(work, synced)
            },
        )
    }

    /// Checks the rows before the store is locked. If the shop sent several
    /// rows about a customer, the last one counts.
    fn plan<'s>(
        &self,
        context: &Context<'s>,
        visible: &VisibleStores,
        is_shared: bool,
    ) -> Result<Plan<'s>> {
        let mut invalid = InvalidItems::of_rows("the rows");
        let mut last = HashMap::new();
        for (at, row) in (0..).zip(self.rows.iter()) {
            if let Some(before) = last.insert(row.id(), at) {
                let problem = ItemProblem::new("id", format!("row {at} is about it too"));
                invalid.skip_or_fail(ItemPosition::Row(before), problem)?;
            }
        }
        let (mut deleted, mut known) = (Vec::new(), Vec::new());
        for (at, row) in (0..).zip(self.rows.iter()) {
            match row {
                _ if last.get(&row.id()) != Some(&at) => {}
                CustomerRecord::Deleted(id) => deleted.push((at, *id)),
                CustomerRecord::Known(customer) => known.push((at, customer)),
            }
        }
        let known = CustomerFile::from_rows(context.store, known, visible, is_shared, &mut invalid);
        Ok(Plan {
            deleted,
            known: known?,
            invalid,
        })
    }

    fn apply<'tx>(
        &self,
        plan: Plan<'_>,
        work: &mut UnitOfWork<'tx>,
        permit: &Permit<'tx, Self>,
        visible: &VisibleStores,
    ) -> Result<Synced> {
        let mut invalid = plan.invalid;
        let mut counts = ImportCounts::default();
        let mut deleted = 0;
        for (at, id) in plan.deleted {
            let customer = work.read.customer(id.customer_id())?;
            match customer {
                None => counts.unchanged += 1,
                Some(customer) if visible.sees(customer.website_id) => {
                    let mut event = work.event(Action::CustomerRemove);
                    event.add_detail("source", "sync");
                    remove_customer(work, &permit.narrow(), &customer, &mut event)?;
                    let _ = work.record_event(&event)?;
                    deleted += 1;
                }
                Some(_) => {
                    let problem = ItemProblem::new("id", "cannot be synced here");
                    invalid.skip_or_fail(ItemPosition::Row(at), problem)?;
                }
            }
        }
        // What a `local:N` consented to becomes the consent of the customer who
        // it turns out to be: only who may pass on consents decides that.
        let effects = AllowedEffects {
            customers: true,
            consents: work.actor.storefront_rights.may_consent,
        };
        plan.known.apply(
            work,
            &permit.narrow(),
            visible,
            effects,
            ImportOptions::default(),
            &mut invalid,
            &mut counts,
            &NoProgress,
            "sync",
        )?;
        for (name, count) in [
            ("renumbered", counts.renumbered),
            ("sessions_ended", counts.sessions_ended),
            ("consents_revoked", counts.consents.revoked),
        ] {
            if count > 0 {
                work.draft.add_detail(name, count);
            }
        }
        let id_of = |at: u64| {
            let row = usize::try_from(at).ok().and_then(|at| self.rows.get(at));
            (row.map(CustomerRecord::id), None)
        };
        Ok(Synced {
            read: self.rows.len() as u64,
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            deleted,
            skipped: skipped_rows(invalid, id_of),
        })
    }
}
