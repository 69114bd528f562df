//! The story of what changes something.

use super::once::Once;
use super::{Desk, Done, View, Work, from_caller, refuse, sign_in, strangers, used, who};
use crate::logbook::{Keys, Opening, commit, open_log, open_log_anyway};
use crate::settings::Config;
use lac_ledger::appender::Recorded;
use lac_ledger::signing::keys::Purpose;
use lac_model::access::ActingToken;
use lac_model::audit::{Action, Event};
use lac_model::resource::Resource;
use lac_store::Appended;
use lac_store::{Act, Permit, Result, WriteTx};

/// Runs an act. `fill` puts what is known beforehand into the record (reason,
/// ticket, whom it is about), so that a refusal carries it too.
///
/// # Errors
/// Whatever stands in the way; the attempt is recorded first if it was denied,
/// refused or not found.
pub fn act<A: Act, T>(
    desk: &Desk<'_>,
    action: Action,
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut Work<'tx>, &Permit<'tx, A>) -> Result<Done<T>>,
) -> Result<T> {
    perform(desk, open_log, action, A::ANY_OF, fill, body)
}

/// The same where the request says which of the act's resources it needs.
///
/// # Errors
/// As [`act`].
pub fn act_with<A: Act, T>(
    desk: &Desk<'_>,
    action: Action,
    any_of: &[Resource],
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut Work<'tx>, &Permit<'tx, A>) -> Result<Done<T>>,
) -> Result<T> {
    perform(desk, open_log, action, any_of, fill, body)
}

/// The same where the checkpoint file may be missing: its recovery alone. The
/// whole log is hashed again instead.
///
/// # Errors
/// As [`act`]; a file that is there must be sound.
pub fn act_without_checkpoint<A: Act, T>(
    desk: &Desk<'_>,
    action: Action,
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut Work<'tx>, &Permit<'tx, A>) -> Result<Done<T>>,
) -> Result<T> {
    perform(desk, open_log_anyway, action, A::ANY_OF, fill, body)
}

/// The part that exists once for each act and answer; [`run`] is the rest.
fn perform<A: Act, T>(
    desk: &Desk<'_>,
    open: Opening,
    action: Action,
    any_of: &[Resource],
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut Work<'tx>, &Permit<'tx, A>) -> Result<Done<T>>,
) -> Result<T> {
    let mut draft = Event::new(action);
    from_caller(&mut draft, desk.caller);
    fill(&mut draft);
    let mut once = Once::new(body);
    run(desk, open, draft, &mut |work| {
        let permit = Permit::authorize(work.read, &work.actor, any_of)?;
        once.run(|body| Ok(body(work, &permit)?.split()))
    })?;
    once.answer()
}

/// Asks for a permit and runs a body with it; gives the record if something
/// changed.
type Body<'b> = dyn for<'tx> FnMut(&mut Work<'tx>) -> Result<Option<Recorded>> + 'b;

fn run(desk: &Desk<'_>, open: Opening, mut draft: Event, body: &mut Body<'_>) -> Result<()> {
    if let Some(fault) = strangers::turned_away(desk, &draft) {
        return Err(fault);
    }
    desk.keys.at_hand(Purpose::Audit)?; // read before anything is locked
    let tx = desk.store.write()?;
    let mut token = None;
    let proof = match attempt(desk, open, &*tx, &mut draft, &mut token, body) {
        Ok(proof) => proof,
        Err(fault) => {
            desk.keys.discard_made();
            drop(tx);
            let fault = refuse(desk, draft, fault);
            used::note(desk, token.as_ref());
            return Err(fault);
        }
    };
    match proof {
        Some(proof) => commit(desk, tx, proof)?,
        None => drop(tx),
    }
    used::note(desk, token.as_ref());
    Ok(())
}

fn attempt(
    desk: &Desk<'_>,
    open: Opening,
    tx: &dyn WriteTx,
    draft: &mut Event,
    token: &mut Option<ActingToken>,
    body: &mut Body<'_>,
) -> Result<Option<Appended>> {
    let now = desk.clock.now();
    let config = Config::read(tx.as_read())?;
    let keyring = Keys::settled(desk, tx, &config)?;
    let log = open(desk, tx, &config, &keyring.chain, now)?;
    let actor = who::identify(tx.as_read(), &desk.caller.credential, now)?;
    sign_in(draft, &actor);
    token.clone_from(&actor.token);
    let mut work = Work {
        tx,
        draft: draft.clone(),
        view: View::new(desk, tx.as_read(), actor, now, config),
        log,
        keyring,
        caller: desk.caller,
    };
    match body(&mut work) {
        Ok(recorded) => work.seal(recorded),
        Err(fault) => {
            *draft = work.draft;
            Err(fault)
        }
    }
}
