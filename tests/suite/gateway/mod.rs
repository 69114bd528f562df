//! The gateway: what storefronts do over HTTP.

mod callers;
mod consent;
mod load;
mod redeem;
mod requests;
mod serving;
mod sessions;
