//! Reads a file of roles and admin users.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{AccessDirectory, AccessState, FORMAT, FileSection, RoleState, UserState};
use crate::ReadView;
use crate::access::users;
use crate::core::names;
use crate::core::toml::{
    Offset, Source, SpannedText, TextOrList, TomlTable, invalid_value_reason, toml_string,
};
use lac_model::access::Access;
use lac_model::bounded::InvalidText;
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceError, ResourceSet};
use lac_store::Result;

/// A parsed file whose references have not been looked up yet.
#[derive(Debug)]
pub(crate) struct AccessFile<'t> {
    source: Source<'t>,
    roles: Option<BTreeMap<String, RoleInFile>>,
    users: Option<BTreeMap<String, UserInFile>>,
}

#[derive(Debug)]
struct RoleInFile {
    access: Access,
    resources: ResourceSet,
    /// `None` for scope `all`.
    websites: Option<Vec<SpannedText>>,
}

#[derive(Debug)]
struct UserInFile {
    role: SpannedText,
    full_name: Option<String>,
    os_account: Option<SpannedText>,
    enabled: bool,
}

/// The maximum number of roles. Each change is an event, and all are made under
/// the write lock.
const MAX_ROLES: usize = 2_000;
/// The maximum number of admin users.
const MAX_USERS: usize = 10_000;

impl<'t> AccessFile<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self> {
        let source = Source::new(text);
        let mut file = source.parse_table(FORMAT)?;
        let roles = file.tables("role")?;
        let users = file.tables("user")?;
        if roles.is_none() && users.is_none() && file.is_empty() {
            return Err(source.field_fault(0, "role", "there is neither [[role]] nor [[user]]"));
        }
        file.expect_empty()?;
        let count = |tables: &Option<Vec<_>>| tables.as_ref().map_or(0, Vec::len);
        source.check_count(MAX_ROLES, count(&roles), "role")?;
        source.check_count(MAX_USERS, count(&users), "user")?;
        Ok(Self {
            source,
            roles: roles.map(|tables| read_roles(source, tables)).transpose()?,
            users: users.map(|tables| read_users(source, tables)).transpose()?,
        })
    }

    /// The sections of the file.
    pub(crate) fn sections(&self) -> Vec<FileSection> {
        let roles = self.roles.as_ref().map(|_| FileSection::Roles);
        let users = self.users.as_ref().map(|_| FileSection::Users);
        roles.into_iter().chain(users).collect()
    }

    /// Looks up the references in these sections: websites within the actor's
    /// scope, roles in the file and the store, accounts of other users. Leave
    /// out sections that the actor may not read: an error would reveal what the
    /// store contains.
    pub(crate) fn resolve(
        &self,
        view: &ReadView<'_>,
        directory: &AccessDirectory,
        parts: &[FileSection],
        prune: bool,
    ) -> Result<AccessState> {
        let mut state = AccessState::default();
        if parts.contains(&FileSection::Roles) {
            state.roles = self.wanted_roles(view)?;
        }
        if parts.contains(&FileSection::Users) {
            state.users = self.wanted_users(directory, prune)?;
        }
        Ok(state)
    }

    fn wanted_roles(&self, view: &ReadView<'_>) -> Result<Option<BTreeMap<String, RoleState>>> {
        let Some(roles) = &self.roles else {
            return Ok(None);
        };
        let tree = view.store_tree()?;
        let seen = tree
            .websites
            .iter()
            .filter(|w| view.actor.can_see_website(w.id));
        let seen: BTreeSet<&str> = seen.map(|website| website.code.as_str()).collect();
        let mut target = BTreeMap::new();
        for (name, role) in roles {
            let words = role.websites.iter().flatten();
            if let Some(unknown) = words.clone().find(|word| !seen.contains(&*word.text)) {
                let reason = format!("there is no website {}", toml_string(&unknown.text));
                return Err(self.source.field_fault(unknown.offset, "scope", reason));
            }
            let codes = words.map(|word| word.text.clone()).collect();
            let role = RoleState {
                access: role.access,
                resources: role.resources.clone(),
                websites: role.websites.as_ref().map(|_| codes),
            };
            target.insert(name.clone(), role);
        }
        Ok(Some(target))
    }

    fn wanted_users(
        &self,
        directory: &AccessDirectory,
        prune: bool,
    ) -> Result<Option<BTreeMap<String, UserState>>> {
        let Some(users) = &self.users else {
            return Ok(None);
        };
        let declared = |role: &str| self.roles.as_ref().is_some_and(|r| r.contains_key(role));
        let stays = |role: &str| directory.has_role(role) && !(prune && self.roles.is_some());
        let mut target = BTreeMap::new();
        for (name, user) in users {
            let role = &user.role.text;
            if !declared(role) && !stays(role) {
                let reason = if directory.has_role(role) {
                    format!(
                        "role {} is not in the file, so that --prune deletes it",
                        toml_string(role)
                    )
                } else {
                    format!("there is no role {}", toml_string(role))
                };
                return Err(self.source.field_fault(user.role.offset, "role", reason));
            }
            if let Some(account) = &user.os_account
                && let Some(other) = directory.holder_of(&account.text)
                && !users.contains_key(other)
                && !prune
            {
                let reason = format!("admin user {other}, who is not in the file, has it");
                return Err(self
                    .source
                    .field_fault(account.offset, "os_account", reason));
            }
            let user = UserState {
                role: role.clone(),
                full_name: user.full_name.clone(),
                os_account: user.os_account.as_ref().map(|word| word.text.clone()),
                enabled: user.enabled,
            };
            target.insert(name.clone(), user);
        }
        Ok(Some(target))
    }
}

