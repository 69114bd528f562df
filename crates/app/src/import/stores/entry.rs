//! The three kinds, each as its item tells of it.

use super::{Checked, Entry, Item};
use crate::Work;
use crate::import::Known;
use crate::import::problem::Problem;
use crate::import::scalar::needed;
use lac_model::scope::valid_code;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::{Permit, Result, StoreTreeWrite};

const NAME_MAX: usize = 255;

/// Code and name; id 0 is the back office's own.
fn named(item: &Item<'_>, id: i64) -> Checked<(String, String)> {
    let name = needed("name", item.name.text("name", NAME_MAX)?)?.into_owned();
    let code = item
        .code
        .text("code", NAME_MAX)?
        .map(|c| c.trim().to_owned());
    let code = match code.filter(|code| !code.is_empty()) {
        Some(code) if id == 0 && code != "admin" => {
            return Err(Problem::new("code", "id 0 is the back office's: admin"));
        }
        code => needed("code", code)?,
    };
    Ok((code, name))
}

impl Entry for Website {
    const WHAT: &'static str = "website";

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

    fn all(tree: &StoreTree) -> &[Self] {
        &tree.websites
    }

    fn read(item: &Item<'_>, id: i64, here: Option<&Self>, known: &Known) -> Checked<Self> {
        if !known.sees(id) {
            return Err(Problem::new("id", format!("website {id} not found")));
        }
        let (code, name) = named(item, id)?;
        // As in `lac stores edit`: the log knows websites by their codes.
        if known.is_limited() && here.is_some_and(|here| here.code != code) {
            let problem = "changing it takes a role scope of all websites";
            return Err(Problem::new("code", problem));
        }
        Ok(Self {
            id,
            code,
            name,
            default_group_id: item.default_group_id.id("default_group_id")?,
            // REST does not tell which it is.
            is_default: here.is_some_and(|here| here.is_default),
        })
    }

    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        work.tx.website_put(permit, self)
    }
}

impl Entry for StoreGroup {
    const WHAT: &'static str = "store group";

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

    fn all(tree: &StoreTree) -> &[Self] {
        &tree.groups
    }

    fn read(item: &Item<'_>, id: i64, here: Option<&Self>, known: &Known) -> Checked<Self> {
        let website_id = needed("website_id", item.website_id.id("website_id")?)?;
        let website_id = known.website("website_id", website_id)?;
        let name = needed("name", item.name.text("name", NAME_MAX)?)?.into_owned();
        // Older releases of the original give store groups no codes.
        let code = item
            .code
            .text("code", NAME_MAX)?
            .map(|c| c.trim().to_owned());
        let code = code
            .filter(|code| !code.is_empty())
            .or_else(|| here.map(|here| here.code.clone()))
            .unwrap_or_else(|| code_from(&name, id, known));
        Ok(Self {
            id,
            website_id,
            code,
            name,
            default_store_view_id: item.default_store_id.id("default_store_id")?,
            root_category_id: item.root_category_id.id("root_category_id")?,
        })
    }

    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        work.tx.store_group_put(permit, self)
    }
}

/// `Main Website Store` becomes `main_website_store`.
fn code_from(name: &str, id: i64, known: &Known) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    let code: String = name.chars().map(plain).take(32).collect();
    let code = code.trim_matches('_');
    if valid_code(code) && known.tree.group_by_code(code).is_none() {
        return code.to_owned();
    }
    format!("store_group_{id}")
}

impl Entry for StoreView {
    const WHAT: &'static str = "store view";

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

    fn all(tree: &StoreTree) -> &[Self] {
        &tree.views
    }

    fn read(item: &Item<'_>, id: i64, _here: Option<&Self>, known: &Known) -> Checked<Self> {
        let website_id = needed("website_id", item.website_id.id("website_id")?)?;
        let website_id = known.website("website_id", website_id)?;
        let group_id = needed("store_group_id", item.store_group_id.id("store_group_id")?)?;
        let group = known.tree.group(group_id);
        if group.is_none_or(|group| group.website_id != website_id) {
            let problem = format!(
                "store group {group_id} not found on website {website_id} (import store-groups \
                 first)"
            );
            return Err(Problem::new("store_group_id", problem));
        }
        let (code, name) = named(item, id)?;
        Ok(Self {
            id,
            website_id,
            group_id,
            code,
            name,
            active: item.is_active.flag("is_active")?.unwrap_or(true),
        })
    }

    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()> {
        work.tx.store_view_put(permit, self)
    }
}
