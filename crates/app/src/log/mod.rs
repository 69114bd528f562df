//! The audit log: read it, follow it, sum it up, take it along, prove it, and
//! keep it.

mod accept;
pub mod archive;
mod checkpoint;
pub mod erase;
pub mod export;
mod filter;
mod list;
mod names;
mod recover;
pub mod report;
mod show;
pub mod statement;
mod summary;
mod tail;
pub mod verify;

pub use accept::{Accept, Accepted, PlanAcceptance};
pub use checkpoint::Newest;
pub use list::{List, Listed, Sort};
pub use recover::{PlanRecovery, Recover, Recovered};
pub use report::Report;
pub use show::{Raw, Show, ShowRaw};
pub use statement::Statement;
pub use tail::{BATCH, IsNewest, Position, Start, Tail, Tailed};

use crate::View;
use lac_model::audit::Visible;
use lac_model::audit::{ActionGroup, EventView};
use lac_model::resource::Resource;
use lac_store::Result;

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
