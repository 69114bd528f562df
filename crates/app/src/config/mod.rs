//! Config: list, describe, read, set, inherit again.

mod apply;
mod change;
mod diff;
mod export;
mod file;
mod list;
mod read;
mod steps;

pub use apply::{Applied, Apply};
pub use change::{Changed, Set, Unset};
pub use diff::{Diff, Differences};
pub use export::{Export, Exported};
pub use file::{Change, FORMAT};
pub use list::{Describe, Described, Entry, List};
pub use read::{Get, Setting};

use crate::View;
use lac_model::config::Field;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::ConfigScope;
use lac_model::stores::{StoreView, Website};
use lac_store::Result;

/// The resource a field needs: its own section, or Configuration.
fn resource(field: &Field) -> Resource {
    if field.needs_own_section_resource() {
        Resource::CONFIG_SECTION
    } else {
        Resource::CONFIG
    }
}

/// Where a scope lies in the store tree.
struct Place<'a> {
    website: Option<&'a Website>,
    view: Option<&'a StoreView>,
}

impl<'a> Place<'a> {
    /// # Errors
    /// `website_not_found`, `store_view_not_found`, also outside the role scope.
    fn find(view: &'a View<'_>, scope: &ConfigScope) -> Result<Self> {
        let tree = view.tree()?;
        match scope {
            ConfigScope::Default => Ok(Self {
                website: None,
                view: None,
            }),
            ConfigScope::Website(code) => {
                let website = tree
                    .website_by_code(code)
                    .filter(|website| view.actor.sees(website.id))
                    .ok_or_else(|| Fault::WebsiteNotFound {
                        website: code.clone(),
                    })?;
                Ok(Self {
                    website: Some(website),
                    view: None,
                })
            }
            ConfigScope::StoreView(code) => {
                let found = tree
                    .view_by_code(code)
                    .filter(|found| view.actor.sees(found.website_id))
                    .ok_or_else(|| Fault::StoreViewNotFound {
                        store_view: code.clone(),
                    })?;
                Ok(Self {
                    website: tree.website(found.website_id),
                    view: Some(found),
                })
            }
        }
    }

    /// The id under which a value of this very scope is stored.
    fn id(&self) -> i64 {
        self.view
            .map(|v| v.id)
            .or(self.website.map(|w| w.id))
            .unwrap_or(0)
    }
}
