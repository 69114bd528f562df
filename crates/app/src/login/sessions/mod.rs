//! Sessions: what shows and ends an impersonation.

mod concurrent;
mod end;
mod expire;
mod show;

pub use concurrent::{ConcurrentSession, concurrent_sessions};
pub use end::{SessionEnd, SessionEnded, SessionSelection};
pub use expire::{SessionExpire, SessionsExpired};
pub use show::{SessionList, SessionShow, SessionView};
