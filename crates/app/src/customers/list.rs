//! Customers, page by page.

use serde::{Deserialize, Serialize};

use super::CustomerView;
use crate::page::{Page, Part};
use crate::{Desk, bulk, find, look};
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::{CustomerQuery, Result};

/// Asks for a page of customers, ordered by e-mail address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// An id or whole e-mail address, or part of address or name: addresses
    /// that begin with it come first.
    pub search: Option<ShortText>,
    /// Only addresses that begin with this.
    pub email_prefix: Option<ShortText>,
    /// Only this website, by code.
    pub website: Option<ShortText>,
    pub part: Part,
}

impl List {
    /// A page of more than [`bulk::BULK`] rows is recorded before it is handed out,
    /// a smaller one counted.
    ///
    /// # Errors
    /// `resource_denied`, `website_not_found`, `invalid_value` for a cursor
    /// that is none.
    pub fn run(self, desk: &Desk<'_>) -> Result<Page<CustomerView>> {
        let needs = [Resource::CUSTOMER_MANAGE];
        let (page, who) = look(desk, Action::CustomerList, &needs, |view| {
            let websites = match &self.website {
                Some(code) => Some(vec![find::website(view, code)?.id]),
                None => view.websites(),
            };
            let page = view.read.customer_page(&CustomerQuery {
                search: self.search.clone().map(Into::into),
                email_prefix: self.email_prefix.clone().map(Into::into),
                websites,
                after: self.part.after.clone().map(Into::into),
                limit: self.part.rows(),
            })?;
            let tree = view.tree()?;
            let customers = page.customers.into_iter();
            let rows = customers.map(|c| CustomerView::of(tree, view, c));
            let page = Page {
                rows: rows.collect(),
                next: page.next,
                left_out: view.read.rows_left_out(),
            };
            Ok((page, view.actor.identity))
        })?;
        bulk::record(desk, who, Action::CustomerList, page.rows.len(), |event| {
            event.website = self.website.as_ref().map(ToString::to_string);
            for (name, filter) in [
                ("search", self.search.as_deref()),
                ("email_prefix", self.email_prefix.as_deref()),
                ("after", self.part.after.as_deref()),
            ] {
                if let Some(filter) = filter {
                    event.detail(name, filter);
                }
            }
        })?;
        Ok(page)
    }
}
