//! Texts about what a file alone cannot prove.

use crate::signing::log_keys::VerifiedCheckpoint;

const ERASURE_HINT: &str = "lac log verify with the store shows whether an event lists an erasure";

/// For `count` events or rows (`what`) without `shopper` part. A commitment
/// without text looks the same whether the part was erased or withheld.
pub(super) fn redaction_note(count: u64, what: &str) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "e-mail address, reason and details of {count} {what}: erased or withheld; the file \
             alone does not show which ({ERASURE_HINT})"
        )
    })
}

/// For a checkpoint of a key that was replaced since.
pub(super) fn replaced_key_note(opened: &VerifiedCheckpoint) -> Option<String> {
    let size = opened.replaced_at?;
    Some(format!(
        "that only the store had the key, which was replaced at {size} events, when this was \
         signed: compare with a newer checkpoint"
    ))
}
