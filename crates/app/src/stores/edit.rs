//! Editing a website, a store group, a store view.

use serde::{Deserialize, Serialize};

use super::address::Found;
use super::{Address, Node, back_office, checked_code, checked_name, make_default};
use crate::{Desk, Done, Work, act};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::{Act, Covers, Permit, Result, StoreTreeWrite};

/// Changes what is given and leaves the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Edit {
    pub what: Address,
    pub name: Option<ShortText>,
    pub code: Option<ShortText>,
    /// Store views only. Open sessions there go on.
    pub active: Option<bool>,
    /// Make it the default of what it belongs to.
    pub default: bool,
}

/// The node as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    #[serde(flatten)]
    pub node: Node,
    pub changed: bool,
}

impl Act for Edit {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for Edit {}

impl Edit {
    /// # Errors
    /// `website_not_found`, `store_group_not_found`, `store_view_not_found`,
    /// `already_exists`, `invalid_value`, `read_only` for the back office's
    /// own, `beyond_own_rights`, `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Edited> {
        self.code.as_deref().map_or(Ok(()), checked_code)?;
        self.name.as_deref().map_or(Ok(()), checked_name)?;
        if self.name.is_none() && self.code.is_none() && self.active.is_none() && !self.default {
            return Err(Fault::InputRequired {
                what: "what to change".to_owned(),
                flag: "--name, --code, --active or --default".to_owned(),
            });
        }
        let fill = |event: &mut Event| event.detail("what", self.what.to_string());
        act::<Self, _>(desk, Action::StoreEdit, fill, |work, permit| {
            let before = self.look_up(work)?;
            work.draft.website = Some(before.website.clone());
            self.put(work, &permit.narrow())?;
            work.reload()?;
            let after = self.now().look_up(work)?;
            if before == after {
                return Ok(Done::Unchanged(Edited {
                    node: after,
                    changed: false,
                }));
            }
            let value = |node: &Node| serde_json::to_value(node).map_err(Fault::internal);
            work.draft.change(value(&before)?, value(&after)?);
            let recorded = work.record()?;
            Ok(Done::Recorded(
                Edited {
                    node: after,
                    changed: true,
                },
                recorded,
            ))
        })
    }

    /// The same node under the code it has afterwards.
    fn now(&self) -> Self {
        let code = self.code.clone().unwrap_or_else(|| self.what.code.clone());
        let what = Address::new(self.what.level, code);
        Self {
            what,
            ..self.clone()
        }
    }

    fn look_up(&self, work: &Work<'_>) -> Result<Node> {
        let found = self.what.find(work)?;
        if found.is_back_office() {
            return Err(back_office(self.what.level, &self.what.code));
        }
        found.node(work.tree()?)
    }

    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        let tree = work.tree()?;
        let (name, code) = (self.name.as_deref(), self.code.as_deref());
        if self.active.is_some() && !matches!(self.what.find(work)?, Found::View(_)) {
            return Err(Fault::invalid(
                "--active",
                "only a store view can be inactive",
            ));
        }
        match self.what.find(work)? {
            Found::Website(old) => {
                if code.is_some_and(|code| code != old.code) {
                    // The log knows websites by their codes: whoever took one
                    // that another had before would read its events.
                    work.demand_all_websites("changing a website's code")?;
                }
                let mut new = old.clone();
                name.unwrap_or(&old.name).clone_into(&mut new.name);
                code.unwrap_or(&old.code).clone_into(&mut new.code);
                work.tx.website_put(permit, &new)?;
                self.default_website(work, permit, tree, &new)
            }
            Found::Group(old) => {
                let mut new = old.clone();
                name.unwrap_or(&old.name).clone_into(&mut new.name);
                code.unwrap_or(&old.code).clone_into(&mut new.code);
                work.tx.store_group_put(permit, &new)?;
                self.default_group(work, permit, tree, &new)
            }
            Found::View(old) => {
                let mut new = old.clone();
                name.unwrap_or(&old.name).clone_into(&mut new.name);
                code.unwrap_or(&old.code).clone_into(&mut new.code);
                new.active = self.active.unwrap_or(old.active);
                work.tx.store_view_put(permit, &new)?;
                self.default_view(work, permit, tree, &new)
            }
        }
    }

    fn default_website(
        &self,
        work: &Work<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
        tree: &StoreTree,
        new: &Website,
    ) -> Result<()> {
        if !self.default {
            return Ok(());
        }
        work.demand_all_websites("choosing the default website")?;
        let mut tree = tree.clone();
        tree.websites
            .iter_mut()
            .filter(|w| w.id == new.id)
            .for_each(|w| w.clone_from(new));
        make_default(work, permit, &tree, new.id)
    }

    fn default_group(
        &self,
        work: &Work<'_>,
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

    fn default_view(
        &self,
        work: &Work<'_>,
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
