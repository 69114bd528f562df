//! Invalid config values.

/// A text that a field does not accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; expected {expected}")]
pub struct InvalidValue {
    /// What is wrong. The subject "it" is the text.
    pub reason: String,
    /// What the field accepts, like `yes or no`.
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
