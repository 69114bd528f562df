//! The outbox: notices for the programs of `[hooks]`. A notice is stored in the
//! same transaction as the change that it reports, and is delivered afterwards,
//! at least once.
//!
//! [`deliver_due`], [`NoticeClaim`] and [`NoticeSettle`] are for the process
//! that owns the store, not for a caller with an identity. They check no rights
//! and record no events.

mod consent;
mod deliver;
mod list;
mod notice;
mod payload;
mod retry;

pub use consent::{
    AskPayload, ConsentChange, ConsentPayload, queue_after_ask, queue_after_consent,
};
pub use deliver::{DeliveryCount, HookRunner, NoticeClaim, NoticeSettle, deliver_due};
pub use list::{NoticeView, OutboxList};
pub use payload::{HookPayload, queue_after_login, queue_after_redeem};
pub use retry::{NoticeRetried, NoticeSelection, OutboxRetry};

use lac_model::resource::Resource;

/// The resource for reading and retrying notices.
const OUTBOX_RESOURCES: &[Resource] = &[Resource::LAC_OUTBOX];
