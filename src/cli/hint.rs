//! Hints: what to do about a fault. A hint names no command that its reader may
//! not run.

mod faults;
mod parts;

pub use faults::hint;

use lac_app::access::whoami::ActorView;
use lac_model::resource::Resource;

/// What the reader of a hint may run.
#[derive(Debug, Clone, Default)]
pub struct HintReader {
    resources: Vec<Resource>,
    /// Whether the role scope is all websites.
    has_all_websites: bool,
    is_admin_user: bool,
    is_root: bool,
}

impl HintReader {
    /// A reader of whom nothing is known.
    pub fn unknown() -> Self {
        Self::default()
    }

    pub fn with_resources(resources: Vec<Resource>, is_everywhere: bool) -> Self {
        Self {
            resources,
            has_all_websites: is_everywhere,
            is_admin_user: true,
            is_root: false,
        }
    }

    /// The same reader, as the superuser of this host or not.
    #[must_use]
    pub fn with_root(self, is_root: bool) -> Self {
        Self { is_root, ..self }
    }

    fn can_run(&self, needs: &Requirement) -> bool {
        match needs {
            Requirement::Nothing => true,
            Requirement::AllOf(resources) => resources.iter().all(|r| self.resources.contains(r)),
            Requirement::AnyOf(resources) => resources.iter().any(|r| self.resources.contains(r)),
            Requirement::OnAllWebsites(resource) => {
                self.has_all_websites && self.resources.contains(resource)
            }
            Requirement::FullAccess => {
                self.has_all_websites && Resource::all().all(|r| self.resources.contains(&r))
            }
            Requirement::AdminUser => self.is_admin_user,
            Requirement::Root => self.is_root,
        }
    }
}

impl From<ActorView> for HintReader {
    fn from(myself: ActorView) -> Self {
        let is_known = myself.kind == "admin_user";
        Self {
            is_admin_user: is_known,
            ..Self::with_resources(myself.resources, myself.websites.is_none())
        }
    }
}

/// What a reader needs to run a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    Nothing,
    AllOf(Vec<Resource>),
    AnyOf(Vec<Resource>),
    AdminUser,
    /// The resource, and a role scope of all websites.
    OnAllWebsites(Resource),
    /// Every resource, and a role scope of all websites.
    FullAccess,
    Root,
}

/// A command that helps, with the text around it.
#[derive(Debug, Clone)]
pub struct HintCommand {
    prefix: String,
    pub command: String,
    suffix: String,
    pub requirement: Requirement,
}

/// What to do about a fault.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    /// Commands that help, best first. The first that the reader may run is shown.
    pub commands: Vec<HintCommand>,
    /// The text for readers who may run none of them.
    fallback: Option<String>,
}

impl Hint {
    /// Advice without a `lac` command.
    fn advice(text: impl Into<String>) -> Self {
        Self {
            commands: Vec::new(),
            fallback: Some(text.into()),
        }
    }

    fn command(needs: Requirement, command: impl Into<String>) -> Self {
        let way = HintCommand {
            prefix: String::new(),
            command: command.into(),
            suffix: String::new(),
            requirement: needs,
        };
        Self {
            commands: vec![way],
            fallback: None,
        }
    }

    fn prefix(mut self, words: &str) -> Self {
        if let Some(way) = self.commands.last_mut() {
            words.clone_into(&mut way.prefix);
        }
        self
    }

    fn suffix(mut self, words: impl Into<String>) -> Self {
        if let Some(way) = self.commands.last_mut() {
            way.suffix = words.into();
        }
        self
    }

    /// Adds commands for readers who may not run the previous ones.
    fn or(mut self, other: Self) -> Self {
        self.commands.extend(other.commands);
        self.fallback = self.fallback.or(other.fallback);
        self
    }

    fn fallback(mut self, text: impl Into<String>) -> Self {
        self.fallback = Some(text.into());
        self
    }

    /// Whether the text depends on the reader.
    pub fn depends_on_reader(&self) -> bool {
        let is_same =
            |way: &HintCommand| matches!(way.requirement, Requirement::Nothing | Requirement::Root);
        !self.commands.iter().all(is_same)
    }

    pub fn text_for(&self, reader: &HintReader) -> Option<String> {
        let way = self
            .commands
            .iter()
            .find(|way| reader.can_run(&way.requirement));
        way.map(|way| format!("{}{}{}", way.prefix, way.command, way.suffix))
            .or_else(|| self.fallback.clone())
    }

    pub fn text_for_full_access(&self) -> Option<String> {
        let way = self.commands.first();
        way.map(|way| format!("{}{}{}", way.prefix, way.command, way.suffix))
            .or_else(|| self.fallback.clone())
    }
}
