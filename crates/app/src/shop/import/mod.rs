//! Imports a merchant's file. The whole file is read and checked before the
//! store is locked. It is then applied in one transaction: all of it or
//! nothing.

mod buffer;
mod counts;
mod csv;
mod customers;
mod documents;
mod duplicates;
mod effects;
mod invalid;
mod item;
mod json_scanner;
mod options;
mod pages;
mod spool;
mod store_configs;
mod stores;
#[cfg(test)]
mod tests;
mod value;
mod visible;

use std::io::Read;

use serde::{Deserialize, Serialize};

pub use self::counts::{ConsentCounts, Imported};
pub use self::effects::LeftOutCounts;
pub use self::invalid::SkippedItem;
pub use self::options::{ImportKind, ImportOptions, ImportProgress};

use self::buffer::InputBuffer;
use self::counts::ImportCounts;
use self::customers::{CustomerFile, CustomerImportWrite};
use self::documents::DocumentFile;
use self::effects::AllowedEffects;
use self::invalid::InvalidItems;
use self::store_configs::StoreConfigs;
use self::stores::StoreEntries;
use self::visible::VisibleStores;
use crate::core::names;
use crate::{Context, UnitOfWork, WriteOutcome, read, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::LongText;
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreView, Website};
use lac_store::{Act, ConfigWrite, Covers, DocumentWrite, Permit, Result, Store, StoreTreeWrite};

/// Imports a file. Its content is passed separately, as a stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Import {
    pub kind: ImportKind,
    /// The file's name, or `-`, for messages and the event. The event does not
    /// contain directories.
    pub file: LongText,
    #[serde(rename = "wishes")]
    pub options: ImportOptions,
}

