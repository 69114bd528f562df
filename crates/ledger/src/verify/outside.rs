//! Checks erasures and the checkpoint file.

use super::log::LogVerifier;
use super::open_note;
use super::ranges::{merge_ranges, subtract_ranges};
use lac_model::fault::Fault;
use lac_store::{HighWaterMark, Result};

impl LogVerifier<'_> {
    /// Every missing part must be listed by an event as erased, and every
    /// listed part must be missing.
    pub(super) fn compare_erasures(&mut self) {
        let listed = merge_ranges(self.erasures.iter().map(|(_, range)| *range).collect());
        for [first, last] in subtract_ranges(&self.erased, &listed) {
            let problem = "its shopper part is missing, and no event lists it as erased";
            self.findings.add_events([first, last], problem);
        }
        let mut accounted = self.erased.clone();
        accounted.extend(&self.missing_ranges);
        for [first, last] in subtract_ranges(&listed, &merge_ranges(accounted)) {
            let problem = "its shopper part is recorded as erased, but is still there";
            self.findings.add_events([first, last], problem);
        }
    }

    /// Compares the checkpoint file outside the database with the log. `notes`
    /// are those in the file, oldest first; `None` if it does not exist.
    pub fn compare_checkpoint_file(
        &mut self,
        notes: Option<&[Vec<u8>]>,
        high_water: &dyn HighWaterMark,
    ) -> Result<()> {
        let Some(notes) = notes else {
            let path = high_water.path();
            self.missing.push(Fault::CheckpointMissing { path });
            return Ok(());
        };
        let may_compare_roots = self.findings.is_empty();
        for note in notes {
            self.compare_checkpoint(note, may_compare_roots)?;
        }
        Ok(())
    }

    fn compare_checkpoint(&mut self, note: &[u8], may_compare_roots: bool) -> Result<()> {
        if note == self.head.note.as_bytes() {
            return Ok(());
        }
        let known = match open_note(note, &self.keys) {
            Ok(known) => known,
            Err(problem) => {
                self.findings
                    .add_log(format!("the checkpoint file: {problem}"));
                return Ok(());
            }
        };
        if known.size > self.head.size {
            self.findings.add_log(format!(
                "the checkpoint file knows {} events, the database only {}: an older copy was put back",
                known.size, self.head.size
            ));
        } else if may_compare_roots && crate::tree::root_at(self.source, known.size)? != known.root
        {
            self.findings.add_log(format!(
                "the first {} events are not those the checkpoint file was signed for",
                known.size
            ));
        }
        Ok(())
    }
}
