//! Counts refused requests of unknown callers in memory, so that the broker
//! records at most one event a minute for each of them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lac_model::audit::Event;
use lac_model::time::Timestamp;

/// A caller is recorded at most once in this interval.
pub const RECORD_INTERVAL: Duration = Duration::from_secs(60);

/// How many callers are counted separately. One person can use thousands of
/// uids (user namespaces), so all further callers share one count.
const MAX_CALLERS: usize = 64;

/// The name of that shared count.
const OTHERS: &str = "(others)";

/// The refusals that are counted but not recorded yet.
#[derive(Debug, Default)]
pub struct UnknownCallers {
    counts: Mutex<HashMap<String, CallerCount>>,
}

#[derive(Debug)]
struct CallerCount {
    /// When the last event was recorded.
    since: Timestamp,
    /// The number of attempts since then, and the last of them.
    pending: u64,
    last: Option<Event>,
}

/// What the caller of [`UnknownCallers::count_attempt`] has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Nothing: the attempt is counted and will be recorded later.
    Counted,
    /// Record the attempt under this name, with the number of attempts that
    /// were counted before it.
    Record(String, u64),
}

impl UnknownCallers {
    fn lock_counts(&self) -> MutexGuard<'_, HashMap<String, CallerCount>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this caller (or the shared count) was refused within the
    /// interval.
    pub fn is_tracked(&self, subject: &str) -> bool {
        let counts = self.lock_counts();
        counts.contains_key(subject) || counts.len() >= MAX_CALLERS
    }

    /// Counts an attempt.
    pub fn count_attempt(&self, subject: &str, attempt: &Event, now: Timestamp) -> AttemptOutcome {
        let mut counts = self.lock_counts();
        if !counts.contains_key(subject) && counts.len() >= MAX_CALLERS {
            counts.retain(|_, caller| caller.pending > 0 || !is_interval_over(caller.since, now));
        }
        let is_full = !counts.contains_key(subject) && counts.len() >= MAX_CALLERS;
        let subject = if is_full { OTHERS } else { subject };
        match counts.get_mut(subject) {
            Some(caller) if !is_interval_over(caller.since, now) => {
                caller.pending += 1;
                caller.last = Some(attempt.clone());
                AttemptOutcome::Counted
            }
            Some(caller) => {
                let counted = std::mem::take(&mut caller.pending);
                caller.since = now;
                AttemptOutcome::Record(subject.to_owned(), counted)
            }
            None => {
                let caller = CallerCount {
                    since: now,
                    pending: 0,
                    last: None,
                };
                counts.insert(subject.to_owned(), caller);
                AttemptOutcome::Record(subject.to_owned(), 0)
            }
        }
    }

    /// Returns and resets the counts whose interval is over, or all counts: the
    /// last attempt of each, and how many there were.
    pub fn drain_due(&self, now: Timestamp, all: bool) -> Vec<(Event, u64)> {
        let mut counts = self.lock_counts();
        counts.retain(|_, caller| caller.pending > 0 || !is_interval_over(caller.since, now));
        let due = counts
            .values_mut()
            .filter(|caller| caller.pending > 0 && (all || is_interval_over(caller.since, now)));
        due.filter_map(|caller| {
            caller.since = now;
            let counted = std::mem::take(&mut caller.pending);
            Some((caller.last.take()?, counted))
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

    fn count_and_record(callers: &UnknownCallers, subject: &str, at: i64) -> Option<(String, u64)> {
        match callers.count_attempt(subject, &Event::new(Action::CustomerList), second(at)) {
            AttemptOutcome::Counted => None,
            AttemptOutcome::Record(subject, counted) => Some((subject, counted)),
        }
    }

    #[test]
    fn one_event_a_minute_for_each_caller_and_no_attempt_lost() {
        let callers = UnknownCallers::default();
        let of = |name: &str, counted| Some((name.to_owned(), counted));
        assert_eq!(count_and_record(&callers, "a", 0), of("a", 0));
        for _ in 0..2000 {
            assert_eq!(count_and_record(&callers, "a", 10), None);
        }
        assert_eq!(count_and_record(&callers, "b", 10), of("b", 0));
        assert_eq!(count_and_record(&callers, "a", 60), of("a", 2000));
        assert_eq!(count_and_record(&callers, "a", 61), None);
        assert!(
            callers.drain_due(second(62), false).is_empty(),
            "its minute is not over"
        );
        let due = callers.drain_due(second(120), false);
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].1, 1);
        assert_eq!(
            count_and_record(&callers, "a", 121),
            None,
            "draining counts as this minute's event"
        );
        assert_eq!(
            callers.drain_due(second(122), true).len(),
            1,
            "draining everything at the end"
        );
    }

    #[test]
    fn callers_beyond_the_limit_share_one_count() {
        let callers = UnknownCallers::default();
        let mut events = 0;
        for account in 0..10_000 {
            events += usize::from(count_and_record(&callers, &account.to_string(), 0).is_some());
        }
        assert_eq!(events, MAX_CALLERS + 1);
        let due = callers.drain_due(second(60), false);
        assert_eq!(
            due.iter().map(|(_, counted)| counted).sum::<u64>(),
            10_000 - 65
        );
    }
}
