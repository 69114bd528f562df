//! Sessions: what shows and ends an impersonation.

mod close;
mod end;
mod show;

pub use close::{
    close, describe, end_all, end_for_customer, end_where_access_is_lost, expire_overdue,
};
pub use close::{count_of_key, end_of_key};
pub use end::{End, Ended, Which};
pub use show::{ListSessions, SessionRow, ShowSession};
