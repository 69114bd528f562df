//! Importing a merchant's file: read and checked as a whole before any lock is
//! taken, then applied in one transaction, all of it or nothing.

mod configs;
mod csv;
mod customers;
mod documents;
mod effects;
mod item;
mod known;
mod pages;
mod problem;
mod scalar;
mod scan;
mod seen;
mod spool;
mod stores;
mod terms;
#[cfg(test)]
mod tests;
mod window;

use std::io::Read;

use serde::{Deserialize, Serialize};

pub use self::effects::LeftOut;
pub use self::problem::Skipped;
pub use self::terms::{Consents, Imported, Kind, Watch, Wishes};

use self::configs::Configs;
use self::customers::{Customers, ImportCustomers};
use self::documents::Documents;
use self::effects::Effects;
use self::known::Known;
use self::problem::Sieve;
use self::stores::Entries;
use self::terms::Tally;
use self::window::Window;
use super::{Desk, Done, Work, act, look, names};
use lac_model::audit::{Action, Event};
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::form::LongText;
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreView, Website};
use lac_store::{Act, ConfigWrite, Covers, DocumentWrite, Permit, Result, Store, StoreTreeWrite};

/// Imports one file. Its content comes beside the request, as a stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Import {
    pub kind: Kind,
    /// The file's name, or `-`: for messages and the record, which keeps no
    /// directories.
    pub file: LongText,
    pub wishes: Wishes,
}

