//! From a file's text to what it wants.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Books, FORMAT, Part, RoleState, State, UserState};
use crate::declared::{At, Source, Table, Word, Words, quoted, reason};
use crate::{View, names, users};
use lac_model::access::Access;
use lac_model::fault::Fault;
use lac_model::form::Malformed;
use lac_model::resource::{Resource, ResourceError, ResourceSet};
use lac_store::Result;

/// A file that was read and is right in itself; what it names has not been
/// looked up yet.
#[derive(Debug)]
pub struct Declared<'t> {
    source: Source<'t>,
    roles: Option<BTreeMap<String, DeclaredRole>>,
    users: Option<BTreeMap<String, DeclaredUser>>,
}

#[derive(Debug)]
struct DeclaredRole {
    access: Access,
    resources: ResourceSet,
    /// `None` for all.
    websites: Option<Vec<Word>>,
}

#[derive(Debug)]
struct DeclaredUser {
    role: Word,
    full_name: Option<String>,
    os_account: Option<Word>,
    enabled: bool,
}

/// The most roles of a file. Each change is an event, and all are made under
/// the write lock.
const MOST_ROLES: usize = 2_000;
/// The most admin users of a file.
const MOST_USERS: usize = 10_000;

impl<'t> Declared<'t> {
    /// # Errors
    /// `invalid_file`, with line, column, field and reason.
    pub fn read(text: &'t str) -> Result<Self> {
        let source = Source::new(text);
        let mut file = source.table(FORMAT)?;
        let roles = file.tables("role")?;
        let users = file.tables("user")?;
        if roles.is_none() && users.is_none() && file.is_done() {
            return Err(source.wrong(0, "role", "there is neither [[role]] nor [[user]]"));
        }
        file.done()?;
        let count = |tables: &Option<Vec<_>>| tables.as_ref().map_or(0, Vec::len);
        source.at_most(MOST_ROLES, count(&roles), "role")?;
        source.at_most(MOST_USERS, count(&users), "user")?;
        Ok(Self {
            source,
            roles: roles.map(|tables| read_roles(source, tables)).transpose()?,
            users: users.map(|tables| read_users(source, tables)).transpose()?,
        })
    }

    /// The parts it speaks of.
    pub fn parts(&self) -> Vec<Part> {
        let roles = self.roles.as_ref().map(|_| Part::Roles);
        let users = self.users.as_ref().map(|_| Part::Users);
        roles.into_iter().chain(users).collect()
    }

    /// Looks up what these parts of it name: websites within the actor's scope,
    /// roles in the file and the store, accounts that others have. Of parts
    /// that the actor may not read nothing is looked up, for an error tells.
    ///
    /// # Errors
    /// `invalid_file`.
    pub fn look_up(
        &self,
        view: &View<'_>,
        books: &Books,
        parts: &[Part],
        prune: bool,
    ) -> Result<State> {
        let mut state = State::default();
        if parts.contains(&Part::Roles) {
            state.roles = self.wanted_roles(view)?;
        }
        if parts.contains(&Part::Users) {
            state.users = self.wanted_users(books, prune)?;
        }
        Ok(state)
    }

    fn wanted_roles(&self, view: &View<'_>) -> Result<Option<BTreeMap<String, RoleState>>> {
        let Some(roles) = &self.roles else {
            return Ok(None);
        };
        let tree = view.tree()?;
        let seen = tree.websites.iter().filter(|w| view.actor.sees(w.id));
        let seen: BTreeSet<&str> = seen.map(|website| website.code.as_str()).collect();
        let mut wanted = BTreeMap::new();
        for (name, role) in roles {
            let words = role.websites.iter().flatten();
            if let Some(unknown) = words.clone().find(|word| !seen.contains(&*word.text)) {
                let reason = format!("there is no website {}", quoted(&unknown.text));
                return Err(self.source.wrong(unknown.at, "scope", reason));
            }
            let codes = words.map(|word| word.text.clone()).collect();
            let role = RoleState {
                access: role.access,
                resources: role.resources.clone(),
                websites: role.websites.as_ref().map(|_| codes),
            };
            wanted.insert(name.clone(), role);
        }
        Ok(Some(wanted))
    }

