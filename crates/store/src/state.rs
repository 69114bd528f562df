//! Digests of tables, which the audit log records.

use super::Result;
use lac_model::audit::StateKind;

/// Digests of the kinds of state.
pub trait StateReads {
    /// The digest of all rows of a kind of state, as `docs/audit-log.md`
    /// defines it: SHA-256 in base64url, without padding. Computed from the
    /// tables, not from indexes.
    fn state_digest(&self, kind: StateKind) -> Result<String>;
}
