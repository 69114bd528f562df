//! Finds the customer of a row: by the merchant's id, or by website and
//! address.

use super::apply::{CustomerImporter, RowTarget};
use super::row::CustomerRow;
use crate::core::consent;
use crate::shop::import::effects::Effect;
use crate::shop::import::invalid::ItemProblem;
use lac_model::audit::Action;
use lac_model::consent::is_local_denial;
use lac_model::customer::{Customer, email_key};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::session::EndCause;
use lac_store::Result;

impl CustomerImporter<'_, '_> {
    /// For CSV, which has no ids: the customer with the row's website and
    /// address.
    pub(super) fn target_by_address(
        &mut self,
        row: &CustomerRow<'_>,
    ) -> Result<std::result::Result<RowTarget, ItemProblem>> {
        if let Some(holder) = self.address_holder(row)? {
            return Ok(Ok(RowTarget::Existing(holder)));
        }
        let id = CustomerId::from_local(self.next_local);
        self.next_local += 1;
        let id = id.ok_or_else(|| Fault::internal("no local ids are left"))?;
        Ok(Ok(RowTarget::New(id)))
    }

    /// For REST: the customer with the merchant's id. A `local:N` with the
    /// row's address gets that id.
    pub(super) fn target_by_id(
        &mut self,
        id: i64,
        row: &CustomerRow<'_>,
    ) -> Result<std::result::Result<RowTarget, ItemProblem>> {
        let id = CustomerId::from_merchant(id).ok_or_else(|| Fault::internal("an id below 1"))?;
        let here = self.work.read.customer(id)?;
        if let Some(here) = &here {
            if !self.stores.sees(here.website_id) {
                return Ok(Err(ItemProblem::new("id", "cannot be imported here")));
            }
            let same = here.website_id == row.website_id && here.email == row.email;
            if same && !self.displaced.contains(&id) {
                return Ok(Ok(RowTarget::Existing(here.clone())));
            }
        }
        if self.is_shared && self.is_held_elsewhere(row)? {
            return Ok(Err(ItemProblem::new("email", "cannot be synced here")));
        }
        match self.address_holder(row)? {
            Some(holder) if holder.id == id => {}
            Some(holder) if holder.id.is_local() => {
                return self.merge_local(here, holder, id, row).map(Ok);
            }
            Some(holder) if self.file_ids.binary_search(&holder.id.to_stored()).is_ok() => {
                self.work
                    .tx
                    .customer_release_email(&self.permit.narrow(), holder.id)?;
                self.displaced.insert(holder.id);
            }
            Some(holder) => {
                let problem = format!("belongs to customer {}, whom the file lacks", holder.id);
                return Ok(Err(ItemProblem::new("email", problem)));
            }
            None => {}
        }
        Ok(Ok(here.map_or(RowTarget::New(id), RowTarget::Existing)))
    }

    /// Whether a customer outside of the role scope has the row's address.
    fn is_held_elsewhere(&self, row: &CustomerRow<'_>) -> Result<bool> {
        let found = self.work.read.customers_by_email(&email_key(&row.email))?;
        let mut websites = found.iter().map(|customer| customer.website_id);
        Ok(websites.any(|website| !self.stores.sees(website)))
    }

    /// The customer who has the row's address on its website now.
    pub(super) fn address_holder(&self, row: &CustomerRow<'_>) -> Result<Option<Customer>> {
        let mut found = self.work.read.customers_by_email(&email_key(&row.email))?;
        found.retain(|customer| customer.website_id == row.website_id);
        Ok(found.pop())
    }

    /// Gives a `local:N` the merchant's id, or merges it with the customer who
    /// has that id already. If they differ, the stricter values win.
    fn merge_local(
        &mut self,
        here: Option<Customer>,
        local: Customer,
        id: CustomerId,
        row: &CustomerRow<'_>,
    ) -> Result<RowTarget> {
        self.counts.renumbered += 1;
        let mut event = self.new_event(Action::CustomerEdit, &local);
        event.customer_id = Some(id);
        event.add_change(
            serde_json::json!({ "id": local.id }),
            serde_json::json!({ "id": id }),
        );
        if local.consent.seq.is_some() {
            // The log has the consent under the old id. This change must be
            // logged, even if the config says otherwise.
            self.work.log_everything();
        }
        let _ = self.work.record_event(&event)?;
        let Some(mut here) = here else {
            self.work
                .tx
                .customer_renumber(&self.permit.narrow(), local.id, id)?;
            let mut customer = Customer { id, ..local };
            if customer.consent.granted && !self.effects.consents {
                // Otherwise the importer could decide to which account a
                // consent belongs.
                self.note_left_out(Effect::Consent, row, "id");
                self.change_consent(&mut customer, false, Some(self.work.now))?;
                let consent = &customer.consent;
                self.work
                    .tx
                    .consent_put(&self.permit.narrow(), id, consent)?;
                self.end_sessions_without_consent(&customer, true)?;
            }
            return Ok(RowTarget::Existing(customer));
        };
        self.work
            .tx
            .customer_remove(&self.permit.narrow(), local.id)?;
        self.work
            .tx
            .customer_renumber(&self.permit.narrow(), local.id, id)?;
        // The sessions now belong to the other record, which may allow less.
        if local.active && !here.active {
            self.end_sessions(id, EndCause::CustomerInactive)?;
        }
        let was_yes = here.consent.granted || local.consent.granted;
        self.merge_consent(&mut here, &local)?;
        here.vip |= local.vip;
        here.guard_website_id = here.guard_website_id.or(local.guard_website_id);
        self.save_merged(&here)?;
        self.end_sessions_without_consent(&here, was_yes)?;
        if here.active && !local.active {
            here.active = false;
            self.save_merged(&here)?;
            self.end_sessions(id, EndCause::CustomerInactive)?;
        }
        Ok(RowTarget::Existing(here))
    }

    /// Stores the merged customer. If their address is in use by another
    /// customer of the file, stores only the consent: the row brings the new
    /// address.
    fn save_merged(&self, customer: &Customer) -> Result<()> {
        if self.displaced.contains(&customer.id) {
            let (id, consent) = (customer.id, &customer.consent);
            return self.work.tx.consent_put(&self.permit.narrow(), id, consent);
        }
        self.work.tx.customer_put(&self.permit.narrow(), customer)
    }

    /// Takes the stricter consent of the two. A refusal keeps its source, so
    /// that imports cannot override a refusal by the customer or an admin user.
    fn merge_consent(&mut self, here: &mut Customer, local: &Customer) -> Result<()> {
        let (mine, other) = (&here.consent, &local.consent);
        let is_no = !other.granted && other.changed_at.is_some();
        if !is_no {
            if mine.granted && other.ends_before(mine) {
                here.consent = other.clone();
            }
            return Ok(());
        }
        let allows = mine.granted || consent::check_consent(self.work, here)?.is_ok();
        if allows {
            self.change_consent(here, false, other.changed_at)?;
            here.consent.source = other.source;
            here.consent.changed_by.clone_from(&other.changed_by);
        } else if !is_local_denial(mine)
            && (is_local_denial(other) || mine.changed_at < other.changed_at)
        {
            here.consent = other.clone();
        }
        Ok(())
    }
}