    fn wanted_users(
        &self,
        books: &Books,
        prune: bool,
    ) -> Result<Option<BTreeMap<String, UserState>>> {
        let Some(users) = &self.users else {
            return Ok(None);
        };
        let declared = |role: &str| self.roles.as_ref().is_some_and(|r| r.contains_key(role));
        let stays = |role: &str| books.has_role(role) && !(prune && self.roles.is_some());
        let mut wanted = BTreeMap::new();
        for (name, user) in users {
            let role = &user.role.text;
            if !declared(role) && !stays(role) {
                let reason = if books.has_role(role) {
                    format!(
                        "role {} is not in the file, so that --prune deletes it",
                        quoted(role)
                    )
                } else {
                    format!("there is no role {}", quoted(role))
                };
                return Err(self.source.wrong(user.role.at, "role", reason));
            }
            if let Some(account) = &user.os_account
                && let Some(other) = books.holder_of(&account.text)
                && !users.contains_key(other)
                && !prune
            {
                let reason = format!("admin user {other}, who is not in the file, has it");
                return Err(self.source.wrong(account.at, "os_account", reason));
            }
            let user = UserState {
                role: role.clone(),
                full_name: user.full_name.clone(),
                os_account: user.os_account.as_ref().map(|word| word.text.clone()),
                enabled: user.enabled,
            };
            wanted.insert(name.clone(), user);
        }
        Ok(Some(wanted))
    }
}

fn read_roles(
    source: Source<'_>,
    tables: Vec<Table<'_>>,
) -> Result<BTreeMap<String, DeclaredRole>> {
    let mut roles = BTreeMap::new();
    let mut seen = HashMap::new();
    for mut table in tables {
        let name = name(source, &mut table, &mut seen)?;
        let access = read_access(source, &mut table)?;
        let websites = read_scope(source, &mut table)?;
        let resources = read_resources(source, &mut table, access)?;
        table.done()?;
        let role = DeclaredRole {
            access,
            resources,
            websites,
        };
        roles.insert(name, role);
    }
    Ok(roles)
}

fn read_users(
    source: Source<'_>,
    tables: Vec<Table<'_>>,
) -> Result<BTreeMap<String, DeclaredUser>> {
    let mut read = BTreeMap::new();
    let (mut seen, mut accounts) = (HashMap::new(), HashMap::new());
    for mut table in tables {
        let name = name(source, &mut table, &mut seen)?;
        let full_name = match table.word("full_name")? {
            None => None,
            Some(word) => {
                let name = word.text.parse().map_err(|error: Malformed| {
                    source.wrong(word.at, "full_name", error.to_string())
                })?;
                users::full_name(&name)
            }
        };
        let role = table.needed("role")?;
        let os_account = table
            .word("os_account")?
            .filter(|word| !word.text.is_empty());
        if let Some(word) = &os_account {
            users::account(&word.text)
                .map_err(|fault| source.wrong(word.at, "os_account", reason(fault)))?;
            once(source, "os_account", word, &mut accounts)?;
        }
        let enabled = table.flag("enabled")?.unwrap_or(true);
        table.done()?;
        let user = DeclaredUser {
            role,
            full_name,
            os_account,
            enabled,
        };
        read.insert(name, user);
    }
    Ok(read)
}

/// A name that nothing before it has.
fn name(
    source: Source<'_>,
    table: &mut Table<'_>,
    seen: &mut HashMap<String, At>,
) -> Result<String> {
    let word = table.needed("name")?;
    names::checked("name", &word.text)
        .map_err(|fault| source.wrong(word.at, "name", reason(fault)))?;
    once(source, "name", &word, seen)?;
    Ok(word.text)
}

