//! Removes nodes that are not in use, with their config values.

use serde::{Deserialize, Serialize};

use super::reference::StoreEntity;
use super::{StoreLevel, StoreRef, back_office_fault};
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, read, write};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::ScopeLevel;
use lac_model::stores::{StoreGroup, StoreTree, Website};
use lac_store::{Act, ConfigRow, ConfigWrite, Covers, Permit, Result, StoreTreeWrite};

/// Asks whether a node can be removed, and how many config values would be
/// removed with it. For the question before the removal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoresPlanRemove {
    pub what: StoreRef,
}

/// Removes a node.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoresRemove {
    pub what: StoreRef,
}

/// The removed node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoresRemoved {
    pub kind: StoreLevel,
    pub code: String,
    /// The number of config values that were removed with it.
    pub config_values: usize,
}

impl StoresPlanRemove {
    /// # Errors
    /// As [`StoresRemove::run`].
    pub fn run(self, context: &Context<'_>) -> Result<StoresRemoved> {
        let remove = StoresRemove { what: self.what };
        read(context, Action::StoreRemove, &[Resource::STORE], |view| {
            let (_, values) = remove.find_removable(view)?;
            Ok(remove.answer(values.len()))
        })
    }
}

impl Act for StoresRemove {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for StoresRemove {}
impl Covers<ConfigWrite> for StoresRemove {}

impl StoresRemove {
    /// # Errors
    /// `in_use`, naming what uses the node; `website_not_found`, `store_group_not_found`,
    /// `store_view_not_found`, `read_only` for the back office's nodes,
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<StoresRemoved> {
        let fill = |event: &mut Event| event.add_detail("what", self.what.to_string());
        write::<Self, _>(context, Action::StoreRemove, fill, |work, permit| {
            let (removed, website, before) = {
                let (found, values) = self.find_removable(work)?;
                let tree = work.store_tree()?;
                let website = tree.website(found.website_id()).map(|w| w.code.clone());
                let before = serde_json::to_value(found.to_node(tree)?).map_err(Fault::internal)?;
                for row in &values {
                    work.tx
                        .config_remove(&permit.narrow(), &row.path, row.level, row.scope_id)?;
                }
                remove_entity(work, &permit.narrow(), tree, &found)?;
                (self.answer(values.len()), website, before)
            };
            work.draft.website = website;
            work.draft.add_change(before, serde_json::Value::Null);
            work.draft
                .add_detail("config_values", removed.config_values);
            let recorded = work.record()?;
            Ok(WriteOutcome::Recorded(removed, recorded))
        })
    }

    fn find_removable<'v>(
        &self,
        view: &'v ReadView<'_>,
    ) -> Result<(StoreEntity<'v>, Vec<ConfigRow>)> {
        let found = self.what.find(view)?;
        if found.is_back_office() {
            return Err(back_office_fault(self.what.level, &self.what.code));
        }
        let (uses, level, id) = match &found {
            StoreEntity::Website(w) => (
                view.read.website_references(w.id)?,
                Some(ScopeLevel::Website),
                w.id,
            ),
            StoreEntity::Group(g) => (view.read.store_group_references(g.id)?, None, g.id),
            StoreEntity::View(v) => (
                view.read.store_view_references(v.id)?,
                Some(ScopeLevel::StoreView),
                v.id,
            ),
        };
        if !uses.is_empty() {
            let by: Vec<String> = uses
                .iter()
                .map(|(noun, count)| counted_noun(noun, *count))
                .collect();
            return Err(Fault::InUse {
                what: self.what.to_string(),
                by: by.join(", "),
            });
        }
        let of_it = |row: &&ConfigRow| Some(row.level) == level && row.scope_id == id;
        let values = view.config.rows().iter().filter(of_it).cloned().collect();
        Ok((found, values))
    }

    fn answer(&self, config_values: usize) -> StoresRemoved {
        StoresRemoved {
            kind: self.what.level,
            code: self.what.code.clone().into(),
            config_values,
        }
    }
}

fn counted_noun(noun: &str, count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Removes the entity. If it was a default, its next sibling becomes the
/// default.
fn remove_entity(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, StoreTreeWrite>,
    tree: &StoreTree,
    found: &StoreEntity<'_>,
) -> Result<()> {
    match found {
        StoreEntity::Website(website) => work.tx.website_remove(permit, website.id),
        StoreEntity::Group(group) => {
            if let Some(website) = tree.website(group.website_id)
                && website.default_group_id == Some(group.id)
            {
                let mut siblings = tree.groups.iter().filter(|g| g.website_id == website.id);
                let next = siblings.find(|g| g.id != group.id).map(|g| g.id);
                let website = Website {
                    default_group_id: next,
                    ..website.clone()
                };
                work.tx.website_put(permit, &website)?;
            }
            work.tx.store_group_remove(permit, group.id)
        }
        StoreEntity::View(view) => {
            if let Some(group) = tree.group(view.group_id)
                && group.default_store_view_id == Some(view.id)
            {
                let mut siblings = tree.views.iter().filter(|v| v.group_id == group.id);
                let next = siblings.find(|v| v.id != view.id).map(|v| v.id);
                let group = StoreGroup {
                    default_store_view_id: next,
                    ..group.clone()
                };
                work.tx.store_group_put(permit, &group)?;
            }
            work.tx.store_view_remove(permit, view.id)
        }
    }
}
