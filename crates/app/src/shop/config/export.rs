//! Exports the config as a file.

use serde::{Deserialize, Serialize};

use super::file;
use crate::{Context, read};
use lac_model::audit::Action;
use lac_store::Result;

/// Asks for a file of the values that are set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ConfigExport {}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigExported {
    pub text: String,
    /// Sections that are not in the file, because the actor may not read them.
    pub left_out: Vec<String>,
}

impl ConfigExport {
    /// The file has the values that are set at the scopes and in the sections
    /// that the actor may read. It does not have inherited values.
    ///
    /// # Errors
    /// `resource_denied` if the actor may not read any section.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigExported> {
        read(context, Action::ConfigRead, &file::RESOURCES, |view| {
            Ok(ConfigExported {
                text: file::write_file(&file::stored_state(view)?, view.store_tree()?),
                left_out: file::left_out_sections(view, &file::RESOURCES),
            })
        })
    }
}
