//! Websites, store groups and store views: list, add, edit and remove them.

mod add;
mod edit;
mod list;
mod node;
mod reference;
mod remove;

pub use add::{StoresAddGroup, StoresAddView, StoresAddWebsite};
pub use edit::{StoresEdit, StoresEdited};
pub use list::StoresList;
pub use node::{StoreLevel, StoreNode};
pub use reference::StoreRef;
pub use remove::{StoresPlanRemove, StoresRemove, StoresRemoved};

use std::collections::BTreeSet;

use crate::UnitOfWork;
use lac_model::bounded::StoreId;
use lac_model::fault::Fault;
use lac_model::scope::is_valid_code;
use lac_model::stores::{StoreTree, Website};
use lac_model::text::is_deceptive;
use lac_store::{Permit, Result, StoreTreeWrite};

fn check_code(code: &str) -> Result<()> {
    if is_valid_code(code) {
        return Ok(());
    }
    Err(Fault::invalid(
        "code",
        format!(
            "`{code}` is not a code: a letter, then letters, digits and underscores, at most 32 \
             characters"
        ),
    ))
}

fn check_name(name: &str) -> Result<()> {
    let problem = if name.is_empty() || name.chars().count() > 255 {
        "it has 1 to 255 characters"
    } else if name.contains(is_deceptive) {
        "it must not contain control or invisible characters"
    } else if name.trim() != name {
        "it must not start or end with white space"
    } else {
        return Ok(());
    };
    Err(Fault::invalid("name", problem))
}

fn back_office_fault(level: StoreLevel, code: &str) -> Fault {
    let level = level.as_str();
    Fault::ReadOnly {
        what: format!("{level}:{code} is the back office's own and stays as it is"),
    }
}

/// Makes one website the default, and no other.
fn make_default(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, StoreTreeWrite>,
    tree: &StoreTree,
    id: i64,
) -> Result<()> {
    for website in tree
        .websites
        .iter()
        .filter(|w| w.is_default != (w.id == id))
    {
        let website = Website {
            is_default: website.id == id,
            ..website.clone()
        };
        work.tx.website_put(permit, &website)?;
    }
    Ok(())
}

/// The requested id if it is free, or the next free one.
fn free_id(
    asked: Option<StoreId>,
    what: &str,
    taken: impl Iterator<Item = i64> + Clone,
) -> Result<i64> {
    let Some(id) = asked.map(StoreId::get) else {
        // Ignores the greatest possible id, so that using it does not make all
        // lower ids look used.
        let usual = taken.clone().filter(|id| *id < StoreId::MAX).max();
        let next = usual.unwrap_or(0).max(0) + 1;
        let known: BTreeSet<i64> = taken.collect();
        let free = (next..=StoreId::MAX).chain(1..next);
        return free
            .into_iter()
            .find(|id| !known.contains(id))
            .ok_or_else(|| Fault::invalid("--id", "no id is left"));
    };
    if taken.clone().any(|other| other == id) {
        return Err(Fault::AlreadyExists {
            what: format!("a {what} with the id {id}"),
        });
    }
    Ok(id)
}
