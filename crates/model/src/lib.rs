//! Floor 1: types and rules. Pure: no I/O, no clock, no randomness of its own.

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
pub mod notice;
pub mod resource;
pub mod scope;
pub mod session;
pub mod stores;
pub mod text;
pub mod time;
