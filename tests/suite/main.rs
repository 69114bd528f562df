//! Black-box tests: real processes on real temporary stores, with a fixed
//! clock and seed. Each module tells one story.

#![allow(clippy::expect_used, dead_code)]

mod anchors;
mod approvals;
mod completion;
mod config;
mod crowd;
mod doctor;
mod foundation;
mod high_water;
mod hooks;
mod import;
mod import_customers;
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
mod people;
mod reach;
mod scenarios;
mod stores;
mod support;
mod surface;
mod tamper;
