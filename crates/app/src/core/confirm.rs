//! Confirmation before destructive or far-reaching changes.

use serde::{Deserialize, Serialize};

use lac_model::fault::Fault;
use lac_store::Result;

/// Whether the caller can be asked for confirmation, and has given it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// Nobody can be asked: irreversible changes are refused, others are made.
    #[default]
    Script,
    /// Somebody can be asked: every change with an [`Impact`] needs their yes.
    Person,
    /// The caller has confirmed.
    Given,
}

/// Why a change needs confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impact {
    /// It cannot be undone.
    Irreversible,
    /// It affects many things at once.
    Broad,
}

impl Confirmation {
    /// Fails with `confirmation_required` unless the change was confirmed or
    /// needs no confirmation. `what` describes the change.
    pub fn require(self, impact: Impact, what: impl Into<String>) -> Result<()> {
        let may_proceed = match self {
            Self::Given => true,
            Self::Script => impact == Impact::Broad,
            Self::Person => false,
        };
        if may_proceed {
            return Ok(());
        }
        Err(Fault::ConfirmationRequired { what: what.into() })
    }
}
