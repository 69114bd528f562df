//! The gateway: what storefronts do over HTTP.

mod callers;
mod redeem;
mod requests;
mod serving;
mod sessions;
