//! Websites, store groups and store views of the REST API.

mod entry;

use serde::Deserialize;

use super::item::parsed;
use super::pages::Pages;
use super::problem::{At, Problem, Sieve};
use super::scalar::{Scalar, needed};
use super::window::Window;
use super::{Known, Tally, Wishes};
use crate::Work;
use lac_model::scope::valid_code;
use lac_model::stores::StoreTree;
use lac_store::{Permit, Result, StoreTreeWrite};

type Checked<T> = std::result::Result<T, Problem>;

/// One item, whichever of the three it is.
#[derive(Debug, Deserialize)]
pub struct Item<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    code: Scalar<'a>,
    #[serde(borrow, default)]
    name: Scalar<'a>,
    #[serde(borrow, default)]
    website_id: Scalar<'a>,
    #[serde(borrow, default)]
    store_group_id: Scalar<'a>,
    #[serde(borrow, default)]
    default_group_id: Scalar<'a>,
    #[serde(borrow, default)]
    default_store_id: Scalar<'a>,
    #[serde(borrow, default)]
    root_category_id: Scalar<'a>,
    #[serde(borrow, default)]
    is_active: Scalar<'a>,
}

/// A website, store group or store view: kept by id, named by a code that no
/// other of its kind has.
pub trait Entry: Clone + PartialEq {
    /// What it is called in messages.
    const WHAT: &'static str;
    fn id(&self) -> i64;
    fn website_id(&self) -> i64;
    fn code(&self) -> &str;
    fn set_code(&mut self, code: String);
    /// All of its kind.
    fn all(tree: &StoreTree) -> &[Self];
    /// What an item says; what it does not say stays as it is `here`.
    fn read(item: &Item<'_>, id: i64, here: Option<&Self>, known: &Known) -> Checked<Self>;
    fn put(&self, work: &Work<'_>, permit: &Permit<'_, StoreTreeWrite>) -> Result<()>;
}

/// The entries of one file, read and checked.
#[derive(Debug)]
pub struct Entries<E>(Vec<E>);

impl<E: Entry> Entries<E> {
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
        let mut rows: Vec<(At, E)> = Vec::new();
        let count =
            Pages::new(window, sieve).read(
                wishes.partial,
                &mut |sieve, at, bytes| match Self::one(bytes, known, &rows) {
                    Ok(entry) => {
                        rows.push((at, entry));
                        Ok(())
                    }
                    Err(problem) => sieve.reject(at, problem),
                },
            )?;
        // Codes may change hands within a file, so they are compared at its end.
        loop {
            let clash = rows.iter().position(|(_, row)| {
                let in_file = rows.iter().map(|(_, other)| other);
                let kept = E::all(&known.tree)
                    .iter()
                    .filter(|here| !rows.iter().any(|(_, row)| row.id() == here.id()));
                let mut others = in_file.chain(kept).filter(|o| o.id() != row.id());
                others.any(|other| other.code() == row.code())
            });
            let Some((at, row)) = clash.map(|clash| rows.remove(clash)) else {
                break;
            };
            let problem = format!("another {} has the code {}", E::WHAT, row.code());
            sieve.reject(at, Problem::new("code", problem))?;
        }
        Ok((Self(rows.into_iter().map(|(_, row)| row).collect()), count))
    }

    fn one(bytes: &[u8], known: &Known, rows: &[(At, E)]) -> Checked<E> {
        let item: Item<'_> = parsed(bytes)?;
        let id = needed("id", item.id.id("id")?)?;
        if let Some((first, _)) = rows.iter().find(|(_, row)| row.id() == id) {
            return Err(Problem::new("id", format!("is {first}'s too")));
        }
        let here = E::all(&known.tree).iter().find(|here| here.id() == id);
        let entry = E::read(&item, id, here, known)?;
        if here.is_some_and(|here| !known.sees(here.website_id())) {
            return Err(Problem::new("id", "cannot be imported here"));
        }
        if !valid_code(entry.code()) {
            let reason = "is not a letter followed by letters, digits and underscores";
            return Err(Problem::new("code", reason));
        }
        Ok(entry)
    }

    /// Creates and updates.
    pub fn apply(
        self,
        work: &mut Work<'_>,
        permit: &Permit<'_, StoreTreeWrite>,
        tally: &mut Tally,
    ) -> Result<()> {
        let before = E::all(work.tree()?).to_vec();
        let changed: Vec<&E> = self.0.iter().filter(|row| !before.contains(row)).collect();
        // A code that changes hands is free before it is taken.
        for here in &before {
            let taken = changed
                .iter()
                .any(|row| row.id() != here.id() && row.code() == here.code());
            if taken {
                let mut aside = here.clone();
                aside.set_code(format!("moving_{}", here.id()));
                aside.put(work, permit)?;
            }
        }
        for row in &changed {
            row.put(work, permit)?;
            if before.iter().any(|here| here.id() == row.id()) {
                tally.updated += 1;
            } else {
                tally.created += 1;
            }
        }
        tally.unchanged += (self.0.len() - changed.len()) as u64;
        work.reload()
    }
}
