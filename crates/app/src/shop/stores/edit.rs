//! Edits websites, store groups and store views.

use serde::{Deserialize, Serialize};

use super::reference::StoreEntity;
use super::{StoreNode, StoreRef, back_office_fault, check_code, check_name, make_default};
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::{Act, Covers, Permit, Result, StoreTreeWrite};

/// Changes the given fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoresEdit {
    pub what: StoreRef,
    pub name: Option<ShortText>,
    pub code: Option<ShortText>,
    /// Only for store views. Open sessions there do not end.
    pub active: Option<bool>,
    /// Make it the default of its parent or, for a website, of the store.
    pub default: bool,
}

/// The node after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoresEdited {
    #[serde(flatten)]
    pub node: StoreNode,
    pub changed: bool,
}

impl Act for StoresEdit {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for StoresEdit {}

impl StoresEdit {
    /// # Errors
    /// `input_required` without a change; `website_not_found`,
    /// `store_group_not_found`, `store_view_not_found`, `already_exists`,
    /// `invalid_value`, `read_only` for the back office's nodes,
    /// `beyond_own_rights`, `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<StoresEdited> {
        self.code.as_deref().map_or(Ok(()), check_code)?;
        self.name.as_deref().map_or(Ok(()), check_name)?;
        if self.name.is_none() && self.code.is_none() && self.active.is_none() && !self.default {
            return Err(Fault::InputRequired {
                what: "what to change".to_owned(),
                flag: "--name, --code, --active or --default".to_owned(),
            });
        }
        let fill = |event: &mut Event| event.add_detail("what", self.what.to_string());
        write::<Self, _>(context, Action::StoreEdit, fill, |work, permit| {
            let before = self.find_node(work)?;
            work.draft.website = Some(before.website.clone());
            self.update(work, &permit.narrow())?;
            work.reload()?;
            let after = self.with_new_code().find_node(work)?;
            if before == after {
                return Ok(WriteOutcome::Unchanged(StoresEdited {
                    node: after,
                    changed: false,
                }));
            }
            let value = |node: &StoreNode| serde_json::to_value(node).map_err(Fault::internal);
            work.draft.add_change(value(&before)?, value(&after)?);
            let recorded = work.record()?;
            Ok(WriteOutcome::Recorded(
                StoresEdited {
                    node: after,
                    changed: true,
                },
                recorded,
            ))
        })
    }

    /// The same request with the node's new code.
    fn with_new_code(&self) -> Self {
        let code = self.code.clone().unwrap_or_else(|| self.what.code.clone());
        let what = StoreRef::new(self.what.level, code);
        Self {
            what,
            ..self.clone()
        }
    }

    fn find_node(&self, work: &UnitOfWork<'_>) -> Result<StoreNode> {
        let found = self.what.find(work)?;
        if found.is_back_office() {
            return Err(back_office_fault(self.what.level, &self.what.code));
        }
        found.to_node(work.store_tree()?)
    }

    fn update(&self, work: &UnitOfWork<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        let tree = work.store_tree()?;
        let (name, code) = (self.name.as_deref(), self.code.as_deref());
        if self.active.is_some() && !matches!(self.what.find(work)?, StoreEntity::View(_)) {
            return Err(Fault::invalid(
                "--active",
                "only a store view can be inactive",
            ));
        }
        match self.what.find(work)? {
            StoreEntity::Website(old) => {
                if code.is_some_and(|code| code != old.code) {
                    // The log identifies websites by their codes. An actor who
                    // takes over a code that another website had could read
                    // that website's events.
                    work.require_all_websites("changing a website's code")?;
                }
                let mut new = old.clone();
                name.unwrap_or(&old.name).clone_into(&mut new.name);
                code.unwrap_or(&old.code).clone_into(&mut new.code);
                work.tx.website_put(permit, &new)?;
                self.set_default_website(work, permit, tree, &new)
            }
            StoreEntity::Group(old) => {
                let mut new = old.clone();
                name.unwrap_or(&old.name).clone_into(&mut new.name);
                code.unwrap_or(&old.code).clone_into(&mut new.code);
                work.tx.store_group_put(permit, &new)?;
                self.set_default_group(work, permit, tree, &new)
            }
            StoreEntity::View(old) => {
                let mut new = old.clone();
                name.unwrap_or(&old.name).clone_into(&mut new.name);
                code.unwrap_or(&old.code).clone_into(&mut new.code);
                new.active = self.active.unwrap_or(old.active);
                work.tx.store_view_put(permit, &new)?;
                self.set_default_view(work, permit, tree, &new)
            }
        }
    }

    fn set_default_website(
        &self,
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
        tree: &StoreTree,
        new: &Website,
    ) -> Result<()> {
        if !self.default {
            return Ok(());
        }
        work.require_all_websites("choosing the default website")?;
        let mut tree = tree.clone();
        tree.websites
            .iter_mut()
            .filter(|w| w.id == new.id)
            .for_each(|w| w.clone_from(new));
        make_default(work, permit, &tree, new.id)
    }

    fn set_default_group(
        &self,
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
        tree: &StoreTree,
        new: &StoreGroup,
    ) -> Result<()> {
        match tree.website(new.website_id) {
            Some(website) if self.default => {
                let default_group_id = Some(new.id);
                work.tx.website_put(
                    permit,
                    &Website {
                        default_group_id,
                        ..website.clone()
                    },
                )
            }
            _ => Ok(()),
        }
    }

    fn set_default_view(
        &self,
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
        tree: &StoreTree,
        new: &StoreView,
    ) -> Result<()> {
        match tree.group(new.group_id) {
            Some(group) if self.default => {
                let default_store_view_id = Some(new.id);
                work.tx.store_group_put(
                    permit,
                    &StoreGroup {
                        default_store_view_id,
                        ..group.clone()
                    },
                )
            }
            _ => Ok(()),
        }
    }
}
