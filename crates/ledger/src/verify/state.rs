//! What the tables hold, compared with what the log says of it.

use super::whole::Pass;
use crate::state::difference;
use lac_model::audit::State;
use lac_store::Result;

/// Notes that are kept.
const NOTES: usize = 100;

impl Pass<'_> {
    /// Rows beside the log that cannot be read: whatever they were, no record
    /// is changed by them.
    pub(super) fn name_damaged_rows(&mut self) -> Result<()> {
        for row in self.source.read.damaged_rows(NOTES)?.0 {
            self.note(row.to_string());
        }
        Ok(())
    }

    /// Adds a note; beyond so many, none.
    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < NOTES {
            self.notes.push(note);
        }
    }

    /// What was said in archives that are not there is not known.
    pub(super) fn compare_consents(&mut self) -> Result<()> {
        if !self.lost.is_empty() {
            return Ok(());
        }
        let consents = std::mem::take(&mut self.consents);
        consents.compare(self.source.read, self.state_since, &mut self.findings)
    }

    /// Roles, admin users, tokens, storefronts, keys and config are as the
    /// newest event that says so left them.
    pub(super) fn compare_state(&mut self) -> Result<()> {
        let Some((seq, text)) = self.state.take() else {
            return Ok(());
        };
        match serde_json::from_str::<State>(&text) {
            Err(_) => self
                .findings
                .event(seq, "what it says of the state cannot be read"),
            Ok(state) => {
                if let Some(problem) = difference(self.source.read, seq, &state)? {
                    self.findings.log(problem);
                }
            }
        }
        Ok(())
    }
}
