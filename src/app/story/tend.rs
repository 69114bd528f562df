//! The story without an actor.

use super::{Caller, Credential, Desk, Done, Work};
use crate::app::logbook::{commit, open_log};
use crate::app::settings::Config;
use crate::app::view::View;
use crate::domain::access::Actor;
use crate::domain::audit::{Action, Event};
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
    desk.keys.audit()?;
    let nobody = Caller {
        credential: Credential::MalformedToken,
        os_account: None,
        login_uid: None,
        ip_address: None,
    };
    let tx = desk.store.write()?;
    let (answer, proof) = {
        let now = desk.clock.now();
        let config = Config::read(tx.as_read())?;
        let log = open_log(desk, &*tx, &config, now)?;
        let view = View::new(desk, tx.as_read(), Actor::upkeep(), now, config);
        let mut work = Work {
            tx: &*tx,
            draft: Event::new(Action::LoginExpire),
            view,
            log,
            caller: &nobody,
        };
        match body(&mut work)? {
            Done::Recorded(answer, recorded) => {
                (answer, Some(work.log.seal(recorded, desk.keys.audit()?)?))
            }
            Done::Unchanged(answer) => (answer, None),
        }
    };
    if let Some(proof) = proof {
        commit(desk, tx, proof)?;
    }
    Ok(answer)
}
