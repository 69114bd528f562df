//! Texts that are no value of a field.

/// A text that a field cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; expected {expected}")]
pub struct InvalidValue {
    /// What is wrong with the text; "it" is the text.
    pub reason: String,
    /// What would have been right, like `yes or no`.
    pub expected: String,
}

impl InvalidValue {
    pub(super) fn new(reason: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            expected: expected.into(),
        }
    }
}
