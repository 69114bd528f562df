//! Exports of the log: what their files are made of, and how they are made.

mod form;
mod maker;
mod output;

pub use self::form::{Compression, Content, Form, content, encoder, head, plain_text};
pub use self::maker::EveryForm;
pub use self::output::Output;
