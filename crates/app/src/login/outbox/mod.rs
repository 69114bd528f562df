//! The outbox: what programs outside are to be told (`[hooks]`), kept in the
//! transaction of the act it tells of, delivered afterwards at least once.
//!
//! [`deliver`], [`Claim`] and [`Settle`] are for whoever owns the store, never
//! for somebody who asks; so they say nothing of who acts.

mod deliver;
mod list;
mod payload;
mod retry;

pub use deliver::{DeliveryCount, HookRunner, NoticeClaim, NoticeSettle, deliver_due};
pub use list::{NoticeView, OutboxList};
pub use payload::{HookPayload, queue_after_login, queue_after_redeem};
pub use retry::{NoticeRetried, NoticeSelection, OutboxRetry};

use lac_model::resource::Resource;

/// What one must hold to see notices and have them tried again.
const OUTBOX_RESOURCES: &[Resource] = &[Resource::LAC_OUTBOX];
