//! Settings: flag > environment > file > default, with profiles.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::args::Globals;
use super::hook_program::HookProgram;
use super::saved_filter::RawFilter;
use lac_app::protocol::GatewayLimits;
use lac_model::fault::Fault;
use lac_model::notice::Hook;
use lac_model::time::parse_duration;
use lac_render::OutputFormat;
use lac_store::Result;
use lac_store::dir::{FileProtection, check_permissions};

/// One table of the config file: the file itself, or a profile in it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct SettingsTable {
    /// The store's directory, or `unix:` and the socket of its broker.
    pub store: Option<PathBuf>,
    /// `table`, `json`, `jsonl` or `csv`.
    pub output: Option<OutputFormat>,
    /// `auto`, `always` or `never`.
    pub color: Option<String>,
    /// How long to wait for other writers, such as `30s`.
    pub busy_timeout: Option<String>,
    /// Rows a table on a terminal shows without `--limit`.
    pub screen_rows: Option<usize>,
    #[serde(default)]
    pub keys: KeysTable,
    #[serde(default)]
    pub archive: ArchiveTable,
    #[serde(default)]
    pub anchor: AnchorTable,
    #[serde(default)]
    pub hooks: HooksTable,
    #[serde(default)]
    pub gateway: GatewayTable,
}

/// `[gateway]`: how much `lac serve --listen` takes in a minute.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct GatewayTable {
    /// Redemptions from one address; 0 is no limit.
    pub redeem_per_address: Option<u32>,
    /// Requests from one storefront; 0 is no limit.
    pub requests_per_storefront: Option<u32>,
}

/// `[hooks]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct HooksTable {
    /// A program and its arguments, run for every new login URL.
    pub after_login: Option<Vec<String>>,
    /// The same for every redeemed login URL.
    pub after_redeem: Option<Vec<String>>,
    /// The same for every change of consent.
    pub after_consent: Option<Vec<String>>,
    /// The same for every ask for consent.
    pub after_ask: Option<Vec<String>>,
    /// How long such a program may take, such as `10s`.
    pub timeout: Option<String>,
}

/// `[keys]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct KeysTable {
    /// The directory of the private keys, if not the store's `keys/`.
    pub dir: Option<PathBuf>,
}

/// `[archive]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct ArchiveTable {
    /// The directory of log archives, if not the store's `archive/`.
    pub dir: Option<PathBuf>,
}

/// `[anchor]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct AnchorTable {
    /// A file to which signed checkpoints are appended.
    pub file: Option<PathBuf>,
    /// Whether they go to the system log.
    pub syslog: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
struct SettingsFile {
    /// The profile used without `--profile`.
    profile: Option<String>,
    #[serde(default)]
    profiles: std::collections::BTreeMap<String, SettingsTable>,
    store: Option<PathBuf>,
    output: Option<OutputFormat>,
    color: Option<String>,
    busy_timeout: Option<String>,
    screen_rows: Option<usize>,
    #[serde(default)]
    keys: KeysTable,
    #[serde(default)]
    archive: ArchiveTable,
    /// Named log filters, for `--filter`.
    #[serde(default)]
    filters: std::collections::BTreeMap<String, RawFilter>,
    #[serde(default)]
    anchor: AnchorTable,
    #[serde(default)]
    hooks: HooksTable,
    #[serde(default)]
    gateway: GatewayTable,
}

/// The effective settings of this run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The config file that was read, if any.
    pub file: Option<PathBuf>,
    pub profile: Option<String>,
    /// The store's directory, or `unix:` and the socket of its broker.
    pub store: PathBuf,
    /// The socket of the broker that keeps the store, if one does.
    pub broker_socket: Option<PathBuf>,
    pub key_dir: Option<PathBuf>,
    pub archive_dir: Option<PathBuf>,
    pub filters: std::collections::BTreeMap<String, RawFilter>,
    pub anchor: AnchorSettings,
    pub hooks: HookSettings,
    pub gateway: GatewayLimits,
    pub output: Option<OutputFormat>,
    pub color: Option<String>,
    pub busy_timeout: Duration,
    pub screen_rows: usize,
}

