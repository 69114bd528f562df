//! What a file says of consent, and what comes of it.

use super::apply::Import;
use super::row::Row;
use crate::consent;
use crate::import::effects::Effect;
use lac_model::audit::{Action, Event};
use lac_model::consent::{ConsentMode, Said, Verdict, compete};
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::time::Timestamp;
use lac_store::Result;

impl Import<'_, '_> {
    /// Lets the file's word compete; a change is an event of its own. Returns
    /// whether there was one.
    pub(super) fn consent(
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
        let verdict = compete(&customer.consent, merchant, said, self.work.now);
        let at = match verdict {
            Verdict::Keep => return Ok(false),
            _ if !self.may.consents => {
                self.leave_out(Effect::Consent, row, "assistance_allowed");
                return Ok(false);
            }
            // Where silence is a yes, the first no is a change.
            Verdict::Note(at) if self.silence_is_yes(customer)? => Some(at),
            Verdict::Note(at) => {
                customer.consent.changed_at = Some(at);
                customer.consent.source.get_or_insert(ConsentSource::Import);
                return Ok(false);
            }
            Verdict::Grant(at) => at,
            Verdict::Revoke(at) => Some(at),
        };
        self.change_consent(customer, granted, at)?;
        Ok(true)
    }

    fn silence_is_yes(&self, customer: &Customer) -> Result<bool> {
        let is_silent = customer.consent.changed_at.is_none();
        let mode = is_silent.then(|| consent::mode(self.work, customer));
        Ok(mode.transpose()? == Some(ConsentMode::OptOut))
    }

    /// Changes it and records that.
    pub(super) fn change_consent(
        &mut self,
        customer: &mut Customer,
        granted: bool,
        at: Option<Timestamp>,
    ) -> Result<()> {
        let (action, word) = if granted {
            self.tally.consents.granted += 1;
            (Action::ConsentGrant, "granted")
        } else {
            self.tally.consents.revoked += 1;
            (Action::ConsentRevoke, "withheld")
        };
        let mut event = self.event(action, customer);
        event.change(customer.consent.word(), word);
        let recorded = self.work.record_also(&event)?;
        customer.consent = Consent {
            granted,
            changed_at: at,
            source: Some(ConsentSource::Import),
            changed_by: Some(self.work.actor.name.clone()),
            seq: recorded.seq,
            until: None,
        };
        Ok(())
    }

    /// An event about a customer, besides the import's own.
    pub(super) fn event(&self, action: Action, customer: &Customer) -> Event {
        let mut event = self.work.event(action);
        event.customer_id = Some(customer.id);
        event.customer_email = Some(customer.email.clone());
        event.website = self.known.website_code(customer.website_id);
        event.detail("source", ConsentSource::Import.as_str());
        event.detail("file", self.file);
        event
    }
}
