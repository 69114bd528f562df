//! Exports roles and admin users as a file.

use serde::{Deserialize, Serialize};

use super::file::{self, AccessDirectory, FileSection};
use crate::{Context, read};
use lac_model::audit::Action;
use lac_store::Result;

/// Exports roles and admin users.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RoleExport {}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleExported {
    pub text: String,
    /// What the file lacks, because the actor may not read it.
    pub left_out: Vec<String>,
}

impl RoleExport {
    /// Exports the sections that the actor may read.
    ///
    /// # Errors
    /// `resource_denied` if that is none.
    pub fn run(self, context: &Context<'_>) -> Result<RoleExported> {
        let any_of = FileSection::ALL.map(FileSection::resource);
        read(context, Action::RoleRead, &any_of, |view| {
            let parts: Vec<FileSection> = FileSection::ALL
                .into_iter()
                .filter(|part| part.may_be_read_by(&view.actor))
                .collect();
            let state = AccessDirectory::load(view)?.state(view, &parts)?;
            Ok(RoleExported {
                text: file::write_file(&state),
                left_out: file::left_out_sections(view, &FileSection::ALL),
            })
        })
    }
}
