//! Imports orders, invoices, shipments and credit memos of the REST API.

use serde::Deserialize;

use super::buffer::InputBuffer;
use super::duplicates::DuplicateFinder;
use super::invalid::{InvalidItems, ItemPosition, ItemProblem};
use super::item::parse_item;
use super::pages::RestPages;
use super::spool::{RowDecoder, RowEncoder, RowSpool};
use super::value::{RestValue, required};
use super::{ImportCounts, ImportOptions, ImportProgress, VisibleStores};
use crate::UnitOfWork;
use lac_model::customer::EMAIL_MAX;
use lac_model::document::{Document, DocumentKind};
use lac_model::ids::CustomerId;
use lac_store::{DocumentWrite, Permit, Result, Store};

/// More than the width of Adobe Commerce's `increment_id` columns.
const NUMBER_MAX: usize = 64;

#[derive(Debug, Deserialize)]
struct DocumentItem<'a> {
    #[serde(borrow, default)]
    entity_id: RestValue<'a>,
    #[serde(borrow, default)]
    increment_id: RestValue<'a>,
    #[serde(borrow, default)]
    order_id: RestValue<'a>,
    #[serde(borrow, default)]
    store_id: RestValue<'a>,
    #[serde(borrow, default)]
    customer_id: RestValue<'a>,
    #[serde(borrow, default)]
    customer_is_guest: RestValue<'a>,
    #[serde(borrow, default)]
    customer_email: RestValue<'a>,
    #[serde(borrow, default)]
    created_at: RestValue<'a>,
}

/// The documents of one file, read and checked.
pub(super) struct DocumentFile<'s> {
    kind: DocumentKind,
    spool: RowSpool<'s>,
    duplicates: Vec<i64>,
}

impl<'s> DocumentFile<'s> {
    /// Reads a file. Also returns the number of items in it.
    pub(super) fn read(
        kind: DocumentKind,
        store: &'s dyn Store,
        buffer: &mut InputBuffer<'_>,
        visible: &VisibleStores,
        options: ImportOptions,
        invalid: &mut InvalidItems,
    ) -> Result<(Self, u64)> {
        let (mut spool, mut seen) = (RowSpool::new(store), DuplicateFinder::default());
        let mut encoder = RowEncoder::default();
        let count = RestPages::new(buffer, invalid).for_each_item(
            options.partial,
            &mut |invalid, at, bytes| match parse_document(kind, bytes, visible) {
                Ok(document) => {
                    encode_document(&document, at, &mut encoder);
                    let place = spool.push(&encoder.0)?;
                    seen.note_number(document.entity_id, place);
                    Ok(())
                }
                Err(problem) => invalid.skip_or_fail(at, problem),
            },
        )?;
        let mut duplicates = Vec::new();
        for places in seen.candidates() {
            let mut first = None;
            for place in places {
                let at = ItemPosition::Item(item_number_at(&mut spool, place)?);
                if let Some(first) = first {
                    let problem = ItemProblem::new("entity_id", format!("is {first}'s too"));
                    invalid.skip_or_fail(at, problem)?;
                    duplicates.push(at.number().cast_signed());
                } else {
                    first = Some(at);
                }
            }
        }
        duplicates.sort_unstable();
        let read = Self {
            kind,
            spool,
            duplicates,
        };
        Ok((read, count))
    }

    /// Creates and updates documents.
    pub(super) fn apply(
        mut self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, DocumentWrite>,
        visible: &VisibleStores,
        invalid: &mut InvalidItems,
        counts: &mut ImportCounts,
        progress: &dyn ImportProgress,
    ) -> Result<()> {
        let (total, mut done) = (self.spool.row_count(), 0);
        let has_synced = work.read.lowest_document_id(self.kind)? < 0;
        let mut rows = self.spool.rows_from(0)?;
        while let Some(bytes) = rows.next_row()? {
            done += 1;
            progress.items_written(done, total);
            let (at, document) = decode_document(self.kind, bytes)?;
            if self.duplicates.binary_search(&at).is_ok() {
                continue;
            }
            match work.read.document(self.kind, document.entity_id)? {
                Some(here) if here == document => {
                    counts.unchanged += 1;
                    continue;
                }
                Some(here) if visible.check_store_view("", here.store_view_id).is_err() => {
                    let problem = ItemProblem::new("entity_id", "cannot be imported here");
                    invalid.skip_or_fail(ItemPosition::Item(at.cast_unsigned()), problem)?;
                    continue;
                }
                Some(_) => counts.updated += 1,
                None if has_synced && replace_synced(work, permit, &document)? => {
                    counts.updated += 1;
                }
                None => counts.created += 1,
            }
            work.tx.document_put(permit, &document)?;
        }
        Ok(())
    }
}

