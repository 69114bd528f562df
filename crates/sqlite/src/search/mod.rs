//! Customers, page by page: all of them, or those that a text fits.

mod collect;
mod cursor;
mod text;

use self::collect::{KeyRange, PageCollector};
use self::cursor::Cursor;
use super::Tx;
use lac_model::customer::{Customer, email_key};
use lac_model::ids::CustomerId;
use lac_store::{CustomerPage, CustomerQuery, CustomerReads, Result};

/// How a text is understood. Addresses are in lower case here, as in the index.
#[derive(Debug)]
enum SearchMode {
    All,
    /// Nobody else has this id.
    Customer(Box<Customer>),
    /// The whole address, on however many websites.
    Address(String),
    /// Addresses that begin so, by the index alone.
    Prefix(String),
    /// Those first, then all others that hold it in address or name.
    PrefixOrContains(String),
}

/// One page, ordered by address and website; with a text, those that begin
/// with it before those that hold it.
pub fn search_page(tx: &Tx<'_>, query: &CustomerQuery) -> Result<CustomerPage> {
    let after = query.after.as_deref().map(Cursor::decode).transpose()?;
    let fit = search_mode(tx, query)?;
    let mut rows = PageCollector {
        tx,
        websites: query.websites.as_deref(),
        found: Vec::new(),
        limit: query.limit.saturating_add(1), // one more tells whether any follow
    };
    let (mut first, mut rest) = (after.as_ref(), None);
    if first.is_some_and(|cursor| cursor.in_containing) {
        (first, rest) = (None, first);
    }
    let mut in_first = 0;
    if rest.is_none() {
        match &fit {
            SearchMode::Customer(customer) => rows.found.push(customer.as_ref().clone()),
            SearchMode::All => rows.add_range(KeyRange::All, first)?,
            SearchMode::Address(key) => rows.add_range(KeyRange::Equals(key), first)?,
            SearchMode::Prefix(key) | SearchMode::PrefixOrContains(key) => {
                rows.add_range(KeyRange::StartsWith(key), first)?;
            }
        }
        in_first = rows.found.len();
    }
    if let SearchMode::PrefixOrContains(key) = &fit {
        rows.add_containing(key, rest)?;
    }
    let mut customers = rows.found;
    let is_more = customers.len() > query.limit;
    customers.truncate(query.limit);
    let next = customers.last().filter(|_| is_more).map(|last| Cursor {
        in_containing: customers.len() > in_first,
        email_key: email_key(&last.email),
        website_id: last.website_id,
    });
    let next = next.map(|cursor| cursor.encode());
    Ok(CustomerPage {
        customers,
        next_cursor: next,
    })
}

fn search_mode(tx: &Tx<'_>, query: &CustomerQuery) -> Result<SearchMode> {
    if let Some(prefix) = &query.email_prefix {
        return Ok(SearchMode::Prefix(email_key(prefix)));
    }
    let text = query.search.as_deref().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(SearchMode::All);
    }
    let is_seen = |customer: &Customer| {
        let websites = query.websites.as_deref();
        websites.is_none_or(|ids| ids.contains(&customer.website_id))
    };
    if let Ok(id) = text.parse::<CustomerId>()
        && let Some(customer) = tx.customer(id)?.filter(is_seen)
    {
        return Ok(SearchMode::Customer(Box::new(customer)));
    }
    let key = email_key(text);
    if tx.customers_by_email(&key)?.iter().any(is_seen) {
        return Ok(SearchMode::Address(key));
    }
    if looks_like_address(text) && has_prefix_match(tx, query, &key)? {
        return Ok(SearchMode::Prefix(key));
    }
    Ok(SearchMode::PrefixOrContains(key))
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
fn has_prefix_match(tx: &Tx<'_>, query: &CustomerQuery, key: &str) -> Result<bool> {
    let mut rows = PageCollector {
        tx,
        websites: query.websites.as_deref(),
        found: Vec::new(),
        limit: 1,
    };
    rows.add_range(KeyRange::StartsWith(key), None)?;
    Ok(!rows.found.is_empty())
}
