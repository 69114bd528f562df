//! Floor 3: one file per use case.
//!
//! A use case is a value: a serde request with `run(self, &Desk)` and a serde
//! answer. Every one tells the story of [`act`]: who → may they → do the rules
//! allow it → do it and record it in one transaction → answer. Nothing in a
//! request says who is asking; that is the [`Desk`]'s to know.

pub mod bulk;
pub mod complete;
pub mod config;
pub mod confirm;
pub mod consent;
pub mod customers;
mod declared;
pub mod doctor;
pub mod documents;
pub mod find;
pub mod founding;
pub mod import;
pub mod keys;
pub mod log;
mod logbook;
pub mod login;
pub mod names;
pub mod outbox;
pub mod page;
pub mod remote;
pub mod requests;
pub mod rights;
pub mod roles;
pub mod sessions;
mod settings;
pub mod storefronts;
pub mod stores;
mod story;
pub mod tokens;
pub mod users;
mod view;
mod who;
pub mod whoami;

pub use declared::LONGEST_FILE;
pub use logbook::Keys;
pub use settings::{Config, known};
pub use story::{
    Caller, Credential, Desk, Done, Work, act, act_with, act_without_checkpoint, glance, is_known,
    look, may, record_counted, tend,
};
pub use view::View;
pub use who::agent_now;
