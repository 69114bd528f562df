//! Reading many customers leaves a record, whether at once or one by one.

use std::time::Duration;

use super::{Desk, Done, View, Work, act, look};
use lac_model::access::Actor;
use lac_model::access::Identity;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Activity, Permit, Result};

/// Whoever is shown more customers than this, at once or within an hour, is
/// recorded.
pub const BULK: usize = 100;

/// The time within which what somebody was shown is added up.
const SPAN: Duration = Duration::from_secs(60 * 60);

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
pub fn record(
    desk: &Desk<'_>,
    who: Identity,
    action: Action,
    count: usize,
    fill: impl FnOnce(&mut Event),
) -> Result<()> {
    if count <= BULK {
        return self::count(desk, who, count);
    }
    let fill = |event: &mut Event| {
        event.detail("count", count);
        fill(event);
    };
    act::<BulkRead, _>(desk, action, fill, |work, _| {
        Ok(Done::Recorded((), work.record()?))
    })
}

/// Runs a read that shows customers, and counts those that `shown` finds in the
/// answer.
///
/// # Errors
/// Whatever stands in the way of the read, or of counting it.
pub fn look_up<A>(
    desk: &Desk<'_>,
    denied_as: Action,
    any_of: &[Resource],
    shown: impl FnOnce(&A) -> usize,
    body: impl for<'tx> FnOnce(&View<'tx>) -> Result<A>,
) -> Result<A> {
    let (answer, who) = look(desk, denied_as, any_of, |view| {
        Ok((body(view)?, view.actor.identity))
    })?;
    count(desk, who, shown(&answer))?;
    Ok(answer)
}

/// The same for what takes less than listing customers: only whoever may not
/// list them is counted.
///
/// # Errors
/// As [`look_up`].
pub fn look_beside<A>(
    desk: &Desk<'_>,
    denied_as: Action,
    any_of: &[Resource],
    shown: impl FnOnce(&Actor, &A) -> usize,
    body: impl for<'tx> FnOnce(&View<'tx>) -> Result<A>,
) -> Result<A> {
    let (answer, who, shown) = look(desk, denied_as, any_of, |view| {
        let (answer, actor) = (body(view)?, &view.actor);
        let shown = if actor.rights.hold(Resource::CUSTOMER_MANAGE) {
            0
        } else {
            shown(actor, &answer)
        };
        Ok((answer, actor.identity, shown))
    })?;
    count(desk, who, shown)?;
    Ok(answer)
}

/// Runs an act on customers. Its event names whom it changed; `shown` are those
/// in the answer whom it left as they were, and whom no event names. A question
/// whether to go on and an id that is taken tell of a customer too.
///
/// # Errors
/// Whatever stands in the way of the act, or of counting them.
pub fn act_on<A: Act, T>(
    desk: &Desk<'_>,
    action: Action,
    fill: impl FnOnce(&mut Event),
    shown: impl FnOnce(&T) -> usize,
    body: impl for<'tx> FnOnce(&mut Work<'tx>, &Permit<'tx, A>) -> Result<Done<T>>,
) -> Result<T> {
    let mut who = None;
    let ended = act::<A, _>(desk, action, fill, |work, permit| {
        who = Some(work.actor.identity);
        body(work, permit)
    });
    let shown = match &ended {
        Ok(answer) => shown(answer),
        Err(Fault::ConfirmationRequired { .. } | Fault::AlreadyExists { .. }) => 1,
        Err(_) => 0,
    };
    if let Some(who) = who {
        count(desk, who, shown)?;
    }
    ended
}

/// Having been shown many customers one by one.
struct Lookups;

impl Act for Lookups {
    const ANY_OF: &'static [Resource] = &[];
}

/// Adds to what an actor was shown within the hour. Beyond [`BULK`] that is an
/// event, and again whenever it has doubled, so that the log tells how many
/// they were and does not grow with each of them.
///
/// # Errors
/// Whatever keeps it from being counted or recorded: then nobody is shown.
pub fn count(desk: &Desk<'_>, who: Identity, shown: usize) -> Result<()> {
    let subject = match who {
        Identity::AdminUser(id) => format!("admin_user:{id}"),
        Identity::Storefront(id) => format!("storefront:{id}"),
        Identity::Upkeep => return Ok(()),
    };
    let by = i64::try_from(shown).unwrap_or(i64::MAX);
    if by == 0 {
        return Ok(());
    }
    let now = desk.clock.now();
    let add = |by| {
        desk.store
            .count_activity(Activity::Lookup, &subject, by, now, SPAN)
    };
    let after = add(by)?.count;
    if level(after) <= level(after.saturating_sub(shown as u64)) {
        return Ok(());
    }
    let fill = |event: &mut Event| {
        event.detail("count", after);
        event.detail("within_seconds", SPAN.as_secs());
    };
    let recorded = act::<Lookups, _>(desk, Action::CustomerList, fill, |work, _| {
        Ok(Done::Recorded((), work.record()?))
    });
    if recorded.is_err() {
        // The next attempt has to be recorded as well.
        add(-by)?;
    }
    recorded
}

/// How often a count has gone beyond the limit or doubled since.
fn level(count: u64) -> u32 {
    match count.saturating_sub(1) / BULK as u64 {
        0 => 0,
        times => times.ilog2() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn beyond_the_limit_and_at_each_doubling() {
        let levels = [0, 1, 100, 101, 200, 201, 400, 401, 1_000_000].map(level);
        assert_eq!(levels, [0, 0, 0, 1, 1, 2, 2, 3, 14]);
    }
}
