//! Sessions: list, show and end impersonations, and record expired ones.

mod concurrent;
mod end;
mod expire;
mod show;

pub use concurrent::{ConcurrentSession, concurrent_sessions};
pub use end::{SessionEnd, SessionEnded, SessionSelection};
pub use expire::{SessionExpire, SessionsExpired};
pub use show::{SessionList, SessionShow, SessionView};
