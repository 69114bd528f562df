//! What to do about a fault, for whoever reads it. A hint names no command that
//! its reader may not run.

mod ways;

pub use ways::hint;

use lac_app::whoami::Myself;
use lac_model::resource::Resource;

/// Who reads a hint, as far as it decides what they can run.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    resources: Vec<Resource>,
    /// Whether the role scope is all websites.
    is_everywhere: bool,
    /// Whether they are an admin user at all.
    is_known: bool,
    is_root: bool,
}

impl Reader {
    /// Somebody of whom nothing is known: they may run what anybody may.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Somebody who holds these resources.
    pub fn holding(resources: Vec<Resource>, is_everywhere: bool) -> Self {
        Self {
            resources,
            is_everywhere,
            is_known: true,
            is_root: false,
        }
    }

    /// The same as the superuser of this host.
    #[must_use]
    pub fn as_root(self, is_root: bool) -> Self {
        Self { is_root, ..self }
    }

    fn may(&self, needs: &Needs) -> bool {
        match needs {
            Needs::Nothing => true,
            Needs::All(resources) => resources.iter().all(|r| self.resources.contains(r)),
            Needs::AnyOf(resources) => resources.iter().any(|r| self.resources.contains(r)),
            Needs::Everywhere(resource) => self.is_everywhere && self.resources.contains(resource),
            Needs::Everything => {
                self.is_everywhere && Resource::all().all(|r| self.resources.contains(&r))
            }
            Needs::KnownActor => self.is_known,
            Needs::Root => self.is_root,
        }
    }
}

impl From<Myself> for Reader {
    fn from(myself: Myself) -> Self {
        let is_known = myself.kind == "admin_user";
        Self {
            is_known,
            ..Self::holding(myself.resources, myself.websites.is_none())
        }
    }
}

/// What running a command takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    All(Vec<Resource>),
    AnyOf(Vec<Resource>),
    /// Being an admin user.
    KnownActor,
    /// The resource, and a role scope of all websites.
    Everywhere(Resource),
    /// Every resource, and a role scope of all websites.
    Everything,
    Root,
}

/// A command that helps, with the words around it.
#[derive(Debug, Clone)]
pub struct Way {
    before: String,
    pub command: String,
    after: String,
    pub needs: Needs,
}

/// What to do about a fault.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    /// Commands that help, the best first; the first that the reader may run
    /// is shown.
    pub ways: Vec<Way>,
    /// What is said to everybody else.
    otherwise: Option<String>,
}

impl Hint {
    /// Advice without a command of the program.
    fn advice(text: impl Into<String>) -> Self {
        Self {
            ways: Vec::new(),
            otherwise: Some(text.into()),
        }
    }

    /// A command, and what whoever may run it has to know besides.
    fn run(needs: Needs, command: impl Into<String>) -> Self {
        let way = Way {
            before: String::new(),
            command: command.into(),
            after: String::new(),
            needs,
        };
        Self {
            ways: vec![way],
            otherwise: None,
        }
    }

    fn before(mut self, words: &str) -> Self {
        if let Some(way) = self.ways.last_mut() {
            words.clone_into(&mut way.before);
        }
        self
    }

    fn after(mut self, words: impl Into<String>) -> Self {
        if let Some(way) = self.ways.last_mut() {
            way.after = words.into();
        }
        self
    }

    /// Another command, for who may not run those so far.
    fn or(mut self, other: Self) -> Self {
        self.ways.extend(other.ways);
        self.otherwise = self.otherwise.or(other.otherwise);
        self
    }

    /// What is said to who may run none of them.
    fn otherwise(mut self, text: impl Into<String>) -> Self {
        self.otherwise = Some(text.into());
        self
    }

    /// Whether what it says depends on who reads it.
    pub fn depends_on_reader(&self) -> bool {
        let is_same = |way: &Way| matches!(way.needs, Needs::Nothing | Needs::Root);
        !self.ways.iter().all(is_same)
    }

    /// The hint as this reader gets it.
    pub fn text(&self, reader: &Reader) -> Option<String> {
        let way = self.ways.iter().find(|way| reader.may(&way.needs));
        way.map(|way| format!("{}{}{}", way.before, way.command, way.after))
            .or_else(|| self.otherwise.clone())
    }

    /// The hint as somebody gets it who may do everything.
    pub fn full_text(&self) -> Option<String> {
        let way = self.ways.first();
        way.map(|way| format!("{}{}{}", way.before, way.command, way.after))
            .or_else(|| self.otherwise.clone())
    }
}