/// Removes the order that a storefront synced before its `entity_id` was known;
/// returns whether there was one.
fn replace_synced(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, DocumentWrite>,
    document: &Document,
) -> Result<bool> {
    let mut found = work.read.documents(document.kind, &document.number)?;
    found.retain(|here| here.entity_id < 0 && here.store_view_id == document.store_view_id);
    for here in &found {
        work.tx.document_remove(permit, here.kind, here.entity_id)?;
    }
    Ok(!found.is_empty())
}

fn parse_document(
    kind: DocumentKind,
    bytes: &[u8],
    visible: &VisibleStores,
) -> std::result::Result<Document, ItemProblem> {
    let item: DocumentItem<'_> = parse_item(bytes)?;
    let entity_id = required("entity_id", item.entity_id.to_id("entity_id")?)?;
    let number = item.increment_id.to_text("increment_id", NUMBER_MAX)?;
    let number = number
        .map(|n| n.trim().to_owned())
        .filter(|n| !n.is_empty());
    let is_order = kind == DocumentKind::Order;
    let order_id = if is_order {
        entity_id
    } else {
        required("order_id", item.order_id.to_id("order_id")?)?
    };
    let store_view_id = item.store_id.to_id("store_id")?;
    visible.check_store_view("store_id", store_view_id)?;
    let customer = if is_order {
        parse_customer(&item)?
    } else {
        None
    };
    Ok(Document {
        kind,
        entity_id,
        number: required("increment_id", number)?,
        order_id,
        store_view_id,
        customer_id: customer.as_ref().map(|(id, _)| *id),
        customer_email: customer.and_then(|(_, email)| email),
        created_at: item.created_at.to_time("created_at")?,
    })
}

/// The customer of an order. Nothing is stored about guests.
fn parse_customer(
    item: &DocumentItem<'_>,
) -> std::result::Result<Option<(CustomerId, Option<String>)>, ItemProblem> {
    let id = item.customer_id.to_id("customer_id")?.unwrap_or(0);
    let is_guest = item.customer_is_guest.to_bool("customer_is_guest")? == Some(true);
    let Some(id) = CustomerId::from_merchant(id).filter(|_| !is_guest) else {
        return Ok(None);
    };
    let email = item.customer_email.to_text("customer_email", EMAIL_MAX)?;
    Ok(Some((id, email.map(|e| e.trim().to_owned()))))
}

fn encode_document(document: &Document, at: ItemPosition, into: &mut RowEncoder) {
    into.0.clear();
    into.int(at.number().cast_signed());
    into.int(document.entity_id);
    into.text(Some(&document.number));
    into.int(document.order_id);
    into.optional_int(document.store_view_id);
    into.optional_int(document.customer_id.map(CustomerId::to_stored));
    into.text(document.customer_email.as_deref());
    into.time(document.created_at);
}

fn decode_document(kind: DocumentKind, bytes: &[u8]) -> Result<(i64, Document)> {
    let mut from = RowDecoder(bytes);
    let at = from.int()?;
    let document = Document {
        kind,
        entity_id: from.int()?,
        number: from.text()?.unwrap_or_default().to_owned(),
        order_id: from.int()?,
        store_view_id: from.optional_int()?,
        customer_id: from.optional_int()?.and_then(CustomerId::from_stored),
        customer_email: from.text()?.map(str::to_owned),
        created_at: from.time()?,
    };
    Ok((at, document))
}

/// The number of the item at a position of the spool.
fn item_number_at(spool: &mut RowSpool<'_>, place: u64) -> Result<u64> {
    let mut rows = spool.rows_from(place)?;
    let at = rows
        .next_row()?
        .map(|bytes| RowDecoder(bytes).int())
        .transpose()?;
    Ok(at.unwrap_or_default().cast_unsigned())
}
