//! Consent: how it is asked for ([`ConsentMode`]), and how what a file says of
//! it fares.
//!
//! Consent in a merchant's file competes with what is known here.
//!
//! It competes with earlier files by time; where that cannot be told, withheld
//! wins. A "no" that was said here, by the customer or an admin user, no file
//! turns into a "yes": its times are only what its maker wrote.

mod mode;

pub use mode::{ConsentMode, Withheld};

use super::customer::{Consent, ConsentSource};
use super::time::Timestamp;

/// What a file says of one customer's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub granted: bool,
    /// The customer's `updated_at`: it was so then. `None` if the file does
    /// not tell.
    pub at: Option<Timestamp>,
}

/// What follows for the consent kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// What is known here stays.
    Keep,
    /// It was withheld and stays so, but that it was said, and when, is kept:
    /// an older yes must not win later. No change of consent, so no event.
    Note(Timestamp),
    /// A yes; without a time it gives way to any later no.
    Grant(Option<Timestamp>),
    Revoke(Timestamp),
}

/// Decides between `known` and what the file says.
///
/// `merchant` is the `updated_at` of the newest file seen before: a yes of an
/// older file is stale, whoever was asked in between. A time after `now`
/// cannot be true and counts as none.
pub fn compete(
    known: &Consent,
    merchant: Option<Timestamp>,
    said: Said,
    now: Timestamp,
) -> Verdict {
    let at = said.at.filter(|at| *at <= now);
    match (said.granted, known.granted) {
        (true, true) => Verdict::Keep,
        (_, false) if is_no_said_here(known) => Verdict::Keep,
        (true, false) => yes(known.changed_at, merchant, at),
        (false, true) => match (at, known.changed_at) {
            (Some(at), Some(here)) if at < here => Verdict::Keep,
            _ => Verdict::Revoke(at.unwrap_or(now)),
        },
        (false, false) => match (at, known.changed_at) {
            (Some(at), None) => Verdict::Note(at),
            (Some(_), Some(_)) => Verdict::Keep,
            (None, _) => Verdict::Note(now),
        },
    }
}

/// Whether it is a no of the customer's or of an admin user's, not of a file.
/// Who said it is known since files are imported; where it is not, it counts
/// as said here.
pub fn is_no_said_here(known: &Consent) -> bool {
    let was_said = known.changed_at.is_some() || known.source.is_some();
    !known.granted && was_said && known.source != Some(ConsentSource::Import)
}

