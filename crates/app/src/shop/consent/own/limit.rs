//! How many grants a storefront may pass on within an hour: somebody who takes
//! over a storefront's token cannot open all accounts at once.

use std::time::Duration;

use crate::UnitOfWork;
use lac_model::config;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_store::{ConsentWrite, Permit, Result};

const PERIOD: Duration = Duration::from_secs(60 * 60);

/// Fails with `rate_limited` if the storefront has passed on as many grants
/// within an hour as the customer's website allows. Returns whether the next
/// one is the last for now, which the log then shows.
pub(in crate::shop::consent) fn reserve_grant(
    work: &UnitOfWork<'_>,
    storefront: i64,
    customer: &Customer,
) -> Result<bool> {
    let website = work.store_tree()?.website(customer.website_id);
    let most = work
        .config
        .effective(config::GRANTS_PER_HOUR, website, None)?
        .as_number()
        .unwrap_or(300);
    let since = work.now.saturating_sub(PERIOD);
    // The clock may have been set back by a little since a grant; a time
    // further ahead is not true.
    let until = work.now.saturating_add(PERIOD);
    let (count, first) = work.read.storefront_grants(storefront, since, until)?;
    if count < most {
        return Ok(count + 1 == most);
    }
    let free_at = first.map_or(work.now, |first| first.saturating_add(PERIOD));
    Err(Fault::RateLimited {
        what: "grants of consent through this storefront".to_owned(),
        most,
        within_seconds: PERIOD.as_secs(),
        retry_after: free_at.duration_since(work.now).as_secs() + 1,
    })
}

/// Counts a grant that event `seq` records.
pub(in crate::shop::consent) fn count_grant(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, ConsentWrite>,
    storefront: i64,
    seq: Option<u64>,
) -> Result<()> {
    let seq = seq.ok_or_else(|| Fault::internal("a grant without an event"))?;
    let old = work.now.saturating_sub(PERIOD);
    work.tx
        .storefront_grant_add(permit, storefront, seq, work.now, old)
}
