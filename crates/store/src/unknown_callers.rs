//! Refusals that a program which runs many requests counts in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lac_model::audit::Event;
use lac_model::time::Timestamp;

/// One event of each for so long.
pub const RECORD_INTERVAL: Duration = Duration::from_secs(60);

/// Accounts that are counted apart. One person can have many thousands (user
/// namespaces): what comes from more is counted together.
const MAX_CALLERS: usize = 64;

/// What those are counted as.
const OTHERS: &str = "(others)";

/// Refusals that are counted and not yet recorded.
#[derive(Debug, Default)]
pub struct UnknownCallers {
    counts: Mutex<HashMap<String, CallerCount>>,
}

#[derive(Debug)]
struct CallerCount {
    /// When the last event was recorded.
    since: Timestamp,
    /// Attempts after it, and the last of them.
    pending: u64,
    last: Option<Event>,
}

/// What is to be done about an attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// It is counted.
    Counted,
    /// It is to be recorded under this name, with so many more that were
    /// counted before.
    Record(String, u64),
}

impl UnknownCallers {
    fn lock_counts(&self) -> MutexGuard<'_, HashMap<String, CallerCount>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether they were refused a moment ago.
    pub fn is_tracked(&self, subject: &str) -> bool {
        let seen = self.lock_counts();
        seen.contains_key(subject) || seen.len() >= MAX_CALLERS
    }

    /// Counts an attempt of theirs.
    pub fn count_attempt(&self, subject: &str, attempt: &Event, now: Timestamp) -> AttemptOutcome {
        let mut seen = self.lock_counts();
        if !seen.contains_key(subject) && seen.len() >= MAX_CALLERS {
            seen.retain(|_, one| one.pending > 0 || !is_interval_over(one.since, now));
        }
        let is_one_too_many = !seen.contains_key(subject) && seen.len() >= MAX_CALLERS;
        let subject = if is_one_too_many { OTHERS } else { subject };
        match seen.get_mut(subject) {
            Some(one) if !is_interval_over(one.since, now) => {
                one.pending += 1;
                one.last = Some(attempt.clone());
                AttemptOutcome::Counted
            }
            Some(one) => {
                let counted = std::mem::take(&mut one.pending);
                one.since = now;
                AttemptOutcome::Record(subject.to_owned(), counted)
            }
            None => {
                let one = CallerCount {
                    since: now,
                    pending: 0,
                    last: None,
                };
                seen.insert(subject.to_owned(), one);
                AttemptOutcome::Record(subject.to_owned(), 0)
            }
        }
    }

    /// Takes what was counted: of those whose minute is over, or of all.
    pub fn drain_due(&self, now: Timestamp, all: bool) -> Vec<(Event, u64)> {
        let mut seen = self.lock_counts();
        seen.retain(|_, one| one.pending > 0 || !is_interval_over(one.since, now));
        let due = seen
            .values_mut()
            .filter(|one| one.pending > 0 && (all || is_interval_over(one.since, now)));
        due.filter_map(|one| {
            one.since = now;
            let counted = std::mem::take(&mut one.pending);
            Some((one.last.take()?, counted))
        })
        .collect()
    }
}

fn is_interval_over(since: Timestamp, now: Timestamp) -> bool {
    let gone = now.micros().saturating_sub(since.micros());
    u64::try_from(gone).map_or(true, |gone| u128::from(gone) >= RECORD_INTERVAL.as_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lac_model::audit::Action;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + second)
    }

    fn count_and_record(
        strangers: &UnknownCallers,
        subject: &str,
        at: i64,
    ) -> Option<(String, u64)> {
        match strangers.count_attempt(subject, &Event::new(Action::CustomerList), second(at)) {
            AttemptOutcome::Counted => None,
            AttemptOutcome::Record(subject, counted) => Some((subject, counted)),
        }
    }

    #[test]
    fn each_has_one_event_a_minute_and_no_attempt_is_lost() {
        let strangers = UnknownCallers::default();
        let of = |name: &str, counted| Some((name.to_owned(), counted));
        assert_eq!(count_and_record(&strangers, "a", 0), of("a", 0));
        for _ in 0..2000 {
            assert_eq!(count_and_record(&strangers, "a", 10), None);
        }
        assert_eq!(count_and_record(&strangers, "b", 10), of("b", 0));
        assert_eq!(count_and_record(&strangers, "a", 60), of("a", 2000));
        assert_eq!(count_and_record(&strangers, "a", 61), None);
        assert!(
            strangers.drain_due(second(62), false).is_empty(),
            "its minute runs"
        );
        let due = strangers.drain_due(second(120), false);
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].1, 1);
        assert_eq!(
            count_and_record(&strangers, "a", 121),
            None,
            "that was this minute's event"
        );
        assert_eq!(
            strangers.drain_due(second(122), true).len(),
            1,
            "at the end all of them"
        );
    }

    #[test]
    fn whoever_has_very_many_accounts_is_counted_as_one() {
        let strangers = UnknownCallers::default();
        let mut events = 0;
        for account in 0..10_000 {
            events += usize::from(count_and_record(&strangers, &account.to_string(), 0).is_some());
        }
        assert_eq!(events, MAX_CALLERS + 1);
        let due = strangers.drain_due(second(60), false);
        assert_eq!(
            due.iter().map(|(_, counted)| counted).sum::<u64>(),
            10_000 - 65
        );
    }
}
