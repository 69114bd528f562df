//! Writes customers to the store, in the transaction of the import.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::row::CustomerRow;
use super::{CustomerFile, CustomerImportWrite, missing};
use crate::UnitOfWork;
use crate::core::sessions;
use crate::shop::import::effects::{AllowedEffects, Effect};
use crate::shop::import::invalid::{InvalidItems, ItemPosition, ItemProblem};
use crate::shop::import::{ImportCounts, ImportOptions, ImportProgress, VisibleStores};
use lac_model::audit::Action;
use lac_model::customer::{Consent, Customer, email_key};
use lac_model::ids::CustomerId;
use lac_model::session::EndCause;
use lac_store::{Permit, Result};

/// The state of an import of customers.
pub(super) struct CustomerImporter<'i, 'tx> {
    pub(super) work: &'i mut UnitOfWork<'tx>,
    pub(super) permit: &'i Permit<'tx, CustomerImportWrite>,
    pub(super) stores: &'i VisibleStores,
    pub(super) effects: AllowedEffects,
    /// Whether rows are counted by line or by item.
    pub(super) position: fn(u64) -> ItemPosition,
    pub(super) counts: &'i mut ImportCounts,
    pub(super) file: &'i str,
    pub(super) file_ids: &'i [i64],
    pub(super) next_local: i64,
    /// Customers whose address was given to another customer, and who have not
    /// yet got their new one.
    pub(super) displaced: HashSet<CustomerId>,
    /// Whether an address may only belong to one customer of all websites.
    pub(super) is_shared: bool,
}

/// The customer that a row is about.
#[allow(clippy::large_enum_variant)] // only one exists at a time
pub(super) enum RowTarget {
    Existing(Customer),
    New(CustomerId),
}

impl CustomerFile<'_> {
    /// Creates and updates customers and, with `complete`, deactivates those
    /// that are missing.
    #[allow(clippy::too_many_arguments)] // the whole state of an import
    pub(crate) fn apply<'tx>(
        mut self,
        work: &mut UnitOfWork<'tx>,
        permit: &Permit<'tx, CustomerImportWrite>,
        visible: &VisibleStores,
        effects: AllowedEffects,
        options: ImportOptions,
        invalid: &mut InvalidItems,
        counts: &mut ImportCounts,
        progress: &dyn ImportProgress,
        file: &str,
    ) -> Result<()> {
        let total = self.spool.row_count();
        let next_local = work.read.last_local_customer_number()? + 1;
        let before = missing::count_active(work, options)?;
        let mut import = CustomerImporter {
            work,
            permit,
            stores: visible,
            effects,
            position: self.at,
            counts,
            file,
            file_ids: &self.ids,
            next_local,
            displaced: HashSet::new(),
            is_shared: self.is_shared,
        };
        let mut present = Vec::new();
        let mut done = 0;
        let mut rows = self.spool.rows_from(0)?;
        while let Some(bytes) = rows.next_row()? {
            let row = CustomerRow::decode(bytes)?;
            done += 1;
            progress.items_written(done, total);
            if self.duplicates.contains(&row.at) {
                continue;
            }
            match import.import_row(&row)? {
                Ok(Some(id)) if options.complete => present.push(id.to_stored()),
                Ok(_) => {}
                Err(problem) => invalid.skip_or_fail((self.at)(row.at), problem)?,
            }
        }
        if let Some(id) = import.displaced.iter().next() {
            return Err(invalid.file_fault(&format!(
                "customer {id}: email: went to another customer, and the item that gives {id} \
                 a new one was left out"
            )));
        }
        if options.complete {
            missing::deactivate_missing(work, permit, visible, before, present, options, counts)?;
        }
        Ok(())
    }
}

