//! Consent modes ([`ConsentMode`]), asks for consent ([`ask`]), and how consent from an imported file is
//! merged with the consent stored here.
//!
//! Of several files, the later word wins; if the times are unknown or equal,
//! withheld wins. A refusal that was stored here, by the customer or an admin
//! user, is never turned into consent by a file, because the times in a file
//! are only claims of its author.

pub mod ask;
mod mode;

pub use mode::{ConsentDenial, ConsentMode};

use super::customer::{Consent, ConsentSource};
use super::time::Timestamp;

/// A customer's consent in an imported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedConsent {
    pub granted: bool,
    /// The customer's `updated_at` in the file, if there is one: the time of
    /// this consent.
    pub at: Option<Timestamp>,
}

/// What the import does with the stored consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum ImportDecision {
    /// The stored consent stays as it is.
    Keep,
    /// Consent stays withheld, but the time of the refusal is stored, so that
    /// an older grant cannot win later. Not a change of consent, so there is no
    /// event.
    UpdateTime(Timestamp),
    /// Consent is granted at this time. Without a time, any later refusal wins.
    Grant(Option<Timestamp>),
    Revoke(Timestamp),
}

/// Decides what an import does with the consent `known`.
///
/// `merchant` is the `updated_at` of the newest file imported before. A grant
/// in an older file is stale, whatever happened in between. A time after `now`
/// cannot be true and is ignored.
pub fn decide_import(
    known: &Consent,
    merchant: Option<Timestamp>,
    imported: ImportedConsent,
    now: Timestamp,
) -> ImportDecision {
    let at = imported.at.filter(|at| *at <= now);
    match (imported.granted, known.granted) {
        (true, true) => ImportDecision::Keep,
        (_, false) if is_local_denial(known) => ImportDecision::Keep,
        (true, false) => decide_grant(known.changed_at, merchant, at),
        (false, true) => match (at, known.changed_at) {
            (Some(at), Some(here)) if at < here => ImportDecision::Keep,
            _ => ImportDecision::Revoke(at.unwrap_or(now)),
        },
        (false, false) => match (at, known.changed_at) {
            (Some(at), None) => ImportDecision::UpdateTime(at),
            (Some(_), Some(_)) => ImportDecision::Keep,
            (None, _) => ImportDecision::UpdateTime(now),
        },
    }
}

/// Whether the customer or an admin user refused, rather than a file. The
/// source is stored since imports exist; without a source, the refusal counts
/// as made here.
pub fn is_local_denial(known: &Consent) -> bool {
    let was_said = known.changed_at.is_some() || known.source.is_some();
    !known.granted && was_said && known.source != Some(ConsentSource::Import)
}

