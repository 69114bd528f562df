use chrono_tz::Europe::Berlin;

use super::builder::ReportBuilder;
use super::*;
use crate::report_summary::SummaryEvent;
use crate::report_summary::SummaryInfo;
use lac_model::audit::Action;
use lac_model::audit::{EventView, Outcome};
use lac_model::time::OfficeHours;
use lac_model::time::Timestamp;

fn access_at(time: &str) -> SummaryEvent {
    let action = Action::LoginRedeem;
    let event = EventView {
        seq: 1,
        time: time.parse().unwrap(),
        action_group: action.group().as_str().to_owned(),
        action: action.name().to_owned(),
        full_action_name: action.full_name().to_owned(),
        result: Outcome::Success,
        admin: Some("anna".to_owned()),
        admin_id: Some(1),
        role: None,
        ip_address: None,
        os_account: None,
        customer_id: "7".parse().ok(),
        customer_email: None,
        website: Some("base".to_owned()),
        store_view: None,
        session_id: None,
        consent: None,
        document: None,
        reason: None,
        ticket: None,
        details: None,
    };
    SummaryEvent {
        event,
        erased: false,
    }
}

fn report(times: &[&str]) -> AccessReport {
    let office = OfficeHours::parse(OfficeHours::DEFAULT_HOURS, OfficeHours::DEFAULT_DAYS).unwrap();
    let mut counts = ReportBuilder::new(Berlin, office, 10);
    for time in times {
        counts.add_event(&access_at(time), None);
    }
    counts.finish(SummaryInfo {
        store: "test.example".to_owned(),
        made_at: Timestamp::from_seconds(0),
        made_by: "anna".to_owned(),
        zone: Berlin.name().to_owned(),
        since: None,
        until: None,
        limits: Vec::new(),
        log_size: 0,
    })
}

/// Clocks went back at 01:00 UTC on 2026-10-25, a Sunday.
#[test]
fn repeated_hour_counts_as_one_hour() {
    let report = report(&[
        "2026-10-24T21:59:59Z",
        "2026-10-24T22:00:00Z",
        "2026-10-25T00:10:00Z",
        "2026-10-25T01:10:00Z",
        "2026-10-25T22:59:59Z",
        "2026-10-25T23:00:00Z",
    ]);
    let days: Vec<(String, u64)> = report
        .days
        .iter()
        .map(|day| (day.date.to_string(), day.redeemed))
        .collect();
    let expected = [("2026-10-24", 1), ("2026-10-25", 4), ("2026-10-26", 1)];
    assert_eq!(days, expected.map(|(day, count)| (day.to_owned(), count)));
    let (saturday, sunday, monday) = (report.hours[5], report.hours[6], report.hours[0]);
    assert_eq!((saturday[23], sunday[0], sunday[2]), (1, 1, 2));
    assert_eq!((sunday[1], sunday[3], sunday[23], monday[0]), (0, 0, 1, 1));
    assert_eq!(report.outside.summary.count, 6);
}

/// Clocks went forward at 01:00 UTC on 2026-03-29, a Sunday: office hours are
/// an hour earlier in UTC from then on.
#[test]
fn office_hours_follow_the_clocks() {
    let report = report(&[
        "2026-03-27T07:00:00Z",
        "2026-03-27T06:59:59Z",
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:00:00Z",
        "2026-03-30T06:00:00Z",
        "2026-03-30T15:59:59Z",
        "2026-03-30T16:00:00Z",
    ]);
    assert_eq!(report.outside.summary.count, 4);
    let sunday = report.hours[6];
    assert_eq!((sunday[1], sunday[2], sunday[3]), (1, 0, 1));
    assert_eq!(report.logins.redeemed, 7);
    assert_eq!(report.hours.iter().flatten().sum::<u64>(), 7);
}
