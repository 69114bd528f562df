//! Reading many customers leaves a record, whether at once or one by one.

use std::time::Duration;

use crate::{Context, ReadView, UnitOfWork, WriteOutcome, read, write};
use lac_model::access::Actor;
use lac_model::access::Identity;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Activity, Permit, Result};

/// Whoever is shown more customers than this, at once or within an hour, is
/// recorded.
pub const BULK_LIMIT: usize = 100;

/// The time within which what somebody was shown is added up.
const COUNTING_PERIOD: Duration = Duration::from_secs(60 * 60);

/// Being shown many customers at once.
struct BulkRead;

impl Act for BulkRead {
    const ANY_OF: &'static [Resource] = &[Resource::CUSTOMER_MANAGE];
}

/// Records a bulk read of `count` customers as `action`; fewer are added to
/// what the actor was shown within the hour. To be called before the rows are
/// handed out: if it fails, they are not.
///
/// # Errors
/// Whatever keeps it from being recorded or counted.
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

/// Runs a read that shows customers, and counts those that `shown` finds in the
/// answer.
///
/// # Errors
/// Whatever stands in the way of the read, or of counting it.
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

/// The same for what takes less than listing customers: only whoever may not
/// list them is counted.
///
/// # Errors
/// As [`look_up`].
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

/// Runs an act on customers. Its event names whom it changed; `shown` are those
/// in the answer whom it left as they were, and whom no event names. A question
/// whether to go on and an id that is taken tell of a customer too.
///
/// # Errors
/// Whatever stands in the way of the act, or of counting them.
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

/// Having been shown many customers one by one.
struct CustomerLookups;

impl Act for CustomerLookups {
    const ANY_OF: &'static [Resource] = &[];
}

/// Adds to what an actor was shown within the hour. Beyond [`BULK`] that is an
/// event, and again whenever it has doubled, so that the log tells how many
/// they were and does not grow with each of them.
///
/// # Errors
/// Whatever keeps it from being counted or recorded: then nobody is shown.
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
        // The next attempt has to be recorded as well.
        add(-by)?;
    }
    recorded
}

/// How often a count has gone beyond the limit or doubled since.
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
    fn beyond_the_limit_and_at_each_doubling() {
        let levels = [0, 1, 100, 101, 200, 201, 400, 401, 1_000_000].map(doublings);
        assert_eq!(levels, [0, 0, 0, 1, 1, 2, 2, 3, 14]);
    }
}
