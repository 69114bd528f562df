//! Lists customers, page by page.

use serde::{Deserialize, Serialize};

use super::CustomerView;
use crate::core::page::{Page, PageRequest};
use crate::core::{counted, find};
use crate::{Context, read};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::{CustomerQuery, Result};

/// Asks for a page of customers, ordered by e-mail address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CustomerList {
    /// An id, an e-mail address, or part of an address or name. Addresses that
    /// start with the text come first.
    pub search: Option<ShortText>,
    /// Only addresses that start with this.
    pub email_prefix: Option<ShortText>,
    /// Only this website, by code.
    pub website: Option<ShortText>,
    pub part: PageRequest,
}

impl CustomerList {
    /// A page of more than [`BULK_LIMIT`](counted::BULK_LIMIT) rows is recorded
    /// before it is returned. A smaller page counts as look-ups.
    ///
    /// # Errors
    /// `resource_denied`, `website_not_found`, `invalid_value` for an invalid
    /// cursor.
    pub fn run(self, context: &Context<'_>) -> Result<Page<CustomerView>> {
        let needs = [Resource::CUSTOMER_MANAGE];
        let (page, who) = read(context, Action::CustomerList, &needs, |view| {
            let websites = match &self.website {
                Some(code) => Some(vec![find::website(view, code)?.id]),
                None => view.website_ids(),
            };
            let page = view.read.customer_page(&CustomerQuery {
                search: self.search.clone().map(Into::into),
                email_prefix: self.email_prefix.clone().map(Into::into),
                websites,
                after: self.part.after.clone().map(Into::into),
                limit: self.part.row_limit(),
            })?;
            let tree = view.store_tree()?;
            let customers = page.customers.into_iter();
            let rows = customers.map(|c| CustomerView::from_customer(tree, view, c));
            let page = Page {
                rows: rows.collect(),
                next: page.next_cursor,
                left_out: view.read.skipped_row_count(),
            };
            Ok((page, view.actor.identity))
        })?;
        counted::record_bulk_read(
            context,
            who,
            Action::CustomerList,
            page.rows.len(),
            |event| {
                event.website = self.website.as_ref().map(ToString::to_string);
                for (name, filter) in [
                    ("search", self.search.as_deref()),
                    ("email_prefix", self.email_prefix.as_deref()),
                    ("after", self.part.after.as_deref()),
                ] {
                    if let Some(filter) = filter {
                        event.add_detail(name, filter);
                    }
                }
            },
        )?;
        Ok(page)
    }
}
