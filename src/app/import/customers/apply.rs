//! Customers into the store, inside the import's transaction.

use std::collections::HashSet;

use super::row::Row;
use super::{Customers, missing};
use crate::app::import::problem::{Problem, Sieve};
use crate::app::import::{Known, Tally, Watch, Wishes};
use crate::app::{Work, sessions};
use crate::domain::audit::Action;
use crate::domain::consent::{Said, Verdict, compete};
use crate::domain::customer::{Consent, ConsentSource, Customer, email_key};
use crate::domain::fault::Fault;
use crate::domain::ids::CustomerId;
use crate::domain::session::EndCause;
use crate::domain::time::Timestamp;
use crate::store::{Permit, Result};

/// One import of customers, at work.
struct Import<'i, 'tx> {
    work: &'i mut Work<'tx>,
    permit: &'i Permit<'i>,
    known: &'i Known,
    tally: &'i mut Tally,
    file: &'i str,
    ids: &'i [i64],
    next_local: i64,
    /// Customers whose address another one of the file has taken, and who have
    /// not been given their own new one yet.
    parked: HashSet<CustomerId>,
}

/// Where a row goes.
enum Target {
    Existing(Customer),
    New(CustomerId),
}

impl Customers<'_> {
    /// Creates, updates and (`complete`) deactivates.
    #[allow(clippy::too_many_arguments)] // all of an import meets here
    pub fn apply(
        mut self,
        work: &mut Work<'_>,
        permit: &Permit<'_>,
        known: &Known,
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
                Ok(id) if wishes.complete => present.push(id.stored()),
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
    /// Creates or updates the customer of one row.
    fn settle(&mut self, row: &Row<'_>) -> Result<std::result::Result<CustomerId, Problem>> {
        let target = match row.id {
            Some(id) => self.by_id(id, row)?,
            None => self.by_address(row)?,
        };
        match target {
            Ok(Target::New(id)) => self.create(id, row).map(Ok),
            Ok(Target::Existing(customer)) => self.update(customer, row).map(Ok),
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// CSV: website and address are the identity.
    fn by_address(&mut self, row: &Row<'_>) -> Result<std::result::Result<Target, Problem>> {
        if let Some(holder) = self.holder(row)? {
            return Ok(Ok(Target::Existing(holder)));
        }
        let id = CustomerId::local(self.next_local);
        self.next_local += 1;
        let id = id.ok_or_else(|| Fault::internal("no local ids are left"))?;
        Ok(Ok(Target::New(id)))
    }

    /// REST: the merchant's id is; a `local:N` with the address becomes it.
    fn by_id(&mut self, id: i64, row: &Row<'_>) -> Result<std::result::Result<Target, Problem>> {
        let id = CustomerId::merchant(id).ok_or_else(|| Fault::internal("an id below 1"))?;
        let here = self.work.read.customer(id)?;
        if let Some(here) = &here {
            if !self.known.sees(here.website_id) {
                return Ok(Err(Problem::new("id", "cannot be imported here")));
            }
            let same = here.website_id == row.website_id && here.email == row.email;
            if same && !self.parked.contains(&id) {
                return Ok(Ok(Target::Existing(here.clone())));
            }
        }
        match self.holder(row)? {
            Some(holder) if holder.id == id => {}
            Some(holder) if holder.id.is_local() => {
                return self.merge(here, holder, id).map(Ok);
            }
            Some(holder) if self.ids.binary_search(&holder.id.stored()).is_ok() => {
                self.work.tx.customer_park(self.permit, holder.id)?;
                self.parked.insert(holder.id);
            }
            Some(holder) => {
                let problem = format!("belongs to customer {}, whom the file lacks", holder.id);
                return Ok(Err(Problem::new("email", problem)));
            }
            None => {}
        }
        Ok(Ok(here.map_or(Target::New(id), Target::Existing)))
    }

    /// Whoever has the row's address on its website now.
    fn holder(&self, row: &Row<'_>) -> Result<Option<Customer>> {
        let mut found = self.work.read.customers_by_email(&email_key(&row.email))?;
        found.retain(|customer| customer.website_id == row.website_id);
        Ok(found.pop())
    }

    /// A `local:N` gets the merchant's id, or goes up in who has it already.
    fn merge(&mut self, here: Option<Customer>, local: Customer, id: CustomerId) -> Result<Target> {
        self.tally.renumbered += 1;
        let Some(mut here) = here else {
            self.work.tx.customer_renumber(self.permit, local.id, id)?;
            return Ok(Target::Existing(Customer { id, ..local }));
        };
        self.work.tx.customer_remove(self.permit, local.id)?;
        self.work.tx.customer_renumber(self.permit, local.id, id)?;
        // One person, told of twice: the more careful word holds.
        if here.consent.granted && !local.consent.granted && local.consent.changed_at.is_some() {
            here.consent = local.consent;
            self.work.tx.consent_put(self.permit, id, &here.consent)?;
        }
        Ok(Target::Existing(here))
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
            consent: Consent::default(),
        };
        self.fill(&mut customer, row);
        let _ = self.consent(&mut customer, row, None)?;
        self.work.tx.customer_put(self.permit, &customer)?;
        self.tally.created += 1;
        Ok(id)
    }

    fn update(&mut self, here: Customer, row: &Row<'_>) -> Result<CustomerId> {
        let mut customer = here.clone();
        self.fill(&mut customer, row);
        let changed = self.consent(&mut customer, row, here.updated_at)?;
        let other_fields = Customer {
            consent: here.consent.clone(),
            ..customer.clone()
        } != here;
        let was_parked = self.parked.remove(&here.id);
        if customer != here || was_parked {
            self.work.tx.customer_put(self.permit, &customer)?;
        }
        if other_fields || changed || was_parked {
            self.tally.updated += 1;
        } else {
            self.tally.unchanged += 1;
        }
        if here.consent.granted && !customer.consent.granted {
            self.end_sessions(customer.id, EndCause::ConsentWithdrawn)?;
        }
        if here.active && !customer.active {
            self.end_sessions(customer.id, EndCause::CustomerInactive)?;
        }
        if !customer.active && row.active.is_none() {
            self.tally.still_inactive += 1;
        }
        Ok(customer.id)
    }

    fn end_sessions(&mut self, id: CustomerId, cause: EndCause) -> Result<()> {
        let ended = sessions::end_for_customer(self.work, self.permit, id, cause)?;
        self.tally.sessions_ended += ended as u64;
        Ok(())
    }

    /// What the file tells; the rest stays.
    fn fill(&self, customer: &mut Customer, row: &Row<'_>) {
        customer.website_id = row.website_id;
        replace(&mut customer.email, Some(&row.email));
        replace(&mut customer.first_name, row.first_name.as_deref());
        replace(&mut customer.last_name, row.last_name.as_deref());
        customer.store_view_id = row.store_view_id.or(customer.store_view_id);
        customer.active = row.active.unwrap_or(customer.active);
        customer.confirmed = row.confirmed.unwrap_or(customer.confirmed);
        customer.created_at = row.created_at.or(customer.created_at);
        // Never backwards, and never ahead of the clock: consent leans on it.
        let told = row.updated_at.filter(|at| *at <= self.work.now);
        customer.updated_at = told.max(customer.updated_at);
    }

    /// Lets the file's word compete; a change is an event of its own. Returns
    /// whether there was one.
    fn consent(
        &mut self,
        customer: &mut Customer,
        row: &Row<'_>,
        merchant: Option<Timestamp>,
    ) -> Result<bool> {
        let Some(granted) = row.consent else {
            return Ok(false);
        };
        let said = Said {
            granted,
            at: row.updated_at,
        };
        let at = match compete(&customer.consent, merchant, said, self.work.now) {
            Verdict::Keep => return Ok(false),
            Verdict::Note(at) => {
                customer.consent.changed_at = Some(at);
                customer.consent.source.get_or_insert(ConsentSource::Import);
                return Ok(false);
            }
            Verdict::Grant(at) => at,
            Verdict::Revoke(at) => Some(at),
        };
        let action = if granted {
            self.tally.consents.granted += 1;
            Action::ConsentGrant
        } else {
            self.tally.consents.revoked += 1;
            Action::ConsentRevoke
        };
        let mut event = self.work.event(action);
        event.customer_id = Some(customer.id);
        event.customer_email = Some(customer.email.clone());
        event.website = self.known.website_code(customer.website_id);
        event.detail("source", ConsentSource::Import.as_str());
        event.detail("file", self.file);
        event.change(
            customer.consent.word(),
            if granted { "granted" } else { "withheld" },
        );
        let recorded = self.work.record_also(&event)?;
        customer.consent = self.said(granted, at, recorded.seq);
        Ok(true)
    }

    fn said(&self, granted: bool, changed_at: Option<Timestamp>, seq: Option<u64>) -> Consent {
        Consent {
            granted,
            changed_at,
            source: Some(ConsentSource::Import),
            changed_by: Some(self.work.actor.name.clone()),
            seq,
        }
    }
}

fn replace(kept: &mut String, told: Option<&str>) {
    if let Some(told) = told
        && kept != told
    {
        told.clone_into(kept);
    }
}
