use super::*;
use Edge::{Since, Until};
use chrono_tz::{Africa, America, Europe, UTC};
use proptest::prelude::*;

/// A Sunday, 20:30 in Berlin.
const NOW: &str = "2026-10-25T19:30:00Z";

fn bound(text: &str, tz: Tz, edge: Edge) -> String {
    let full = parse_bound(text, tz, NOW.parse().unwrap(), edge)
        .unwrap()
        .to_string();
    full.trim_end_matches('Z')
        .trim_end_matches(".000000")
        .to_owned()
}

#[track_caller]
fn check(text: &str, tz: Tz, since: &str, until: &str) {
    assert_eq!(
        (
            bound(text, tz, Since).as_str(),
            bound(text, tz, Until).as_str()
        ),
        (since, until)
    );
}

#[test]
fn days_and_periods_are_local_and_whole() {
    let tz = Europe::Berlin;
    check(
        "2026-10-25",
        tz,
        "2026-10-24T22:00:00",
        "2026-10-25T23:00:00",
    );
    check("today", tz, "2026-10-24T22:00:00", "2026-10-25T23:00:00");
    check(
        "yesterday",
        tz,
        "2026-10-23T22:00:00",
        "2026-10-24T22:00:00",
    );
    check(
        "this-week",
        tz,
        "2026-10-18T22:00:00",
        "2026-10-25T23:00:00",
    );
    check(
        "last-week",
        tz,
        "2026-10-11T22:00:00",
        "2026-10-18T22:00:00",
    );
    check(
        "this-month",
        tz,
        "2026-09-30T22:00:00",
        "2026-10-31T23:00:00",
    );
    check(
        "last-month",
        tz,
        "2026-08-31T22:00:00",
        "2026-09-30T22:00:00",
    );
    check(
        "2018-11-04",
        America::Sao_Paulo,
        "2018-11-04T03:00:00",
        "2018-11-05T02:00:00",
    );
}

#[test]
fn until_includes_the_unit_that_is_written() {
    check(
        "2026-10-24T10:30",
        UTC,
        "2026-10-24T10:30:00",
        "2026-10-24T10:31:00",
    );
    check(
        "2026-10-24 10:30:05",
        UTC,
        "2026-10-24T10:30:05",
        "2026-10-24T10:30:06",
    );
    check(
        "2026-10-24T10:30:05.5Z",
        UTC,
        "2026-10-24T10:30:05.500000",
        "2026-10-24T10:30:05.500001",
    );
    check(
        "2026-10-24T10:30+02:00",
        UTC,
        "2026-10-24T08:30:00",
        "2026-10-24T08:31:00",
    );
    check(
        "2026-10-24T10:30",
        Europe::Berlin,
        "2026-10-24T08:30:00",
        "2026-10-24T08:31:00",
    );
}

#[test]
fn lengths_are_exact() {
    check(
        "2h",
        Europe::Berlin,
        "2026-10-25T17:30:00",
        "2026-10-25T17:30:00",
    );
    check(
        "7d",
        Europe::Berlin,
        "2026-10-18T19:30:00",
        "2026-10-18T19:30:00",
    );
    assert_eq!(bound("99999999999w", UTC, Since), "0001-01-01T00:00:00");
}

#[test]
fn times_that_clocks_skip_or_repeat() {
    let tz = Europe::Berlin;
    check(
        "2026-10-25T02:30",
        tz,
        "2026-10-25T00:30:00",
        "2026-10-25T01:31:00",
    );
    check(
        "2026-03-29T02:30",
        tz,
        "2026-03-29T01:00:00",
        "2026-03-29T01:00:00",
    );
    check(
        "2018-11-04T00:00",
        America::Sao_Paulo,
        "2018-11-04T03:00:00",
        "2018-11-04T03:00:00",
    );
}

#[test]
fn invalid_bounds_are_refused() {
    for text in [
        "",
        "soon",
        "90",
        "-2h",
        "5/6/2012",
        "2026-02-30",
        "Today",
        "2026-10-25T",
        " today",
    ] {
        assert!(
            parse_bound(text, UTC, Timestamp::from_micros(0), Since).is_err(),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn since_is_never_after_until(
        word in prop_oneof![
            Just("today".to_owned()), Just("yesterday".to_owned()), Just("this-week".to_owned()),
            Just("last-week".to_owned()), Just("this-month".to_owned()), Just("last-month".to_owned()),
            "[0-9]{1,12}[smhdw]", "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
            "20[0-9]{2}-(03|10|11)-[0-2][1-8][T ](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?",
        ],
        zone in 0..chrono_tz::TZ_VARIANTS.len(),
        now in Timestamp::MIN.micros()..=Timestamp::MAX.micros(),
    ) {
        let (tz, now) = (chrono_tz::TZ_VARIANTS[zone], Timestamp::from_micros(now));
        let since = parse_bound(&word, tz, now, Since).unwrap();
        prop_assert!(since <= parse_bound(&word, tz, now, Until).unwrap());
    }

    #[test]
    fn today_holds_now_and_yesterday_ends_where_it_starts(
        now in 0i64..4_000_000_000,
        tz in prop_oneof![Just(Europe::Berlin), Just(America::Sao_Paulo), Just(Africa::Cairo), Just(America::Havana)],
    ) {
        let now = Timestamp::from_seconds(now);
        let at = |word, edge| parse_bound(word, tz, now, edge).unwrap();
        prop_assert!(at("today", Since) <= now && now < at("today", Until));
        prop_assert!(at("this-week", Since) <= now && now < at("this-week", Until));
        prop_assert_eq!(at("yesterday", Until), at("today", Since));
        prop_assert_eq!(at("last-month", Until), at("this-month", Since));
    }

    #[test]
    fn never_panics(text in any::<String>(), near in "[0-9TZ:. +-]{0,24}") {
        let now = Timestamp::from_micros(0);
        let _ = parse_bound(&text, UTC, now, Until);
        let _ = parse_bound(&near, America::Havana, now, Until);
    }
}
