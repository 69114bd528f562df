//! `--complete`: who is missing from the file is gone.

use super::ImportCustomers;
use crate::import::{Known, Tally, Wishes};
use crate::{Work, sessions};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::session::EndCause;
use lac_store::{Permit, Result};

/// So many may be missing without anybody being asked.
const FEW: u64 = 10;

/// How many active customers there are before anything is changed.
pub fn active(work: &Work<'_>, wishes: Wishes) -> Result<u64> {
    let mut active = 0;
    if wishes.complete {
        let websites = work.websites();
        work.read.active_customers(websites.as_deref(), &mut |_| {
            active += 1;
            Ok(())
        })?;
    }
    Ok(active)
}

/// Deactivates every active customer within the actor's scope whose id is not
/// `present`, and ends their sessions.
///
/// # Errors
/// `too_many_missing` if that were all of them, or more than ten and more than
/// a fifth, unless it is allowed.
pub fn deactivate(
    work: &mut Work<'_>,
    permit: &Permit<'_, ImportCustomers>,
    known: &Known,
    before: u64,
    mut present: Vec<i64>,
    wishes: Wishes,
    tally: &mut Tally,
) -> Result<()> {
    present.sort_unstable();
    let mut gone: Vec<CustomerId> = Vec::new();
    work.read
        .active_customers(work.websites().as_deref(), &mut |id| {
            if present.binary_search(&id.stored()).is_err() {
                gone.push(id);
            }
            Ok(())
        })?;
    let missing = gone.len() as u64;
    let suspicious = missing >= before || (missing > FEW && missing * 5 > before);
    if missing > 0 && suspicious && !wishes.allow_empty {
        return Err(Fault::TooManyMissing {
            gone: missing,
            known: before,
            what: "active customers".to_owned(),
        });
    }
    for id in gone {
        let Some(mut customer) = work.read.customer(id)? else {
            continue;
        };
        customer.active = false;
        work.tx.customer_put(&permit.narrow(), &customer)?;
        let mut event = work.event(Action::CustomerEdit);
        event.customer_id = Some(id);
        event.website = known.website_code(customer.website_id);
        event.customer_email = Some(customer.email);
        event.detail("source", "import");
        event.change(
            serde_json::json!({ "active": true }),
            serde_json::json!({ "active": false }),
        );
        let _ = work.record_also(&event)?;
        let ended =
            sessions::end_for_customer(work, &permit.narrow(), id, EndCause::CustomerInactive)?;
        tally.sessions_ended += ended as u64;
        tally.deactivated += 1;
    }
    Ok(())
}
