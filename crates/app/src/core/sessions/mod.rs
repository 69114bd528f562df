//! Ending sessions, as needed by logins, roles, admin users, keys and consent.

mod close;
mod consent;

pub use close::{
    close_session, count_open_of_key, describe_session, end_all, end_for_customer, end_for_key,
    end_for_storefront, end_session, end_without_access, expire_overdue, open_sessions,
    role_name_of,
};
pub use consent::{end_after_refusal, end_without_consent, limit_session, override_sessions};
