//! When an access token was used last: told to its owner, of no weight for
//! anything else.

use super::context::Context;
use lac_model::access::ActingToken;
use lac_model::time::Timestamp;

const MINUTE: i64 = 60;

/// Notes that a token was used, to the minute and once a minute. Outside the
/// act, so that an act is what was recorded and nothing besides; and whatever
/// goes wrong is no concern of the act's: a busy store is not waited for.
pub(super) fn note_token_use(context: &Context<'_>, token: Option<&ActingToken>) {
    let Some(token) = token else {
        return;
    };
    let now = context.clock.now().seconds();
    let minute = Timestamp::from_seconds(now - now.rem_euclid(MINUTE));
    if token.last_used_at.is_none_or(|last| last < minute) {
        let _ = context.store.record_token_use(token.id, minute);
    }
}
