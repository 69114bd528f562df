//! Bulk reading of customers leaves a record.

use super::{Desk, Done, act};
use crate::domain::audit::{Action, Event};
use crate::domain::resource::Resource;
use crate::store::Result;

/// Whoever reads more customers than this at once is recorded.
pub const BULK: usize = 100;

/// Records a bulk read of `count` customers as `action`; nothing for fewer.
/// To be called before the rows are handed out: if it fails, they are not.
///
/// # Errors
/// Whatever keeps it from being recorded.
pub fn record(
    desk: &Desk<'_>,
    action: Action,
    count: usize,
    fill: impl FnOnce(&mut Event),
) -> Result<()> {
    if count <= BULK {
        return Ok(());
    }
    let fill = |event: &mut Event| {
        event.detail("count", count);
        fill(event);
    };
    act(
        desk,
        action,
        &[Resource::CUSTOMER_MANAGE],
        fill,
        |work, _| Ok(Done::Recorded((), work.record()?)),
    )
}