fn once(
    source: Source<'_>,
    field: &str,
    word: &Word,
    seen: &mut HashMap<String, At>,
) -> Result<()> {
    let Some(first) = seen.insert(word.text.clone(), word.at) else {
        return Ok(());
    };
    let (line, _) = source.spot(first);
    let reason = format!("{} stands in line {line} already", quoted(&word.text));
    Err(source.wrong(word.at, field, reason))
}

fn read_access(source: Source<'_>, table: &mut Table<'_>) -> Result<Access> {
    let word = table.needed("access")?;
    match word.text.as_str() {
        "all" => Ok(Access::All),
        "custom" => Ok(Access::Custom),
        other => {
            let reason = format!("it is {}; expected \"all\" or \"custom\"", quoted(other));
            Err(source.wrong(word.at, "access", reason))
        }
    }
}

fn read_scope(source: Source<'_>, table: &mut Table<'_>) -> Result<Option<Vec<Word>>> {
    let at = table.at;
    match table.words("scope")? {
        None => Err(source.wrong(at, "scope", "it is missing")),
        Some(Words::One(word)) if word.text == "all" => Ok(None),
        Some(Words::One(word)) => {
            let expected = "expected \"all\" or a list of codes of websites";
            let reason = format!("it is {}; {expected}", quoted(&word.text));
            Err(source.wrong(word.at, "scope", reason))
        }
        Some(Words::List(words)) => {
            let mut seen = HashMap::new();
            for word in &words {
                once(source, "scope", word, &mut seen)?;
            }
            Ok(Some(words))
        }
    }
}

fn read_resources(
    source: Source<'_>,
    table: &mut Table<'_>,
    access: Access,
) -> Result<ResourceSet> {
    let words = match table.words("resources")? {
        None => Vec::new(),
        Some(Words::List(words)) => words,
        Some(Words::One(word)) => {
            let reason = format!("it is {}; expected a list", quoted(&word.text));
            return Err(source.wrong(word.at, "resources", reason));
        }
    };
    let mut resources = ResourceSet::new();
    for word in words {
        let wrong = |reason: String| Err(source.wrong(word.at, "resources", reason));
        let resource = match Resource::parse_granted(&word.text) {
            Ok(Some(resource)) => resource,
            // A file from when there was such a resource: it granted nothing.
            Ok(None) => continue,
            Err(error) => return wrong(said(&error)),
        };
        if access == Access::All {
            return wrong("a role with access \"all\" holds every resource already".to_owned());
        }
        if !resources.insert(resource) {
            return wrong(format!("{resource} is in the list already"));
        }
    }
    Ok(resources)
}

/// Why a text names no resource, and what was probably meant.
fn said(error: &ResourceError) -> String {
    match super::super::fault(error.clone()) {
        Fault::ResourceNotFound { reason } | Fault::InvalidValue { reason, .. } => reason,
        other => other.to_string(),
    }
}

#[cfg(test)]
impl Declared<'_> {
    /// What it wants, where everything it names is there.
    pub fn assumed(&self) -> State {
        let codes = |words: &Vec<Word>| words.iter().map(|word| word.text.clone()).collect();
        let role = |(name, role): (&String, &DeclaredRole)| {
            let state = RoleState {
                access: role.access,
                resources: role.resources.clone(),
                websites: role.websites.as_ref().map(codes),
            };
            (name.clone(), state)
        };
        let user = |(name, user): (&String, &DeclaredUser)| {
            let state = UserState {
                role: user.role.text.clone(),
                full_name: user.full_name.clone(),
                os_account: user.os_account.as_ref().map(|word| word.text.clone()),
                enabled: user.enabled,
            };
            (name.clone(), state)
        };
        State {
            roles: self
                .roles
                .as_ref()
                .map(|all| all.iter().map(role).collect()),
            users: self
                .users
                .as_ref()
                .map(|all| all.iter().map(user).collect()),
        }
    }
}