/// Where copies of signed checkpoints go.
#[derive(Debug, Clone, Default)]
pub struct AnchorSettings {
    pub file: Option<PathBuf>,
    pub syslog: bool,
}

#[derive(Debug, Clone)]
pub struct HookSettings {
    pub after_login: Option<HookProgram>,
    pub after_redeem: Option<HookProgram>,
    pub after_consent: Option<HookProgram>,
    pub after_ask: Option<HookProgram>,
    pub timeout: Duration,
}

impl HookSettings {
    pub fn program(&self, hook: Hook) -> Option<&HookProgram> {
        match hook {
            Hook::AfterLogin => self.after_login.as_ref(),
            Hook::AfterRedeem => self.after_redeem.as_ref(),
            Hook::AfterConsent => self.after_consent.as_ref(),
            Hook::AfterAsk => self.after_ask.as_ref(),
        }
    }
}

impl Settings {
    /// Reads the config file; flags and environment variables override it.
    pub fn read(globals: &Globals) -> Result<Self> {
        let path = config_path(globals)?;
        let file = match &path {
            Some(path) => read_config_file(path)?,
            None => SettingsFile::default(),
        };
        Self::from_parts(globals, file, path)
    }

    fn from_parts(globals: &Globals, file: SettingsFile, path: Option<PathBuf>) -> Result<Self> {
        let profile = globals
            .profile
            .clone()
            .or_else(|| env_var("LAC_PROFILE"))
            .or(file.profile.clone());
        let chosen = match &profile {
            None => SettingsTable::default(),
            Some(name) => file.profiles.get(name).cloned().ok_or_else(|| {
                let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
                invalid(format!(
                    "there is no profile {name} (known: {})",
                    known.join(", ")
                ))
            })?,
        };
        let store = globals
            .store
            .clone()
            .or_else(|| env_var("LAC_STORE").map(PathBuf::from))
            .or(chosen.store)
            .or(file.store)
            .map_or_else(default_store, Ok)?;
        let timeout = chosen.busy_timeout.or(file.busy_timeout);
        let busy_timeout = timeout
            .map(|text| {
                parse_duration(&text, None).map_err(|e| invalid(format!("busy_timeout: {e}")))
            })
            .transpose()?
            .unwrap_or(Duration::from_secs(30));
        let anchor = anchor_settings(chosen.anchor, file.anchor, &store)?;
        let hooks = hook_settings(chosen.hooks, file.hooks)?;
        Ok(Self {
            anchor,
            hooks,
            gateway: gateway_limits(&chosen.gateway, &file.gateway),
            file: path,
            profile,
            broker_socket: parse_broker_socket(&store)?,
            store,
            key_dir: chosen.keys.dir.or(file.keys.dir),
            archive_dir: check_archive_dir(chosen.archive.dir.or(file.archive.dir))?,
            filters: file.filters,
            output: chosen.output.or(file.output),
            color: chosen.color.or(file.color),
            busy_timeout,
            screen_rows: chosen.screen_rows.or(file.screen_rows).unwrap_or(100),
        })
    }
}

/// An environment variable that is set and not empty.
pub(super) fn env_var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The socket path after `unix:`.
fn parse_broker_socket(store: &Path) -> Result<Option<PathBuf>> {
    let Some(socket) = store.to_str().and_then(|text| text.strip_prefix("unix:")) else {
        return Ok(None);
    };
    if Path::new(socket).is_absolute() {
        return Ok(Some(PathBuf::from(socket)));
    }
    Err(invalid(format!("store: {socket} is not an absolute path")))
}

/// Requires an absolute path: relative to the working directory, archives would
/// not be found again.
fn check_archive_dir(dir: Option<PathBuf>) -> Result<Option<PathBuf>> {
    match dir {
        Some(dir) if !dir.is_absolute() => {
            let shown = dir.display();
            Err(invalid(format!(
                "archive.dir: {shown} is not an absolute path"
            )))
        }
        other => Ok(other),
    }
}

