//! What applying a file would change.

use serde::{Deserialize, Serialize};

use super::file::{self, ConfigChange, ConfigFile, plan};
use crate::{Context, check_allowed, read};
use lac_model::audit::Action;
use lac_model::bounded::FileText;
use lac_store::Result;

/// Compares a file with the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigDiff {
    /// The file's text (`lac-config/1`).
    pub text: FileText,
    /// Whether what the file lacks counts as a difference.
    pub prune: bool,
}

/// What differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigDifferences {
    pub changes: Vec<ConfigChange>,
    /// What the actor may not read and was therefore not compared.
    pub left_out: Vec<String>,
    /// How many values the store has that the file lacks.
    pub unmanaged: usize,
}

impl ConfigDiff {
    /// Only the sections that the actor may read.
    ///
    /// # Errors
    /// `invalid_file`; `resource_denied` where the actor may read nothing of
    /// what the file speaks of.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigDifferences> {
        // Nothing is parsed for those who may not even ask.
        check_allowed(context, Action::ConfigRead, &file::RESOURCES)?;
        let declared = ConfigFile::read(&self.text)?;
        let mut needs = declared.resources();
        if needs.is_empty() {
            needs = file::RESOURCES.to_vec();
        }
        read(context, Action::ConfigRead, &needs, |view| {
            let now = file::stored_state(view)?;
            let wanted = declared.resolve(view)?;
            Ok(ConfigDifferences {
                changes: plan::plan_changes(&now, &wanted, self.prune),
                left_out: file::left_out_sections(view, &needs),
                unmanaged: plan::count_unmanaged(&now, &wanted),
            })
        })
    }
}
