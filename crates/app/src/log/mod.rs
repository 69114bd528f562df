//! The audit log: list, follow, report, export, verify, archive and erase.

mod accept;
pub mod archive;
mod checkpoint;
pub mod erase;
pub mod export;
mod filter;
mod filter_values;
mod list;
mod reading;
mod recover;
pub mod report;
mod show;
pub mod statement;
mod tail;
pub mod verify;

pub use accept::{LogAccept, LogAccepted, LogPlanAcceptance};
pub use checkpoint::LogCheckpoint;
pub use list::{LogList, LogListSummary, LogSort};
pub use recover::{LogPlanRecovery, LogRecover, LogRecovered};
pub use report::LogReport;
pub use show::{LogRaw, LogShow, RawEvent};
pub use statement::LogStatement;
pub use tail::{LogIsNewest, LogPosition, LogTail, LogTailBatch, MAX_BATCH, TailStart};

use crate::ReadView;
use lac_model::audit::LogVisibility;
use lac_model::audit::{ActionGroup, EventView};
use lac_model::resource::Resource;
use lac_store::Result;

/// Either resource allows reading the log. A denial names the first one,
/// because it is the lesser.
const LOG_READERS: [Resource; 2] = [Resource::LOGIN_LOG, Resource::LOGGING_EVENTS];

/// The part of the log that an actor may read.
struct ReadableLog {
    /// `None` for every action group.
    groups: Option<Vec<ActionGroup>>,
    /// `None` for every website.
    visible: Option<LogVisibility>,
}

impl ReadableLog {
    /// *Report* allows all groups, *View Login as Customer Log* only that one.
    /// With a custom role scope, the actor sees the events of its websites and
    /// their own.
    fn for_actor(view: &ReadView<'_>) -> Result<Self> {
        let all = view.actor.rights.allows(Resource::LOGGING_EVENTS);
        let groups = (!all).then(|| vec![ActionGroup::LoginAsCustomer]);
        let visible = match view.website_ids() {
            None => None,
            Some(ids) => {
                let tree = view.store_tree()?;
                let code = |id: &i64| Some(tree.website(*id)?.code.clone());
                Some(LogVisibility {
                    websites: ids.iter().filter_map(code).collect(),
                    admin_id: view.actor.admin_id(),
                })
            }
        };
        Ok(Self { groups, visible })
    }

    fn includes(&self, event: &EventView) -> bool {
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
