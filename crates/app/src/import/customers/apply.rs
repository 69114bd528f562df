//! Customers into the store, inside the import's transaction.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::row::Row;
use super::{Customers, ImportCustomers, missing};
use crate::import::effects::{Effect, Effects};
use crate::import::problem::{At, Problem, Sieve};
use crate::import::{Known, Tally, Watch, Wishes};
use crate::{Work, sessions};
use lac_model::audit::Action;
use lac_model::customer::{Consent, Customer, email_key};
use lac_model::ids::CustomerId;
use lac_model::session::EndCause;
use lac_store::{Permit, Result};

/// One import of customers, at work.
pub(super) struct Import<'i, 'tx> {
    pub(super) work: &'i mut Work<'tx>,
    pub(super) permit: &'i Permit<'tx, ImportCustomers>,
    pub(super) known: &'i Known,
    pub(super) may: Effects,
    /// How a row's place is called: line or item.
    pub(super) at: fn(u64) -> At,
    pub(super) tally: &'i mut Tally,
    pub(super) file: &'i str,
    pub(super) ids: &'i [i64],
    pub(super) next_local: i64,
    /// Customers whose address another one of the file has taken, and who have
    /// not been given their own new one yet.
    pub(super) parked: HashSet<CustomerId>,
}

/// Where a row goes.
#[allow(clippy::large_enum_variant)] // one at a time, and mostly the large one
pub(super) enum Target {
    Existing(Customer),
    New(CustomerId),
}

impl Customers<'_> {
    /// Creates, updates and (`complete`) deactivates.
    #[allow(clippy::too_many_arguments)] // all of an import meets here
    pub fn apply<'tx>(
        mut self,
        work: &mut Work<'tx>,
        permit: &Permit<'tx, ImportCustomers>,
        known: &Known,
        may: Effects,
        wishes: Wishes,
        sieve: &mut Sieve,
        tally: &mut Tally,
        watch: &dyn Watch,
        file: &str,
    ) -> Result<()> {
        let total = self.spool.rows();
        let next_local = work.read.last_local_customer()? + 1;
        let before = missing::active(work, wishes)?;
        let mut import = Import {
            work,
            permit,
            known,
            may,
            at: self.at,
            tally,
            file,
            ids: &self.ids,
            next_local,
            parked: HashSet::new(),
        };
        let mut present = Vec::new();
        let mut done = 0;
        let mut rows = self.spool.from(0)?;
        while let Some(bytes) = rows.next()? {
            let row = Row::unpack(bytes)?;
            done += 1;
            watch.done(done, total);
            if self.repeats.contains(&row.at) {
                continue;
            }
            match import.settle(&row)? {
                Ok(Some(id)) if wishes.complete => present.push(id.stored()),
                Ok(_) => {}
                Err(problem) => sieve.reject((self.at)(row.at), problem)?,
            }
        }
        if let Some(id) = import.parked.iter().next() {
            return Err(sieve.broken(&format!(
                "customer {id}: email: went to another customer, and the item that gives {id} \
                 a new one was left out"
            )));
        }
        if wishes.complete {
            missing::deactivate(work, permit, known, before, present, wishes, tally)?;
        }
        Ok(())
    }
}

