//! The anchors of the settings. What cannot be anchored is a warning: the act
//! is done and recorded by then.

use std::cell::Cell;

use super::out::Out;
use super::settings::AnchorSettings;
use lac_ledger::anchor::{Anchor, AnchorStatus, Anchors, FileAnchor, SyslogAnchor};
use lac_render::sanitize::sanitize;

/// Every place of the settings, and whether its failure was told.
#[derive(Debug, Default)]
pub struct ConfiguredAnchors(Vec<(Box<dyn Anchor>, Cell<bool>)>);

impl ConfiguredAnchors {
    pub fn new(settings: &AnchorSettings) -> Self {
        let mut places: Vec<Box<dyn Anchor>> = Vec::new();
        if let Some(path) = &settings.file {
            places.push(Box::new(FileAnchor::new(path.clone())));
        }
        if settings.syslog {
            places.push(Box::new(SyslogAnchor::new()));
        }
        let untold = |place| (place, Cell::new(false));
        Self(places.into_iter().map(untold).collect())
    }
}

impl Anchors for ConfiguredAnchors {
    fn append_note(&self, note: &str) {
        for (anchor, told) in &self.0 {
            let Err(problem) = anchor.append_note(note) else {
                continue;
            };
            // Once in a process: it will not get better while it runs.
            if !told.replace(true) {
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
