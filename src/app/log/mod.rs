//! The audit log: read it, follow it, sum it up, take it along, prove it, and
//! keep it.

mod accept;
pub mod archive;
mod checkpoint;
pub mod erase;
pub mod export;
mod filter;
mod list;
pub mod manifest;
mod names;
mod recover;
pub mod report;
mod show;
pub mod source;
mod spread;
pub mod statement;
mod summary;
mod tail;
mod tree;
pub mod verify;

pub use accept::{Accept, Accepted, PlanAcceptance};
pub use checkpoint::{Newest, Receipt};
pub use filter::{Filter, Wanted};
pub use list::{List, Listed, Sort};
pub use recover::{PlanRecovery, Recover, Recovered};
pub use report::{Report, Reported};
pub use show::{Raw, Show, ShowRaw};
pub use statement::{Stated, Statement};
pub use summary::{About, Limit};
pub use tail::{BATCH, IsNewest, Position, Start, Tail, Tailed};

use self::export::proof::damaged;
use crate::app::View;
use crate::domain::audit::Visible;
use crate::domain::audit::{ActionGroup, Cut, EventView, StoredEvent};
use crate::domain::resource::Resource;
use crate::store::log::tampered;
use crate::store::{Head, ReadTx, Result};

/// Either lets one read the log; the first is what a denial names, because it
/// is the lesser.
const READERS: [Resource; 2] = [Resource::LOGIN_LOG, Resource::LOGGING_EVENTS];

/// The part of the log that exists for an actor.
struct Readable {
    /// `None` for every action group.
    groups: Option<Vec<ActionGroup>>,
    /// `None` for every website.
    visible: Option<Visible>,
}

impl Readable {
    /// *Report* reads all groups, *View Login as Customer Log* that one alone;
    /// a custom role scope sees its websites' events and the actor's own.
    fn of(view: &View<'_>) -> Result<Self> {
        let all = view.actor.rights.hold(Resource::LOGGING_EVENTS);
        let groups = (!all).then(|| vec![ActionGroup::LoginAsCustomer]);
        let visible = match view.websites() {
            None => None,
            Some(ids) => {
                let tree = view.tree()?;
                let code = |id: &i64| Some(tree.website(*id)?.code.clone());
                Some(Visible {
                    websites: ids.iter().filter_map(code).collect(),
                    admin_id: view.actor.admin_id(),
                })
            }
        };
        Ok(Self { groups, visible })
    }

    fn covers(&self, event: &EventView) -> bool {
        let of_group = self.groups.as_ref().is_none_or(|groups| {
            groups
                .iter()
                .any(|group| group.as_str() == event.action_group)
        });
        let of_scope = self.visible.as_ref().is_none_or(|visible| {
            let website = event.website.as_ref();
            website.is_some_and(|code| visible.websites.contains(code))
                || (visible.admin_id.is_some() && visible.admin_id == event.admin_id)
        });
        of_group && of_scope
    }
}

/// The head of the tree.
///
/// # Errors
/// `log_tampered` where there is none.
fn newest(read: &dyn ReadTx) -> Result<Head> {
    let head = read.audit_head()?;
    head.ok_or_else(|| tampered("the head of the tree is gone"))
}

/// An event as readers see it.
///
/// # Errors
/// `row_damaged` for texts that are no event.
pub fn view_of(event: &Cut<'_>) -> Result<EventView> {
    read(&StoredEvent::of(
        event.seq().unwrap_or_default(),
        event.texts,
    ))
}

/// # Errors
/// `row_damaged` for texts that are no event.
fn read(stored: &StoredEvent) -> Result<EventView> {
    stored.view().map_err(|e| damaged(stored.seq, e))
}
