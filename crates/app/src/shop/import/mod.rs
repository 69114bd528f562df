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
pub mod sync;
mod sync_rows;
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
        progress: &dyn ImportProgress,
    ) -> Result<Imported> {
        self.check_options()?;
        let visible = read(context, Action::ImportRun, &[Resource::IMPORT], |view| {
            let _ = AllowedEffects::for_actor(view, self.kind, self.options)?;
            VisibleStores::for_view(view)
        })?;
        let mut invalid = InvalidItems::new(&self.file, self.options.skip_invalid);
        let mut buffer = InputBuffer::new(&self.file, input, progress);
        let (parsed, read) = self.parse_file(context.store, &mut buffer, &visible, &mut invalid)?;
        let digest = buffer.into_digest();
        let mut counts = ImportCounts::default();
        context.store.set_bulk_mode(true)?;
        let applied = write::<Self, _>(
            context,
            Action::ImportRun,
            |event| self.describe(event, &digest),
            |work, permit| {
                if VisibleStores::for_view(work)? != visible {
                    return Err(Fault::StoresChanged);
                }
                let effects = AllowedEffects::for_actor(work, self.kind, self.options)?;
                self.apply_file(
                    parsed,
                    work,
                    permit,
                    &visible,
                    effects,
                    &mut invalid,
                    &mut counts,
                    progress,
                )?;
                self.record_import(work, read, &invalid, &counts)
            },
        );
        let reset = context.store.set_bulk_mode(false);
        applied.and(reset)?;
        Ok(self.into_answer(read, invalid, counts))
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
        buffer: &mut InputBuffer<'_>,
        visible: &VisibleStores,
        invalid: &mut InvalidItems,
    ) -> Result<(ParsedFile<'s>, u64)> {
        let is_json = detect_json(buffer, invalid)?;
        let options = self.options;
        let documents = match self.kind {
            ImportKind::Customers if !is_json => {
                let (read, count) = CustomerFile::from_csv(store, buffer, visible, invalid)?;
                return Ok((ParsedFile::Customers(read), count));
            }
            _ if !is_json => {
                return Err(invalid.file_fault("not JSON: only customers come as CSV"));
            }
            ImportKind::Websites => {
                let (read, count) = StoreEntries::read(buffer, visible, options, invalid)?;
                return Ok((ParsedFile::Websites(read), count));
            }
            ImportKind::StoreGroups => {
                let (read, count) = StoreEntries::read(buffer, visible, options, invalid)?;
                return Ok((ParsedFile::Groups(read), count));
            }
            ImportKind::StoreViews => {
                let (read, count) = StoreEntries::read(buffer, visible, options, invalid)?;
                return Ok((ParsedFile::Views(read), count));
            }
            ImportKind::StoreConfigs => {
                let (read, count) = StoreConfigs::read(buffer, visible, options, invalid)?;
                return Ok((ParsedFile::Configs(read), count));
            }
            ImportKind::Customers => {
                let (read, count) =
                    CustomerFile::from_rest(store, buffer, visible, options, invalid)?;
                return Ok((ParsedFile::Customers(read), count));
            }
            ImportKind::Orders => DocumentKind::Order,
            ImportKind::Invoices => DocumentKind::Invoice,
            ImportKind::Shipments => DocumentKind::Shipment,
            ImportKind::CreditMemos => DocumentKind::CreditMemo,
        };
        let (read, count) =
            DocumentFile::read(documents, store, buffer, visible, options, invalid)?;
        Ok((ParsedFile::Documents(read), count))
    }

    #[allow(clippy::too_many_arguments)] // the whole state of an import
    fn apply_file<'tx>(
        &self,
        parsed: ParsedFile<'_>,
        work: &mut UnitOfWork<'tx>,
        permit: &Permit<'tx, Self>,
        visible: &VisibleStores,
        effects: AllowedEffects,
        invalid: &mut InvalidItems,
        counts: &mut ImportCounts,
        progress: &dyn ImportProgress,
    ) -> Result<()> {
        match parsed {
            ParsedFile::Websites(websites) => websites.apply(work, &permit.narrow(), counts),
            ParsedFile::Groups(groups) => groups.apply(work, &permit.narrow(), counts),
            ParsedFile::Views(views) => views.apply(work, &permit.narrow(), counts),
            ParsedFile::Configs(configs) => configs.apply(work, &permit.narrow(), visible, counts),
            ParsedFile::Documents(documents) => {
                documents.apply(work, &permit.narrow(), visible, invalid, counts, progress)
            }
            ParsedFile::Customers(customers) => {
                let name = self.name();
                let options = self.options;
                let permit = &permit.narrow();
                customers.apply(
                    work, permit, visible, effects, options, invalid, counts, progress, name,
                )
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
        invalid: &InvalidItems,
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
            ("skipped", invalid.count() + t.items_left_out),
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

    fn into_answer(self, read: u64, invalid: InvalidItems, mut counts: ImportCounts) -> Imported {
        if counts.left_inactive > 0 {
            counts.warnings.push(format!(
                "{} customers in the file are not active here and stay inactive",
                counts.left_inactive
            ));
        }
        let left_out = counts.missing_rights.counts();
        let skipped_more = invalid.unlisted_count();
        let mut skipped = invalid.into_skipped();
        skipped.extend(counts.missing_rights.to_skipped());
        Imported {
            kind: self.kind,
            file: self.file.into(),
            dry_run: self.options.dry_run,
            read,
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            skipped,
            skipped_more,
            left_out,
            consents: counts.consents,
            renumbered: counts.renumbered,
            deactivated: counts.deactivated,
            sessions_ended: counts.sessions_ended,
            warnings: counts.warnings,
        }
    }
}

/// Whether the file is a REST answer and not CSV, from its first character.
fn detect_json(buffer: &mut InputBuffer<'_>, invalid: &InvalidItems) -> Result<bool> {
    const UTF_16: &str = "it is UTF-16; save it as UTF-8";
    if buffer.skip_prefix(b"\xFF\xFE")? || buffer.skip_prefix(b"\xFE\xFF")? {
        return Err(invalid.file_fault(UTF_16));
    }
    buffer.skip_prefix(b"\xEF\xBB\xBF")?;
    match buffer.first_non_blank()? {
        None => Err(invalid.file_fault("it is empty")),
        Some(0) => Err(invalid.file_fault("it holds NUL bytes: not a text file")),
        Some(byte) => Ok(matches!(byte, b'{' | b'[')),
    }
}
