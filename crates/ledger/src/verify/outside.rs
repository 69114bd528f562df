//! What was erased, and the checkpoint file.

use super::open_note;
use super::ranges::{merged, without};
use super::whole::Pass;
use lac_model::fault::Fault;
use lac_store::{HighWater, Result};

impl Pass<'_> {
    /// Every part that is gone was listed, and every part that was listed is
    /// gone.
    pub(super) fn compare_erasures(&mut self) {
        let listed = merged(self.erasures.iter().map(|(_, range)| *range).collect());
        for [first, last] in without(&self.gone, &listed) {
            let problem = "its shopper part is gone, and no erasure lists it";
            self.findings.events([first, last], problem);
        }
        let mut accounted = self.gone.clone();
        accounted.extend(&self.lost);
        for [first, last] in without(&listed, &merged(accounted)) {
            let problem = "its shopper part was erased on record, and is there";
            self.findings.events([first, last], problem);
        }
    }

    /// The file outside the database.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn compare_file(&mut self, file: Option<&[u8]>, high_water: &dyn HighWater) -> Result<()> {
        let Some(file) = file else {
            let path = high_water.path();
            self.missing.push(Fault::CheckpointMissing { path });
            return Ok(());
        };
        if file == self.head.note.as_bytes() {
            return Ok(());
        }
        let known = match open_note(file, &self.keys) {
            Ok(known) => known,
            Err(problem) => {
                self.findings.log(format!("the checkpoint file: {problem}"));
                return Ok(());
            }
        };
        if known.size > self.head.size {
            self.findings.log(format!(
                "the checkpoint file knows {} events, the database only {}: an older copy was put back",
                known.size, self.head.size
            ));
        } else if self.findings.is_empty()
            && crate::tree::root_at(self.source, known.size)? != known.root
        {
            self.findings.log(format!(
                "the first {} events are not those the checkpoint file was signed for",
                known.size
            ));
        }
        Ok(())
    }
}
