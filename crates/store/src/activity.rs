//! How often something happened in a span of time.

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// An account that is no admin user's was turned away.
    UnknownCallerRefused,
    /// An admin user was shown a customer.
    CustomerLookup,
}

impl Activity {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCallerRefused => "refusal",
            Self::CustomerLookup => "lookup",
        }
    }
}

/// What counting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityCount {
    /// How often in the span that is under way, this time included.
    pub count: u64,
    /// Where this began a new span: how often in the one before; 0 where there
    /// was none.
    pub previous_count: Option<u64>,
}
