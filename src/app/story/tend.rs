//! The story without an actor.

use super::{Caller, Desk, Done, Work};
use crate::app::logbook::{Keys, commit, open_log, seal};
use crate::app::settings::Config;
use crate::app::view::View;
use crate::domain::access::Actor;
use crate::domain::audit::{Action, Event};
use crate::signing::keys::Purpose;
use crate::store::Result;

/// Runs what nobody asked for and nobody may refuse: writing down what time
/// has done. Its events name no actor but the one they are about.
///
/// # Errors
/// Only the store's and the log's own.
pub fn tend<A>(
    desk: &Desk<'_>,
    body: impl for<'tx> FnOnce(&mut Work<'tx>) -> Result<Done<A>>,
) -> Result<A> {
    desk.keys.at_hand(Purpose::Audit)?; // read before anything is locked
    let nobody = Caller::nobody();
    let tx = desk.store.write()?;
    let (answer, proof) = {
        let now = desk.clock.now();
        let config = Config::read(tx.as_read())?;
        let keyring = Keys::settled(desk, &*tx, &config)?;
        let log = open_log(desk, &*tx, &config, &keyring.chain, now)?;
        let view = View::new(desk, tx.as_read(), Actor::upkeep(), now, config);
        let mut work = Work {
            tx: &*tx,
            draft: Event::new(Action::LoginExpire),
            view,
            log,
            keyring,
            caller: &nobody,
        };
        match body(&mut work)? {
            Done::Recorded(answer, recorded) => {
                let sealed = seal(work.log, &*tx, recorded, &work.keyring.audit)?;
                (answer, Some(sealed))
            }
            Done::Unchanged(answer) => (answer, None),
        }
    };
    if let Some(proof) = proof {
        commit(desk, tx, proof)?;
    }
    Ok(answer)
}
