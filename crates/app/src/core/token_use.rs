//! Records when and from where an access token was last used. It is shown to the owner and has
//! no other effect.

use super::context::Context;
use lac_model::access::ActingToken;
use lac_model::time::Timestamp;

const MINUTE: i64 = 60;

/// Stores the time of use, to the minute and at most once a minute. This is not
/// part of the use case's transaction, and errors are ignored: a use case must
/// not fail or wait because of it.
pub(super) fn note_token_use(context: &Context<'_>, token: Option<&ActingToken>) {
    let Some(token) = token else {
        return;
    };
    let now = context.clock.now().seconds();
    let minute = Timestamp::from_seconds(now - now.rem_euclid(MINUTE));
    if token.last_used_at.is_none_or(|last| last < minute) {
        let from = context.caller.ip_address.as_deref();
        let _ = context.store.record_token_use(token.id, minute, from);
    }
}
