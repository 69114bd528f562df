//! Orders, invoices, shipments and credit memos of the REST API.

use serde::Deserialize;

use super::item::parsed;
use super::pages::Pages;
use super::problem::{At, Problem, Sieve};
use super::scalar::{Scalar, needed};
use super::seen::Seen;
use super::spool::{Pack, Spool, Unpack};
use super::window::Window;
use super::{Known, Tally, Watch, Wishes};
use crate::Work;
use lac_model::customer::EMAIL_MAX;
use lac_model::document::{Document, DocumentKind};
use lac_model::ids::CustomerId;
use lac_store::{DocumentWrite, Permit, Result, Store};

/// The width of Adobe Commerce's `increment_id` columns, and then some.
const NUMBER_MAX: usize = 64;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    #[serde(borrow, default)]
    entity_id: Scalar<'a>,
    #[serde(borrow, default)]
    increment_id: Scalar<'a>,
    #[serde(borrow, default)]
    order_id: Scalar<'a>,
    #[serde(borrow, default)]
    store_id: Scalar<'a>,
    #[serde(borrow, default)]
    customer_id: Scalar<'a>,
    #[serde(borrow, default)]
    customer_is_guest: Scalar<'a>,
    #[serde(borrow, default)]
    customer_email: Scalar<'a>,
    #[serde(borrow, default)]
    created_at: Scalar<'a>,
}

/// The documents of one file, read and checked.
#[derive(Debug)]
pub struct Documents<'s> {
    kind: DocumentKind,
    spool: Spool<'s>,
    repeats: Vec<i64>,
}

impl<'s> Documents<'s> {
    /// Returns how many items there were, too.
    ///
    /// # Errors
    /// `invalid_file`, `io`.
    pub fn read(
        kind: DocumentKind,
        store: &'s dyn Store,
        window: &mut Window<'_>,
        known: &Known,
        wishes: Wishes,
        sieve: &mut Sieve,
    ) -> Result<(Self, u64)> {
        let (mut spool, mut seen) = (Spool::new(store), Seen::default());
        let mut pack = Pack::default();
        let count =
            Pages::new(window, sieve).read(
                wishes.partial,
                &mut |sieve, at, bytes| match document(kind, bytes, known) {
                    Ok(document) => {
                        put(&document, at, &mut pack);
                        let place = spool.push(&pack.0)?;
                        seen.number(document.entity_id, place);
                        Ok(())
                    }
                    Err(problem) => sieve.reject(at, problem),
                },
            )?;
        let mut repeats = Vec::new();
        for places in seen.suspects() {
            let mut first = None;
            for place in places {
                let at = At::Item(place_of(&mut spool, place)?);
                if let Some(first) = first {
                    let problem = Problem::new("entity_id", format!("is {first}'s too"));
                    sieve.reject(at, problem)?;
                    repeats.push(at.number().cast_signed());
                } else {
                    first = Some(at);
                }
            }
        }
        repeats.sort_unstable();
        let read = Self {
            kind,
            spool,
            repeats,
        };
        Ok((read, count))
    }

    /// Creates and updates.
    pub fn apply(
        mut self,
        work: &mut Work<'_>,
        permit: &Permit<'_, DocumentWrite>,
        known: &Known,
        sieve: &mut Sieve,
        tally: &mut Tally,
        watch: &dyn Watch,
    ) -> Result<()> {
        let (total, mut done) = (self.spool.rows(), 0);
        let mut rows = self.spool.from(0)?;
        while let Some(bytes) = rows.next()? {
            done += 1;
            watch.done(done, total);
            let (at, document) = get(self.kind, bytes)?;
            if self.repeats.binary_search(&at).is_ok() {
                continue;
            }
            match work.read.document(self.kind, document.entity_id)? {
                Some(here) if here == document => {
                    tally.unchanged += 1;
                    continue;
                }
                Some(here) if known.allows_store_view("", here.store_view_id).is_err() => {
                    let problem = Problem::new("entity_id", "cannot be imported here");
                    sieve.reject(At::Item(at.cast_unsigned()), problem)?;
                    continue;
                }
                Some(_) => tally.updated += 1,
                None => tally.created += 1,
            }
            work.tx.document_put(permit, &document)?;
        }
        Ok(())
    }
}

fn document(
    kind: DocumentKind,
    bytes: &[u8],
    known: &Known,
) -> std::result::Result<Document, Problem> {
    let item: Item<'_> = parsed(bytes)?;
    let entity_id = needed("entity_id", item.entity_id.id("entity_id")?)?;
    let number = item.increment_id.text("increment_id", NUMBER_MAX)?;
    let number = number
        .map(|n| n.trim().to_owned())
        .filter(|n| !n.is_empty());
    let is_order = kind == DocumentKind::Order;
    let order_id = if is_order {
        entity_id
    } else {
        needed("order_id", item.order_id.id("order_id")?)?
    };
    let store_view_id = item.store_id.id("store_id")?;
    known.allows_store_view("store_id", store_view_id)?;
    let customer = if is_order { customer(&item)? } else { None };
    Ok(Document {
        kind,
        entity_id,
        number: needed("increment_id", number)?,
        order_id,
        store_view_id,
        customer_id: customer.as_ref().map(|(id, _)| *id),
        customer_email: customer.and_then(|(_, email)| email),
        created_at: item.created_at.time("created_at")?,
    })
}

/// Whose order it is. A guest's belongs to nobody, and nothing of the guest is
/// kept.
fn customer(item: &Item<'_>) -> std::result::Result<Option<(CustomerId, Option<String>)>, Problem> {
    let id = item.customer_id.id("customer_id")?.unwrap_or(0);
    let is_guest = item.customer_is_guest.flag("customer_is_guest")? == Some(true);
    let Some(id) = CustomerId::merchant(id).filter(|_| !is_guest) else {
        return Ok(None);
    };
    let email = item.customer_email.text("customer_email", EMAIL_MAX)?;
    Ok(Some((id, email.map(|e| e.trim().to_owned()))))
}

fn put(document: &Document, at: At, into: &mut Pack) {
    into.0.clear();
    into.int(at.number().cast_signed());
    into.int(document.entity_id);
    into.text(Some(&document.number));
    into.int(document.order_id);
    into.maybe(document.store_view_id);
    into.maybe(document.customer_id.map(CustomerId::stored));
    into.text(document.customer_email.as_deref());
    into.time(document.created_at);
}

fn get(kind: DocumentKind, bytes: &[u8]) -> Result<(i64, Document)> {
    let mut from = Unpack(bytes);
    let at = from.int()?;
    let document = Document {
        kind,
        entity_id: from.int()?,
        number: from.text()?.unwrap_or_default().to_owned(),
        order_id: from.int()?,
        store_view_id: from.maybe()?,
        customer_id: from.maybe()?.and_then(CustomerId::from_stored),
        customer_email: from.text()?.map(str::to_owned),
        created_at: from.time()?,
    };
    Ok((at, document))
}

/// Which item lies at a place of the spool.
fn place_of(spool: &mut Spool<'_>, place: u64) -> Result<u64> {
    let mut rows = spool.from(place)?;
    let at = rows.next()?.map(|bytes| Unpack(bytes).int()).transpose()?;
    Ok(at.unwrap_or_default().cast_unsigned())
}
