//! The differences that a verification of the log found.

use serde::{Deserialize, Serialize};

/// Further findings are only counted.
const MAX_FINDINGS: usize = 100;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// First and last of the events that it may be about; `null` if it is about
    /// the log as a whole.
    pub events: Option<(u64, u64)>,
    /// What is wrong, as a sentence without its beginning: "event 5:
    /// {problem}".
    pub problem: String,
}

/// All differences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The first 100.
    pub found: Vec<Finding>,
    /// How many more there are than are listed.
    pub more: u64,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.events {
            None => write!(f, "{}", self.problem),
            Some((first, last)) if first == last => write!(f, "event {first}: {}", self.problem),
            Some((first, last)) => write!(f, "events {first} to {last}: {}", self.problem),
        }
    }
}

impl Findings {
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds a finding about one event.
    pub fn add_event(&mut self, seq: u64, problem: impl Into<String>) {
        self.add_events([seq, seq], problem);
    }

    /// Adds a finding about one or more events of a range.
    pub fn add_events(&mut self, [first, last]: [u64; 2], problem: impl Into<String>) {
        self.add(Some((first, last)), problem.into());
    }

    /// Adds a finding about the log as a whole.
    pub fn add_log(&mut self, problem: impl Into<String>) {
        self.add(None, problem.into());
    }

    fn add(&mut self, events: Option<(u64, u64)>, problem: String) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(Finding { events, problem });
        } else {
            self.more += 1;
        }
    }

    /// Whether a listed finding is about an event of this range.
    pub fn has_finding_within(&self, [first, last]: [u64; 2]) -> bool {
        self.more > 0
            || self.found.iter().any(|finding| {
                finding
                    .events
                    .is_some_and(|(from, to)| from >= first && to <= last)
            })
    }

    /// One line: the first finding, and how many more; `None` if there is none.
    pub fn summary(&self) -> Option<String> {
        let first = self.found.first()?;
        let more = self.found.len() as u64 - 1 + self.more;
        Some(match more {
            0 => first.to_string(),
            more => format!("{first}; and {more} more"),
        })
    }
}
