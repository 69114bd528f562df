//! The story without an actor.

use super::{Caller, Desk, Done, Work};
use crate::logbook::{Keys, commit, open_log};
use crate::settings::Config;
use crate::view::View;
use lac_ledger::signing::keys::Purpose;
use lac_model::access::Actor;
use lac_model::audit::{Action, Event};
use lac_store::{Permit, Result, SessionWrite};

/// Runs what nobody asked for and nobody may refuse: writing down what time
/// has done to sessions. Its events name no actor but the one they are about.
///
/// # Errors
/// Only the store's and the log's own.
pub fn tend<T>(
    desk: &Desk<'_>,
    body: impl for<'tx> FnOnce(&mut Work<'tx>, &Permit<'tx, SessionWrite>) -> Result<Done<T>>,
) -> Result<T> {
    desk.keys.at_hand(Purpose::Audit)?; // read before anything is locked
    let system = Caller::system();
    let tx = desk.store.write()?;
    let (answer, proof) = {
        let now = desk.clock.now();
        let config = Config::read(tx.as_read())?;
        let keyring = Keys::settled(desk, &*tx, &config)?;
        let log = open_log(desk, &*tx, &config, &keyring.chain, now)?;
        let permit = Permit::for_expiry(tx.as_read());
        let mut work = Work {
            tx: &*tx,
            draft: Event::new(Action::LoginExpire),
            view: View::new(desk, tx.as_read(), Actor::upkeep(), now, config),
            log,
            keyring,
            caller: &system,
        };
        let (answer, recorded) = body(&mut work, &permit)?.split();
        (answer, work.seal(recorded)?)
    };
    if let Some(proof) = proof {
        commit(desk, tx, proof)?;
    }
    Ok(answer)
}
