//! The configured anchors. A failure is only a warning, because the change is
//! committed and recorded by then.

use std::cell::Cell;

use super::out::Out;
use super::settings::AnchorSettings;
use lac_ledger::anchor::{Anchor, AnchorStatus, Anchors, FileAnchor, SyslogAnchor};
use lac_render::sanitize::sanitize;

/// Each anchor, and whether its failure was reported.
#[derive(Debug, Default)]
pub(super) struct ConfiguredAnchors(Vec<(Box<dyn Anchor>, Cell<bool>)>);

impl ConfiguredAnchors {
    pub(super) fn new(settings: &AnchorSettings) -> Self {
        let mut places: Vec<Box<dyn Anchor>> = Vec::new();
        if let Some(path) = &settings.file {
            places.push(Box::new(FileAnchor::new(path.clone())));
        }
        if settings.syslog {
            places.push(Box::new(SyslogAnchor::new()));
        }
        let unreported = |place| (place, Cell::new(false));
        Self(places.into_iter().map(unreported).collect())
    }
}

impl Anchors for ConfiguredAnchors {
    fn append_note(&self, note: &str) {
        for (anchor, reported) in &self.0 {
            let Err(problem) = anchor.append_note(note) else {
                continue;
            };
            // One warning per process is enough.
            if !reported.replace(true) {
                let (name, problem) = (anchor.name(), problem.to_string());
                Out::print_err(&format!(
                    "warning: the checkpoint could not be anchored in {}: {}",
                    sanitize(&name),
                    sanitize(&problem)
                ));
            }
        }
    }

    fn check_all(&self) -> Vec<AnchorStatus> {
        self.0
            .iter()
            .map(|(anchor, _)| AnchorStatus::check(&**anchor))
            .collect()
    }
}
