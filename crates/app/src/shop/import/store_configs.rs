//! Imports `GET /V1/store/storeConfigs`: the base URLs of store views, and the
//! time zones of websites.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::buffer::InputBuffer;
use super::invalid::{InvalidItems, ItemPosition, ItemProblem};
use super::item::parse_item;
use super::pages::RestPages;
use super::value::{RestValue, required};
use super::{ImportCounts, ImportOptions, VisibleStores};
use crate::{UnitOfWork, config_field as field};
use lac_model::audit::Action;
use lac_model::config;
use lac_model::scope::ScopeLevel;
use lac_model::stores::StoreView;
use lac_store::{ConfigRow, ConfigWrite, Permit, Result};

type Checked<T> = std::result::Result<T, ItemProblem>;

#[derive(Debug, Deserialize)]
struct StoreConfigItem<'a> {
    #[serde(borrow, default)]
    id: RestValue<'a>,
    #[serde(borrow, default)]
    code: RestValue<'a>,
    #[serde(borrow, default)]
    secure_base_url: RestValue<'a>,
    #[serde(borrow, default)]
    secure_base_link_url: RestValue<'a>,
    #[serde(borrow, default)]
    timezone: RestValue<'a>,
}

/// The values of a store view, in canonical form.
#[derive(Debug)]
struct StoreViewConfig {
    view: StoreView,
    base_url: Option<String>,
    timezone: Option<String>,
}

/// The configs of one file, read and checked.
#[derive(Debug)]
pub(super) struct StoreConfigs(Vec<StoreViewConfig>);

impl StoreConfigs {
    /// Reads a file. Also returns the number of items in it.
    pub(super) fn read(
        buffer: &mut InputBuffer<'_>,
        visible: &VisibleStores,
        options: ImportOptions,
        invalid: &mut InvalidItems,
    ) -> Result<(Self, u64)> {
        let mut found: Vec<(ItemPosition, StoreViewConfig)> = Vec::new();
        let count = RestPages::new(buffer, invalid).for_each_item(
            options.partial,
            &mut |invalid, at, bytes| {
                let problem = match parse_config(bytes, visible) {
                    Ok(config) => match found.iter().find(|(_, c)| c.view.id == config.view.id) {
                        None => {
                            found.push((at, config));
                            return Ok(());
                        }
                        Some((first, _)) => ItemProblem::new("id", format!("is {first}'s too")),
                    },
                    Err(problem) => problem,
                };
                invalid.skip_or_fail(at, problem)
            },
        )?;
        Ok((Self(found.into_iter().map(|(_, c)| c).collect()), count))
    }

    /// Sets the values that differ. Each change is an event of its own, because
    /// a base URL decides where login tokens are sent.
    pub(super) fn apply(
        self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, ConfigWrite>,
        visible: &VisibleStores,
        counts: &mut ImportCounts,
    ) -> Result<()> {
        let mut zones = self.choose_timezones(visible, counts);
        for config in &self.0 {
            let view = &config.view;
            let mut before = Vec::new();
            if let Some(url) = &config.base_url {
                let row = config_row(config::BASE_URL, ScopeLevel::StoreView, view.id, url);
                before.push(set_value(work, permit, visible, &row)?);
            }
            if let Some(zone) = zones.remove(&view.website_id) {
                let level = ScopeLevel::Website;
                let row = config_row(config::TIMEZONE, level, view.website_id, &zone);
                before.push(set_value(work, permit, visible, &row)?);
            }
            if before
                .iter()
                .all(|change| *change == ValueChange::Unchanged)
            {
                counts.unchanged += 1;
            } else if before.contains(&ValueChange::Created) {
                counts.created += 1;
            } else {
                counts.updated += 1;
            }
        }
        work.reload()
    }

    /// The time zone of each website. If its store views differ, that of its
    /// default view.
    fn choose_timezones(
        &self,
        visible: &VisibleStores,
        counts: &mut ImportCounts,
    ) -> BTreeMap<i64, String> {
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
            let code = visible.website_code(website).unwrap_or_default();
            let is_default = visible
                .tree
                .default_view(website)
                .is_some_and(|view| view.id == config.view.id);
            let (taken, left) = if is_default {
                (zone, other)
            } else {
                (other, zone)
            };
            counts.warnings.push(format!(
                "store views of website {code} have different time zones: using {taken}, not \
                 {left}"
            ));
            let taken = taken.clone();
            zones.insert(website, taken);
        }
        zones
    }
}