/// A grant in a file against a refusal, or against nothing (`here` is `None`).
fn decide_grant(
    here: Option<Timestamp>,
    merchant: Option<Timestamp>,
    at: Option<Timestamp>,
) -> ImportDecision {
    let wins = match (at, here) {
        (Some(at), None) => merchant.is_none_or(|newest| at >= newest),
        // Another file of the same time may have repeated the refusal.
        (Some(at), Some(here)) => at > here && merchant.is_none_or(|newest| at > newest),
        (None, here) => here.is_none(),
    };
    if wins {
        ImportDecision::Grant(at)
    } else {
        ImportDecision::Keep
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

    fn known_consent(granted: bool, at: Option<i64>) -> Consent {
        Consent {
            granted,
            changed_at: at.map(time),
            source: at.map(|_| ConsentSource::Import),
            ..Consent::default()
        }
    }

    fn decision(here: (bool, Option<i64>), imported: (bool, Option<i64>)) -> ImportDecision {
        let imported = ImportedConsent {
            granted: imported.0,
            at: imported.1.map(time),
        };
        decide_import(&known_consent(here.0, here.1), None, imported, time(NOW))
    }

    #[test]
    fn any_word_counts_if_nothing_is_stored() {
        assert_eq!(
            decision((false, None), (true, Some(5))),
            ImportDecision::Grant(Some(time(5)))
        );
        assert_eq!(
            decision((false, None), (true, None)),
            ImportDecision::Grant(None),
            "nothing is stored yet"
        );
        assert_eq!(
            decision((false, None), (false, Some(5))),
            ImportDecision::UpdateTime(time(5))
        );
        assert_eq!(
            decision((false, None), (false, None)),
            ImportDecision::UpdateTime(time(NOW))
        );
    }

    #[test]
    fn the_newer_word_wins_and_withheld_wins_a_tie() {
        assert_eq!(
            decision((false, Some(5)), (true, Some(4))),
            ImportDecision::Keep
        );
        assert_eq!(
            decision((false, Some(5)), (true, Some(5))),
            ImportDecision::Keep
        );
        assert_eq!(
            decision((false, Some(5)), (true, Some(6))),
            ImportDecision::Grant(Some(time(6)))
        );
        assert_eq!(
            decision((true, Some(5)), (false, Some(4))),
            ImportDecision::Keep
        );
        assert_eq!(
            decision((true, Some(5)), (false, Some(5))),
            ImportDecision::Revoke(time(5))
        );
    }

    #[test]
    fn without_a_time_withheld_wins() {
        assert_eq!(
            decision((false, Some(5)), (true, None)),
            ImportDecision::Keep
        );
        assert_eq!(
            decision((true, Some(5)), (false, None)),
            ImportDecision::Revoke(time(NOW))
        );
        assert_eq!(
            decision((true, None), (false, Some(1))),
            ImportDecision::Revoke(time(1))
        );
        // A time in the future is ignored.
        assert_eq!(
            decision((false, Some(5)), (true, Some(NOW + 1))),
            ImportDecision::Keep
        );
    }

    /// Imports files in this order and returns the stored consent.
    fn import_all(files: &[(bool, i64)]) -> Consent {
        let mut state = Consent::default();
        let mut merchant: Option<Timestamp> = None;
        for (granted, at) in files {
            let imported = ImportedConsent {
                granted: *granted,
                at: Some(time(*at)),
            };
            match decide_import(&state, merchant, imported, time(NOW)) {
                ImportDecision::Keep => {}
                ImportDecision::UpdateTime(at) => state.changed_at = Some(at),
                ImportDecision::Grant(at) => (state.granted, state.changed_at) = (true, at),
                ImportDecision::Revoke(at) => (state.granted, state.changed_at) = (false, Some(at)),
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
        fn a_later_refusal_is_never_overruled(at in 0..NOW, imported in proptest::option::of(0i64..200)) {
            let verdict = decision((false, Some(at)), (true, imported));
            if imported.is_none_or(|imported| imported <= at || imported > NOW) {
                prop_assert_eq!(verdict, ImportDecision::Keep);
            }
        }

        #[test]
        fn a_refusal_made_here_stays_whatever_files_say(
            at in 0..NOW,
            merchant in proptest::option::of(0i64..200),
            imported in proptest::option::of(0i64..200),
            granted: bool,
            by_admin: bool,
        ) {
            let source = if by_admin { ConsentSource::Admin } else { ConsentSource::Customer };
            let no = Consent { source: Some(source), ..known_consent(false, Some(at)) };
            let imported = ImportedConsent { granted, at: imported.map(time) };
            prop_assert_eq!(decide_import(&no, merchant.map(time), imported, time(NOW)), ImportDecision::Keep);
        }

        #[test]
        fn a_refusal_in_a_file_counts_unless_the_stored_grant_is_newer(
            here in proptest::option::of(0..NOW),
            imported in proptest::option::of(0..NOW),
        ) {
            let newer_here = matches!((here, imported), (Some(here), Some(imported)) if imported < here);
            prop_assert_eq!(decision((true, here), (false, imported)) == ImportDecision::Keep, newer_here);
        }

        #[test]
        fn in_any_order_of_files_a_grant_is_the_newest_word(files in files()) {
            let state = import_all(&files);
            let newest = files.iter().map(|(_, at)| *at).max().unwrap();
            if state.granted {
                prop_assert!(!files.contains(&(false, newest)));
            }
        }

        #[test]
        fn in_order_of_time_the_newest_word_counts(mut files in files()) {
            files.sort_by_key(|(granted, at)| (*at, !granted));
            prop_assert_eq!(import_all(&files).granted, files.last().unwrap().0);
        }

        #[test]
        fn the_same_file_twice_changes_nothing(files in files()) {
            let once = import_all(&files);
            let twice: Vec<_> = files.iter().chain(&files[files.len() - 1..]).copied().collect();
            prop_assert_eq!(import_all(&twice), once);
        }
    }
}
