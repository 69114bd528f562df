//! What applying a file would change.

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
    /// Whether what the file lacks counts as a difference.
    pub prune: bool,
}

/// What differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDifferences {
    pub changes: Vec<AccessChange>,
    /// What the actor may not read and was therefore not compared.
    pub left_out: Vec<String>,
    /// How many roles the store has that the file lacks, and admin users.
    pub unmanaged: (usize, usize),
}

impl RoleDiff {
    /// Only the parts that the file speaks of and the actor may read.
    ///
    /// # Errors
    /// `invalid_file`; `resource_denied` where the actor may read none of them.
    pub fn run(self, context: &Context<'_>) -> Result<RoleDifferences> {
        // Nothing is parsed for those who may not even ask.
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
            let books = AccessDirectory::load(view)?;
            let now = books.state(view, &read)?;
            let wanted = declared.resolve(view, &books, &read, self.prune)?;
            Ok(RoleDifferences {
                changes: plan::plan_changes(&now, &wanted, self.prune),
                left_out: file::left_out_sections(view, &parts),
                unmanaged: plan::count_unmanaged(&now, &wanted),
            })
        })
    }
}
