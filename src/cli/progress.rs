//! Progress bars on stderr, if it is a terminal and the work takes longer than a
//! second.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::out::Out;
use lac_app::protocol::Channel;
use lac_app::shop::import::ImportProgress;

pub(super) struct ImportProgressBar {
    bar: Option<ProgressBar>,
    length: Option<u64>,
    since: Instant,
}

impl std::fmt::Debug for ImportProgressBar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportProgressBar").finish_non_exhaustive()
    }
}

impl ImportProgressBar {
    /// `length` is the file's size in bytes, if it is known.
    pub(super) fn new(out: &Out, length: Option<u64>) -> Self {
        let wanted = !out.quiet && std::io::stderr().is_terminal();
        let bar = wanted.then(|| {
            ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(8))
                .with_style(style("reading {wide_bar} {percent}%"))
        });
        Self {
            bar,
            length,
            since: Instant::now(),
        }
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn visible_bar(&self) -> Option<&ProgressBar> {
        let is_slow = || self.since.elapsed() > Duration::from_secs(1);
        self.bar.as_ref().filter(|_| is_slow())
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl ImportProgress for ImportProgressBar {
    fn bytes_read(&self, bytes: u64) {
        if let Some(bar) = self.visible_bar() {
            if self.length.is_none() {
                bar.set_style(style("reading, {bytes} so far"));
            }
            bar.set_position(bytes);
        }
    }

    fn items_written(&self, items: u64, total: u64) {
        if !items.is_multiple_of(1024) {
            return;
        }
        if let Some(bar) = self.visible_bar() {
            if bar.length() != Some(total) {
                bar.set_style(style("writing {wide_bar} {pos}/{len}"));
                bar.set_length(total);
            }
            bar.set_position(items);
        }
    }
}

/// A bar for a known amount of work, with rate and remaining time.
pub(super) struct EventProgressBar {
    bar: Option<ProgressBar>,
    since: Instant,
}

impl std::fmt::Debug for EventProgressBar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventProgressBar").finish_non_exhaustive()
    }
}

impl EventProgressBar {
    /// `verb` is the label, such as `exporting`.
    pub(super) fn new(out: &Out, verb: &str) -> Self {
        let wanted = !out.quiet && std::io::stderr().is_terminal();
        let template =
            format!("{verb} {{wide_bar}} {{percent}}%  {{pos}} events  {{per_sec}}  {{eta}} left");
        let bar = wanted.then(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8))
                .with_style(style(&template))
        });
        Self {
            bar,
            since: Instant::now(),
        }
    }

    pub(super) fn update(&self, done: u64, total: u64) {
        let Some(bar) = &self.bar else { return };
        if self.since.elapsed() > Duration::from_secs(1) {
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows the progress that a use case reports.
#[derive(Debug)]
pub(super) struct ProgressBarChannel<'c>(pub &'c EventProgressBar);

impl Channel for ProgressBarChannel<'_> {
    fn progress(&mut self, done: u64, total: u64) {
        self.0.update(done, total);
    }
}