enum ParsedFile<'s> {
    Websites(StoreEntries<Website>),
    Groups(StoreEntries<StoreGroup>),
    Views(StoreEntries<StoreView>),
    Configs(StoreConfigs),
    Customers(CustomerFile<'s>),
    Documents(DocumentFile<'s>),
}

impl Act for Import {
    const ANY_OF: &'static [Resource] = &[Resource::IMPORT];
}

impl Covers<StoreTreeWrite> for Import {}
impl Covers<ConfigWrite> for Import {}
impl Covers<CustomerImportWrite> for Import {}
impl Covers<DocumentWrite> for Import {}

impl Import {
    /// # Errors
    /// `invalid_value` for options that do not fit; `resource_denied` before
    /// anything is read; `invalid_file` with line or item, field and reason;
    /// `too_many_missing`; `stores_changed`; `io`.
    pub fn run(
        self,
        context: &Context<'_>,
        input: &mut dyn Read,
        watch: &dyn ImportProgress,
    ) -> Result<Imported> {
        self.check_options()?;
        let known = read(context, Action::ImportRun, &[Resource::IMPORT], |view| {
            let _ = AllowedEffects::for_actor(view, self.kind, self.options)?;
            VisibleStores::for_view(view)
        })?;
        let mut sieve = InvalidItems::new(&self.file, self.options.skip_invalid);
        let mut window = InputBuffer::new(&self.file, input, watch);
        let (batch, read) = self.parse_file(context.store, &mut window, &known, &mut sieve)?;
        let digest = window.into_digest();
        let mut tally = ImportCounts::default();
        context.store.set_bulk_mode(true)?;
        let applied = write::<Self, _>(
            context,
            Action::ImportRun,
            |event| self.describe(event, &digest),
            |work, permit| {
                if VisibleStores::for_view(work)? != known {
                    return Err(Fault::StoresChanged);
                }
                let may = AllowedEffects::for_actor(work, self.kind, self.options)?;
                self.apply_file(
                    batch, work, permit, &known, may, &mut sieve, &mut tally, watch,
                )?;
                self.record_import(work, read, &sieve, &tally)
            },
        );
        let calm = context.store.set_bulk_mode(false);
        applied.and(calm)?;
        Ok(self.into_answer(read, sieve, tally))
    }

    fn check_options(&self) -> Result<()> {
        names::check_file_name(&self.file)?;
        let ImportOptions {
            complete,
            skip_invalid,
            partial,
            ..
        } = self.options;
        if complete && self.kind != ImportKind::Customers {
            return Err(Fault::invalid("--complete", "is for customers only"));
        }
        if complete && (skip_invalid || partial) {
            let reason =
                "not with --skip-invalid or --partial: items that are left out are not missing";
            return Err(Fault::invalid("--complete", reason));
        }
        Ok(())
    }

    /// Reads the whole file. Also returns the number of items in it.
    fn parse_file<'s>(
        &self,
        store: &'s dyn Store,
        window: &mut InputBuffer<'_>,
        known: &VisibleStores,
        sieve: &mut InvalidItems,
    ) -> Result<(ParsedFile<'s>, u64)> {
        let is_json = detect_json(window, sieve)?;
        let options = self.options;
        let documents = match self.kind {
            ImportKind::Customers if !is_json => {
                let (read, count) = CustomerFile::from_csv(store, window, known, sieve)?;
                return Ok((ParsedFile::Customers(read), count));
            }
            _ if !is_json => {
                return Err(sieve.file_fault("not JSON: only customers come as CSV"));
            }
            ImportKind::Websites => {
                let (read, count) = StoreEntries::read(window, known, options, sieve)?;
                return Ok((ParsedFile::Websites(read), count));
            }
            ImportKind::StoreGroups => {
                let (read, count) = StoreEntries::read(window, known, options, sieve)?;
                return Ok((ParsedFile::Groups(read), count));
            }
            ImportKind::StoreViews => {
                let (read, count) = StoreEntries::read(window, known, options, sieve)?;
                return Ok((ParsedFile::Views(read), count));
            }
            ImportKind::StoreConfigs => {
                let (read, count) = StoreConfigs::read(window, known, options, sieve)?;
                return Ok((ParsedFile::Configs(read), count));
            }
            ImportKind::Customers => {
                let (read, count) = CustomerFile::from_rest(store, window, known, options, sieve)?;
                return Ok((ParsedFile::Customers(read), count));
            }
            ImportKind::Orders => DocumentKind::Order,
            ImportKind::Invoices => DocumentKind::Invoice,
            ImportKind::Shipments => DocumentKind::Shipment,
            ImportKind::CreditMemos => DocumentKind::CreditMemo,
        };
        let (read, count) = DocumentFile::read(documents, store, window, known, options, sieve)?;
        Ok((ParsedFile::Documents(read), count))
    }

    #[allow(clippy::too_many_arguments)] // the whole state of an import
    fn apply_file<'tx>(
        &self,
        batch: ParsedFile<'_>,
        work: &mut UnitOfWork<'tx>,
        permit: &Permit<'tx, Self>,
        known: &VisibleStores,
        may: AllowedEffects,
        sieve: &mut InvalidItems,
        tally: &mut ImportCounts,
        watch: &dyn ImportProgress,
    ) -> Result<()> {
        match batch {
            ParsedFile::Websites(websites) => websites.apply(work, &permit.narrow(), tally),
            ParsedFile::Groups(groups) => groups.apply(work, &permit.narrow(), tally),
            ParsedFile::Views(views) => views.apply(work, &permit.narrow(), tally),
            ParsedFile::Configs(configs) => configs.apply(work, &permit.narrow(), known, tally),
            ParsedFile::Documents(documents) => {
                documents.apply(work, &permit.narrow(), known, sieve, tally, watch)
            }
            ParsedFile::Customers(customers) => {
                let name = self.name();
                let options = self.options;
                let permit = &permit.narrow();
                customers.apply(work, permit, known, may, options, sieve, tally, watch, name)
            }
        }
    }

    /// The file's name without directories, which may be private.
    fn name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }

    fn describe(&self, event: &mut Event, digest: &str) {
        event.add_detail("kind", self.kind.as_str());
        event.add_detail("file", self.name());
        event.add_detail("sha256", digest);
    }

    /// Records the import, or rolls it back after a dry run.
    fn record_import(
        &self,
        work: &mut UnitOfWork<'_>,
        read: u64,
        sieve: &InvalidItems,
        t: &ImportCounts,
    ) -> Result<WriteOutcome<()>> {
        if self.options.dry_run {
            return Ok(WriteOutcome::Unchanged(()));
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
            work.draft.add_detail(name, count);
        }
        let left_out = t.missing_rights.counts();
        for (name, count) in [
            ("customers_left_out", left_out.customers),
            ("consents_left_out", left_out.consents),
        ] {
            if count > 0 {
                work.draft.add_detail(name, count);
            }
        }
        work.draft.add_detail("complete", self.options.complete);
        let recorded = work.record()?;
        Ok(WriteOutcome::Recorded((), recorded))
    }

    fn into_answer(self, read: u64, sieve: InvalidItems, mut tally: ImportCounts) -> Imported {
        if tally.left_inactive > 0 {
            tally.warnings.push(format!(
                "{} customers in the file are not active here and stay inactive",
                tally.left_inactive
            ));
        }
        let left_out = tally.missing_rights.counts();
        let skipped_more = sieve.unlisted_count();
        let mut skipped = sieve.into_skipped();
        skipped.extend(tally.missing_rights.into_skipped());
        Imported {
            kind: self.kind,
            file: self.file.into(),
            dry_run: self.options.dry_run,
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

/// Whether the file is a REST answer and not CSV, from its first character.
fn detect_json(window: &mut InputBuffer<'_>, sieve: &InvalidItems) -> Result<bool> {
    const UTF_16: &str = "it is UTF-16; save it as UTF-8";
    if window.skip_prefix(b"\xFF\xFE")? || window.skip_prefix(b"\xFE\xFF")? {
        return Err(sieve.file_fault(UTF_16));
    }
    window.skip_prefix(b"\xEF\xBB\xBF")?;
    match window.first_non_blank()? {
        None => Err(sieve.file_fault("it is empty")),
        Some(0) => Err(sieve.file_fault("it holds NUL bytes: not a text file")),
        Some(byte) => Ok(matches!(byte, b'{' | b'[')),
    }
}
