//! Shows storefronts.

use serde::{Deserialize, Serialize};

use crate::core::page::{Page, PageRequest};
use crate::{Context, ReadView, read};
use lac_model::access::{Storefront, TokenOwner};
use lac_model::audit::Action;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Lists the storefronts by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StorefrontList {
    pub part: PageRequest,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontView {
    pub id: i64,
    pub name: String,
    /// Codes of its websites, as far as the actor can see them.
    pub websites: Vec<String>,
    #[serde(default)]
    pub consent: bool,
    #[serde(default)]
    pub sync: bool,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// When its token expires; `null` for never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Until when a token that was replaced still works.
    #[serde(default)]
    pub former_until: Option<Timestamp>,
    /// When one of its tokens was last used, to the minute.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// The address that it was last used from, if it came by way of a gateway
    /// or broker that knows one.
    #[serde(default)]
    pub last_used_from: Option<String>,
}

/// Whether the actor can see a storefront: at least one of its websites.
pub fn is_visible(view: &ReadView<'_>, storefront: &Storefront) -> bool {
    storefront
        .websites
        .iter()
        .any(|id| view.actor.can_see_website(*id))
}

impl StorefrontList {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<Page<StorefrontView>> {
        let needs = [Resource::LAC_STOREFRONTS];
        read(context, Action::StorefrontRead, &needs, |view| {
            let mut all = view.read.storefronts()?;
            all.retain(|storefront| is_visible(view, storefront));
            let tree = view.store_tree()?;
            Page::from_sorted(
                all,
                &self.part,
                |storefront| &storefront.name,
                |storefront| {
                    let ids = storefront.websites.iter();
                    let owner = TokenOwner::Storefront(storefront.id);
                    let tokens = view.read.access_tokens(owner)?;
                    let seen = ids.filter(|id| view.actor.can_see_website(**id));
                    let former = tokens.split_last().map_or(&[][..], |(_, former)| former);
                    let former = former.iter().filter(|token| token.is_valid_at(view.now));
                    let former_until = former.filter_map(|token| token.expires_at).max();
                    let used = tokens.iter().max_by_key(|token| token.last_used_at);
                    Ok(StorefrontView {
                        id: storefront.id,
                        websites: seen
                            .filter_map(|id| Some(tree.website(*id)?.code.clone()))
                            .collect(),
                        name: storefront.name,
                        consent: storefront.rights.may_consent,
                        sync: storefront.rights.may_sync,
                        created_at: storefront.created_at,
                        revoked_at: storefront.revoked_at,
                        former_until,
                        last_used_at: used.and_then(|token| token.last_used_at),
                        last_used_from: used.and_then(|token| token.last_used_from.clone()),
                        expires_at: tokens.last().and_then(|token| token.expires_at),
                    })
                },
            )
        })
    }
}
