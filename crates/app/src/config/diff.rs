//! What applying a file would change.

use serde::{Deserialize, Serialize};

use super::file::{self, Change, Declared, plan};
use crate::{Desk, look, may};
use lac_model::audit::Action;
use lac_model::form::FileText;
use lac_store::Result;

/// Compares a file with the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Diff {
    /// The file's text (`lac-config/1`).
    pub text: FileText,
    /// Whether what the file lacks counts as a difference.
    pub prune: bool,
}

/// What differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Differences {
    pub changes: Vec<Change>,
    /// What the actor may not read and was therefore not compared.
    pub left_out: Vec<String>,
    /// How many values the store has that the file lacks.
    pub unmanaged: usize,
}

impl Diff {
    /// Only the sections that the actor may read.
    ///
    /// # Errors
    /// `invalid_file`; `resource_denied` where the actor may read nothing of
    /// what the file speaks of.
    pub fn run(self, desk: &Desk<'_>) -> Result<Differences> {
        // Nothing is parsed for those who may not even ask.
        may(desk, Action::ConfigRead, &file::RESOURCES)?;
        let declared = Declared::read(&self.text)?;
        let mut needs = declared.resources();
        if needs.is_empty() {
            needs = file::RESOURCES.to_vec();
        }
        look(desk, Action::ConfigRead, &needs, |view| {
            let now = file::state(view)?;
            let wanted = declared.look_up(view)?;
            Ok(Differences {
                changes: plan::plan(&now, &wanted, self.prune),
                left_out: file::left_out(view, &needs),
                unmanaged: plan::unmanaged(&now, &wanted),
            })
        })
    }
}
