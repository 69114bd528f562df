//! Shows what applying a file would change.

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
    /// Whether values that the file does not have count as differences.
    pub prune: bool,
}

/// The differences.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigDifferences {
    pub changes: Vec<ConfigChange>,
    /// Sections that were not compared, because the actor may not read them.
    pub left_out: Vec<String>,
    /// The number of stored values that the file does not have.
    pub unmanaged: usize,
}

impl ConfigDiff {
    /// Compares only the sections that the actor may read.
    ///
    /// # Errors
    /// `invalid_file`; `resource_denied` if the actor may not read any section
    /// in the file.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigDifferences> {
        // Do not parse anything for callers without the rights.
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
