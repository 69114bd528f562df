//! Records when somebody reads many customers, at once or one by one.

use std::time::Duration;

use crate::{Context, ReadView, UnitOfWork, WriteOutcome, read, write};
use lac_model::access::Actor;
use lac_model::access::Identity;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Activity, Permit, Result};

/// Reading more customers than this, at once or within an hour, is recorded.
pub const BULK_LIMIT: usize = 100;

/// The period over which look-ups are added up.
const COUNTING_PERIOD: Duration = Duration::from_secs(60 * 60);

/// Reading many customers at once.
struct BulkRead;

impl Act for BulkRead {
    const ANY_OF: &'static [Resource] = &[Resource::CUSTOMER_MANAGE];
}

/// Records a bulk read of `count` customers as `action`. Up to [`BULK_LIMIT`]
/// customers are only added to the actor's hourly count. Call it before the
/// rows are returned: if it fails, they must not be.
pub fn record_bulk_read(
    context: &Context<'_>,
    who: Identity,
    action: Action,
    count: usize,
    fill: impl FnOnce(&mut Event),
) -> Result<()> {
    if count <= BULK_LIMIT {
        return self::count_lookups(context, who, count);
    }
    let fill = |event: &mut Event| {
        event.add_detail("count", count);
        fill(event);
    };
    write::<BulkRead, _>(context, action, fill, |work, _| {
        Ok(WriteOutcome::Recorded((), work.record()?))
    })
}

/// Runs a read that returns customers, and counts as many as `shown` returns
/// for the answer.
pub fn read_counted<A>(
    context: &Context<'_>,
    denied_as: Action,
    any_of: &[Resource],
    shown: impl FnOnce(&A) -> usize,
    body: impl for<'tx> FnOnce(&ReadView<'tx>) -> Result<A>,
) -> Result<A> {
    let (answer, who) = read(context, denied_as, any_of, |view| {
        Ok((body(view)?, view.actor.identity))
    })?;
    count_lookups(context, who, shown(&answer))?;
    Ok(answer)
}

/// Like [`read_counted`], for reads that are allowed without the right to list
/// customers. Actors who have that right are not counted.
pub fn read_counted_if_restricted<A>(
    context: &Context<'_>,
    denied_as: Action,
    any_of: &[Resource],
    shown: impl FnOnce(&Actor, &A) -> usize,
    body: impl for<'tx> FnOnce(&ReadView<'tx>) -> Result<A>,
) -> Result<A> {
    let (answer, who, shown) = read(context, denied_as, any_of, |view| {
        let (answer, actor) = (body(view)?, &view.actor);
        let shown = if actor.rights.allows(Resource::CUSTOMER_MANAGE) {
            0
        } else {
            shown(actor, &answer)
        };
        Ok((answer, actor.identity, shown))
    })?;
    count_lookups(context, who, shown)?;
    Ok(answer)
}

/// Runs a use case that changes customers. Its event names the customers it
/// changed; `shown` returns how many others are in the answer. An
/// `already_exists` or `confirmation_required` error also reveals that a
/// customer exists, so it counts as one look-up.
pub fn write_counted<A: Act, T>(
    context: &Context<'_>,
    action: Action,
    fill: impl FnOnce(&mut Event),
    shown: impl FnOnce(&T) -> usize,
    body: impl for<'tx> FnOnce(&mut UnitOfWork<'tx>, &Permit<'tx, A>) -> Result<WriteOutcome<T>>,
) -> Result<T> {
    let mut who = None;
    let ended = write::<A, _>(context, action, fill, |work, permit| {
        who = Some(work.actor.identity);
        body(work, permit)
    });
    let shown = match &ended {
        Ok(answer) => shown(answer),
        Err(Fault::ConfirmationRequired { .. } | Fault::AlreadyExists { .. }) => 1,
        Err(_) => 0,
    };
    if let Some(who) = who {
        count_lookups(context, who, shown)?;
    }
    ended
}

/// Reading many customers one by one.
struct CustomerLookups;

impl Act for CustomerLookups {
    const ANY_OF: &'static [Resource] = &[];
}

/// Adds to the actor's hourly count of customers read. An event is recorded
/// when the count goes beyond [`BULK_LIMIT`] and each time it has doubled
/// since, so the log shows the order of magnitude without one event per
/// customer. If it fails, the customers must not be shown.
pub fn count_lookups(context: &Context<'_>, who: Identity, shown: usize) -> Result<()> {
    let subject = match who {
        Identity::AdminUser(id) => format!("admin_user:{id}"),
        Identity::Storefront(id) => format!("storefront:{id}"),
        Identity::Upkeep => return Ok(()),
    };
    let by = i64::try_from(shown).unwrap_or(i64::MAX);
    if by == 0 {
        return Ok(());
    }
    let now = context.clock.now();
    let add = |by| {
        context
            .store
            .count_activity(Activity::CustomerLookup, &subject, by, now, COUNTING_PERIOD)
    };
    let after = add(by)?.count;
    if doublings(after) <= doublings(after.saturating_sub(shown as u64)) {
        return Ok(());
    }
    let fill = |event: &mut Event| {
        event.add_detail("count", after);
        event.add_detail("within_seconds", COUNTING_PERIOD.as_secs());
    };
    let recorded = write::<CustomerLookups, _>(context, Action::CustomerList, fill, |work, _| {
        Ok(WriteOutcome::Recorded((), work.record()?))
    });
    if recorded.is_err() {
        // Otherwise the next attempt would not be recorded either.
        add(-by)?;
    }
    recorded
}

/// 0 up to the limit; beyond it, 1 plus the number of times the count has
/// doubled.
fn doublings(count: u64) -> u32 {
    match count.saturating_sub(1) / BULK_LIMIT as u64 {
        0 => 0,
        times => times.ilog2() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::doublings;

    #[test]
    fn level_rises_beyond_the_limit_and_at_each_doubling() {
        let levels = [0, 1, 100, 101, 200, 201, 400, 401, 1_000_000].map(doublings);
        assert_eq!(levels, [0, 0, 0, 1, 1, 2, 2, 3, 14]);
    }
}
