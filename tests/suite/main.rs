//! Black-box tests: real processes on real temporary stores, with a fixed
//! clock and seed. Each module tells one story.

#![allow(clippy::expect_used, dead_code)]

mod anchors;
mod approvals;
mod broker;
mod completion;
mod config;
mod consent;
mod credentials;
mod crowd;
mod declared;
mod doctor;
mod foundation;
mod hand_over;
mod high_water;
mod hooks;
mod import;
mod import_customers;
mod keys;
mod keys_audit;
mod keys_crash;
mod log;
mod log_archive;
mod log_erase;
mod log_export;
mod log_filters;
mod log_report;
mod log_statement;
mod log_tail;
mod login;
mod matrix;
mod model;
mod people;
mod reach;
mod reasons;
mod resources;
mod scenarios;
mod scopes;
mod sessions;
mod stores;
mod support;
mod surface;
mod tamper;
mod token_family;
mod verify_keys;
