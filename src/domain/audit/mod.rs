//! The audit log's language: what an event says and which bytes prove it.

mod action;
mod event;
mod record;

pub use action::{Action, ActionGroup};
pub use event::{ConsentBasis, Event, EventView, Outcome};
pub use record::{Parts, Sealed, StoredEvent, seal};
