//! Floor 1: types and rules. Pure: no I/O, no clock, no randomness of its own.

pub mod claims;
pub mod config;
pub mod merkle;
pub mod resource;
pub mod scope;
pub mod text;
pub mod time;
