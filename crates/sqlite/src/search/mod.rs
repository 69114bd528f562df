//! Customers, page by page: all of them, or those that a text fits.

mod cursor;
mod gather;
mod text;

use self::cursor::Cursor;
use self::gather::{Gathered, Range};
use super::Tx;
use lac_model::customer::{Customer, email_key};
use lac_model::ids::CustomerId;
use lac_store::{CustomerPage, CustomerQuery, CustomerReads, Result};

/// How a text is understood. Addresses are in lower case here, as in the index.
#[derive(Debug)]
enum Fit {
    All,
    /// Nobody else has this id.
    One(Box<Customer>),
    /// The whole address, on however many websites.
    Address(String),
    /// Addresses that begin so, by the index alone.
    Begins(String),
    /// Those first, then all others that hold it in address or name.
    BeginsOrHolds(String),
}

/// One page, ordered by address and website; with a text, those that begin
/// with it before those that hold it.
pub fn page(tx: &Tx<'_>, query: &CustomerQuery) -> Result<CustomerPage> {
    let after = query.after.as_deref().map(Cursor::read).transpose()?;
    let fit = fit(tx, query)?;
    let mut rows = Gathered {
        tx,
        websites: query.websites.as_deref(),
        found: Vec::new(),
        want: query.limit.saturating_add(1), // one more tells whether any follow
    };
    let (mut first, mut rest) = (after.as_ref(), None);
    if first.is_some_and(|cursor| cursor.in_rest) {
        (first, rest) = (None, first);
    }
    let mut in_first = 0;
    if rest.is_none() {
        match &fit {
            Fit::One(customer) => rows.found.push(customer.as_ref().clone()),
            Fit::All => rows.add(Range::All, first)?,
            Fit::Address(key) => rows.add(Range::Is(key), first)?,
            Fit::Begins(key) | Fit::BeginsOrHolds(key) => {
                rows.add(Range::Begins(key), first)?;
            }
        }
        in_first = rows.found.len();
    }
    if let Fit::BeginsOrHolds(key) = &fit {
        rows.add_holding(key, rest)?;
    }
    let mut customers = rows.found;
    let is_more = customers.len() > query.limit;
    customers.truncate(query.limit);
    let next = customers.last().filter(|_| is_more).map(|last| Cursor {
        in_rest: customers.len() > in_first,
        email_key: email_key(&last.email),
        website_id: last.website_id,
    });
    let next = next.map(|cursor| cursor.write());
    Ok(CustomerPage { customers, next })
}

fn fit(tx: &Tx<'_>, query: &CustomerQuery) -> Result<Fit> {
    if let Some(prefix) = &query.email_prefix {
        return Ok(Fit::Begins(email_key(prefix)));
    }
    let text = query.search.as_deref().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(Fit::All);
    }
    let is_seen = |customer: &Customer| {
        let websites = query.websites.as_deref();
        websites.is_none_or(|ids| ids.contains(&customer.website_id))
    };
    if let Ok(id) = text.parse::<CustomerId>()
        && let Some(customer) = tx.customer(id)?.filter(is_seen)
    {
        return Ok(Fit::One(Box::new(customer)));
    }
    let key = email_key(text);
    if tx.customers_by_email(&key)?.iter().any(is_seen) {
        return Ok(Fit::Address(key));
    }
    if looks_like_address(text) && begins_any(tx, query, &key)? {
        return Ok(Fit::Begins(key));
    }
    Ok(Fit::BeginsOrHolds(key))
}

/// Whether a text is rather the beginning of an address than part of a name: it
/// holds what names do not (digits, `.`, `_`, `+`, or an `@` that is not the
/// first character). Where an address begins so, nothing else is looked for.
fn looks_like_address(text: &str) -> bool {
    text.find('@').is_some_and(|at| at > 0)
        || text
            .bytes()
            .any(|b| b.is_ascii_digit() || b"._+".contains(&b))
}

/// Whether any address begins so.
fn begins_any(tx: &Tx<'_>, query: &CustomerQuery, key: &str) -> Result<bool> {
    let mut rows = Gathered {
        tx,
        websites: query.websites.as_deref(),
        found: Vec::new(),
        want: 1,
    };
    rows.add(Range::Begins(key), None)?;
    Ok(!rows.found.is_empty())
}