fn parse_config(bytes: &[u8], visible: &VisibleStores) -> Checked<StoreViewConfig> {
    let item: StoreConfigItem<'_> = parse_item(bytes)?;
    let view = find_store_view(&item, visible)?.clone();
    let (url, name) = if item.secure_base_url.is_none() {
        (&item.secure_base_link_url, "secure_base_link_url")
    } else {
        (&item.secure_base_url, "secure_base_url")
    };
    Ok(StoreViewConfig {
        view,
        base_url: canonical_value(config::BASE_URL, url, name)?,
        timezone: canonical_value(config::TIMEZONE, &item.timezone, "timezone")?,
    })
}

/// Finds the store view by id, or else by code. If both are given, they must
/// match.
fn find_store_view<'k>(
    item: &StoreConfigItem<'_>,
    visible: &'k VisibleStores,
) -> Checked<&'k StoreView> {
    let code = item.code.to_text("code", 255)?;
    let (field, found) = if let Some(id) = item.id.to_id("id")? {
        ("id", visible.tree.view(id))
    } else {
        let code = required("code", code.clone())?;
        ("code", visible.tree.view_by_code(&code))
    };
    let view = found
        .filter(|view| visible.sees(view.website_id))
        .ok_or_else(|| {
            ItemProblem::new(field, "store view not found (import store-views first)")
        })?;
    match code {
        Some(code) if code != view.code => {
            let problem = format!("store view {} has the code {} here", view.id, view.code);
            Err(ItemProblem::new("code", problem))
        }
        _ => Ok(view),
    }
}

fn canonical_value(path: &str, value: &RestValue<'_>, name: &str) -> Checked<Option<String>> {
    let text = value
        .to_text(name, 2048)?
        .filter(|text| !text.trim().is_empty());
    let Some(text) = text else {
        return Ok(None);
    };
    let config_field = field(path).map_err(|e| ItemProblem::new(name, e.to_string()))?;
    // Many shops do not have the slash at the end.
    let text = if path == config::BASE_URL && !text.trim().ends_with('/') {
        format!("{}/", text.trim()).into()
    } else {
        text
    };
    let value = config_field.kind.normalize(&text);
    value
        .map(Some)
        .map_err(|e| ItemProblem::new(name, e.to_string()))
}

fn config_row(path: &str, level: ScopeLevel, scope_id: i64, value: &str) -> ConfigRow {
    ConfigRow {
        path: path.to_owned(),
        level,
        scope_id,
        value: value.to_owned(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueChange {
    Unchanged,
    Created,
    Updated,
}

fn set_value(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConfigWrite>,
    visible: &VisibleStores,
    row: &ConfigRow,
) -> Result<ValueChange> {
    let before = work.config.stored_at(&row.path, row.level, row.scope_id);
    let before = before.map(str::to_owned);
    if before.as_ref() == Some(&row.value) {
        return Ok(ValueChange::Unchanged);
    }
    work.tx.config_put(permit, row)?;
    let mut event = work.event(Action::ConfigSet);
    let view = visible.tree.view(row.scope_id);
    let scope = if row.level == ScopeLevel::StoreView {
        event.store_view = view.map(|view| view.code.clone());
        event.website = view.and_then(|view| visible.website_code(view.website_id));
        event.store_view.clone()
    } else {
        event.website = visible.website_code(row.scope_id);
        event.website.clone()
    };
    event.add_detail("path", row.path.clone());
    event.add_detail(
        "scope",
        format!("{}:{}", row.level, scope.unwrap_or_default()),
    );
    event.add_detail("source", "import");
    event.add_change(before.clone().map(Value::from), row.value.clone());
    let _ = work.record_event(&event)?;
    Ok(if before.is_some() {
        ValueChange::Updated
    } else {
        ValueChange::Created
    })
}
