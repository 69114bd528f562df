//! Metrics in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The upper bounds of the histogram, in microseconds.
const BOUNDS: [u64; 12] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000,
];

/// The counts since the gateway has started.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    pub open_connections: AtomicUsize,
    pub refused_connections: AtomicU64,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<(&'static str, u16), u64>,
    durations: BTreeMap<&'static str, Histogram>,
    /// By result: `success`, or the code of the problem.
    redemptions: BTreeMap<&'static str, u64>,
    busy: u64,
}

#[derive(Debug, Default)]
struct Histogram {
    /// For each bound, and beyond the last one.
    counts: [u64; BOUNDS.len() + 1],
    sum: u64,
}

/// A request that was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub route: &'static str,
    pub status: u16,
    pub code: Option<&'static str>,
    pub length: Duration,
    /// Whether it was a redemption.
    pub is_redemption: bool,
}

impl Metrics {
    fn lock_counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, answered: Answered) {
        let micros = u64::try_from(answered.length.as_micros()).unwrap_or(u64::MAX);
        let mut counts = self.lock_counts();
        let key = (answered.route, answered.status);
        *counts.requests.entry(key).or_default() += 1;
        let histogram = counts.durations.entry(answered.route).or_default();
        histogram.counts[BOUNDS.partition_point(|bound| *bound < micros)] += 1;
        histogram.sum = histogram.sum.saturating_add(micros);
        if answered.is_redemption {
            let result = answered.code.unwrap_or("success");
            *counts.redemptions.entry(result).or_default() += 1;
        }
        counts.busy += u64::from(matches!(answered.code, Some("busy" | "broker_busy")));
    }

    /// The metrics as text. `queued` are the requests that wait for the store,
    /// by queue.
    pub(super) fn to_text(&self, queued: [(&str, usize); 2]) -> String {
        let mut text = Text::default();
        text.metric("lac_build_info", "gauge", "The version of the gateway.");
        let version = env!("CARGO_PKG_VERSION");
        text.line(&format!("lac_build_info{{version=\"{version}\"}}"), 1);
        text.metric("lac_connections", "gauge", "Open connections.");
        let open = self.open_connections.load(Ordering::Relaxed);
        text.line("lac_connections", open as u64);
        let name = "lac_connections_refused_total";
        text.metric(name, "counter", "Connections beyond a limit.");
        text.line(name, self.refused_connections.load(Ordering::Relaxed));
        text.metric(
            "lac_queued_requests",
            "gauge",
            "Requests that wait for the store.",
        );
        for (queue, count) in queued {
            let name = format!("lac_queued_requests{{queue=\"{queue}\"}}");
            text.line(&name, count as u64);
        }
        let counts = self.lock_counts();
        let name = "lac_http_requests_total";
        text.metric(name, "counter", "Requests by route and status.");
        for ((route, status), count) in &counts.requests {
            let labels = format!("{name}{{route=\"{route}\",status=\"{status}\"}}");
            text.line(&labels, *count);
        }
        let name = "lac_redemptions_total";
        text.metric(
            name,
            "counter",
            "Redemptions by result: success, or the error's code.",
        );
        for (result, count) in &counts.redemptions {
            text.line(&format!("{name}{{result=\"{result}\"}}"), *count);
        }
        let name = "lac_store_busy_total";
        text.metric(
            name,
            "counter",
            "Requests that were refused because the store was busy.",
        );
        text.line(name, counts.busy);
        let name = "lac_http_request_duration_seconds";
        text.metric(name, "histogram", "How long requests took, by route.");
        for (route, histogram) in &counts.durations {
            text.histogram(name, route, histogram);
        }
        text.0
    }
}

#[derive(Debug, Default)]
struct Text(String);

impl Text {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, value: u64) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn histogram(&mut self, name: &str, route: &str, histogram: &Histogram) {
        let mut sum = 0;
        let bounds = BOUNDS.iter().map(|bound| seconds(*bound));
        let bounds = bounds.chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(histogram.counts) {
            sum += count;
            let labels = format!("{name}_bucket{{route=\"{route}\",le=\"{bound}\"}}");
            self.line(&labels, sum);
        }
        let total = seconds(histogram.sum);
        let _ = writeln!(self.0, "{name}_sum{{route=\"{route}\"}} {total}");
        self.line(&format!("{name}_count{{route=\"{route}\"}}"), sum);
    }
}

/// Microseconds as decimal seconds.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_up_to_each_bound() {
        let metrics = Metrics::default();
        for micros in [1, 500, 501, 3_000_000] {
            metrics.count(Answered {
                route: "/healthz",
                status: 200,
                code: None,
                length: Duration::from_micros(micros),
                is_redemption: false,
            });
        }
        let text = metrics.to_text([("reads", 0), ("writes", 3)]);
        let bucket = "lac_http_request_duration_seconds_bucket{route=\"/healthz\"";
        for line in [
            "lac_http_requests_total{route=\"/healthz\",status=\"200\"} 4",
            "lac_queued_requests{queue=\"writes\"} 3",
            &format!("{bucket},le=\"0.0005\"}} 2"),
            &format!("{bucket},le=\"0.001\"}} 3"),
            &format!("{bucket},le=\"2.5\"}} 3"),
            &format!("{bucket},le=\"+Inf\"}} 4"),
            "lac_http_request_duration_seconds_sum{route=\"/healthz\"} 3.001002",
            "lac_http_request_duration_seconds_count{route=\"/healthz\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
