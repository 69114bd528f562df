//! Reads websites, store groups and store views from items.

use super::{Checked, StoreEntry, StoreItem};
use crate::UnitOfWork;
use crate::shop::import::VisibleStores;
use crate::shop::import::invalid::ItemProblem;
use crate::shop::import::value::required;
use lac_model::scope::is_valid_code;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::{Permit, Result, StoreTreeWrite};

const NAME_MAX: usize = 255;

/// An item's code and name. The website and store view with id 0 belong to the
/// back office; their code must be `admin`.
fn parse_code_and_name(item: &StoreItem<'_>, id: i64) -> Checked<(String, String)> {
    let name = required("name", item.name.to_text("name", NAME_MAX)?)?.into_owned();
    let code = item
        .code
        .to_text("code", NAME_MAX)?
        .map(|c| c.trim().to_owned());
    let code = match code.filter(|code| !code.is_empty()) {
        Some(code) if id == 0 && code != "admin" => {
            return Err(ItemProblem::new("code", "id 0 is the back office's: admin"));
        }
        code => required("code", code)?,
    };
    Ok((code, name))
}

impl StoreEntry for Website {
    const NOUN: &'static str = "website";

    fn id(&self) -> i64 {
        self.id
    }

    fn website_id(&self) -> i64 {
        self.id
    }

    fn code(&self) -> &str {
        &self.code
    }

    fn set_code(&mut self, code: String) {
        self.code = code;
    }

    fn all_in(tree: &StoreTree) -> &[Self] {
        &tree.websites
    }

    fn from_item(
        item: &StoreItem<'_>,
        id: i64,
        here: Option<&Self>,
        visible: &VisibleStores,
    ) -> Checked<Self> {
        if !visible.sees(id) {
            return Err(ItemProblem::new("id", format!("website {id} not found")));
        }
        let (code, name) = parse_code_and_name(item, id)?;
        // As in `lac stores edit`: the log identifies websites by their codes.
        if visible.is_limited() && here.is_some_and(|here| here.code != code) {
            let problem = "changing it takes a role scope of all websites";
            return Err(ItemProblem::new("code", problem));
        }
        Ok(Self {
            id,
            code,
            name,
            default_group_id: item.default_group_id.to_id("default_group_id")?,
            // REST does not say which website is the default.
            is_default: here.is_some_and(|here| here.is_default),
        })
    }

    fn save(&self, work: &UnitOfWork<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        work.tx.website_put(permit, self)
    }
}

impl StoreEntry for StoreGroup {
    const NOUN: &'static str = "store group";

    fn id(&self) -> i64 {
        self.id
    }

    fn website_id(&self) -> i64 {
        self.website_id
    }

    fn code(&self) -> &str {
        &self.code
    }

    fn set_code(&mut self, code: String) {
        self.code = code;
    }

    fn all_in(tree: &StoreTree) -> &[Self] {
        &tree.groups
    }

    fn from_item(
        item: &StoreItem<'_>,
        id: i64,
        here: Option<&Self>,
        visible: &VisibleStores,
    ) -> Checked<Self> {
        let website_id = required("website_id", item.website_id.to_id("website_id")?)?;
        let website_id = visible.website("website_id", website_id)?;
        let name = required("name", item.name.to_text("name", NAME_MAX)?)?.into_owned();
        // In older releases of Adobe Commerce, store groups have no codes.
        let code = item
            .code
            .to_text("code", NAME_MAX)?
            .map(|c| c.trim().to_owned());
        let code = code
            .filter(|code| !code.is_empty())
            .or_else(|| here.map(|here| here.code.clone()))
            .unwrap_or_else(|| derive_code(&name, id, visible));
        Ok(Self {
            id,
            website_id,
            code,
            name,
            default_store_view_id: item.default_store_id.to_id("default_store_id")?,
            root_category_id: item.root_category_id.to_id("root_category_id")?,
        })
    }

    fn save(&self, work: &UnitOfWork<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        work.tx.store_group_put(permit, self)
    }
}

/// `Main Website Store` becomes `main_website_store`.
fn derive_code(name: &str, id: i64, visible: &VisibleStores) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    let code: String = name.chars().map(plain).take(32).collect();
    let code = code.trim_matches('_');
    if is_valid_code(code) && visible.tree.group_by_code(code).is_none() {
        return code.to_owned();
    }
    format!("store_group_{id}")
}

impl StoreEntry for StoreView {
    const NOUN: &'static str = "store view";

    fn id(&self) -> i64 {
        self.id
    }

    fn website_id(&self) -> i64 {
        self.website_id
    }

    fn code(&self) -> &str {
        &self.code
    }

    fn set_code(&mut self, code: String) {
        self.code = code;
    }

    fn all_in(tree: &StoreTree) -> &[Self] {
        &tree.views
    }

    fn from_item(
        item: &StoreItem<'_>,
        id: i64,
        _here: Option<&Self>,
        visible: &VisibleStores,
    ) -> Checked<Self> {
        let website_id = required("website_id", item.website_id.to_id("website_id")?)?;
        let website_id = visible.website("website_id", website_id)?;
        let group_id = required(
            "store_group_id",
            item.store_group_id.to_id("store_group_id")?,
        )?;
        let group = visible.tree.group(group_id);
        if group.is_none_or(|group| group.website_id != website_id) {
            let problem = format!(
                "store group {group_id} not found on website {website_id} (import store-groups \
                 first)"
            );
            return Err(ItemProblem::new("store_group_id", problem));
        }
        let (code, name) = parse_code_and_name(item, id)?;
        Ok(Self {
            id,
            website_id,
            group_id,
            code,
            name,
            active: item.is_active.to_bool("is_active")?.unwrap_or(true),
        })
    }

    fn save(&self, work: &UnitOfWork<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        work.tx.store_view_put(permit, self)
    }
}
