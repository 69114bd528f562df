//! Events of the audit log: their actions and fields, the texts that are stored
//! and proven, consent as the log records it, and filters.

mod action;
mod consent_event;
mod consent_log;
mod event;
mod field;
mod filter;
mod record_fields;
pub mod select;
mod state;
mod stored;

pub use action::{Action, ActionGroup};
pub use consent_event::{ConsentAction, ConsentEvent, ConsentExpiry};
pub use consent_log::ConsentLog;
pub use event::{ConsentBasis, Event, EventView, Outcome};
pub use field::EventField;
pub use filter::{Filter, FilterValues};
pub use record_fields::{EventTexts, MalformedEvent, RecordFields, ValueSlice, decode_json_string};
pub use select::{LogVisibility, Matcher, Selection, SelectionValues};
pub use state::{StateDigests, StateKind, describe_differences};
pub use stored::{EventParts, SealedEvent, StoredEvent};