/// A yes against a no, or against nothing said (`here` is `None`).
fn yes(here: Option<Timestamp>, merchant: Option<Timestamp>, at: Option<Timestamp>) -> Verdict {
    let wins = match (at, here) {
        (Some(at), None) => merchant.is_none_or(|seen| at >= seen),
        // A file as new as this one may have repeated the no.
        (Some(at), Some(here)) => at > here && merchant.is_none_or(|seen| at > seen),
        (None, here) => here.is_none(),
    };
    if wins {
        Verdict::Grant(at)
    } else {
        Verdict::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 100;

    fn time(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn known(granted: bool, at: Option<i64>) -> Consent {
        Consent {
            granted,
            changed_at: at.map(time),
            source: at.map(|_| ConsentSource::Import),
            ..Consent::default()
        }
    }

    fn verdict(here: (bool, Option<i64>), said: (bool, Option<i64>)) -> Verdict {
        let said = Said {
            granted: said.0,
            at: said.1.map(time),
        };
        compete(&known(here.0, here.1), None, said, time(NOW))
    }

    #[test]
    fn nothing_was_said_here_yet() {
        assert_eq!(
            verdict((false, None), (true, Some(5))),
            Verdict::Grant(Some(time(5)))
        );
        assert_eq!(
            verdict((false, None), (true, None)),
            Verdict::Grant(None),
            "there is nothing it could compete with"
        );
        assert_eq!(
            verdict((false, None), (false, Some(5))),
            Verdict::Note(time(5))
        );
        assert_eq!(
            verdict((false, None), (false, None)),
            Verdict::Note(time(NOW))
        );
    }

    #[test]
    fn the_newer_word_wins_and_no_wins_a_tie() {
        assert_eq!(verdict((false, Some(5)), (true, Some(4))), Verdict::Keep);
        assert_eq!(verdict((false, Some(5)), (true, Some(5))), Verdict::Keep);
        assert_eq!(
            verdict((false, Some(5)), (true, Some(6))),
            Verdict::Grant(Some(time(6)))
        );
        assert_eq!(verdict((true, Some(5)), (false, Some(4))), Verdict::Keep);
        assert_eq!(
            verdict((true, Some(5)), (false, Some(5))),
            Verdict::Revoke(time(5))
        );
    }

    #[test]
    fn without_a_time_withheld_wins() {
        assert_eq!(verdict((false, Some(5)), (true, None)), Verdict::Keep);
        assert_eq!(
            verdict((true, Some(5)), (false, None)),
            Verdict::Revoke(time(NOW))
        );
        assert_eq!(
            verdict((true, None), (false, Some(1))),
            Verdict::Revoke(time(1))
        );
        // A time that has not come yet is no time.
        assert_eq!(
            verdict((false, Some(5)), (true, Some(NOW + 1))),
            Verdict::Keep
        );
    }

    /// Takes files in the given order; ends with the state kept here.
    fn after(files: &[(bool, i64)]) -> Consent {
        let mut state = Consent::default();
        let mut merchant: Option<Timestamp> = None;
        for (granted, at) in files {
            let said = Said {
                granted: *granted,
                at: Some(time(*at)),
            };
            match compete(&state, merchant, said, time(NOW)) {
                Verdict::Keep => {}
                Verdict::Note(at) => state.changed_at = Some(at),
                Verdict::Grant(at) => (state.granted, state.changed_at) = (true, at),
                Verdict::Revoke(at) => (state.granted, state.changed_at) = (false, Some(at)),
            }
            state.source = state.changed_at.map(|_| ConsentSource::Import);
            merchant = merchant.max(Some(time(*at)));
        }
        state
    }

    fn files() -> impl Strategy<Value = Vec<(bool, i64)>> {
        proptest::collection::vec((any::<bool>(), 0..NOW), 1..8)
    }

    proptest! {
        #[test]
        fn a_later_no_is_never_overruled(at in 0..NOW, said in proptest::option::of(0i64..200)) {
            let verdict = verdict((false, Some(at)), (true, said));
            if said.is_none_or(|said| said <= at || said > NOW) {
                prop_assert_eq!(verdict, Verdict::Keep);
            }
        }

        #[test]
        fn a_no_that_was_said_here_stays_whatever_files_say(
            at in 0..NOW,
            merchant in proptest::option::of(0i64..200),
            said in proptest::option::of(0i64..200),
            granted: bool,
            by_admin: bool,
        ) {
            let source = if by_admin { ConsentSource::Admin } else { ConsentSource::Storefront };
            let no = Consent { source: Some(source), ..known(false, Some(at)) };
            let said = Said { granted, at: said.map(time) };
            prop_assert_eq!(compete(&no, merchant.map(time), said, time(NOW)), Verdict::Keep);
        }

        #[test]
        fn no_is_never_kept_out_by_what_is_not_newer(here in proptest::option::of(0..NOW), said in proptest::option::of(0..NOW)) {
            let newer_here = matches!((here, said), (Some(here), Some(said)) if said < here);
            prop_assert_eq!(verdict((true, here), (false, said)) == Verdict::Keep, newer_here);
        }

        #[test]
        fn in_whatever_order_files_come_a_yes_is_the_newest_word(files in files()) {
            let state = after(&files);
            let newest = files.iter().map(|(_, at)| *at).max().unwrap();
            if state.granted {
                prop_assert!(!files.contains(&(false, newest)));
            }
        }

        #[test]
        fn in_their_own_order_the_newest_word_counts(mut files in files()) {
            files.sort_by_key(|(granted, at)| (*at, !granted));
            prop_assert_eq!(after(&files).granted, files.last().unwrap().0);
        }

        #[test]
        fn the_same_file_twice_changes_nothing(files in files()) {
            let once = after(&files);
            let twice: Vec<_> = files.iter().chain(&files[files.len() - 1..]).copied().collect();
            prop_assert_eq!(after(&twice), once);
        }
    }
}
