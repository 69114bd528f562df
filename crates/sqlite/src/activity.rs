//! Counts of things that are not recorded one by one.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::rows;
use lac_model::time::Timestamp;
use lac_store::{Activity, ActivityCount, Result};

/// Counts whose span began this long ago are deleted.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// Adds to a count. A count starts again if its span is over, or if it began in
/// the future (because the clock was set back).
pub(crate) fn count(
    conn: &Connection,
    activity: Activity,
    subject: &str,
    by: i64,
    now: Timestamp,
    span: Duration,
) -> Result<ActivityCount> {
    let kind = activity.as_str();
    let work = || -> rusqlite::Result<ActivityCount> {
        let tx = rusqlite::Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        let known: Option<(i64, i64)> = tx
            .prepare_cached(
                "SELECT since, count FROM activity_count WHERE kind = ?1 AND subject = ?2",
            )?
            .query_row([kind, subject], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (now, micros) = (now.micros(), |time: Duration| {
            i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
        });
        let end = |since: i64| since.saturating_add(micros(span));
        let under_way = known.filter(|(since, _)| *since <= now && now < end(*since));
        let counted = match under_way {
            Some((_, count)) => ActivityCount {
                count: u64::try_from(count).unwrap_or(0).saturating_add_signed(by),
                previous_count: None,
            },
            None => ActivityCount {
                count: u64::try_from(by).unwrap_or(0),
                previous_count: Some(
                    known.map_or(0, |(_, count)| u64::try_from(count).unwrap_or(0)),
                ),
            },
        };
        let since = under_way.map_or(now, |(since, _)| since);
        let count = i64::try_from(counted.count).unwrap_or(i64::MAX);
        tx.execute(
            "INSERT INTO activity_count (kind, subject, since, count) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (kind, subject) DO UPDATE SET since = ?3, count = ?4",
            params![kind, subject, since, count],
        )?;
        if counted.previous_count.is_some() {
            let old = now.saturating_sub(micros(RETENTION));
            tx.execute(
                "DELETE FROM activity_count WHERE kind = ?1 AND since < ?2",
                params![kind, old],
            )?;
        }
        tx.commit()?;
        Ok(counted)
    };
    // Unlike all other commits, this one does not wait for the disk.
    let synchronous = |how| conn.pragma_update(None, "synchronous", how);
    let counted = synchronous("normal").and_then(|()| work());
    synchronous("full").map_err(rows::to_fault)?;
    counted.map_err(rows::to_fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_starts_again_when_its_span_is_over() {
        let conn = Connection::open_in_memory().unwrap();
        let table = include_str!("migrations/0004_trust.sql");
        let table = &table[table.find("CREATE TABLE activity_count").unwrap()..];
        let table = &table[..=table.find(';').unwrap()];
        conn.execute_batch(table).unwrap();
        let at = |second: i64, subject: &str, by| {
            let now = Timestamp::from_seconds(1_000_000 + second);
            let minute = Duration::from_secs(60);
            let counted = count(
                &conn,
                Activity::UnknownCallerRefused,
                subject,
                by,
                now,
                minute,
            )
            .unwrap();
            (counted.count, counted.previous_count)
        };
        assert_eq!(at(0, "mallory", 1), (1, Some(0)));
        assert_eq!(at(0, "mallory", 1), (2, None));
        assert_eq!(at(59, "mallory", 5), (7, None));
        assert_eq!(
            at(59, "trudy", 1),
            (1, Some(0)),
            "each subject has its own count"
        );
        assert_eq!(at(60, "mallory", 1), (1, Some(7)));
        assert_eq!(at(61, "mallory", 1), (2, None));
        // The clock was set back.
        assert_eq!(at(10, "mallory", 1), (1, Some(2)));
        assert_eq!(at(40 * 24 * 3600, "trudy", 1), (1, Some(1)));
        let rows = "SELECT count(*) FROM activity_count";
        let rows = conn.query_row(rows, [], |row| row.get::<_, i64>(0));
        assert_eq!(rows, Ok(1), "old counts are deleted");
    }
}
