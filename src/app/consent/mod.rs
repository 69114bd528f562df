//! Consent: *Allow remote shopping assistance*.

mod change;
mod history;
mod show;

pub use change::{Change, Changed};
pub use history::{Entry, History};
pub use show::{ConsentView, Show};
