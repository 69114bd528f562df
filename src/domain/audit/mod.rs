//! The audit log's language: what an event says and which bytes prove it.

mod action;
mod consent_log;
mod consented;
mod cut;
mod event;
mod field;
mod record;
pub mod select;
mod state;

pub use action::{Action, ActionGroup};
pub use consent_log::ConsentLog;
pub use consented::{Consented, Said, Until};
pub use cut::{Cut, InPlace, NoEvent, Texts, decoded};
pub use event::{ConsentBasis, Event, EventView, Outcome};
pub use field::Field;
pub use record::{Parts, Sealed, StoredEvent, is_archiving_event, seal, state_of};
pub use select::{Choice, Matcher, Selection, Visible};
pub use state::{State, StateKind, differs_from};
