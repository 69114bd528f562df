//! What all requests share, and what one of them brings.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::RawPathParams;
use ipnet::IpNet;
use tokio::sync::Semaphore;

use super::access_log::AccessLog;
use super::checks::RecentChecks;
use super::limits::{RateLimiter, subscriber};
use super::metrics::Metrics;
use super::problem::Problem;
use super::storefronts::KnownStorefronts;
use super::workers::{Job, Queue};
use super::writes::PendingWrite;
use lac_app::Caller;
use lac_app::protocol::{GatewayLimits, StoreWatch};
use lac_ledger::access_token::TokenHash;
use lac_model::fault::Fault;

/// Most large bodies in memory: they are kept until their request has run.
const MAX_LARGE_BODIES: usize = 8;

/// What all requests share.
pub(super) struct Gateway {
    pub jobs: Arc<Queue<Job>>,
    pub writes: Arc<Queue<PendingWrite>>,
    /// Long requests, one at a time.
    pub syncs: Arc<Queue<Job>>,
    /// How many large bodies can be read at once.
    pub large_bodies: Semaphore,
    pub log: AccessLog,
    pub metrics: Arc<Metrics>,
    pub hint: fn(&Fault) -> Option<String>,
    pub proxies: Vec<IpNet>,
    pub storefronts: KnownStorefronts,
    pub checks: RecentChecks,
    pub requests_per_storefront: RateLimiter<TokenHash>,
    pub redeem_per_address: RateLimiter<IpAddr>,
}

/// What an operation works with.
pub(super) struct Call<'c> {
    pub gateway: &'c Gateway,
    pub caller: Caller,
    /// The hash of the storefront's token.
    pub token: Option<TokenHash>,
    /// The client's address.
    pub address: IpAddr,
    /// The path's parameters.
    pub params: RawPathParams,
    /// What stands after the path's `?`.
    pub query: String,
    pub body: Vec<u8>,
}

impl Call<'_> {
    /// A parameter of the path.
    pub(super) fn param(&self, name: &str) -> &str {
        let mut params = self.params.iter();
        let found = params.find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Gateway {
    pub(super) fn new(
        jobs: Arc<Queue<Job>>,
        writes: Arc<Queue<PendingWrite>>,
        log: AccessLog,
        hint: fn(&Fault) -> Option<String>,
        proxies: Vec<IpNet>,
        limits: GatewayLimits,
        watch: Arc<dyn StoreWatch>,
    ) -> Self {
        Self {
            jobs,
            writes,
            syncs: Arc::new(Queue::new(MAX_LARGE_BODIES)),
            large_bodies: Semaphore::new(MAX_LARGE_BODIES),
            log,
            metrics: Arc::default(),
            hint,
            proxies,
            storefronts: KnownStorefronts::default(),
            checks: RecentChecks::new(watch),
            requests_per_storefront: RateLimiter::new(limits.requests_per_storefront),
            redeem_per_address: RateLimiter::new(limits.redeem_per_address),
        }
    }

    /// Counts a request of a storefront.
    pub(super) fn check_share(&self, token: Option<TokenHash>) -> Result<(), Problem> {
        let Some(token) = token else {
            return Ok(());
        };
        let share = self.requests_per_storefront.take(&token, Instant::now());
        share.map_err(|wait| rate_limited("from this storefront", wait))
    }

    /// Counts a redemption for an address.
    pub(super) fn check_redemptions(&self, address: IpAddr) -> Result<(), Problem> {
        let key = subscriber(address);
        let share = self.redeem_per_address.take(&key, Instant::now());
        share.map_err(|wait| rate_limited("from this address", wait))
    }

    /// Takes back the count of a redemption whose token does not verify.
    pub(super) fn uncount_redemption(&self, address: IpAddr) {
        self.redeem_per_address.give_back(&subscriber(address));
    }
}

fn rate_limited(what: &'static str, wait: Duration) -> Problem {
    let retry_after = wait.as_secs_f64().ceil().max(1.0);
    Problem::RateLimited {
        what,
        retry_after: Duration::from_secs_f64(retry_after).as_secs(),
    }
}
