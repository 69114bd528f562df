//! The list of customers in pages, all or only those that match a text.

mod collect;
mod cursor;
mod text;

use self::collect::{KeyRange, PageCollector};
use self::cursor::Cursor;
use super::Tx;
use lac_model::customer::{Customer, email_key};
use lac_model::ids::CustomerId;
use lac_store::{CustomerPage, CustomerQuery, CustomerReads, Result};

/// How a search text is understood. Addresses are in lower case here, as in the
/// index.
#[derive(Debug)]
enum SearchMode {
    All,
    /// The one customer with this id.
    Customer(Box<Customer>),
    /// A whole address, which may exist on several websites.
    Address(String),
    /// Addresses that begin with the text.
    Prefix(String),
    /// First the addresses that begin with the text, then all other customers
    /// whose address or name contains it.
    PrefixOrContains(String),
}

/// Returns one page, ordered by address and website. With a text, addresses
/// that begin with it come first.
pub(crate) fn search_page(tx: &Tx<'_>, query: &CustomerQuery) -> Result<CustomerPage> {
    let after = query.after.as_deref().map(Cursor::decode).transpose()?;
    let fit = search_mode(tx, query)?;
    let mut rows = PageCollector {
        tx,
        websites: query.websites.as_deref(),
        found: Vec::new(),
        limit: query.limit.saturating_add(1), // one more shows whether more follow
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

/// Whether a text looks like the beginning of an address rather than part of a
/// name: it contains a digit, `.`, `_`, `+`, or an `@` that is not the first
/// character. If any address begins with such a text, nothing else is searched.
fn looks_like_address(text: &str) -> bool {
    text.find('@').is_some_and(|at| at > 0)
        || text
            .bytes()
            .any(|b| b.is_ascii_digit() || b"._+".contains(&b))
}

/// Whether an address begins with the text.
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
