//! Orders of the shop, so that a login can start from an order's number.

use serde::{Deserialize, Serialize};

use super::{OrderRecord, RowList};
use super::{Synced, check_still_allowed, record, skipped_rows, visible_stores};
use crate::shop::import::VisibleStores;
use crate::shop::import::invalid::{InvalidItems, ItemPosition, ItemProblem, quote_short};
use crate::{Context, UnitOfWork, write};
use lac_model::audit::Action;
use lac_model::customer::Customer;
use lac_model::document::{Document, DocumentKind, DocumentRef};
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, DocumentWrite, Permit, Result};

/// Brings orders in step with the shop: creates and completes them. An order
/// never goes from one customer to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SyncOrders {
    pub rows: RowList<OrderRecord>,
}

impl Act for SyncOrders {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<DocumentWrite> for SyncOrders {}

/// What a row did.
enum Outcome {
    Created,
    Updated,
    Unchanged,
}

impl SyncOrders {
    /// # Errors
    /// `resource_denied` for everybody but a storefront with the right to
    /// sync; `invalid_value` for a malformed row; `stores_changed`.
    pub fn run(self, context: &Context<'_>) -> Result<Synced> {
        let (visible, _) = visible_stores(context, Action::OrdersSync)?;
        let read = self.rows.len() as u64;
        write::<Self, _>(
            context,
            Action::OrdersSync,
            |event| event.add_detail("read", read),
            |work, permit| {
                check_still_allowed(work, &visible)?;
                let synced = self.apply(work, permit, &visible)?;
                record(work, synced)
            },
        )
    }

    fn apply<'tx>(
        &self,
        work: &UnitOfWork<'tx>,
        permit: &Permit<'tx, Self>,
        visible: &VisibleStores,
    ) -> Result<Synced> {
        let mut invalid = InvalidItems::of_rows("the rows");
        let mut lowest_id = work.read.lowest_document_id(DocumentKind::Order)?.min(0);
        let (mut created, mut updated, mut unchanged) = (0, 0, 0);
        for (at, row) in (0..).zip(self.rows.iter()) {
            match apply_order(work, &permit.narrow(), visible, row, &mut lowest_id)? {
                Ok(Outcome::Created) => created += 1,
                Ok(Outcome::Updated) => updated += 1,
                Ok(Outcome::Unchanged) => unchanged += 1,
                Err(problem) => invalid.skip_or_fail(ItemPosition::Row(at), problem)?,
            }
        }
        let number_of = |at: u64| {
            let row = usize::try_from(at).ok().and_then(|at| self.rows.get(at));
            (None, row.map(|row| row.number.to_string()))
        };
        Ok(Synced {
            read: self.rows.len() as u64,
            created,
            updated,
            unchanged,
            deleted: 0,
            skipped: skipped_rows(invalid, number_of),
        })
    }
}

/// Stores an order. One that an import brought keeps the shop's `entity_id`; a
/// new one gets a number below 0, which no shop uses, until an import brings
/// it.
fn apply_order(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, DocumentWrite>,
    visible: &VisibleStores,
    row: &OrderRecord,
    lowest_id: &mut i64,
) -> Result<std::result::Result<Outcome, ItemProblem>> {
    if !DocumentRef::new(DocumentKind::Order, &row.number).has_valid_number() {
        let problem = format!("{} is not an order's number", quote_short(&row.number));
        return Ok(Err(ItemProblem::new("number", problem)));
    }
    let store_view_id = match visible.own_store_view("store_view", &row.store_view) {
        Ok(id) => id,
        Err(problem) => return Ok(Err(problem)),
    };
    let customer_id = row.customer_id.customer_id();
    let is_visible = |customer: &Customer| visible.sees(customer.website_id);
    if !work
        .read
        .customer(customer_id)?
        .is_some_and(|c| is_visible(&c))
    {
        let problem = format!("customer {customer_id} not found (sync customers first)");
        return Ok(Err(ItemProblem::new("customer_id", problem)));
    }
    let number = DocumentRef::new(DocumentKind::Order, &row.number).number;
    let mut found = work.read.documents(DocumentKind::Order, &number)?;
    found.retain(|document| document.store_view_id == Some(store_view_id));
    let Some(here) = found.pop() else {
        *lowest_id -= 1;
        let order = Document {
            kind: DocumentKind::Order,
            entity_id: *lowest_id,
            number,
            order_id: *lowest_id,
            store_view_id: Some(store_view_id),
            customer_id: Some(customer_id),
            customer_email: None,
            created_at: Some(row.placed_at),
        };
        work.tx.document_put(permit, &order)?;
        return Ok(Ok(Outcome::Created));
    };
    if is_of_another(work, &here, customer_id)? {
        let problem = format!("{number} is of another customer");
        return Ok(Err(ItemProblem::new("customer_id", problem)));
    }
    // What the shop's REST API says of the time stands.
    let is_own = here.entity_id < 0;
    let order = Document {
        customer_id: Some(customer_id),
        created_at: here.created_at.filter(|_| !is_own).or(Some(row.placed_at)),
        ..here.clone()
    };
    if order == here {
        return Ok(Ok(Outcome::Unchanged));
    }
    work.tx.document_put(permit, &order)?;
    Ok(Ok(Outcome::Updated))
}

/// Whether an order is somebody else's who still exists. A guest's order can
/// become a customer's.
fn is_of_another(work: &UnitOfWork<'_>, order: &Document, id: CustomerId) -> Result<bool> {
    let Some(other) = order.customer_id.filter(|other| *other != id) else {
        return Ok(false);
    };
    Ok(work.read.customer(other)?.is_some())
}
