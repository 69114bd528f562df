//! What the tables come to, for the log to hold.

use super::Result;
use lac_model::audit::StateKind;

pub trait StateReads {
    /// What a kind of state comes to: SHA-256 in base64url, over the rows as
    /// `docs/audit-log.md` says.
    fn state_digest(&self, kind: StateKind) -> Result<String>;
}
