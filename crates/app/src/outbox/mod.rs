//! The outbox: what programs outside are to be told (`[hooks]`), kept in the
//! transaction of the act it tells of, delivered afterwards at least once.
//!
//! [`deliver`], [`Claim`] and [`Settle`] are for whoever owns the store, never
//! for somebody who asks; so they say nothing of who acts.

mod deliver;
mod list;
mod retry;
mod told;

pub use deliver::{Claim, Courier, Settle, Tally, deliver};
pub use list::{ListNotices, NoticeRow};
pub use retry::{Retried, Retry, Which};
pub use told::{Told, after_login, after_redeem};

use lac_model::resource::Resource;

/// What one must hold to see notices and have them tried again.
const NEEDED: &[Resource] = &[Resource::LAC_OUTBOX];