impl Import<'_, '_> {
    /// Creates or updates the customer of one row; `None` where the importer
    /// may do nothing of it.
    fn settle(
        &mut self,
        row: &Row<'_>,
    ) -> Result<std::result::Result<Option<CustomerId>, Problem>> {
        let target = match row.id {
            _ if !self.may.customers => match self.as_known(row)? {
                Some(customer) => Ok(Target::Existing(customer)),
                None => return Ok(Ok(None)),
            },
            Some(id) => self.by_id(id, row)?,
            None => self.by_address(row)?,
        };
        match target {
            Ok(Target::New(id)) => self.create(id, row).map(Some).map(Ok),
            Ok(Target::Existing(customer)) => self.update(customer, row).map(Some).map(Ok),
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// Notes what the importer may not do.
    pub(super) fn leave_out(&mut self, effect: Effect, row: &Row<'_>, field: &'static str) {
        self.tally.withheld.note(effect, (self.at)(row.at), field);
    }

    /// The customer of a row for whoever may not change customers: the one who
    /// is the same here already, but for what they allow and are called.
    fn as_known(&mut self, row: &Row<'_>) -> Result<Option<Customer>> {
        let (found, field) = match row.id.map(CustomerId::merchant) {
            Some(id) => (
                id.map(|id| self.work.read.customer(id))
                    .transpose()?
                    .flatten(),
                "id",
            ),
            None => (self.holder(row)?, "email"),
        };
        let found = found.filter(|customer| customer.website_id == row.website_id);
        if found.is_none() {
            self.leave_out(Effect::Customer, row, field);
            self.tally.items_left_out += 1;
        }
        Ok(found)
    }

    fn create(&mut self, id: CustomerId, row: &Row<'_>) -> Result<CustomerId> {
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
        self.fill(&mut customer, row);
        let _ = self.consent(&mut customer, row, None)?;
        self.work
            .tx
            .customer_put(&self.permit.narrow(), &customer)?;
        self.tally.created += 1;
        Ok(id)
    }

    fn update(&mut self, here: Customer, row: &Row<'_>) -> Result<CustomerId> {
        let mut customer = here.clone();
        self.fill(&mut customer, row);
        if !self.may.customers {
            let only = Customer {
                updated_at: customer.updated_at,
                ..here.clone()
            };
            if customer != only {
                self.leave_out(Effect::Customer, row, "customer");
            }
            customer = only;
        }
        let changed = self.consent(&mut customer, row, here.updated_at)?;
        let other_fields = Customer {
            consent: here.consent.clone(),
            ..customer.clone()
        } != here;
        let was_parked = self.parked.remove(&here.id);
        if customer != here || was_parked {
            self.work
                .tx
                .customer_put(&self.permit.narrow(), &customer)?;
        }
        if other_fields || changed || was_parked {
            self.tally.updated += 1;
        } else {
            self.tally.unchanged += 1;
        }
        let moved = here.website_id != customer.website_id;
        let is_readdressed = customer.consent.granted
            && here.consent.granted
            && email_key(&here.email) != email_key(&customer.email);
        if moved || is_readdressed {
            self.record_move(&here, &customer)?;
        }
        if here.consent != customer.consent || moved {
            self.settle_consent(&customer, here.consent.granted)?;
        }
        if here.active && !customer.active {
            self.end_sessions(customer.id, EndCause::CustomerInactive)?;
        }
        if !customer.active && row.active.is_none() {
            self.tally.still_inactive += 1;
        }
        Ok(customer.id)
    }

    /// A move is an event of its own: other rules count where somebody is at
    /// home. So is another address of somebody who said yes: whom it is for.
    fn record_move(&mut self, before: &Customer, after: &Customer) -> Result<()> {
        let mut event = self.event(Action::CustomerEdit, after);
        let fields = |customer: &Customer| {
            [
                (
                    "website",
                    json!(self.known.website_code(customer.website_id)),
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
        event.change(Value::from(was), Value::from(is));
        self.work.record_also(&event).map(|_| ())
    }

    pub(super) fn end_sessions(&mut self, id: CustomerId, cause: EndCause) -> Result<()> {
        let ended = sessions::end_for_customer(self.work, &self.permit.narrow(), id, cause)?;
        self.tally.sessions_ended += ended as u64;
        Ok(())
    }

    /// Ends what the customer's consent no longer carries.
    pub(super) fn settle_consent(&mut self, customer: &Customer, was_yes: bool) -> Result<()> {
        let (consent, id) = (&customer.consent, customer.id);
        if consent.granted && consent.until.is_none() {
            return Ok(()); // whatever stood, stands
        }
        let ended = if was_yes && !consent.granted {
            sessions::end_after_a_no(self.work, &self.permit.narrow(), id)?
        } else {
            sessions::end_where_consent_is_gone(self.work, &self.permit.narrow(), Some(id))?
        };
        self.tally.sessions_ended += ended as u64;
        Ok(())
    }

    /// What the file tells; the rest stays.
    fn fill(&self, customer: &mut Customer, row: &Row<'_>) {
        if customer.website_id != row.website_id {
            // Until somebody with the right to it says otherwise, the rules of
            // the website they were moved away from count as well.
            let first = customer.guard_website_id.unwrap_or(customer.website_id);
            customer.guard_website_id = Some(first).filter(|id| *id != row.website_id);
        }
        customer.website_id = row.website_id;
        replace(&mut customer.email, Some(&row.email));
        replace(&mut customer.first_name, row.first_name.as_deref());
        replace(&mut customer.last_name, row.last_name.as_deref());
        customer.store_view_id = row.store_view_id.or(customer.store_view_id);
        customer.active = row.active.unwrap_or(customer.active);
        customer.confirmed = row.confirmed.unwrap_or(customer.confirmed);
        customer.created_at = row.created_at.or(customer.created_at);
        // Never backwards, and never ahead of the clock: consent leans on it.
        // A yes that is left out was not heard, so the file may bring it again;
        // a no was, so that no older yes wins.
        let is_unheard = row.consent == Some(true) && !self.may.consents;
        let told = row
            .updated_at
            .filter(|at| *at <= self.work.now && !is_unheard);
        customer.updated_at = told.max(customer.updated_at);
    }
}

fn replace(kept: &mut String, told: Option<&str>) {
    if let Some(told) = told
        && kept != told
    {
        told.clone_into(kept);
    }
}
