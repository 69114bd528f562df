//! The story of what only reads.

use super::once::Once;
use super::{Desk, View, from_caller, refuse, sign_in, used, who};
use crate::settings::Config;
use lac_model::access::ActingToken;
use lac_model::audit::{Action, Event};
use lac_model::fault::Kind;
use lac_model::resource::Resource;
use lac_store::{ReadTx, Result, demand};

/// Runs a use case that only reads, in one snapshot. A denied attempt is
/// recorded as `denied_as`.
///
/// # Errors
/// Whatever stands in the way.
pub fn look<T>(
    desk: &Desk<'_>,
    denied_as: Action,
    any_of: &[Resource],
    body: impl for<'tx> FnOnce(&View<'tx>) -> Result<T>,
) -> Result<T> {
    once(body, |body| snapshot(desk, denied_as, any_of, body))
}

/// A body that [`peek`] runs, whatever its answer.
type Body<'b> = dyn for<'tx> FnMut(&View<'tx>) -> Result<()> + 'b;

/// Lets `run` run the body once, and gives its answer.
fn once<T>(
    body: impl for<'tx> FnOnce(&View<'tx>) -> Result<T>,
    run: impl FnOnce(&mut Body<'_>) -> Result<()>,
) -> Result<T> {
    let mut once = Once::new(body);
    run(&mut |view| once.run(|body| Ok((body(view)?, ()))))?;
    once.answer()
}

fn snapshot(
    desk: &Desk<'_>,
    denied_as: Action,
    any_of: &[Resource],
    body: &mut Body<'_>,
) -> Result<()> {
    let mut draft = Event::new(denied_as);
    from_caller(&mut draft, desk.caller);
    let tx = desk.store.read()?;
    let mut token = None;
    let mut ended = peek(desk, &*tx, &mut draft, &mut token, any_of, body);
    drop(tx);
    if let Err(fault) = &ended
        && fault.kind() == Kind::Denied
    {
        ended = Err(refuse(desk, draft, fault.clone()));
    }
    used::note(desk, token.as_ref());
    ended
}

/// Whether who asks may do this, before anything large that they sent is
/// parsed for them. It is asked again where it is done.
///
/// # Errors
/// Whatever stands in the way; a denied attempt is recorded.
pub fn may(desk: &Desk<'_>, action: Action, any_of: &[Resource]) -> Result<()> {
    look(desk, action, any_of, |_| Ok(()))
}

/// Looks without a trace, for completion: whatever stands in the way is an
/// empty answer, and no attempt is recorded.
pub fn glance<T: Default>(
    desk: &Desk<'_>,
    any_of: &[Resource],
    body: impl for<'tx> FnOnce(&View<'tx>) -> Result<T>,
) -> T {
    let mut unused = Event::new(Action::CustomerList);
    let answer = once(body, |body| {
        let tx = desk.store.read()?;
        peek(desk, &*tx, &mut unused, &mut None, any_of, body)
    });
    answer.unwrap_or_default()
}

/// Whether who calls is somebody this store knows.
pub fn is_known(desk: &Desk<'_>) -> bool {
    let known = desk
        .store
        .read()
        .and_then(|tx| who::identify(&*tx, &desk.caller.credential, desk.clock.now()));
    known.is_ok()
}

fn peek(
    desk: &Desk<'_>,
    tx: &dyn ReadTx,
    draft: &mut Event,
    token: &mut Option<ActingToken>,
    any_of: &[Resource],
    body: &mut Body<'_>,
) -> Result<()> {
    let now = desk.clock.now();
    let actor = who::identify(tx, &desk.caller.credential, now)?;
    sign_in(draft, &actor);
    token.clone_from(&actor.token);
    demand(&actor, any_of)?;
    let config = Config::read(tx)?;
    body(&View::new(desk, tx, actor, now, config))
}