impl CustomerImporter<'_, '_> {
    /// Creates or updates the customer of a row. `None` if the importer may not
    /// change anything in it.
    fn import_row(
        &mut self,
        row: &CustomerRow<'_>,
    ) -> Result<std::result::Result<Option<CustomerId>, ItemProblem>> {
        let target = match row.id {
            _ if !self.effects.customers => match self.find_existing(row)? {
                Some(customer) => Ok(RowTarget::Existing(customer)),
                None => return Ok(Ok(None)),
            },
            Some(id) => self.target_by_id(id, row)?,
            None => self.target_by_address(row)?,
        };
        match target {
            Ok(RowTarget::New(id)) => self.create(id, row).map(Some).map(Ok),
            Ok(RowTarget::Existing(customer)) => self.update(customer, row).map(Some).map(Ok),
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// Counts a change that the importer has no right to make.
    pub(super) fn note_left_out(
        &mut self,
        effect: Effect,
        row: &CustomerRow<'_>,
        field: &'static str,
    ) {
        self.counts
            .missing_rights
            .note(effect, (self.position)(row.at), field);
    }

    /// The customer of a row, for importers who may not change customers: an
    /// existing customer with this id or address on the same website.
    fn find_existing(&mut self, row: &CustomerRow<'_>) -> Result<Option<Customer>> {
        let (found, field) = match row.id.map(CustomerId::from_merchant) {
            Some(id) => (
                id.map(|id| self.work.read.customer(id))
                    .transpose()?
                    .flatten(),
                "id",
            ),
            None => (self.address_holder(row)?, "email"),
        };
        let found = found.filter(|customer| customer.website_id == row.website_id);
        if found.is_none() {
            self.note_left_out(Effect::Customer, row, field);
            self.counts.items_left_out += 1;
        }
        Ok(found)
    }

    fn create(&mut self, id: CustomerId, row: &CustomerRow<'_>) -> Result<CustomerId> {
        let mut customer = Customer {
            id,
            website_id: row.website_id,
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            store_view_id: None,
            active: true,
            confirmed: true,
            created_at: None,
            updated_at: None,
            vip: false,
            consent: Consent::default(),
            guard_website_id: None,
        };
        self.apply_row(&mut customer, row);
        let _ = self.apply_consent(&mut customer, row, None)?;
        self.work
            .tx
            .customer_put(&self.permit.narrow(), &customer)?;
        self.counts.created += 1;
        Ok(id)
    }

    fn update(&mut self, here: Customer, row: &CustomerRow<'_>) -> Result<CustomerId> {
        let mut customer = here.clone();
        self.apply_row(&mut customer, row);
        if !self.effects.customers {
            let only = Customer {
                updated_at: customer.updated_at,
                ..here.clone()
            };
            if customer != only {
                self.note_left_out(Effect::Customer, row, "customer");
            }
            customer = only;
        }
        let changed = self.apply_consent(&mut customer, row, here.updated_at)?;
        let other_fields = Customer {
            consent: here.consent.clone(),
            ..customer.clone()
        } != here;
        let was_parked = self.displaced.remove(&here.id);
        if customer != here || was_parked {
            self.work
                .tx
                .customer_put(&self.permit.narrow(), &customer)?;
        }
        if other_fields || changed || was_parked {
            self.counts.updated += 1;
        } else {
            self.counts.unchanged += 1;
        }
        let moved = here.website_id != customer.website_id;
        let is_readdressed = customer.consent.granted
            && here.consent.granted
            && email_key(&here.email) != email_key(&customer.email);
        if moved || is_readdressed {
            self.record_identity_change(&here, &customer)?;
        }
        if here.consent != customer.consent || moved {
            self.end_sessions_without_consent(&customer, here.consent.granted)?;
        }
        if here.active && !customer.active {
            self.end_sessions(customer.id, EndCause::CustomerInactive)?;
        }
        if !customer.active && row.active.is_none() {
            self.counts.left_inactive += 1;
        }
        Ok(customer.id)
    }

    /// Records an event of its own for a move to another website, because other
    /// rules apply there, and for a new address of a customer with consent,
    /// because it decides whose consent it is.
    fn record_identity_change(&mut self, before: &Customer, after: &Customer) -> Result<()> {
        let mut event = self.new_event(Action::CustomerEdit, after);
        let fields = |customer: &Customer| {
            [
                (
                    "website",
                    json!(self.stores.website_code(customer.website_id)),
                ),
                ("email", json!(customer.email)),
            ]
        };
        let (mut was, mut is) = (Map::new(), Map::new());
        for ((name, old), (_, new)) in fields(before).into_iter().zip(fields(after)) {
            if old != new {
                was.insert(name.to_owned(), old);
                is.insert(name.to_owned(), new);
            }
        }
        event.add_change(Value::from(was), Value::from(is));
        self.work.record_event(&event).map(|_| ())
    }

    pub(super) fn end_sessions(&mut self, id: CustomerId, cause: EndCause) -> Result<()> {
        let ended = sessions::end_for_customer(self.work, &self.permit.narrow(), id, cause)?;
        self.counts.sessions_ended += ended as u64;
        Ok(())
    }

    /// Ends sessions that the customer's consent no longer allows.
    pub(super) fn end_sessions_without_consent(
        &mut self,
        customer: &Customer,
        was_yes: bool,
    ) -> Result<()> {
        let (consent, id) = (&customer.consent, customer.id);
        if consent.granted && consent.until.is_none() {
            return Ok(());
        }
        let ended = if was_yes && !consent.granted {
            sessions::end_after_refusal(self.work, &self.permit.narrow(), id)?
        } else {
            sessions::end_without_consent(self.work, &self.permit.narrow(), Some(id))?
        };
        self.counts.sessions_ended += ended as u64;
        Ok(())
    }

    /// Takes the values of the row; fields without a value stay.
    fn apply_row(&self, customer: &mut Customer, row: &CustomerRow<'_>) {
        if customer.website_id != row.website_id {
            // Until the move is confirmed, the rules of the website before
            // apply too.
            let first = customer.guard_website_id.unwrap_or(customer.website_id);
            customer.guard_website_id = Some(first).filter(|id| *id != row.website_id);
        }
        customer.website_id = row.website_id;
        replace_if_given(&mut customer.email, Some(&row.email));
        replace_if_given(&mut customer.first_name, row.first_name.as_deref());
        replace_if_given(&mut customer.last_name, row.last_name.as_deref());
        if let Some(name) = row.name.as_deref()
            && customer.name() != name
        {
            let (first, last) = name.split_once(' ').unwrap_or((name, ""));
            first.clone_into(&mut customer.first_name);
            last.clone_into(&mut customer.last_name);
        }
        customer.store_view_id = row.store_view_id.or(customer.store_view_id);
        customer.active = row.active.unwrap_or(customer.active);
        customer.confirmed = row.confirmed.unwrap_or(customer.confirmed);
        customer.created_at = row.created_at.or(customer.created_at);
        // The time never goes back and is never in the future, because consent
        // depends on it. A "yes" that the importer may not apply does not
        // change the time, so that the same file can apply it later. A "no"
        // does, so that no older "yes" wins.
        let is_unheard = row.consent == Some(true) && !self.effects.consents;
        let told = row
            .updated_at
            .filter(|at| *at <= self.work.now && !is_unheard);
        customer.updated_at = told.max(customer.updated_at);
    }
}

fn replace_if_given(kept: &mut String, told: Option<&str>) {
    if let Some(told) = told
        && kept != told
    {
        told.clone_into(kept);
    }
}
