use super::config::Config;
use super::context::{Context, Credential};
use super::event::{set_actor, set_caller};
use super::once::BodyOnce;
use super::refusals::record_refusal;
use super::view::ReadView;
use super::{identify, token_use};
use lac_model::access::ActingToken;
use lac_model::audit::{Action, Event};
use lac_model::fault::FaultKind;
use lac_model::resource::Resource;
use lac_store::{ReadTx, Result, demand};

/// Runs a use case that only reads, in one snapshot. A denied attempt is
/// recorded as `denied_as`. Any one of the resources in `any_of` is enough.
pub fn read<T>(
    context: &Context<'_>,
    denied_as: Action,
    any_of: &[Resource],
    body: impl for<'tx> FnOnce(&ReadView<'tx>) -> Result<T>,
) -> Result<T> {
    run_once(body, |body| read_snapshot(context, denied_as, any_of, body))
}

/// A body whose answer is kept by [`BodyOnce`], so that its type does not
/// appear here.
type ReadBody<'b> = dyn for<'tx> FnMut(&ReadView<'tx>) -> Result<()> + 'b;

/// Passes the body to `run`, which must run it once, and returns its answer.
fn run_once<T>(
    body: impl for<'tx> FnOnce(&ReadView<'tx>) -> Result<T>,
    run: impl FnOnce(&mut ReadBody<'_>) -> Result<()>,
) -> Result<T> {
    let mut once = BodyOnce::new(body);
    run(&mut |view| once.run(|body| Ok((body(view)?, ()))))?;
    once.answer()
}

fn read_snapshot(
    context: &Context<'_>,
    denied_as: Action,
    any_of: &[Resource],
    body: &mut ReadBody<'_>,
) -> Result<()> {
    let mut draft = Event::new(denied_as);
    set_caller(&mut draft, context.caller);
    let tx = context.store.read()?;
    let mut token = None;
    let mut ended = read_in_transaction(context, &*tx, &mut draft, &mut token, any_of, body);
    drop(tx);
    if let Err(fault) = &ended
        && fault.kind() == FaultKind::Denied
    {
        ended = Err(record_refusal(context, draft, fault.clone()));
    }
    token_use::note_token_use(context, token.as_ref());
    ended
}

/// Checks the caller's rights before a large input from them is parsed. The use
/// case itself checks them again.
pub fn check_allowed(context: &Context<'_>, action: Action, any_of: &[Resource]) -> Result<()> {
    read(context, action, any_of, |_| Ok(()))
}

/// The name of the caller, who is refused as in a use case that records `action`
/// if they are unknown.
pub fn authenticate(context: &Context<'_>, action: Action) -> Result<String> {
    read(context, action, &[], |view| Ok(view.actor.name.clone()))
}

/// Reads without recording anything, for completion. Any error gives an empty
/// answer.
pub fn read_unrecorded<T: Default>(
    context: &Context<'_>,
    any_of: &[Resource],
    body: impl for<'tx> FnOnce(&ReadView<'tx>) -> Result<T>,
) -> T {
    let mut unused = Event::new(Action::CustomerList);
    let answer = run_once(body, |body| {
        let tx = context.store.read()?;
        read_in_transaction(context, &*tx, &mut unused, &mut None, any_of, body)
    });
    answer.unwrap_or_default()
}

/// Whether the caller is authenticated.
pub fn is_known(context: &Context<'_>) -> bool {
    let known = context
        .store
        .read()
        .and_then(|tx| identify::identify(&*tx, &context.caller.credential, context.clock.now()));
    known.is_ok()
}

/// Whether the caller is a storefront's account. A use case that means one
/// thing for people and another for storefronts asks this first; what the
/// caller may do is checked by the one that then runs.
pub fn is_storefront(context: &Context<'_>) -> bool {
    // Only a token can be a storefront's.
    let Credential::Token(_) = context.caller.credential else {
        return false;
    };
    let actor = context
        .store
        .read()
        .and_then(|tx| identify::identify(&*tx, &context.caller.credential, context.clock.now()));
    actor.is_ok_and(|actor| actor.storefront_id().is_some())
}

fn read_in_transaction(
    context: &Context<'_>,
    tx: &dyn ReadTx,
    draft: &mut Event,
    token: &mut Option<ActingToken>,
    any_of: &[Resource],
    body: &mut ReadBody<'_>,
) -> Result<()> {
    let now = context.clock.now();
    let actor = identify::identify(tx, &context.caller.credential, now)?;
    set_actor(draft, &actor);
    token.clone_from(&actor.token);
    demand(&actor, any_of)?;
    let config = Config::read(tx)?;
    body(&ReadView::new(context, tx, actor, now, config))
}
