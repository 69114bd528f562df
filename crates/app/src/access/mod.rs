//! Who may come in, and what they may do.

pub mod init;
pub mod keys;
mod naming;
pub mod rights;
pub mod roles;
pub mod storefronts;
pub mod tokens;
pub mod users;
pub mod whoami;
