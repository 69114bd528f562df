//! The use cases: one file each.
//!
//! A use case is a value: a serde request with `run(self, &Context)` and a serde
//! answer. Every one that changes something goes through [`write`]: who is
//! asking, whether they may, whether the rules allow it, the change and its
//! record in one transaction, the answer. What only reads goes through [`read`].
//! A request never says who is asking; the [`Context`] does.
//!
//! | module | what is in it | it uses |
//! | --- | --- | --- |
//! | [`core`] | context, identity, authorization, transactions, the record | |
//! | [`access`] | roles, admin users, access tokens, storefronts, keys, `init` | core |
//! | [`login`] | logins, sessions, requests for approval, notices for hooks | core |
//! | [`log`] | the audit log | core |
//! | [`shop`] | stores, config, customers, consent, documents, imports, completion | core, access, login |
//! | [`doctor`] | whether the store is in order | core, access |
//! | [`protocol`] | the same use cases from another process | all of them |

pub mod access;
pub mod core;
pub mod doctor;
pub mod log;
pub mod login;
pub mod protocol;
pub mod shop;

pub use crate::core::toml::MAX_FILE_BYTES;
pub use crate::core::{
    Caller, Config, Context, Credential, ReadView, SigningKeys, UnitOfWork, WriteOutcome,
    check_allowed, config_field, current_agent, is_known, maintain, read, read_unrecorded,
    record_counted_refusals, write, write_with_resources, write_without_checkpoint,
};
