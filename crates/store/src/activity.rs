//! Counts of how often something happened in a span of time.

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// A request of an account that is not an admin user was refused.
    UnknownCallerRefused,
    /// An admin user looked at a customer.
    CustomerLookup,
}

impl Activity {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCallerRefused => "refusal",
            Self::CustomerLookup => "lookup",
        }
    }
}

/// The result of counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityCount {
    /// The count in the current span, this call included.
    pub count: u64,
    /// The count of the span before, if this call began a new span; 0 if there
    /// was none.
    pub previous_count: Option<u64>,
}
