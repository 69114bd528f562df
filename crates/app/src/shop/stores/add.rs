//! Adds websites, store groups and store views.

use serde::{Deserialize, Serialize};

use super::{
    StoreLevel, StoreNode, back_office_fault, check_code, check_name, free_id, make_default,
};
use crate::core::find;
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{ShortText, StoreId};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreView, Website};
use lac_store::{Act, Covers, Permit, Result, StoreTreeWrite};

/// Adds a website.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoresAddWebsite {
    pub code: ShortText,
    pub name: ShortText,
    /// The merchant's id; without it, the next free one.
    pub id: Option<StoreId>,
    pub default: bool,
}

/// Adds a store group. The first group of a website becomes its default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoresAddGroup {
    pub code: ShortText,
    pub website: ShortText,
    pub name: ShortText,
    pub id: Option<StoreId>,
}

/// Adds a store view. The first store view of a group becomes its default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoresAddView {
    pub code: ShortText,
    pub group: ShortText,
    pub name: ShortText,
    pub id: Option<StoreId>,
    pub active: bool,
}

fn describe_new(code: &str, name: &str) -> impl FnOnce(&mut Event) {
    move |event| {
        event.add_detail("code", code);
        event.add_detail("name", name);
    }
}

/// Records the new node and answers with it.
fn record_added(work: &mut UnitOfWork<'_>, node: StoreNode) -> Result<WriteOutcome<StoreNode>> {
    work.draft.add_detail("id", node.id);
    let recorded = work.record()?;
    Ok(WriteOutcome::Recorded(node, recorded))
}

impl Act for StoresAddWebsite {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for StoresAddWebsite {}

impl StoresAddWebsite {
    /// # Errors
    /// `already_exists`, `invalid_value`, `resource_denied`;
    /// `beyond_own_rights` if the actor's role scope is limited to some
    /// websites.
    pub fn run(self, context: &Context<'_>) -> Result<StoreNode> {
        check_code(&self.code)?;
        check_name(&self.name)?;
        let filled = describe_new(&self.code, &self.name);
        write::<Self, _>(context, Action::WebsiteAdd, filled, |work, permit| {
            work.draft.website = Some(self.code.clone().into());
            work.require_all_websites("adding a website")?;
            let website = self.insert(work, &permit.narrow())?;
            work.reload()?;
            let node = StoreNode::from_website(work.store_tree()?, &website);
            record_added(work, node)
        })
    }

    fn insert(
        &self,
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
    ) -> Result<Website> {
        let tree = work.store_tree()?;
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

impl Act for StoresAddGroup {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for StoresAddGroup {}

impl StoresAddGroup {
    /// # Errors
    /// `website_not_found`, `already_exists`, `invalid_value`, `read_only` for
    /// the back office's website, `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<StoreNode> {
        check_code(&self.code)?;
        check_name(&self.name)?;
        let filled = describe_new(&self.code, &self.name);
        write::<Self, _>(context, Action::StoreGroupAdd, filled, |work, permit| {
            // The event has the text as a detail until the website is found.
            work.draft.add_detail("website", self.website.clone());
            let (website, group) = self.insert(work, &permit.narrow())?;
            work.draft.details.remove("website");
            work.draft.website = Some(website.code.clone());
            record_added(work, StoreNode::from_group(&website, &group))
        })
    }

    fn insert(
        &self,
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
    ) -> Result<(Website, StoreGroup)> {
        let mut website = find::website(work, &self.website)?.clone();
        if website.id == 0 {
            return Err(back_office_fault(StoreLevel::Website, &website.code));
        }
        let tree = work.store_tree()?;
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

impl Act for StoresAddView {
    const ANY_OF: &'static [Resource] = &[Resource::STORE];
}

impl Covers<StoreTreeWrite> for StoresAddView {}

impl StoresAddView {
    /// # Errors
    /// `store_group_not_found`, `already_exists`, `invalid_value`, `read_only`
    /// for the back office's group, `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<StoreNode> {
        check_code(&self.code)?;
        check_name(&self.name)?;
        let filled = describe_new(&self.code, &self.name);
        write::<Self, _>(context, Action::StoreViewAdd, filled, |work, permit| {
            work.draft.store_view = Some(self.code.clone().into());
            let node = self.insert(work, &permit.narrow())?;
            work.draft.website = Some(node.website.clone());
            record_added(work, node)
        })
    }

    fn insert(
        &self,
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
    ) -> Result<StoreNode> {
        let tree = work.store_tree()?;
        let missing = || Fault::StoreGroupNotFound {
            group: self.group.clone().into(),
        };
        let group = tree
            .group_by_code(&self.group)
            .filter(|g| work.actor.can_see_website(g.website_id));
        let mut group = group.ok_or_else(missing)?.clone();
        let website = tree.website(group.website_id).ok_or_else(missing)?;
        if website.id == 0 {
            return Err(back_office_fault(StoreLevel::Group, &group.code));
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
        Ok(StoreNode::from_view(website, &group, &view))
    }
}
