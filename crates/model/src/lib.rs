//! The types of the program and the rules about them: roles and rights,
//! customers and their consent, sessions, approval requests, config fields,
//! events of the audit log, and times.
//!
//! Everything here is pure: no I/O, no clock, no randomness, no database. A
//! rule gets the facts and the time as arguments and returns a decision. This
//! crate depends on no other crate of the workspace.
//!
//! | module | contents |
//! | --- | --- |
//! | [`access`] [`resource`] | roles, admin users, storefronts, tokens and their rights; the tree of ACL resources |
//! | [`stores`] [`scope`] | websites, store groups and store views; config scopes |
//! | [`customer`] [`consent`] [`document`] | customers, their consent, and orders, invoices, shipments and credit memos |
//! | [`login`] [`session`] [`approval`] | the checks of a login; sessions; approval requests |
//! | [`report`] | what storefronts report was done in a session |
//! | [`claims`] [`notice`] | login tokens; notices for hooks |
//! | [`config`] | the config fields, their types, and which value is effective |
//! | [`audit`] | events of the audit log, their fields, and filters |
//! | [`fault`] | every error that a use case can return, with its code and message |
//! | [`bounded`] [`ids`] [`text`] | texts, lists and numbers with limits; ids; helpers for texts |
//! | [`malformed`] | which of these limits a request breaks |
//! | [`time`] [`environment`] | instants, time zones and durations; the traits for clock and randomness |
//! | [`bytes`] | hashes, and a fast search in bytes |

pub mod access;
pub mod approval;
pub mod audit;
pub mod bounded;
pub mod bytes;
pub mod claims;
pub mod config;
pub mod consent;
pub mod customer;
pub mod document;
pub mod environment;
pub mod fault;
pub mod ids;
pub mod login;
pub mod malformed;
pub mod notice;
pub mod report;
pub mod resource;
pub mod scope;
pub mod session;
pub mod stores;
pub mod text;
pub mod time;
