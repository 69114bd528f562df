//! Sessions: what opens, shows and ends an impersonation.

mod close;

pub use close::{close, end_all, end_for_customer, end_where_access_is_lost, expire_overdue};
