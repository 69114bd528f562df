//! Tokens of storefronts.

use crate::access::tokens::lineage::InheritedLimits;
use crate::{ReadView, UnitOfWork};
use lac_ledger::access_token::PlainToken;
use lac_model::access::{
    AccessToken, ActingToken, Rights, StorefrontRight, StorefrontRights, TokenOwner,
};
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Permit, Result, TokenWrite};

/// A token that was just stored.
pub(super) struct NewToken {
    pub plain: PlainToken,
    pub id: i64,
    pub expires_at: Option<Timestamp>,
}

/// Stores a new token of a storefront, and adds to the event how it depends on
/// the actor's own token.
pub(super) fn create_token(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, TokenWrite>,
    storefront_id: i64,
    name: String,
) -> Result<NewToken> {
    let plain = PlainToken::generate(random_bytes(work.random));
    let inherited = InheritedLimits::from_actor_token(work)?;
    let shown = work.actor.token.as_ref();
    let is_bounded = shown.is_some_and(ActingToken::is_restricted);
    let token = AccessToken {
        id: 0,
        owner: TokenOwner::Storefront(storefront_id),
        name,
        created_at: work.now,
        expires_at: inherited.expires_at.filter(|_| is_bounded),
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
        // It has the fixed rights of a storefront, on the storefront's
        // websites.
        limit: Rights::unrestricted(),
        parent_id: inherited.parent_id,
    };
    if let Some(parent) = token.parent_id {
        work.draft.add_detail("parent", parent);
        let ends = token.expires_at.map(|at| at.to_string());
        work.draft.add_detail("expires_at", ends);
    }
    let id = work
        .tx
        .access_token_add(permit, &token, plain.hash().as_bytes())?;
    Ok(NewToken {
        plain,
        id,
        expires_at: token.expires_at,
    })
}

/// Whoever gets a storefront's token can do what the storefront may do. So the
/// actor must be allowed to do the same: to change customers' consent, or to
/// import and change customers.
pub(super) fn check_within_own_resources(
    view: &ReadView<'_>,
    rights: StorefrontRights,
) -> Result<()> {
    for right in rights.iter() {
        let needed: &[Resource] = match right {
            StorefrontRight::Consent => &[Resource::ALLOW_SHOPPING_ASSISTANCE],
            StorefrontRight::Sync => &[Resource::IMPORT, Resource::CUSTOMER_ACTIONS],
        };
        let mut missing = needed.iter().filter(|r| !view.actor.rights.allows(**r));
        if let Some(resource) = missing.next() {
            return Err(Fault::BeyondOwnRights {
                what: format!("--{} takes {}", right.as_str(), resource.id()),
            });
        }
    }
    Ok(())
}
