//! Sessions: list, show and end impersonations, and record expired ones.

mod check;
mod concurrent;
mod end;
mod expire;
mod leave;
mod report;
mod show;

pub use check::{CheckedSession, SessionCheck, SessionChecked};
pub use concurrent::{ConcurrentSession, concurrent_sessions};
pub use end::{SessionEnd, SessionEnded, SessionSelection};
pub use expire::{SessionExpire, SessionsExpired};
pub use leave::{SessionLeave, SessionLeft};
pub use report::{SessionReport, SessionReported};
pub use show::{SessionList, SessionShow, SessionView};
