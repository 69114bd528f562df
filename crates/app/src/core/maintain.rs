//! Maintenance: writes that no actor asked for.

use super::context::{Caller, Context};
use super::record::{commit, open_log};
use super::unit_of_work::{UnitOfWork, WriteOutcome};
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::audit::{Action, Event};
use lac_store::{Permit, Result, SessionWrite};

/// Runs maintenance without an actor or authorization: recording expired links
/// and sessions. Its events have no actor; their admin is the session's
/// impersonator.
pub fn maintain<T>(
    context: &Context<'_>,
    body: impl for<'tx> FnOnce(
        &mut UnitOfWork<'tx>,
        &Permit<'tx, SessionWrite>,
    ) -> Result<WriteOutcome<T>>,
) -> Result<T> {
    context.keys.load_current(KeyPurpose::Audit)?; // read before anything is locked
    let system = Caller::system();
    let tx = context.store.write()?;
    let (answer, proof) = {
        let draft = Event::new(Action::LoginExpire);
        let mut work = UnitOfWork::open(context, open_log, &*tx, draft, &system)?;
        let permit = Permit::for_expiry(tx.as_read());
        let (answer, recorded) = body(&mut work, &permit)?.split();
        (answer, work.seal(recorded)?)
    };
    if let Some(proof) = proof {
        commit(context, tx, proof)?;
    }
    Ok(answer)
}
