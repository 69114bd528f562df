//! What the tables hold, compared with what the log says of it.

use super::log::LogVerifier;
use crate::state::state_difference;
use lac_model::audit::StateDigests;
use lac_store::Result;

/// Notes that are kept.
const MAX_NOTES: usize = 100;

impl LogVerifier<'_> {
    /// Rows beside the log that cannot be read: whatever they were, no record
    /// is changed by them.
    pub(super) fn note_damaged_rows(&mut self) -> Result<()> {
        for row in self.source.tx.damaged_rows(MAX_NOTES)?.0 {
            self.add_note(row.to_string());
        }
        Ok(())
    }

    /// Adds a note; beyond so many, none.
    pub(super) fn add_note(&mut self, note: String) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note);
        }
    }

    /// What was said in archives that are not there is not known.
    pub(super) fn compare_consents(&mut self) -> Result<()> {
        if !self.missing_ranges.is_empty() {
            return Ok(());
        }
        let consents = std::mem::take(&mut self.consents);
        consents.compare(self.source.tx, self.state_since, &mut self.findings)
    }

    /// Roles, admin users, tokens, storefronts, keys and config are as the
    /// newest event that says so left them.
    pub(super) fn compare_state(&mut self) -> Result<()> {
        let Some((seq, text)) = self.state.take() else {
            return Ok(());
        };
        match serde_json::from_str::<StateDigests>(&text) {
            Err(_) => self
                .findings
                .add_event(seq, "what it says of the state cannot be read"),
            Ok(state) => {
                if let Some(problem) = state_difference(self.source.tx, seq, &state)? {
                    self.findings.add_log(problem);
                }
            }
        }
        Ok(())
    }
}
