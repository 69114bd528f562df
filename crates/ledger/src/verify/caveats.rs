//! What a file alone cannot say, in words.

use crate::signing::log_keys::VerifiedCheckpoint;

/// What tells the two apart.
const ERASURE_HINT: &str =
    "lac log verify, with the store, tells whether an event lists an erasure";

/// What cannot be said where shopper parts are not there: a commitment without
/// its text looks the same for an erased part and for one that was withheld.
pub fn redaction_note(count: u64, what: &str) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "e-mail address, reason and details of {count} {what}: erased or withheld, which the \
             file alone cannot tell ({ERASURE_HINT})"
        )
    })
}

/// What a key that was replaced cannot say.
pub fn replaced_key_note(opened: &VerifiedCheckpoint) -> Option<String> {
    let size = opened.replaced_at?;
    Some(format!(
        "that nobody else had the key, which was replaced at {size} events, when this was signed: \
         compare with a newer checkpoint"
    ))
}
