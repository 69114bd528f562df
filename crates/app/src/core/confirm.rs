//! Acts that are better confirmed, also by those who could do them at once.

use serde::{Deserialize, Serialize};

use lac_model::fault::Fault;
use lac_store::Result;

/// How far whoever asks has been asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// Nobody is there to be asked: what loses something waits for a yes, and
    /// what scripts have always done goes on.
    #[default]
    Script,
    /// Somebody is there: whatever reaches far waits for their yes.
    Person,
    /// They said yes.
    Given,
}

/// What is to be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impact {
    /// It cannot be had back.
    Irreversible,
    /// It opens or closes much at once.
    Broad,
}

impl Confirmation {
    /// Goes on only where that was confirmed, or need not be.
    ///
    /// # Errors
    /// `confirmation_required`.
    pub fn require(self, reach: Impact, what: impl Into<String>) -> Result<()> {
        let goes_on = match self {
            Self::Given => true,
            Self::Script => reach == Impact::Broad,
            Self::Person => false,
        };
        if goes_on {
            return Ok(());
        }
        Err(Fault::ConfirmationRequired { what: what.into() })
    }
}
