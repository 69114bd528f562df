//! A new storefront, and its token.

use serde::{Deserialize, Serialize};

use crate::tokens::lineage::Inherited;
use crate::tokens::shown_once;
use crate::{Desk, Done, act, find, names};
use lac_ledger::signing::secret::PlainToken;
use lac_model::access::{AccessToken, ActingToken, Rights, Storefront, TokenOwner};
use lac_model::ambient::bytes;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, SOME, ShortText};
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, StorefrontWrite, TokenWrite};

/// Adds a storefront for some websites.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Add {
    pub name: ShortText,
    /// By code; at least one.
    pub websites: BoundedList<ShortText, SOME>,
}

/// The storefront's token, shown this once. It counts until the storefront is
/// revoked, or the token that it was added with is; one that is added with a
/// restricted token also expires with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Added {
    #[serde(with = "shown_once")]
    pub token: PlainToken,
    pub name: String,
    pub id: i64,
    pub websites: Vec<String>,
    /// `null` for never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Act for Add {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS];
}

impl Covers<StorefrontWrite> for Add {}
impl Covers<TokenWrite> for Add {}

impl Add {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `already_exists`,
    /// `invalid_value`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Added> {
        let name = names::checked("storefront", &self.name)?;
        if self.websites.is_empty() {
            return Err(Fault::InputRequired {
                what: "a website".to_owned(),
                flag: "--website CODE".to_owned(),
            });
        }
        let fill = |event: &mut Event| {
            event.detail("name", name.clone());
            event.detail("websites", self.websites.clone());
        };
        act::<Self, _>(desk, Action::StorefrontAdd, fill, |work, permit| {
            let (mut ids, mut codes) = (Vec::new(), Vec::new());
            for code in &self.websites {
                let website = find::website(work, code)?;
                if !ids.contains(&website.id) {
                    ids.push(website.id);
                    codes.push(website.code.clone());
                }
            }
            let storefront = Storefront {
                id: 0,
                name: name.clone(),
                websites: ids,
                created_at: work.now,
                revoked_at: None,
            };
            let id = work.tx.storefront_put(&permit.narrow(), &storefront)?;
            let plain = PlainToken::generate(bytes(work.random));
            let inherited = Inherited::of(work)?;
            let shown = work.actor.token.as_ref();
            let is_bounded = shown.is_some_and(ActingToken::is_restricted);
            let token = AccessToken {
                id: 0,
                owner: TokenOwner::Storefront(id),
                name: name.clone(),
                created_at: work.now,
                expires_at: inherited.expires_at.filter(|_| is_bounded),
                revoked_at: None,
                last_used_at: None,
                // It holds what a storefront holds, for its own websites.
                limit: Rights::everything(),
                parent_id: inherited.parent_id,
            };
            if let Some(parent) = token.parent_id {
                work.draft.detail("parent", parent);
                let ends = token.expires_at.map(|at| at.to_string());
                work.draft.detail("expires_at", ends);
            }
            let hash = plain.hash();
            work.tx
                .access_token_add(&permit.narrow(), &token, hash.as_bytes())?;
            let recorded = work.record()?;
            let answer = Added {
                token: plain,
                name: name.clone(),
                id,
                websites: codes,
                expires_at: token.expires_at,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
