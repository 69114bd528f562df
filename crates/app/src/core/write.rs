use super::context::Context;
use super::event::set_caller;
use super::once::BodyOnce;
use super::record::{OpenLog, commit, open_log, open_log_for_recovery};
use super::refusals::{self, record_refusal};
use super::unit_of_work::{UnitOfWork, WriteOutcome};
use super::{identify, token_use};
use lac_ledger::appender::RecordedEvent;
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::access::ActingToken;
use lac_model::audit::{Action, Event};
use lac_model::resource::Resource;
use lac_store::AppendProof;
use lac_store::{Act, Permit, Result, WriteTx};

/// Runs a use case that changes something: identifies the caller, authorizes
/// them, runs `body` and commits its change and event in one transaction.
/// `fill` adds what is known beforehand to the event (reason, ticket,
/// customer), so that a refusal contains it too. A denied, refused or not-found
/// attempt is recorded before its error is returned.
pub fn write<A: Act, T>(
    context: &Context<'_>,
    action: Action,
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut UnitOfWork<'tx>, &Permit<'tx, A>) -> Result<WriteOutcome<T>>,
) -> Result<T> {
    authorize_and_write(context, open_log, action, A::ANY_OF, fill, body)
}

/// Like [`write()`], if the request decides which of the resources in
/// [`Act::ANY_OF`] are needed.
pub fn write_with_resources<A: Act, T>(
    context: &Context<'_>,
    action: Action,
    any_of: &[Resource],
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut UnitOfWork<'tx>, &Permit<'tx, A>) -> Result<WriteOutcome<T>>,
) -> Result<T> {
    authorize_and_write(context, open_log, action, any_of, fill, body)
}

/// Like [`write()`], if the checkpoint file may be missing, which only its
/// recovery allows. The whole log is hashed again instead.
pub fn write_without_checkpoint<A: Act, T>(
    context: &Context<'_>,
    action: Action,
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut UnitOfWork<'tx>, &Permit<'tx, A>) -> Result<WriteOutcome<T>>,
) -> Result<T> {
    authorize_and_write(
        context,
        open_log_for_recovery,
        action,
        A::ANY_OF,
        fill,
        body,
    )
}

/// The generic part, compiled for every use case; `run_write` is the rest.
fn authorize_and_write<A: Act, T>(
    context: &Context<'_>,
    open: OpenLog,
    action: Action,
    any_of: &[Resource],
    fill: impl FnOnce(&mut Event),
    body: impl for<'tx> FnOnce(&mut UnitOfWork<'tx>, &Permit<'tx, A>) -> Result<WriteOutcome<T>>,
) -> Result<T> {
    let mut draft = Event::new(action);
    set_caller(&mut draft, context.caller);
    fill(&mut draft);
    let mut once = BodyOnce::new(body);
    run_write(context, open, draft, &mut |work| {
        let permit = Permit::authorize(work.read, &work.actor, any_of)?;
        once.run(|body| Ok(body(work, &permit)?.split()))
    })?;
    once.answer()
}

/// Gets a permit and runs a body with it; returns the event if something
/// changed.
type WriteBody<'b> = dyn for<'tx> FnMut(&mut UnitOfWork<'tx>) -> Result<Option<RecordedEvent>> + 'b;

fn run_write(
    context: &Context<'_>,
    open: OpenLog,
    mut draft: Event,
    body: &mut WriteBody<'_>,
) -> Result<()> {
    if let Some(fault) = refusals::refuse_repeated(context, &draft) {
        return Err(fault);
    }
    context.keys.load_current(KeyPurpose::Audit)?; // read before anything is locked
    let tx = context.store.write()?;
    let mut token = None;
    let proof = match run_in_transaction(context, open, &*tx, &mut draft, &mut token, body) {
        Ok(proof) => proof,
        Err(fault) => {
            context.keys.discard_pending();
            drop(tx);
            let fault = record_refusal(context, draft, fault);
            token_use::note_token_use(context, token.as_ref());
            return Err(fault);
        }
    };
    match proof {
        Some(proof) => commit(context, tx, proof)?,
        None => drop(tx),
    }
    token_use::note_token_use(context, token.as_ref());
    Ok(())
}

fn run_in_transaction(
    context: &Context<'_>,
    open: OpenLog,
    tx: &dyn WriteTx,
    draft: &mut Event,
    token: &mut Option<ActingToken>,
    body: &mut WriteBody<'_>,
) -> Result<Option<AppendProof>> {
    let mut work = UnitOfWork::open(context, open, tx, draft.clone(), context.caller)?;
    let actor = identify::identify(work.read, &context.caller.credential, work.now)?;
    token.clone_from(&actor.token);
    work.set_actor(actor);
    match body(&mut work) {
        Ok(recorded) => work.seal(recorded),
        Err(fault) => {
            *draft = work.draft;
            Err(fault)
        }
    }
}
