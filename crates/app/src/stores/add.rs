//! Adding a website, a store group, a store view.

use serde::{Deserialize, Serialize};

use super::{Level, Node, back_office, checked_code, checked_name, free_id, make_default};
use crate::{Desk, Done, Work, act, find};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::{ShortText, StoreId};
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreView, Website};
use lac_store::{Act, Covers, Permit, Result, StoreTreeWrite};

/// Adds a website.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddWebsite {
    pub code: ShortText,
    pub name: ShortText,
    /// The merchant's id; the next free one if absent.
    pub id: Option<StoreId>,
    /// Make it the default website.
    pub default: bool,
}

/// Adds a store group. A website's first becomes its default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddGroup {
    pub code: ShortText,
    pub website: ShortText,
    pub name: ShortText,
    pub id: Option<StoreId>,
}

/// Adds a store view. A group's first becomes its default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddView {
    pub code: ShortText,
    pub group: ShortText,
    pub name: ShortText,
    pub id: Option<StoreId>,
    pub active: bool,
}

fn fill(code: &str, name: &str) -> impl FnOnce(&mut Event) {
    move |event| {
        event.detail("code", code);
        event.detail("name", name);
    }
}

/// Records the new node and answers with it.
fn added(work: &mut Work<'_>, node: Node) -> Result<Done<Node>> {
    work.draft.detail("id", node.id);
    let recorded = work.record()?;
    Ok(Done::Recorded(node, recorded))
}

impl Act for AddWebsite {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for AddWebsite {}

impl AddWebsite {
    /// # Errors
    /// `already_exists`, `invalid_value`, `beyond_own_rights` for a role scope
    /// of some websites, `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Node> {
        checked_code(&self.code)?;
        checked_name(&self.name)?;
        let filled = fill(&self.code, &self.name);
        act::<Self, _>(desk, Action::WebsiteAdd, filled, |work, permit| {
            work.draft.website = Some(self.code.clone().into());
            work.demand_all_websites("adding a website")?;
            let website = self.put(work, &permit.narrow())?;
            work.reload()?;
            let node = Node::website(work.tree()?, &website);
            added(work, node)
        })
    }

    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<Website> {
        let tree = work.tree()?;
        let taken = tree.websites.iter().map(|website| website.id);
        let website = Website {
            id: free_id(self.id, "website", taken)?,
            code: self.code.clone().into(),
            name: self.name.clone().into(),
            default_group_id: None,
            is_default: self.default,
        };
        work.tx.website_put(permit, &website)?;
        if self.default {
            make_default(work, permit, tree, website.id)?;
        }
        Ok(website)
    }
}

impl Act for AddGroup {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for AddGroup {}

impl AddGroup {
    /// # Errors
    /// `website_not_found`, `already_exists`, `invalid_value`, `read_only` for
    /// the back office's website, `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Node> {
        checked_code(&self.code)?;
        checked_name(&self.name)?;
        let filled = fill(&self.code, &self.name);
        act::<Self, _>(desk, Action::StoreGroupAdd, filled, |work, permit| {
            // What was typed goes into the record only as a website's code.
            work.draft.detail("website", self.website.clone());
            let (website, group) = self.put(work, &permit.narrow())?;
            work.draft.details.remove("website");
            work.draft.website = Some(website.code.clone());
            added(work, Node::group(&website, &group))
        })
    }

    fn put(
        &self,
        work: &Work<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
    ) -> Result<(Website, StoreGroup)> {
        let mut website = find::website(work, &self.website)?.clone();
        if website.id == 0 {
            return Err(back_office(Level::Website, &website.code));
        }
        let tree = work.tree()?;
        let group = StoreGroup {
            id: free_id(
                self.id,
                "store group",
                tree.groups.iter().map(|group| group.id),
            )?,
            website_id: website.id,
            code: self.code.clone().into(),
            name: self.name.clone().into(),
            default_store_view_id: None,
            root_category_id: None,
        };
        work.tx.store_group_put(permit, &group)?;
        if website
            .default_group_id
            .is_none_or(|id| tree.group(id).is_none())
        {
            website.default_group_id = Some(group.id);
            work.tx.website_put(permit, &website)?;
        }
        Ok((website, group))
    }
}

impl Act for AddView {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for AddView {}

impl AddView {
    /// # Errors
    /// `store_group_not_found`, `already_exists`, `invalid_value`, `read_only`
    /// for the back office's group, `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Node> {
        checked_code(&self.code)?;
        checked_name(&self.name)?;
        let filled = fill(&self.code, &self.name);
        act::<Self, _>(desk, Action::StoreViewAdd, filled, |work, permit| {
            work.draft.store_view = Some(self.code.clone().into());
            let node = self.put(work, &permit.narrow())?;
            work.draft.website = Some(node.website.clone());
            added(work, node)
        })
    }

    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<Node> {
        let tree = work.tree()?;
        let missing = || Fault::StoreGroupNotFound {
            group: self.group.clone().into(),
        };
        let group = tree
            .group_by_code(&self.group)
            .filter(|g| work.actor.sees(g.website_id));
        let mut group = group.ok_or_else(missing)?.clone();
        let website = tree.website(group.website_id).ok_or_else(missing)?;
        if website.id == 0 {
            return Err(back_office(Level::Group, &group.code));
        }
        let view = StoreView {
            id: free_id(self.id, "store view", tree.views.iter().map(|view| view.id))?,
            website_id: group.website_id,
            group_id: group.id,
            code: self.code.clone().into(),
            name: self.name.clone().into(),
            active: self.active,
        };
        work.tx.store_view_put(permit, &view)?;
        if group
            .default_store_view_id
            .is_none_or(|id| tree.view(id).is_none())
        {
            group.default_store_view_id = Some(view.id);
            work.tx.store_group_put(permit, &group)?;
        }
        Ok(Node::view(website, &group, &view))
    }
}
