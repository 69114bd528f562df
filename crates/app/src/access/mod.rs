//! Who can use the store, and with which rights.

pub mod init;
pub mod keys;
mod naming;
pub mod rights;
pub mod roles;
pub mod storefronts;
pub mod tokens;
pub mod users;
pub mod whoami;
