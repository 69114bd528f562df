//! Sessions: what shows and ends an impersonation.

mod beside;
mod close;
mod consent;
mod end;
mod show;
mod sweep;

pub use beside::{AlsoOpen, also_open};
pub use close::{
    close, describe, end_all, end_for_customer, end_where_access_is_lost, expire_overdue,
};
pub use close::{count_of_key, end_of_key};
pub use consent::{end_after_a_no, end_where_consent_is_gone, overriding, shorten};
pub use end::{End, Ended, Which};
pub use show::{ListSessions, SessionRow, ShowSession};
pub use sweep::{Sweep, Swept};
