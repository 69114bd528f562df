//! What a file alone cannot say, in words.

use crate::signing::chain::Opened;

/// What tells the two apart.
const LISTED: &str = "lac log verify, with the store, tells whether an event lists an erasure";

/// What cannot be said where shopper parts are not there: a commitment without
/// its text looks the same for an erased part and for one that was withheld.
pub fn not_shown(count: u64, what: &str) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "e-mail address, reason and details of {count} {what}: erased or withheld, which the \
             file alone cannot tell ({LISTED})"
        )
    })
}

/// What a key that was replaced cannot say.
pub fn replaced(opened: &Opened) -> Option<String> {
    let size = opened.replaced_at?;
    Some(format!(
        "that nobody else had the key, which was replaced at {size} events, when this was signed: \
         compare with a newer checkpoint"
    ))
}
