//! Config: list, describe, read, set and unset fields; export, compare and
//! apply files.

mod apply;
mod change;
mod diff;
mod export;
mod file;
mod list;
mod read;
mod steps;

pub use apply::{ConfigApplied, ConfigApply};
pub use change::{ConfigChanged, ConfigSet, ConfigUnset};
pub use diff::{ConfigDiff, ConfigDifferences};
pub use export::{ConfigExport, ConfigExported};
pub use file::{ConfigChange, FORMAT};
pub use list::{ConfigDescribe, ConfigDescription, ConfigEntry, ConfigList};
pub use read::{ConfigGet, ConfigValue};

use crate::ReadView;
use lac_model::config::ConfigField;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::ConfigScope;
use lac_model::stores::{StoreView, Website};
use lac_store::Result;

/// The resource that a field needs: Login as Customer's own section, or
/// Configuration.
fn field_resource(field: &ConfigField) -> Resource {
    if field.needs_section_resource() {
        Resource::CONFIG_SECTION
    } else {
        Resource::CONFIG
    }
}

/// The website and store view of a scope.
struct ScopePlace<'a> {
    website: Option<&'a Website>,
    view: Option<&'a StoreView>,
}

impl<'a> ScopePlace<'a> {
    fn find(view: &'a ReadView<'_>, scope: &ConfigScope) -> Result<Self> {
        let tree = view.store_tree()?;
        match scope {
            ConfigScope::Default => Ok(Self {
                website: None,
                view: None,
            }),
            ConfigScope::Website(code) => {
                let website = tree
                    .website_by_code(code)
                    .filter(|website| view.actor.can_see_website(website.id))
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
                    .filter(|found| view.actor.can_see_website(found.website_id))
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

    /// The id under which the scope's values are stored.
    fn scope_id(&self) -> i64 {
        self.view
            .map(|v| v.id)
            .or(self.website.map(|w| w.id))
            .unwrap_or(0)
    }
}
