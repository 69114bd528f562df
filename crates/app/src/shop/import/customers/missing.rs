//! `--complete`: deactivates customers that are missing from the file.

use super::CustomerImportWrite;
use crate::UnitOfWork;
use crate::core::sessions;
use crate::shop::import::{ImportCounts, ImportOptions, VisibleStores};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::session::EndCause;
use lac_store::{Permit, Result};

/// This many may always be missing.
const MAX_MISSING: u64 = 10;

/// The number of active customers before the import, if `complete`; else 0.
pub(super) fn count_active(work: &UnitOfWork<'_>, options: ImportOptions) -> Result<u64> {
    let mut active = 0;
    if options.complete {
        let websites = work.website_ids();
        work.read.active_customers(websites.as_deref(), &mut |_| {
            active += 1;
            Ok(())
        })?;
    }
    Ok(active)
}

/// Deactivates all active customers within the actor's role scope whose ids are
/// not in `present`, and ends their sessions. Unless `allow_empty`, fails if
/// these are all customers, or more than ten and more than a fifth.
pub(super) fn deactivate_missing(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, CustomerImportWrite>,
    visible: &VisibleStores,
    before: u64,
    mut present: Vec<i64>,
    options: ImportOptions,
    counts: &mut ImportCounts,
) -> Result<()> {
    present.sort_unstable();
    let mut gone: Vec<CustomerId> = Vec::new();
    work.read
        .active_customers(work.website_ids().as_deref(), &mut |id| {
            if present.binary_search(&id.to_stored()).is_err() {
                gone.push(id);
            }
            Ok(())
        })?;
    let missing = gone.len() as u64;
    let suspicious = missing >= before || (missing > MAX_MISSING && missing * 5 > before);
    if missing > 0 && suspicious && !options.allow_empty {
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
        event.website = visible.website_code(customer.website_id);
        event.customer_email = Some(customer.email);
        event.add_detail("source", "import");
        event.add_change(
            serde_json::json!({ "active": true }),
            serde_json::json!({ "active": false }),
        );
        let _ = work.record_event(&event)?;
        let ended =
            sessions::end_for_customer(work, &permit.narrow(), id, EndCause::CustomerInactive)?;
        counts.sessions_ended += ended as u64;
        counts.deactivated += 1;
    }
    Ok(())
}
