//! Roles and admin users as a file.

use serde::{Deserialize, Serialize};

use super::file::{self, Books, Part};
use crate::{Desk, look};
use lac_model::audit::Action;
use lac_store::Result;

/// Asks for the file that says how roles and admin users are.
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
    /// Only the parts that the actor may read.
    ///
    /// # Errors
    /// `resource_denied` where that is neither.
    pub fn run(self, desk: &Desk<'_>) -> Result<Exported> {
        let any_of = Part::ALL.map(Part::resource);
        look(desk, Action::RoleRead, &any_of, |view| {
            let parts: Vec<Part> = Part::ALL
                .into_iter()
                .filter(|part| part.is_held_by(&view.actor))
                .collect();
            let state = Books::open(view)?.state(view, &parts)?;
            Ok(Exported {
                text: file::write(&state),
                left_out: file::left_out(view, &Part::ALL),
            })
        })
    }
}
