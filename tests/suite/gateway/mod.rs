//! The gateway: what storefronts do over HTTP.

mod callers;
mod consent;
mod in_step;
mod load;
mod redeem;
mod requests;
mod rights;
mod serving;
mod sessions;