fn read_roles(
    source: Source<'_>,
    tables: Vec<TomlTable<'_>>,
) -> Result<BTreeMap<String, RoleInFile>> {
    let mut roles = BTreeMap::new();
    let mut seen = HashMap::new();
    for mut table in tables {
        let name = read_unique_name(source, &mut table, &mut seen)?;
        let access = read_access(source, &mut table)?;
        let websites = read_scope(source, &mut table)?;
        let resources = read_resources(source, &mut table, access)?;
        table.expect_empty()?;
        let role = RoleInFile {
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
    tables: Vec<TomlTable<'_>>,
) -> Result<BTreeMap<String, UserInFile>> {
    let mut read = BTreeMap::new();
    let (mut seen, mut accounts) = (HashMap::new(), HashMap::new());
    for mut table in tables {
        let name = read_unique_name(source, &mut table, &mut seen)?;
        let full_name = match table.text("full_name")? {
            None => None,
            Some(word) => {
                let name = word.text.parse().map_err(|error: InvalidText| {
                    source.field_fault(word.offset, "full_name", error.to_string())
                })?;
                users::parse_full_name(&name)
            }
        };
        let role = table.required_text("role")?;
        let os_account = table
            .text("os_account")?
            .filter(|word| !word.text.is_empty());
        if let Some(word) = &os_account {
            users::parse_os_account(&word.text).map_err(|fault| {
                source.field_fault(word.offset, "os_account", invalid_value_reason(fault))
            })?;
            check_unique(source, "os_account", word, &mut accounts)?;
        }
        let enabled = table.boolean("enabled")?.unwrap_or(true);
        table.expect_empty()?;
        let user = UserInFile {
            role,
            full_name,
            os_account,
            enabled,
        };
        read.insert(name, user);
    }
    Ok(read)
}

/// Reads a name and checks that it was not used before.
fn read_unique_name(
    source: Source<'_>,
    table: &mut TomlTable<'_>,
    seen: &mut HashMap<String, Offset>,
) -> Result<String> {
    let word = table.required_text("name")?;
    names::check_name("name", &word.text)
        .map_err(|fault| source.field_fault(word.offset, "name", invalid_value_reason(fault)))?;
    check_unique(source, "name", &word, seen)?;
    Ok(word.text)
}

fn check_unique(
    source: Source<'_>,
    field: &str,
    word: &SpannedText,
    seen: &mut HashMap<String, Offset>,
) -> Result<()> {
    let Some(first) = seen.insert(word.text.clone(), word.offset) else {
        return Ok(());
    };
    let (line, _) = source.line_and_column(first);
    let reason = format!("{} stands in line {line} already", toml_string(&word.text));
    Err(source.field_fault(word.offset, field, reason))
}

fn read_access(source: Source<'_>, table: &mut TomlTable<'_>) -> Result<Access> {
    let word = table.required_text("access")?;
    match word.text.as_str() {
        "all" => Ok(Access::All),
        "custom" => Ok(Access::Custom),
        other => {
            let reason = format!(
                "it is {}; expected \"all\" or \"custom\"",
                toml_string(other)
            );
            Err(source.field_fault(word.offset, "access", reason))
        }
    }
}

fn read_scope(source: Source<'_>, table: &mut TomlTable<'_>) -> Result<Option<Vec<SpannedText>>> {
    let at = table.offset;
    match table.text_or_list("scope")? {
        None => Err(source.field_fault(at, "scope", "it is missing")),
        Some(TextOrList::Text(word)) if word.text == "all" => Ok(None),
        Some(TextOrList::Text(word)) => {
            let expected = "expected \"all\" or a list of codes of websites";
            let reason = format!("it is {}; {expected}", toml_string(&word.text));
            Err(source.field_fault(word.offset, "scope", reason))
        }
        Some(TextOrList::List(words)) => {
            let mut seen = HashMap::new();
            for word in &words {
                check_unique(source, "scope", word, &mut seen)?;
            }
            Ok(Some(words))
        }
    }
}

fn read_resources(
    source: Source<'_>,
    table: &mut TomlTable<'_>,
    access: Access,
) -> Result<ResourceSet> {
    let words = match table.text_or_list("resources")? {
        None => Vec::new(),
        Some(TextOrList::List(words)) => words,
        Some(TextOrList::Text(word)) => {
            let reason = format!("it is {}; expected a list", toml_string(&word.text));
            return Err(source.field_fault(word.offset, "resources", reason));
        }
    };
    let mut resources = ResourceSet::new();
    for word in words {
        let wrong = |reason: String| Err(source.field_fault(word.offset, "resources", reason));
        let resource = match Resource::parse_stored(&word.text) {
            Ok(Some(resource)) => resource,
            // A resource of an earlier version, which granted nothing.
            Ok(None) => continue,
            Err(error) => return wrong(resource_error_reason(&error)),
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

/// Why a text is not a resource, with a suggestion.
fn resource_error_reason(error: &ResourceError) -> String {
    match crate::access::naming::resource_fault(error.clone()) {
        Fault::ResourceNotFound { reason } | Fault::InvalidValue { reason, .. } => reason,
        other => other.to_string(),
    }
}

#[cfg(test)]
impl AccessFile<'_> {
    /// The declared state, as if all references existed.
    pub(crate) fn resolve_unchecked(&self) -> AccessState {
        let codes = |words: &Vec<SpannedText>| words.iter().map(|word| word.text.clone()).collect();
        let role = |(name, role): (&String, &RoleInFile)| {
            let state = RoleState {
                access: role.access,
                resources: role.resources.clone(),
                websites: role.websites.as_ref().map(codes),
            };
            (name.clone(), state)
        };
        let user = |(name, user): (&String, &UserInFile)| {
            let state = UserState {
                role: user.role.text.clone(),
                full_name: user.full_name.clone(),
                os_account: user.os_account.as_ref().map(|word| word.text.clone()),
                enabled: user.enabled,
            };
            (name.clone(), state)
        };
        AccessState {
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
