//! Maintenance: writes that no actor asked for.

use super::config::Config;
use super::context::{Caller, Context};
use super::record::{SigningKeys, commit, open_log};
use super::unit_of_work::{UnitOfWork, WriteOutcome};
use super::view::ReadView;
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::access::Actor;
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
        let now = context.clock.now();
        let config = Config::read(tx.as_read())?;
        let keyring = SigningKeys::load_for_write(context, &*tx, &config)?;
        let log = open_log(context, &*tx, &config, &keyring.chain, now)?;
        let permit = Permit::for_expiry(tx.as_read());
        let mut work = UnitOfWork {
            tx: &*tx,
            draft: Event::new(Action::LoginExpire),
            view: ReadView::new(context, tx.as_read(), Actor::system(), now, config),
            log,
            signing_keys: keyring,
            caller: &system,
        };
        let (answer, recorded) = body(&mut work, &permit)?.split();
        (answer, work.seal(recorded)?)
    };
    if let Some(proof) = proof {
        commit(context, tx, proof)?;
    }
    Ok(answer)
}
