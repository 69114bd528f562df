//! Config as a file.

use serde::{Deserialize, Serialize};

use super::file;
use crate::{Context, read};
use lac_model::audit::Action;
use lac_store::Result;

/// Asks for the file that says what is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ConfigExport {}

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigExported {
    pub text: String,
    /// What the actor may not read and the file therefore does not speak of.
    pub left_out: Vec<String>,
}

impl ConfigExport {
    /// What is set at every scope that the actor sees, in the sections that
    /// they may read. What inherits is not in it.
    ///
    /// # Errors
    /// `resource_denied` where that is none.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigExported> {
        read(context, Action::ConfigRead, &file::RESOURCES, |view| {
            Ok(ConfigExported {
                text: file::write_file(&file::stored_state(view)?, view.store_tree()?),
                left_out: file::left_out_sections(view, &file::RESOURCES),
            })
        })
    }
}
