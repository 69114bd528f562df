//! Imports websites, store groups and store views of the REST API.

mod entry;

use serde::Deserialize;

use super::buffer::InputBuffer;
use super::invalid::{InvalidItems, ItemPosition, ItemProblem};
use super::item::parse_item;
use super::pages::RestPages;
use super::value::{RestValue, required};
use super::{ImportCounts, ImportOptions, VisibleStores};
use crate::UnitOfWork;
use lac_model::scope::is_valid_code;
use lac_model::stores::StoreTree;
use lac_store::{Permit, Result, StoreTreeWrite};

type Checked<T> = std::result::Result<T, ItemProblem>;

/// An item of any of the three kinds.
#[derive(Debug, Deserialize)]
pub(super) struct StoreItem<'a> {
    #[serde(borrow, default)]
    id: RestValue<'a>,
    #[serde(borrow, default)]
    code: RestValue<'a>,
    #[serde(borrow, default)]
    name: RestValue<'a>,
    #[serde(borrow, default)]
    website_id: RestValue<'a>,
    #[serde(borrow, default)]
    store_group_id: RestValue<'a>,
    #[serde(borrow, default)]
    default_group_id: RestValue<'a>,
    #[serde(borrow, default)]
    default_store_id: RestValue<'a>,
    #[serde(borrow, default)]
    root_category_id: RestValue<'a>,
    #[serde(borrow, default)]
    is_active: RestValue<'a>,
}

/// A website, store group or store view. It is stored by its id, and its code
/// is unique within its kind.
pub(super) trait StoreEntry: Clone + PartialEq {
    /// The kind's name in messages.
    const NOUN: &'static str;
    fn id(&self) -> i64;
    fn website_id(&self) -> i64;
    fn code(&self) -> &str;
    fn set_code(&mut self, code: String);
    /// All entries of this kind.
    fn all_in(tree: &StoreTree) -> &[Self];
    /// The entry of an item. Fields that the item does not have stay as in
    /// `here`, the stored entry.
    fn from_item(
        item: &StoreItem<'_>,
        id: i64,
        here: Option<&Self>,
        visible: &VisibleStores,
    ) -> Checked<Self>;
    fn save(&self, work: &UnitOfWork<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()>;
}

/// The entries of one file, read and checked.
#[derive(Debug)]
pub(super) struct StoreEntries<E>(Vec<E>);

impl<E: StoreEntry> StoreEntries<E> {
    /// Reads a file. Also returns the number of items in it.
    pub(super) fn read(
        buffer: &mut InputBuffer<'_>,
        visible: &VisibleStores,
        options: ImportOptions,
        invalid: &mut InvalidItems,
    ) -> Result<(Self, u64)> {
        let mut rows: Vec<(ItemPosition, E)> = Vec::new();
        let count = RestPages::new(buffer, invalid).for_each_item(
            options.partial,
            &mut |invalid, at, bytes| match Self::parse_entry(bytes, visible, &rows) {
                Ok(entry) => {
                    rows.push((at, entry));
                    Ok(())
                }
                Err(problem) => invalid.skip_or_fail(at, problem),
            },
        )?;
        // Codes are compared after reading the file, because entries can
        // exchange their codes.
        loop {
            let clash = rows.iter().position(|(_, row)| {
                let in_file = rows.iter().map(|(_, other)| other);
                let kept = E::all_in(&visible.tree)
                    .iter()
                    .filter(|here| !rows.iter().any(|(_, row)| row.id() == here.id()));
                let mut others = in_file.chain(kept).filter(|o| o.id() != row.id());
                others.any(|other| other.code() == row.code())
            });
            let Some((at, row)) = clash.map(|clash| rows.remove(clash)) else {
                break;
            };
            let problem = format!("another {} has the code {}", E::NOUN, row.code());
            invalid.skip_or_fail(at, ItemProblem::new("code", problem))?;
        }
        Ok((Self(rows.into_iter().map(|(_, row)| row).collect()), count))
    }

    fn parse_entry(
        bytes: &[u8],
        visible: &VisibleStores,
        rows: &[(ItemPosition, E)],
    ) -> Checked<E> {
        let item: StoreItem<'_> = parse_item(bytes)?;
        let id = required("id", item.id.to_id("id")?)?;
        if let Some((first, _)) = rows.iter().find(|(_, row)| row.id() == id) {
            return Err(ItemProblem::new("id", format!("is {first}'s too")));
        }
        let here = E::all_in(&visible.tree).iter().find(|here| here.id() == id);
        let entry = E::from_item(&item, id, here, visible)?;
        if here.is_some_and(|here| !visible.sees(here.website_id())) {
            return Err(ItemProblem::new("id", "cannot be imported here"));
        }
        if !is_valid_code(entry.code()) {
            let reason = "is not a letter followed by letters, digits and underscores";
            return Err(ItemProblem::new("code", reason));
        }
        Ok(entry)
    }

    /// Creates and updates entries.
    pub(super) fn apply(
        self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
        counts: &mut ImportCounts,
    ) -> Result<()> {
        let before = E::all_in(work.store_tree()?).to_vec();
        let changed: Vec<&E> = self.0.iter().filter(|row| !before.contains(row)).collect();
        // If another entry gets an entry's code, the entry gets a temporary
        // code first, because codes are unique.
        for here in &before {
            let taken = changed
                .iter()
                .any(|row| row.id() != here.id() && row.code() == here.code());
            if taken {
                let mut temporary = here.clone();
                temporary.set_code(format!("moving_{}", here.id()));
                temporary.save(work, permit)?;
            }
        }
        for row in &changed {
            row.save(work, permit)?;
            if before.iter().any(|here| here.id() == row.id()) {
                counts.updated += 1;
            } else {
                counts.created += 1;
            }
        }
        counts.unchanged += (self.0.len() - changed.len()) as u64;
        work.reload()
    }
}
