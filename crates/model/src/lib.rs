//! Floor 1: types and rules. Pure: no I/O, no clock, no randomness of its own.

pub mod access;
pub mod ambient;
pub mod audit;
pub mod bytes;
pub mod claims;
pub mod config;
pub mod consent;
pub mod customer;
pub mod document;
pub mod fault;
pub mod form;
pub mod ids;
pub mod login;
pub mod notice;
pub mod request;
pub mod resource;
pub mod scope;
pub mod session;
pub mod stores;
pub mod text;
pub mod time;
