//! `GET /V1/store/storeConfigs`: where each store view's storefront lives, and
//! each website's time zone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::item::parsed;
use super::pages::Pages;
use super::problem::{At, Problem, Sieve};
use super::scalar::{Scalar, needed};
use super::window::Window;
use super::{Known, Tally, Wishes};
use crate::{Work, known as field};
use lac_model::audit::Action;
use lac_model::config;
use lac_model::scope::ScopeLevel;
use lac_model::stores::StoreView;
use lac_store::{ConfigRow, ConfigWrite, Permit, Result};

type Checked<T> = std::result::Result<T, Problem>;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    code: Scalar<'a>,
    #[serde(borrow, default)]
    secure_base_url: Scalar<'a>,
    #[serde(borrow, default)]
    secure_base_link_url: Scalar<'a>,
    #[serde(borrow, default)]
    timezone: Scalar<'a>,
}

/// What one store view's item says, in canonical form.
#[derive(Debug)]
struct Config {
    view: StoreView,
    base_url: Option<String>,
    timezone: Option<String>,
}

/// The configs of one file, read and checked.
#[derive(Debug)]
pub struct Configs(Vec<Config>);

impl Configs {
    /// Returns how many items there were, too.
    ///
    /// # Errors
    /// `invalid_file`, `io`.
    pub fn read(
        window: &mut Window<'_>,
        known: &Known,
        wishes: Wishes,
        sieve: &mut Sieve,
    ) -> Result<(Self, u64)> {
        let mut found: Vec<(At, Config)> = Vec::new();
        let count = Pages::new(window, sieve).read(wishes.partial, &mut |sieve, at, bytes| {
            let problem = match one(bytes, known) {
                Ok(config) => match found.iter().find(|(_, c)| c.view.id == config.view.id) {
                    None => {
                        found.push((at, config));
                        return Ok(());
                    }
                    Some((first, _)) => Problem::new("id", format!("is {first}'s too")),
                },
                Err(problem) => problem,
            };
            sieve.reject(at, problem)
        })?;
        Ok((Self(found.into_iter().map(|(_, c)| c).collect()), count))
    }

    /// Sets what differs; each change is an event of its own besides the
    /// import's, for it decides where login tokens are sent.
    pub fn apply(
        self,
        work: &mut Work<'_>,
        permit: &Permit<'_, ConfigWrite>,
        known: &Known,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut zones = self.zones(known, tally);
        for config in &self.0 {
            let view = &config.view;
            let mut before = Vec::new();
            if let Some(url) = &config.base_url {
                let row = row(config::BASE_URL, ScopeLevel::StoreView, view.id, url);
                before.push(set(work, permit, known, &row)?);
            }
            if let Some(zone) = zones.remove(&view.website_id) {
                let level = ScopeLevel::Website;
                let row = row(config::TIMEZONE, level, view.website_id, &zone);
                before.push(set(work, permit, known, &row)?);
            }
            if before.iter().all(|change| *change == Change::None) {
                tally.unchanged += 1;
            } else if before.contains(&Change::New) {
                tally.created += 1;
            } else {
                tally.updated += 1;
            }
        }
        work.reload()
    }

    /// One zone a website: where its views disagree, its default view's.
    fn zones(&self, known: &Known, tally: &mut Tally) -> BTreeMap<i64, String> {
        let mut zones: BTreeMap<i64, String> = BTreeMap::new();
        for config in &self.0 {
            let Some(zone) = &config.timezone else {
                continue;
            };
            let website = config.view.website_id;
            let Some(other) = zones.get(&website).filter(|other| *other != zone) else {
                zones.insert(website, zone.clone());
                continue;
            };
            let code = known.website_code(website).unwrap_or_default();
            let is_default = known
                .tree
                .default_view(website)
                .is_some_and(|view| view.id == config.view.id);
            let (taken, left) = if is_default {
                (zone, other)
            } else {
                (other, zone)
            };
            tally.warnings.push(format!(
                "store views of website {code} have different time zones: {taken} is taken, not \
                 {left}"
            ));
            let taken = taken.clone();
            zones.insert(website, taken);
        }
        zones
    }
}

fn one(bytes: &[u8], known: &Known) -> Checked<Config> {
    let item: Item<'_> = parsed(bytes)?;
    let view = store_view(&item, known)?.clone();
    let (url, name) = if item.secure_base_url.is_none() {
        (&item.secure_base_link_url, "secure_base_link_url")
    } else {
        (&item.secure_base_url, "secure_base_url")
    };
    Ok(Config {
        view,
        base_url: canonical(config::BASE_URL, url, name)?,
        timezone: canonical(config::TIMEZONE, &item.timezone, "timezone")?,
    })
}

/// By id, else by code; both must mean the same.
fn store_view<'k>(item: &Item<'_>, known: &'k Known) -> Checked<&'k StoreView> {
    let code = item.code.text("code", 255)?;
    let (field, found) = if let Some(id) = item.id.id("id")? {
        ("id", known.tree.view(id))
    } else {
        let code = needed("code", code.clone())?;
        ("code", known.tree.view_by_code(&code))
    };
    let view = found
        .filter(|view| known.sees(view.website_id))
        .ok_or_else(|| Problem::new(field, "store view not found (import store-views first)"))?;
    match code {
        Some(code) if code != view.code => {
            let problem = format!("store view {} has the code {} here", view.id, view.code);
            Err(Problem::new("code", problem))
        }
        _ => Ok(view),
    }
}

fn canonical(path: &str, value: &Scalar<'_>, name: &str) -> Checked<Option<String>> {
    let text = value
        .text(name, 2048)?
        .filter(|text| !text.trim().is_empty());
    let Some(text) = text else {
        return Ok(None);
    };
    let known = field(path).map_err(|e| Problem::new(name, e.to_string()))?;
    // Shops often leave the slash at the end out.
    let text = if path == config::BASE_URL && !text.trim().ends_with('/') {
        format!("{}/", text.trim()).into()
    } else {
        text
    };
    let value = known.kind.normalize(&text);
    value
        .map(Some)
        .map_err(|e| Problem::new(name, e.to_string()))
}

fn row(path: &str, level: ScopeLevel, scope_id: i64, value: &str) -> ConfigRow {
    ConfigRow {
        path: path.to_owned(),
        level,
        scope_id,
        value: value.to_owned(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    New,
    Other,
}

fn set(
    work: &mut Work<'_>,
    permit: &Permit<'_, ConfigWrite>,
    known: &Known,
    row: &ConfigRow,
) -> Result<Change> {
    let before = work.config.stored(&row.path, row.level, row.scope_id);
    let before = before.map(str::to_owned);
    if before.as_ref() == Some(&row.value) {
        return Ok(Change::None);
    }
    work.tx.config_put(permit, row)?;
    let mut event = work.event(Action::ConfigSet);
    let view = known.tree.view(row.scope_id);
    let scope = if row.level == ScopeLevel::StoreView {
        event.store_view = view.map(|view| view.code.clone());
        event.website = view.and_then(|view| known.website_code(view.website_id));
        event.store_view.clone()
    } else {
        event.website = known.website_code(row.scope_id);
        event.website.clone()
    };
    event.detail("path", row.path.clone());
    event.detail(
        "scope",
        format!("{}:{}", row.level, scope.unwrap_or_default()),
    );
    event.detail("source", "import");
    event.change(before.clone().map(Value::from), row.value.clone());
    let _ = work.record_also(&event)?;
    Ok(if before.is_some() {
        Change::Other
    } else {
        Change::New
    })
}
