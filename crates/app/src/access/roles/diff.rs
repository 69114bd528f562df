//! Shows what applying a file would change.

use serde::{Deserialize, Serialize};

use super::file::{self, AccessChange, AccessDirectory, AccessFile, FileSection, plan};
use crate::{Context, check_allowed, read};
use lac_model::audit::Action;
use lac_model::bounded::FileText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Compares a file with the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDiff {
    /// The file's text (`lac-roles/1`).
    pub text: FileText,
    /// Whether entries the file lacks count as differences.
    pub prune: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDifferences {
    pub changes: Vec<AccessChange>,
    /// What was not compared, because the actor may not read it.
    pub left_out: Vec<String>,
    /// The numbers of roles and of admin users that the file lacks.
    pub unmanaged: (usize, usize),
}

impl RoleDiff {
    /// Compares the sections of the file that the actor may read.
    ///
    /// # Errors
    /// `invalid_file`; `resource_denied` if the actor may read none of them.
    pub fn run(self, context: &Context<'_>) -> Result<RoleDifferences> {
        // Check the rights before parsing.
        check_allowed(
            context,
            Action::RoleRead,
            &FileSection::ALL.map(FileSection::resource),
        )?;
        let declared = AccessFile::read(&self.text)?;
        let parts = declared.sections();
        let any_of: Vec<Resource> = parts.iter().map(|part| part.resource()).collect();
        read(context, Action::RoleRead, &any_of, |view| {
            let readable = |part: &&FileSection| part.may_be_read_by(&view.actor);
            let read: Vec<FileSection> = parts.iter().filter(readable).copied().collect();
            let directory = AccessDirectory::load(view)?;
            let now = directory.state(view, &read)?;
            let wanted = declared.resolve(view, &directory, &read, self.prune)?;
            Ok(RoleDifferences {
                changes: plan::plan_changes(&now, &wanted, self.prune),
                left_out: file::left_out_sections(view, &parts),
                unmanaged: plan::count_unmanaged(&now, &wanted),
            })
        })
    }
}
