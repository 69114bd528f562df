//! Black-box tests: real processes on real temporary stores, with a fixed clock
//! and seed.
//!
//! A test takes a [`support::TestStore`]: `TestStore::new()` is a founded store,
//! `TestStore::with_sample_data()` one with websites, customers and orders. Every
//! run gets an empty environment, the time in `store.clock` (first
//! [`support::NOW`]; `store.clock.set(…)` changes it) and a new seed.
//! `run_ok`, `run_json` and `run_failing` run the program and check its exit
//! code, `run_as` does it with a token. [`support::StorefrontFixture`] adds a
//! storefront that redeems links, [`support::BrokerProcess`] a broker, and
//! [`support::InProcessStore`] opens the store without a process. With
//! `LAC_SUITE_VIA=broker` every command goes through a broker of its own.
//!
//! | what | where |
//! | --- | --- |
//! | creating and checking a store | `foundation`, `doctor`, `older_schema`, `config`, `readme` |
//! | logins, and the original's scenarios | `login`, `scenarios`, `approvals`, `sessions`, `reasons`, `login_open`, `hooks` |
//! | consent | `consent`, `consent_proof`, `reused_ids`, `customer_rights` |
//! | users, roles, tokens | `people`, `declared`, `credentials`, `token_family`, `resources`, `confirmations` |
//! | who may do what, and what stays hidden | `matrix` (every command), `model` (random sequences), `reach`, `scopes`, `lookups` |
//! | stores and imports | `stores`, `import`, `import_customers`, `import_rights`, `large_files`, `selectors` |
//! | the audit log | `log`, `log_filters`, `log_tail`, `log_report`, `report_figures`, `log_statement`, `log_export`, `log_archive`, `log_erase`, `erase_addresses` |
//! | tampering and damage | `tamper`, `high_water`, `state`, `state_laundering`, `anchors`, `damaged_rows`, `unreadable_files` |
//! | keys | `keys`, `keys_audit`, `keys_crash`, `verify_keys` |
//! | the broker, concurrency, hostile input | `broker`, `concurrency`, `hostile_requests` |
//! | the command line | `surface`, `completion`, `hints`, `corners` |

#![allow(clippy::expect_used, dead_code)]

mod anchors;
mod approvals;
mod broker;
mod completion;
mod concurrency;
mod config;
mod confirmations;
mod consent;
mod consent_proof;
mod corners;
mod credentials;
mod customer_rights;
mod damaged_rows;
mod declared;
mod doctor;
mod erase_addresses;
mod foundation;
mod gateway;
mod high_water;
mod hints;
mod hooks;
mod hostile_requests;
mod import;
mod import_customers;
mod import_rights;
mod keys;
mod keys_audit;
mod keys_crash;
mod large_files;
mod log;
mod log_archive;
mod log_erase;
mod log_export;
mod log_filters;
mod log_report;
mod log_statement;
mod log_tail;
mod login;
mod login_open;
mod lookups;
mod matrix;
mod model;
mod older_schema;
mod people;
mod reach;
mod readme;
mod reasons;
mod report_figures;
mod resources;
mod reused_ids;
mod scenarios;
mod scopes;
mod selectors;
mod sessions;
mod state;
mod state_laundering;
mod storefront_test;
mod stores;
mod support;
mod surface;
mod sync;
mod sync_properties;
mod tamper;
mod token_family;
mod unreadable_files;
mod verify_keys;
