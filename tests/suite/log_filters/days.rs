//! Dates and periods in a time zone whose clocks go back and forward.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Berlin;
use serde_json::Value;

use super::language::{midnight, time};
use crate::log::{list, seqs};
use crate::support::TestStore;

/// A store in Berlin with an event every half hour, from the first time to the
/// last inclusive.
fn every_half_hour(first: &str, last: &str) -> TestStore {
    let parse = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
    let store = TestStore::uninitialized();
    set_clock(&store, parse(first) - TimeDelta::days(1));
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    let mut toggle = ["no", "yes"].into_iter().cycle();
    let mut at = parse(first);
    while at <= parse(last) {
        set_clock(&store, at);
        let value = toggle.next().expect("one of two");
        store.run_ok(&["config", "set", "web/url/use_store", value]);
        at += TimeDelta::minutes(30);
    }
    store
}

/// Sets the clock. The strings leaked here are freed when the test ends.
fn set_clock(store: &TestStore, at: DateTime<Utc>) {
    let text = at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    store.clock.set(Box::leak(text.into_boxed_str()));
}

/// The events between two times, as the program finds them.
fn listed(store: &TestStore, filter: &[&str]) -> Vec<Value> {
    list(store.run(&[&["log", "list", "-o", "json"], filter].concat()))
}

/// The events from one instant until before another.
fn events_between(store: &TestStore, from: DateTime<Utc>, before: DateTime<Utc>) -> Vec<Value> {
    let is_within = |event: &Value| from <= time(event) && time(event) < before;
    store.log_events().into_iter().filter(is_within).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn the_day_when_clocks_go_back_has_25_hours() {
    let store = every_half_hour("2026-10-24T21:30:00Z", "2026-10-26T00:30:00Z");
    set_clock(&store, "2026-10-26T00:45:00Z".parse().expect("an instant"));
    let whole = listed(&store, &["--since", "2026-10-25", "--until", "2026-10-25"]);
    assert_eq!(whole.len(), 50);
    assert_eq!(whole[49]["time"], "2026-10-24T22:00:00.000000Z");
    assert_eq!(whole[0]["time"], "2026-10-25T22:30:00.000000Z");
    let expected = events_between(
        &store,
        midnight(day("2026-10-25")),
        midnight(day("2026-10-26")),
    );
    assert_eq!(whole, expected);
    // The day before, the day itself and the day after cover everything.
    let before = listed(&store, &["--until", "2026-10-24", "--action", "set"]);
    let after = listed(&store, &["--since", "2026-10-26"]);
    assert_eq!((before.len(), after.len()), (2, 4));
    // The hour from 02:00 to 03:00 occurred twice; both are included.
    let twice = ["--since", "2026-10-25 02:00", "--until", "2026-10-25 02:59"];
    assert_eq!(listed(&store, &twice).len(), 4);
    let summer = [
        "--since",
        "2026-10-25T02:00+02:00",
        "--until",
        "2026-10-25T02:59+02:00",
    ];
    assert_eq!(listed(&store, &summer).len(), 2);
}

#[test]
fn the_day_when_clocks_go_forward_has_23_hours() {
    let store = every_half_hour("2026-03-28T22:00:00Z", "2026-03-29T23:00:00Z");
    let whole = listed(&store, &["--since", "2026-03-29", "--until", "2026-03-29"]);
    assert_eq!(whole.len(), 46);
    assert_eq!(whole[45]["time"], "2026-03-28T23:00:00.000000Z");
    assert_eq!(whole[0]["time"], "2026-03-29T21:30:00.000000Z");
    // 02:00 to 03:00 did not exist: it contains nothing, and nothing is lost.
    let never = ["--since", "2026-03-29 02:00", "--until", "2026-03-29 02:59"];
    assert_eq!(listed(&store, &never).len(), 0);
    let before = listed(&store, &["--until", "2026-03-29 01:59", "--action", "set"]);
    let after = listed(&store, &["--since", "2026-03-29 02:30", "--action", "set"]);
    assert_eq!(before.len() + after.len(), 1 + 51);
}

/// Every period as of one moment: a Wednesday, ten days after the clocks went
/// back.
#[test]
fn periods_are_local_days_and_durations_are_exact() {
    let store = every_half_hour("2026-09-30T21:00:00Z", "2026-09-30T23:00:00Z");
    let moments = [
        "2026-10-18T21:59:59Z",
        "2026-10-18T22:00:00Z",
        "2026-10-25T22:59:59Z",
        "2026-10-25T23:00:00Z",
        "2026-10-28T09:00:00Z",
        "2026-10-31T22:59:59Z",
        "2026-10-31T23:00:00Z",
        "2026-11-01T22:59:59Z",
        "2026-11-01T23:00:00Z",
        "2026-11-02T22:59:59Z",
        "2026-11-02T23:00:00Z",
        "2026-11-03T22:59:59Z",
        "2026-11-03T23:00:00Z",
        "2026-11-04T06:59:59Z",
        "2026-11-04T07:00:00Z",
        "2026-11-04T08:59:59Z",
    ];
    for (n, at) in moments.iter().enumerate() {
        set_clock(&store, at.parse().expect("an instant"));
        let code = format!("w{n}");
        store.run_ok(&["stores", "add-website", &code, "--name", at]);
    }
    let now: DateTime<Utc> = "2026-11-04T09:00:00Z".parse().expect("an instant");
    set_clock(&store, now);
    let today = now.with_timezone(&Berlin).date_naive();
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let first = today.with_day(1).expect("the first");
    let ago = |days| today - Days::new(days);
    for (period, from, before) in [
        ("today", today, today + Days::new(1)),
        ("yesterday", ago(1), today),
        ("this-week", monday, monday + Days::new(7)),
        ("last-week", monday - Days::new(7), monday),
        ("this-month", first, first + Months::new(1)),
        ("last-month", first - Months::new(1), first),
        ("2026-10-25", day("2026-10-25"), day("2026-10-26")),
    ] {
        let expected = events_between(&store, midnight(from), midnight(before));
        let both = listed(&store, &["--since", period, "--until", period]);
        assert_eq!(seqs(&both), seqs(&expected), "{period}");
        let since = listed(&store, &["--since", period]);
        assert_eq!(
            since,
            events_between(&store, midnight(from), now),
            "{period}"
        );
        let until = listed(&store, &["--until", period]);
        let expected = events_between(&store, DateTime::UNIX_EPOCH, midnight(before));
        assert_eq!(until, expected, "{period}");
    }
    // A week ago is 168 hours ago, whatever the clocks did meanwhile.
    for (length, hours) in [("2h", 2), ("7d", 168), ("10d", 240), ("36h", 36)] {
        let from = now - TimeDelta::hours(hours);
        let since = listed(&store, &["--since", length]);
        assert_eq!(since, events_between(&store, from, now), "{length}");
        let until = listed(&store, &["--until", length]);
        assert_eq!(
            until,
            events_between(&store, DateTime::UNIX_EPOCH, from),
            "{length}"
        );
    }
    assert_eq!(listed(&store, &["--since", "2h"]).len(), 2);
}
