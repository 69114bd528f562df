//! The use cases: one file each.
//!
//! A use case is a value: a serde request with `run(self, &Context)`, which
//! returns a serde answer. Use cases that change something go through
//! [`write()`]: it identifies the caller, checks their rights, runs the use
//! case, and commits the change and its event in one transaction. Use cases
//! that only read go through [`read`]. A request never contains the caller; the
//! [`Context`] does.
//!
//! | module | contents | uses |
//! | --- | --- | --- |
//! | [`core`] | context, identity, authorization, transactions, recording | |
//! | [`access`] | roles, admin users, access tokens, storefronts, keys, `init` | core |
//! | [`login`] | logins, sessions, approval requests, notices for hooks | core |
//! | [`log`] | the audit log | core |
//! | [`shop`] | stores, config, customers, consent, documents, imports, completion | core, access, login |
//! | [`doctor`] | whether the store is in order | core, access |
//! | [`protocol`] | the same use cases, called from another process | all of them |

pub mod access;
pub mod core;
pub mod doctor;
pub mod log;
pub mod login;
pub mod protocol;
pub mod shop;

pub use crate::core::toml::MAX_FILE_BYTES;
pub use crate::core::{
    Caller, Config, Context, Credential, GroupMember, GroupedAct, GroupedWrite, ReadView,
    SigningKeys, UnitOfWork, WriteOutcome, authenticate, check_allowed, config_field,
    current_agent, is_known, maintain, read, read_unrecorded, record_counted_refusals, write,
    write_group, write_with_resources, write_without_checkpoint,
};
