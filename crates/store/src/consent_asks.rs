//! The port's traits for asks (nobody asks a `local:N`, whom no storefront
//! knows), and for counting what customers grant through a
//! storefront.

use serde::{Deserialize, Serialize};

use super::{ConsentAskWrite, ConsentWrite, CustomerWrite, Permit, Result};
use lac_model::consent::ask::{AskState, ConsentAsk, ConsentAskId};
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;

/// Which asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAskQuery {
    pub admin_id: Option<i64>,
    pub customer_id: Option<CustomerId>,
    /// The stored states; empty for any.
    pub states: Vec<AskState>,
    /// Only asks whose event has a seq below this one.
    pub before: Option<u64>,
    pub limit: Option<usize>,
}

/// Asks for consent.
pub trait ConsentAskReads {
    fn consent_ask(&self, id: &ConsentAskId) -> Result<Option<ConsentAsk>>;
    /// The asks that match `query`, newest first.
    fn consent_asks(&self, query: &ConsentAskQuery) -> Result<Vec<ConsentAsk>>;
    /// How many grants of customers were counted for a storefront after
    /// `since`, up to `until`, and the time of the first of them.
    fn storefront_grants(
        &self,
        storefront_id: i64,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<(u64, Option<Timestamp>)>;
}

/// Changes to asks.
pub trait ConsentAskWrites {
    /// Inserts an ask. A customer has at most one whose stored state is open:
    /// `already_exists` for a second one.
    fn consent_ask_add(&self, permit: &Permit<'_, ConsentAskWrite>, ask: &ConsentAsk)
    -> Result<()>;
    /// Stores `after` (state and decision) if the stored state is still open,
    /// in one conditional update. `false` if it is not: of several callers only
    /// one gets `true`.
    fn consent_ask_close(
        &self,
        permit: &Permit<'_, ConsentAskWrite>,
        after: &ConsentAsk,
    ) -> Result<bool>;
    /// Deletes all asks of a customer, and returns how many.
    fn consent_asks_remove(
        &self,
        permit: &Permit<'_, CustomerWrite>,
        id: CustomerId,
    ) -> Result<u64>;
    /// Counts a grant, recorded by event `seq`, that a customer made through a
    /// storefront at `at`. Deletes the storefront's counts of `old` and before.
    fn storefront_grant_add(
        &self,
        permit: &Permit<'_, ConsentWrite>,
        storefront_id: i64,
        seq: u64,
        at: Timestamp,
        old: Timestamp,
    ) -> Result<()>;
}
