//! Adds a storefront.

use serde::{Deserialize, Serialize};

use super::token::{NewToken, check_within_own_resources, create_token};
use crate::access::tokens::shown_once;
use crate::core::{find, names};
use crate::{Context, WriteOutcome, write};
use lac_ledger::access_token::PlainToken;
use lac_model::access::{Storefront, StorefrontRights};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, StorefrontWrite, TokenWrite};

/// Adds a storefront for some websites.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontAdd {
    pub name: ShortText,
    /// Codes of websites; at least one.
    pub websites: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    /// Whether it may pass on what customers decide about their consent.
    #[serde(default)]
    pub consent: bool,
    /// Whether it may keep customers and orders in step with the shop.
    #[serde(default)]
    pub sync: bool,
}

/// The storefront's token, which is shown only this once. It is valid until the
/// storefront is revoked, or the token that the storefront was added with. If
/// that one is restricted, both expire together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontAdded {
    #[serde(with = "shown_once")]
    pub token: PlainToken,
    pub name: String,
    pub id: i64,
    pub websites: Vec<String>,
    #[serde(default)]
    pub consent: bool,
    #[serde(default)]
    pub sync: bool,
    /// `null` if it does not expire.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Act for StorefrontAdd {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS];
}

impl Covers<StorefrontWrite> for StorefrontAdd {}
impl Covers<TokenWrite> for StorefrontAdd {}

impl StorefrontAdd {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `already_exists`,
    /// `invalid_value`; `input_required` without a website; `beyond_own_rights`
    /// if the storefront could do what the actor may not, or the actor's token
    /// descends from too many others.
    pub fn run(self, context: &Context<'_>) -> Result<StorefrontAdded> {
        let name = names::check_name("storefront", &self.name)?;
        if self.websites.is_empty() {
            return Err(Fault::InputRequired {
                what: "a website".to_owned(),
                flag: "--website CODE".to_owned(),
            });
        }
        let rights = StorefrontRights {
            may_consent: self.consent,
            may_sync: self.sync,
        };
        let fill = |event: &mut Event| {
            event.add_detail("name", name.clone());
            event.add_detail("websites", self.websites.clone());
            for right in rights.iter() {
                event.add_detail(right.as_str(), true);
            }
        };
        write::<Self, _>(context, Action::StorefrontAdd, fill, |work, permit| {
            let (mut ids, mut codes) = (Vec::new(), Vec::new());
            for code in &self.websites {
                let website = find::website(work, code)?;
                if !ids.contains(&website.id) {
                    ids.push(website.id);
                    codes.push(website.code.clone());
                }
            }
            check_within_own_resources(work, rights)?;
            let storefront = Storefront {
                id: 0,
                name: name.clone(),
                websites: ids,
                rights,
                created_at: work.now,
                revoked_at: None,
            };
            let id = work.tx.storefront_put(&permit.narrow(), &storefront)?;
            let NewToken {
                plain, expires_at, ..
            } = create_token(work, &permit.narrow(), id, name.clone())?;
            let recorded = work.record()?;
            let answer = StorefrontAdded {
                token: plain,
                name: name.clone(),
                id,
                websites: codes,
                consent: self.consent,
                sync: self.sync,
                expires_at,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
