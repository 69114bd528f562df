//! Refusals that a program which runs many requests counts in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lac_model::audit::Event;
use lac_model::time::Timestamp;

/// One event of each for so long.
pub const SPAN: Duration = Duration::from_secs(60);

/// Accounts that are counted apart. One person can have many thousands (user
/// namespaces): what comes from more is counted together.
const MOST: usize = 64;

/// What those are counted as.
const OTHERS: &str = "(others)";

/// Refusals that are counted and not yet recorded.
#[derive(Debug, Default)]
pub struct Strangers {
    seen: Mutex<HashMap<String, Seen>>,
}

#[derive(Debug)]
struct Seen {
    /// When the last event was recorded.
    since: Timestamp,
    /// Attempts after it, and the last of them.
    pending: u64,
    last: Option<Event>,
}

/// What is to be done about an attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// It is counted.
    Counted,
    /// It is to be recorded under this name, with so many more that were
    /// counted before.
    Record(String, u64),
}

impl Strangers {
    fn seen(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether they were refused a moment ago.
    pub fn is_counting(&self, subject: &str) -> bool {
        let seen = self.seen();
        seen.contains_key(subject) || seen.len() >= MOST
    }

    /// Counts an attempt of theirs.
    pub fn note(&self, subject: &str, attempt: &Event, now: Timestamp) -> Next {
        let mut seen = self.seen();
        if !seen.contains_key(subject) && seen.len() >= MOST {
            seen.retain(|_, one| one.pending > 0 || !is_over(one.since, now));
        }
        let is_one_too_many = !seen.contains_key(subject) && seen.len() >= MOST;
        let subject = if is_one_too_many { OTHERS } else { subject };
        match seen.get_mut(subject) {
            Some(one) if !is_over(one.since, now) => {
                one.pending += 1;
                one.last = Some(attempt.clone());
                Next::Counted
            }
            Some(one) => {
                let counted = std::mem::take(&mut one.pending);
                one.since = now;
                Next::Record(subject.to_owned(), counted)
            }
            None => {
                let one = Seen {
                    since: now,
                    pending: 0,
                    last: None,
                };
                seen.insert(subject.to_owned(), one);
                Next::Record(subject.to_owned(), 0)
            }
        }
    }

    /// Takes what was counted: of those whose minute is over, or of all.
    pub fn take(&self, now: Timestamp, all: bool) -> Vec<(Event, u64)> {
        let mut seen = self.seen();
        seen.retain(|_, one| one.pending > 0 || !is_over(one.since, now));
        let due = seen
            .values_mut()
            .filter(|one| one.pending > 0 && (all || is_over(one.since, now)));
        due.filter_map(|one| {
            one.since = now;
            let counted = std::mem::take(&mut one.pending);
            Some((one.last.take()?, counted))
        })
        .collect()
    }
}

fn is_over(since: Timestamp, now: Timestamp) -> bool {
    let gone = now.micros().saturating_sub(since.micros());
    u64::try_from(gone).map_or(true, |gone| u128::from(gone) >= SPAN.as_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lac_model::audit::Action;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + second)
    }

    fn recorded(strangers: &Strangers, subject: &str, at: i64) -> Option<(String, u64)> {
        match strangers.note(subject, &Event::new(Action::CustomerList), second(at)) {
            Next::Counted => None,
            Next::Record(subject, counted) => Some((subject, counted)),
        }
    }

    #[test]
    fn each_has_one_event_a_minute_and_no_attempt_is_lost() {
        let strangers = Strangers::default();
        let of = |name: &str, counted| Some((name.to_owned(), counted));
        assert_eq!(recorded(&strangers, "a", 0), of("a", 0));
        for _ in 0..2000 {
            assert_eq!(recorded(&strangers, "a", 10), None);
        }
        assert_eq!(recorded(&strangers, "b", 10), of("b", 0));
        assert_eq!(recorded(&strangers, "a", 60), of("a", 2000));
        assert_eq!(recorded(&strangers, "a", 61), None);
        assert!(
            strangers.take(second(62), false).is_empty(),
            "its minute runs"
        );
        let due = strangers.take(second(120), false);
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].1, 1);
        assert_eq!(
            recorded(&strangers, "a", 121),
            None,
            "that was this minute's event"
        );
        assert_eq!(
            strangers.take(second(122), true).len(),
            1,
            "at the end all of them"
        );
    }

    #[test]
    fn whoever_has_very_many_accounts_is_counted_as_one() {
        let strangers = Strangers::default();
        let mut events = 0;
        for account in 0..10_000 {
            events += usize::from(recorded(&strangers, &account.to_string(), 0).is_some());
        }
        assert_eq!(events, MOST + 1);
        let due = strangers.take(second(60), false);
        assert_eq!(
            due.iter().map(|(_, counted)| counted).sum::<u64>(),
            10_000 - 65
        );
    }
}
