//! What every use case uses: the caller (`context`), their identity
//! (`identify`), the transaction for reading or writing (`read`, `write`), and
//! the event that records it (`record`).

pub(crate) mod config;
pub mod confirm;
pub mod consent;
mod context;
pub mod counted;
mod event;
pub mod find;
mod group;
pub(crate) mod identify;
mod maintain;
pub mod names;
mod once;
pub mod page;
mod read;
pub(crate) mod record;
mod refusals;
pub mod sessions;
mod token_state;
mod token_use;
pub mod toml;
mod unit_of_work;
mod view;
mod write;

pub use config::{Config, config_field};
pub use context::{Caller, Context, Credential};
pub use group::{GroupMember, GroupedAct, GroupedWrite, write_group};
pub use identify::current_agent;
pub use maintain::maintain;
pub use read::{authenticate, check_allowed, is_known, is_storefront, read, read_unrecorded};
pub use record::SigningKeys;
pub(crate) use refusals::UNKNOWN_SESSION;
pub use refusals::record_counted_refusals;
pub use token_state::{MAX_DEPTH, TokenState, ancestor_state, token_state};
pub use unit_of_work::{UnitOfWork, WriteOutcome};
pub use view::ReadView;
pub use write::{write, write_with_resources, write_without_checkpoint};