/// Requires an absolute path outside the store.
fn anchor_settings(chosen: AnchorTable, file: AnchorTable, store: &Path) -> Result<AnchorSettings> {
    let path = chosen.file.or(file.file);
    if let Some(path) = &path {
        let shown = path.display();
        if !path.is_absolute() {
            return Err(invalid(format!(
                "anchor.file: {shown} is not an absolute path"
            )));
        }
        if path.starts_with(store) {
            return Err(invalid(format!("anchor.file: {shown} is inside the store")));
        }
    }
    Ok(AnchorSettings {
        file: path,
        syslog: chosen.syslog.or(file.syslog).unwrap_or(false),
    })
}

/// Requires absolute paths: others may control a directory on the search path.
fn hook_settings(chosen: HooksTable, file: HooksTable) -> Result<HookSettings> {
    let program = |key: &str, words: Option<Vec<String>>| {
        let Some(mut arguments) = words else {
            return Ok(None);
        };
        if arguments.is_empty() {
            return Err(invalid(format!("hooks.{key}: the program is missing")));
        }
        let path = PathBuf::from(arguments.remove(0));
        if !path.is_absolute() {
            let shown = path.display();
            return Err(invalid(format!(
                "hooks.{key}: {shown} is not an absolute path"
            )));
        }
        Ok(Some(HookProgram { path, arguments }))
    };
    let timeout = match chosen.timeout.or(file.timeout) {
        Some(text) => {
            parse_duration(&text, None).map_err(|e| invalid(format!("hooks.timeout: {e}")))?
        }
        None => Duration::from_secs(10),
    };
    if !(1..=300).contains(&timeout.as_secs()) {
        return Err(invalid("hooks.timeout: expected 1s to 5m"));
    }
    Ok(HookSettings {
        after_login: program("after_login", chosen.after_login.or(file.after_login))?,
        after_redeem: program("after_redeem", chosen.after_redeem.or(file.after_redeem))?,
        after_consent: program("after_consent", chosen.after_consent.or(file.after_consent))?,
        after_ask: program("after_ask", chosen.after_ask.or(file.after_ask))?,
        timeout,
    })
}

fn gateway_limits(chosen: &GatewayTable, file: &GatewayTable) -> GatewayLimits {
    let default = GatewayLimits::default();
    let redeem = chosen.redeem_per_address.or(file.redeem_per_address);
    let requests = chosen
        .requests_per_storefront
        .or(file.requests_per_storefront);
    GatewayLimits {
        redeem_per_address: redeem.unwrap_or(default.redeem_per_address),
        requests_per_storefront: requests.unwrap_or(default.requests_per_storefront),
    }
}

fn invalid(problem: impl Into<String>) -> Fault {
    Fault::ConfigInvalid {
        problem: problem.into(),
    }
}

fn config_path(globals: &Globals) -> Result<Option<PathBuf>> {
    if let Some(path) = globals
        .config
        .clone()
        .or_else(|| env_var("LAC_CONFIG").map(PathBuf::from))
    {
        if fs::symlink_metadata(&path).is_err() {
            return Err(invalid(format!("{} does not exist", path.display())));
        }
        return Ok(Some(path));
    }
    let own = env_var("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| env_var("HOME").map(|home| Path::new(&home).join(".config")))
        .map(|dir| dir.join("lac/config.toml"));
    let system = Some(PathBuf::from("/etc/lac/config.toml"));
    Ok([own, system]
        .into_iter()
        .flatten()
        .find(|path| fs::symlink_metadata(path).is_ok()))
}

fn default_store() -> Result<PathBuf> {
    if let Some(dir) = env_var("XDG_STATE_HOME") {
        return Ok(Path::new(&dir).join("lac"));
    }
    env_var("HOME")
        .map(|home| Path::new(&home).join(".local/state/lac"))
        .ok_or_else(|| invalid("no store is given, and neither XDG_STATE_HOME nor HOME is set"))
}

fn read_config_file(path: &Path) -> Result<SettingsFile> {
    // Files in /etc belong to root, who can change anything; /etc/../tmp does not.
    let up = |c| c == Component::ParentDir;
    if (!path.starts_with("/etc") || path.components().any(up))
        && let Some(problem) = check_permissions(path, FileProtection::OwnerWritable)?
    {
        return Err(problem);
    }
    let text = fs::read_to_string(path).map_err(|e| Fault::io(path.display(), e))?;
    toml::from_str(&text).map_err(|e| invalid(format!("{}: {e}", path.display())))
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
