//! The audit log's language: what an event says and which bytes prove it.

mod action;
mod cut;
mod event;
mod field;
mod record;
pub mod select;

pub use action::{Action, ActionGroup};
pub use cut::{Cut, InPlace, NoEvent, Texts, decoded};
pub use event::{ConsentBasis, Event, EventView, Outcome, REASON_MAX};
pub use field::Field;
pub use record::{Parts, Sealed, StoredEvent, seal};
pub use select::{Choice, Matcher, Selection, Visible};
