//! Edits customers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{CustomerView, fields};
use crate::core::sessions;
use crate::core::{counted, find};
use crate::shop::consent;
use crate::{Context, UnitOfWork, WriteOutcome};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{PersonName, ShortText};
use lac_model::customer::{Customer, email_key};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::session::EndCause;
use lac_model::stores::StoreTree;
use lac_store::{Act, ConsentWrite, Covers, CustomerWrite, Result, SessionWrite};

/// Changes the given fields. Consent is changed by
/// [`ConsentChange`](crate::shop::consent::ConsentChange).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CustomerEdit {
    /// An id or an e-mail address.
    pub customer: ShortText,
    /// The website of the customer with this address. The customer stays there.
    pub website: Option<ShortText>,
    /// The merchant's id, to replace a `local:N`.
    pub id: Option<CustomerId>,
    pub email: Option<ShortText>,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    /// By code; empty for none.
    pub store_view: Option<ShortText>,
    pub active: Option<bool>,
    pub confirmed: Option<bool>,
    /// Whether logins as the customer need an approval.
    #[serde(default)]
    pub vip: Option<bool>,
    /// Confirms that the customer belongs to the website that an import moved
    /// them to. Then the rules of the website before no longer apply.
    #[serde(default)]
    pub confirm_website: bool,
}

/// A customer after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerChanged {
    #[serde(flatten)]
    pub customer: CustomerView,
    pub changed: bool,
    /// The number of sessions that ended because of the change.
    pub sessions_ended: usize,
}

impl Act for CustomerEdit {
    const ANY_OF: &'static [Resource] = &[Resource::CUSTOMER_ACTIONS];
}

impl Covers<CustomerWrite> for CustomerEdit {}
impl Covers<ConsentWrite> for CustomerEdit {}
impl Covers<SessionWrite> for CustomerEdit {}

impl CustomerEdit {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `document_number`, `website_not_found`, `store_view_not_found`,
    /// `already_exists` (the id, or the address on that website),
    /// `invalid_value`; `beyond_own_rights` to confirm a move from a website
    /// outside the actor's role scope.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerChanged> {
        let fill = |event: &mut Event| event.add_detail("customer", self.customer.clone());
        let action = Action::CustomerEdit;
        let shown = |changed: &CustomerChanged| usize::from(!changed.changed);
        counted::write_counted::<Self, _>(context, action, fill, shown, |work, permit| {
            let before = find::customer(work, &self.customer, self.website.as_deref())?;
            work.describe_customer(&before)?;
            let mut after = self.apply_to(work, &before)?;
            if after == before {
                return Ok(WriteOutcome::Unchanged(CustomerChanged {
                    customer: CustomerView::for_view(work, after)?,
                    changed: false,
                    sessions_ended: 0,
                }));
            }
            let (was, is) = changed_fields(work.store_tree()?, &before, &after);
            work.draft.add_change(was, is);
            if after.id != before.id {
                if work.read.customer(after.id)?.is_some() {
                    return Err(Fault::AlreadyExists {
                        what: format!("customer {}", after.id),
                    });
                }
                work.tx
                    .customer_renumber(&permit.narrow(), before.id, after.id)?;
                if after.consent.seq.is_some() {
                    // The log has the consent under the old id. This change
                    // must be logged, even if the config says otherwise.
                    work.log_everything();
                }
            }
            work.tx.customer_put(&permit.narrow(), &after)?;
            let recorded = work.record()?;
            let mut sessions_ended = 0;
            if changes_identity(&before, &after) && !consent::may_transfer_consent(work) {
                consent::withhold_consent(work, &permit.narrow(), &mut after)?;
                sessions_ended += sessions::end_after_refusal(work, &permit.narrow(), after.id)?;
            }
            if before.active && !after.active {
                let cause = EndCause::CustomerInactive;
                sessions_ended +=
                    sessions::end_for_customer(work, &permit.narrow(), after.id, cause)?;
            }
            let answer = CustomerChanged {
                customer: CustomerView::for_view(work, after)?,
                changed: true,
                sessions_ended,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }

    /// Whether no field is given.
    pub fn changes_nothing(&self) -> bool {
        self.email.is_none()
            && self.first_name.is_none()
            && self.last_name.is_none()
            && self.store_view.is_none()
            && self.id.is_none()
            && self.active.or(self.confirmed).or(self.vip).is_none()
            && !self.confirm_website
    }

    fn apply_to(&self, work: &UnitOfWork<'_>, before: &Customer) -> Result<Customer> {
        let mut after = before.clone();
        if let Some(id) = self.id.filter(|id| *id != before.id) {
            if !before.id.is_local() || id.is_local() {
                let problem = "only a local:N can be given the merchant's id";
                return Err(Fault::invalid("--id", problem));
            }
            after.id = id;
        }
        if let Some(email) = &self.email {
            after.email = fields::check_email(email)?;
        }
        if let Some(name) = &self.first_name {
            after.first_name = name.to_string();
        }
        if let Some(name) = &self.last_name {
            after.last_name = name.to_string();
        }
        if let Some(code) = &self.store_view {
            let website = work.store_tree()?.website(before.website_id);
            let website = website.ok_or_else(|| Fault::internal("a customer without a website"))?;
            after.store_view_id = fields::store_view_id(work, website, code)?;
        }
        if self.confirm_website
            && let Some(website) = after.guard_website_id.take()
            && !work.actor.can_see_website(website)
        {
            return Err(Fault::BeyondOwnRights {
                what: "the customer was moved here from a website outside the role scope"
                    .to_owned(),
            });
        }
        after.active = self.active.unwrap_or(before.active);
        after.confirmed = self.confirmed.unwrap_or(before.confirmed);
        after.vip = self.vip.unwrap_or(before.vip);
        Ok(after)
    }
}

/// Whether a granted consent would come to belong to another account. The
/// account is identified by the merchant's id, or, for a `local:N`, by the
/// address, because an import gives the merchant's id to the record with that
/// address.
fn changes_identity(before: &Customer, after: &Customer) -> bool {
    let is_renumbered = before.id != after.id;
    let has_other_address = email_key(&before.email) != email_key(&after.email);
    before.consent.granted && before.id.is_local() && (is_renumbered || has_other_address)
}

/// The fields that differ, with their values before and after.
fn changed_fields(tree: &StoreTree, before: &Customer, after: &Customer) -> (Value, Value) {
    let fields = |customer: &Customer| {
        let view = customer.store_view_id.and_then(|id| tree.view(id));
        let moved_from = customer.guard_website_id.map(|id| {
            let website = tree.website(id);
            website.map_or_else(|| id.to_string(), |website| website.code.clone())
        });
        [
            ("id", json!(customer.id)),
            ("email", json!(customer.email)),
            ("first_name", json!(customer.first_name)),
            ("last_name", json!(customer.last_name)),
            ("store_view", json!(view.map(|v| &v.code))),
            ("active", json!(customer.active)),
            ("confirmed", json!(customer.confirmed)),
            ("vip", json!(customer.vip)),
            ("moved_from", json!(moved_from)),
        ]
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((name, old), (_, new)) in fields(before).into_iter().zip(fields(after)) {
        if old != new {
            was.insert(name.to_owned(), old);
            is.insert(name.to_owned(), new);
        }
    }
    (was.into(), is.into())
}
