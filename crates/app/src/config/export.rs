//! Config as a file.

use serde::{Deserialize, Serialize};

use super::file;
use crate::{Desk, look};
use lac_model::audit::Action;
use lac_store::Result;

/// Asks for the file that says what is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Export {}

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exported {
    pub text: String,
    /// What the actor may not read and the file therefore does not speak of.
    pub left_out: Vec<String>,
}

impl Export {
    /// What is set at every scope that the actor sees, in the sections that
    /// they may read. What inherits is not in it.
    ///
    /// # Errors
    /// `resource_denied` where that is none.
    pub fn run(self, desk: &Desk<'_>) -> Result<Exported> {
        look(desk, Action::ConfigRead, &file::RESOURCES, |view| {
            Ok(Exported {
                text: file::write(&file::state(view)?, view.tree()?),
                left_out: file::left_out(view, &file::RESOURCES),
            })
        })
    }
}