/// A file's items, read and checked.
enum Batch<'s> {
    Websites(Entries<Website>),
    Groups(Entries<StoreGroup>),
    Views(Entries<StoreView>),
    Configs(Configs),
    Customers(Customers<'s>),
    Documents(Documents<'s>),
}

impl Act for Import {
    const ANY_OF: &'static [Resource] = &[Resource::IMPORT];
}

impl Covers<StoreTreeWrite> for Import {}
impl Covers<ConfigWrite> for Import {}
impl Covers<ImportCustomers> for Import {}
impl Covers<DocumentWrite> for Import {}

impl Import {
    /// # Errors
    /// `resource_denied` before anything is read, also for what the whole file
    /// would do; `invalid_file` naming line or
    /// item, field and reason; `too_many_missing`; `stores_changed`; `io`.
    pub fn run(self, desk: &Desk<'_>, input: &mut dyn Read, watch: &dyn Watch) -> Result<Imported> {
        self.check()?;
        let known = look(desk, Action::ImportRun, &[Resource::IMPORT], |view| {
            let _ = Effects::of(view, self.kind, self.wishes)?;
            Known::of(view)
        })?;
        let mut sieve = Sieve::new(&self.file, self.wishes.skip_invalid);
        let mut window = Window::new(&self.file, input, watch);
        let (batch, read) = self.read(desk.store, &mut window, &known, &mut sieve)?;
        let digest = window.digest();
        let mut tally = Tally::default();
        desk.store.bulk(true)?;
        let applied = act::<Self, _>(
            desk,
            Action::ImportRun,
            |event| self.describe(event, &digest),
            |work, permit| {
                if Known::of(work)? != known {
                    return Err(Fault::StoresChanged);
                }
                let may = Effects::of(work, self.kind, self.wishes)?;
                self.apply(
                    batch, work, permit, &known, may, &mut sieve, &mut tally, watch,
                )?;
                self.conclude(work, read, &sieve, &tally)
            },
        );
        let calm = desk.store.bulk(false);
        applied.and(calm)?;
        Ok(self.answer(read, sieve, tally))
    }

    fn check(&self) -> Result<()> {
        names::file(&self.file)?;
        let Wishes {
            complete,
            skip_invalid,
            partial,
            ..
        } = self.wishes;
        if complete && self.kind != Kind::Customers {
            return Err(Fault::invalid("--complete", "is for customers only"));
        }
        if complete && (skip_invalid || partial) {
            let reason = "who is left out is not gone: not with --skip-invalid or --partial";
            return Err(Fault::invalid("--complete", reason));
        }
        Ok(())
    }

    /// Reads the whole file; returns how many items it has, too.
    fn read<'s>(
        &self,
        store: &'s dyn Store,
        window: &mut Window<'_>,
        known: &Known,
        sieve: &mut Sieve,
    ) -> Result<(Batch<'s>, u64)> {
        let is_json = is_json(window, sieve)?;
        let wishes = self.wishes;
        let documents = match self.kind {
            Kind::Customers if !is_json => {
                let (read, count) = Customers::from_csv(store, window, known, sieve)?;
                return Ok((Batch::Customers(read), count));
            }
            _ if !is_json => {
                return Err(sieve.broken("not JSON: only customers come as CSV"));
            }
            Kind::Websites => {
                let (read, count) = Entries::read(window, known, wishes, sieve)?;
                return Ok((Batch::Websites(read), count));
            }
            Kind::StoreGroups => {
                let (read, count) = Entries::read(window, known, wishes, sieve)?;
                return Ok((Batch::Groups(read), count));
            }
            Kind::StoreViews => {
                let (read, count) = Entries::read(window, known, wishes, sieve)?;
                return Ok((Batch::Views(read), count));
            }
            Kind::StoreConfigs => {
                let (read, count) = Configs::read(window, known, wishes, sieve)?;
                return Ok((Batch::Configs(read), count));
            }
            Kind::Customers => {
                let (read, count) = Customers::from_rest(store, window, known, wishes, sieve)?;
                return Ok((Batch::Customers(read), count));
            }
            Kind::Orders => DocumentKind::Order,
            Kind::Invoices => DocumentKind::Invoice,
            Kind::Shipments => DocumentKind::Shipment,
            Kind::CreditMemos => DocumentKind::CreditMemo,
        };
        let (read, count) = Documents::read(documents, store, window, known, wishes, sieve)?;
        Ok((Batch::Documents(read), count))
    }

    #[allow(clippy::too_many_arguments)] // all of an import meets here
    fn apply<'tx>(
        &self,
        batch: Batch<'_>,
        work: &mut Work<'tx>,
        permit: &Permit<'tx, Self>,
        known: &Known,
        may: Effects,
        sieve: &mut Sieve,
        tally: &mut Tally,
        watch: &dyn Watch,
    ) -> Result<()> {
        match batch {
            Batch::Websites(websites) => websites.apply(work, &permit.narrow(), tally),
            Batch::Groups(groups) => groups.apply(work, &permit.narrow(), tally),
            Batch::Views(views) => views.apply(work, &permit.narrow(), tally),
            Batch::Configs(configs) => configs.apply(work, &permit.narrow(), known, tally),
            Batch::Documents(documents) => {
                documents.apply(work, &permit.narrow(), known, sieve, tally, watch)
            }
            Batch::Customers(customers) => {
                let name = self.name();
                let wishes = self.wishes;
                let permit = &permit.narrow();
                customers.apply(work, permit, known, may, wishes, sieve, tally, watch, name)
            }
        }
    }

    /// A file's own name; directories may tell more than the log should know.
    fn name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }

    fn describe(&self, event: &mut Event, digest: &str) {
        event.detail("kind", self.kind.as_str());
        event.detail("file", self.name());
        event.detail("sha256", digest);
    }

    /// Records the import, or forgets it all after a dry run.
    fn conclude(
        &self,
        work: &mut Work<'_>,
        read: u64,
        sieve: &Sieve,
        t: &Tally,
    ) -> Result<Done<()>> {
        if self.wishes.dry_run {
            return Ok(Done::Unchanged(()));
        }
        let counts = [
            ("read", read),
            ("created", t.created),
            ("updated", t.updated),
            ("unchanged", t.unchanged),
            ("skipped", sieve.count() + t.items_left_out),
            ("consents_granted", t.consents.granted),
            ("consents_revoked", t.consents.revoked),
            ("renumbered", t.renumbered),
            ("deactivated", t.deactivated),
            ("sessions_ended", t.sessions_ended),
        ];
        for (name, count) in counts {
            work.draft.detail(name, count);
        }
        let left_out = t.withheld.counts();
        for (name, count) in [
            ("customers_left_out", left_out.customers),
            ("consents_left_out", left_out.consents),
        ] {
            if count > 0 {
                work.draft.detail(name, count);
            }
        }
        work.draft.detail("complete", self.wishes.complete);
        let recorded = work.record()?;
        Ok(Done::Recorded((), recorded))
    }

    fn answer(self, read: u64, sieve: Sieve, mut tally: Tally) -> Imported {
        if tally.still_inactive > 0 {
            tally.warnings.push(format!(
                "{} customers of the file are not active here and stay so",
                tally.still_inactive
            ));
        }
        let left_out = tally.withheld.counts();
        let skipped_more = sieve.more();
        let mut skipped = sieve.listed();
        skipped.extend(tally.withheld.listed());
        Imported {
            kind: self.kind,
            file: self.file.into(),
            dry_run: self.wishes.dry_run,
            read,
            created: tally.created,
            updated: tally.updated,
            unchanged: tally.unchanged,
            skipped,
            skipped_more,
            left_out,
            consents: tally.consents,
            renumbered: tally.renumbered,
            deactivated: tally.deactivated,
            sessions_ended: tally.sessions_ended,
            warnings: tally.warnings,
        }
    }
}

/// Tells REST answers from CSV by their first character.
fn is_json(window: &mut Window<'_>, sieve: &Sieve) -> Result<bool> {
    const UTF_16: &str = "it is UTF-16; save it as UTF-8";
    if window.take(b"\xFF\xFE")? || window.take(b"\xFE\xFF")? {
        return Err(sieve.broken(UTF_16));
    }
    window.take(b"\xEF\xBB\xBF")?;
    match window.first_solid()? {
        None => Err(sieve.broken("it is empty")),
        Some(0) => Err(sieve.broken("it holds NUL bytes: not a text file")),
        Some(byte) => Ok(matches!(byte, b'{' | b'[')),
    }
}
