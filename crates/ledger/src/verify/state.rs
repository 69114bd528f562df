//! Compares the tables with the state and the consents in the log.

use super::log::LogVerifier;
use crate::state::state_difference;
use lac_model::audit::StateDigests;
use lac_store::Result;

/// The most notes that are kept.
const MAX_NOTES: usize = 100;

impl LogVerifier<'_> {
    /// Notes unreadable rows of other tables. They are no difference of the
    /// log.
    pub(super) fn note_damaged_rows(&mut self) -> Result<()> {
        for row in self.source.tx.damaged_rows(MAX_NOTES)?.0 {
            self.add_note(row.to_string());
        }
        Ok(())
    }

    pub(super) fn add_note(&mut self, note: String) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note);
        }
    }

    /// Skipped if archives are missing: they may contain consent events.
    pub(super) fn compare_consents(&mut self) -> Result<()> {
        if !self.missing_ranges.is_empty() {
            return Ok(());
        }
        let consents = std::mem::take(&mut self.consents);
        consents.compare(self.source.tx, self.state_since, &mut self.findings)
    }

    /// Compares roles, admin users, tokens, storefronts, keys, config and
    /// former ids with the newest recorded state.
    pub(super) fn compare_state(&mut self) -> Result<()> {
        let Some((seq, text)) = self.state.take() else {
            return Ok(());
        };
        match serde_json::from_str::<StateDigests>(&text) {
            Err(_) => self
                .findings
                .add_event(seq, "its recorded state cannot be read"),
            Ok(state) => {
                if let Some(problem) = state_difference(self.source.tx, seq, &state)? {
                    self.findings.add_log(problem);
                }
            }
        }
        Ok(())
    }
}
