//! Applies the consent in a file.

use super::apply::CustomerImporter;
use super::row::CustomerRow;
use crate::core::consent;
use crate::shop::import::effects::Effect;
use lac_model::audit::{Action, Event};
use lac_model::consent::{ConsentMode, ImportDecision, ImportedConsent, decide_import};
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::time::Timestamp;
use lac_store::Result;

impl CustomerImporter<'_, '_> {
    /// Decides between the stored consent and the file's, and records a change
    /// as an event of its own. Returns whether there was a change.
    pub(super) fn apply_consent(
        &mut self,
        customer: &mut Customer,
        row: &CustomerRow<'_>,
        merchant: Option<Timestamp>,
    ) -> Result<bool> {
        let Some(granted) = row.consent else {
            return Ok(false);
        };
        let said = ImportedConsent {
            granted,
            at: row.updated_at,
        };
        let verdict = decide_import(&customer.consent, merchant, said, self.work.now);
        let at = match verdict {
            ImportDecision::Keep => return Ok(false),
            _ if !self.effects.consents => {
                self.note_left_out(Effect::Consent, row, "assistance_allowed");
                return Ok(false);
            }
            // If the website allows logins without an answer, the first "no" is
            // a change.
            ImportDecision::UpdateTime(at) if self.does_silence_allow(customer)? => Some(at),
            ImportDecision::UpdateTime(at) => {
                customer.consent.changed_at = Some(at);
                customer.consent.source.get_or_insert(ConsentSource::Import);
                return Ok(false);
            }
            ImportDecision::Grant(at) => at,
            ImportDecision::Revoke(at) => Some(at),
        };
        self.change_consent(customer, granted, at)?;
        Ok(true)
    }

    fn does_silence_allow(&self, customer: &Customer) -> Result<bool> {
        let is_silent = customer.consent.changed_at.is_none();
        let mode = is_silent.then(|| consent::consent_mode(self.work, customer));
        Ok(mode.transpose()? == Some(ConsentMode::OptOut))
    }

    /// Changes the consent and records an event.
    pub(super) fn change_consent(
        &mut self,
        customer: &mut Customer,
        granted: bool,
        at: Option<Timestamp>,
    ) -> Result<()> {
        let (action, word) = if granted {
            self.counts.consents.granted += 1;
            (Action::ConsentGrant, "granted")
        } else {
            self.counts.consents.revoked += 1;
            (Action::ConsentRevoke, "withheld")
        };
        let mut event = self.new_event(action, customer);
        event.add_change(customer.consent.status(), word);
        let recorded = self.work.record_event(&event)?;
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

    /// A new event about a customer, in addition to the event of the import.
    pub(super) fn new_event(&self, action: Action, customer: &Customer) -> Event {
        let mut event = self.work.event(action);
        event.customer_id = Some(customer.id);
        event.customer_email = Some(customer.email.clone());
        event.website = self.stores.website_code(customer.website_id);
        event.add_detail("source", ConsentSource::Import.as_str());
        event.add_detail("file", self.file);
        event
    }
}
