//! The audit log's language: what an event says and which bytes prove it.

mod action;
mod consent_log;
mod consented;
mod cut;
mod event;
mod field;
mod filter;
pub mod select;
mod state;
mod stored;

pub use action::{Action, ActionGroup};
pub use consent_log::ConsentLog;
pub use consented::{Consented, Said, Until};
pub use cut::{Cut, InPlace, NoEvent, Texts, decoded};
pub use event::{ConsentBasis, Event, EventView, Outcome};
pub use field::Field;
pub use filter::{Filter, Wanted};
pub use select::{Choice, Matcher, Selection, Visible};
pub use state::{State, StateKind, differs_from};
pub use stored::{Parts, Sealed, StoredEvent};
