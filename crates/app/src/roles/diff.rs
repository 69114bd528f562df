//! What applying a file would change.

use serde::{Deserialize, Serialize};

use super::file::{self, Books, Change, Declared, Part, plan};
use crate::{Desk, look, may};
use lac_model::audit::Action;
use lac_model::form::FileText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Compares a file with the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Diff {
    /// The file's text (`lac-roles/1`).
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
    /// How many roles the store has that the file lacks, and admin users.
    pub unmanaged: (usize, usize),
}

impl Diff {
    /// Only the parts that the file speaks of and the actor may read.
    ///
    /// # Errors
    /// `invalid_file`; `resource_denied` where the actor may read none of them.
    pub fn run(self, desk: &Desk<'_>) -> Result<Differences> {
        // Nothing is parsed for those who may not even ask.
        may(desk, Action::RoleRead, &Part::ALL.map(Part::resource))?;
        let declared = Declared::read(&self.text)?;
        let parts = declared.parts();
        let any_of: Vec<Resource> = parts.iter().map(|part| part.resource()).collect();
        look(desk, Action::RoleRead, &any_of, |view| {
            let readable = |part: &&Part| part.is_held_by(&view.actor);
            let read: Vec<Part> = parts.iter().filter(readable).copied().collect();
            let books = Books::open(view)?;
            let now = books.state(view, &read)?;
            let wanted = declared.look_up(view, &books, &read, self.prune)?;
            Ok(Differences {
                changes: plan::plan(&now, &wanted, self.prune),
                left_out: file::left_out(view, &parts),
                unmanaged: plan::unmanaged(&now, &wanted),
            })
        })
    }
}
