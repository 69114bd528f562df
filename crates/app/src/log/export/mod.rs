//! Exports events: rows in a file, a signed manifest and, on request, a proof.
//! The export itself is recorded in the log.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::LOG_READERS;
use super::{filter, filter_values};
use crate::core::names as file_names;
use crate::{Context, ReadView, SigningKeys, WriteOutcome, read, write};
use lac_ledger::archive::FileDigest;
use lac_ledger::event_log::newest_head;
use lac_ledger::export::encode::{self, EncodedRun};
use lac_ledger::export::{EventEncoder, ExportSink, ExportWriter, FileFormat, proof_file};
use lac_ledger::head::check_head;
use lac_ledger::manifest::{Exporter, MANIFEST_FORMAT, Manifest, ProofFile, ProofStrength, hex};
use lac_ledger::signing::keys::PrivateKey;
use lac_ledger::signing::note;
use lac_ledger::source::EventSource;
use lac_ledger::tree::EventTree;
use lac_model::audit::Filter;
use lac_model::audit::{Action, Event, EventField, Selection};
use lac_model::bounded::{BoundedList, LongText, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, EventHints, EventQuery, Result, Store, TreeHead};

/// Exports events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogExport {
    pub filter: Filter,
    /// The columns; all of them if empty.
    pub columns: BoundedList<EventField, MAX_VALUES_PER_FIELD>,
    /// `csv`, `jsonl`, `xlsx` or `ocsf`.
    pub content: ShortText,
    /// `zst` or `gz`.
    pub compression: Option<ShortText>,
    pub formula_guard: bool,
    pub proof: Option<ProofStrength>,
    /// The file name as given by the caller; `None` for stdout, which gets
    /// neither manifest nor proof.
    pub file: Option<LongText>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogExported {
    pub file: Option<String>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    pub manifest: Option<String>,
    pub proof: Option<ProofFile>,
    /// The seq of the event that records the export.
    pub audit_seq: Option<u64>,
    /// The number of cells that were truncated to the limit of a sheet.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut_cells: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // for serde
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The result of one snapshot.
struct ExportSnapshot {
    rows: u64,
    written: FileDigest,
    proof: Option<(ProofStrength, String, FileDigest)>,
    query: EventQuery,
    window: Option<(u64, u64)>,
    head: TreeHead,
    /// The key that signed the head; it also signs the manifest, even if it was
    /// replaced since.
    key: Arc<PrivateKey>,
    origin: String,
    exporter: Exporter,
    exported_at: lac_model::time::Timestamp,
}

impl Act for LogExport {
    const ANY_OF: &'static [Resource] = &LOG_READERS;
}

impl LogExport {
    /// Exports. For stdout, the event is recorded first, because output cannot
    /// be taken back.
    ///
    /// # Errors
    /// `resource_denied`, `invalid_value`, `customer_not_found`,
    /// `document_number`, `beyond_own_rights` for the proof of a range without
    /// access to all websites, `log_tampered`, `key_missing`,
    /// `archive_missing`, `row_damaged`, and errors of the receiver. On an
    /// error, no file is put in place.
    pub fn run(self, context: &Context<'_>, receiver: &mut dyn ExportSink) -> Result<LogExported> {
        file_names::check_file_name(self.file.as_deref().unwrap_or_default())?;
        let format = self.file_format();
        let encoder = &*context.formats.encoder(&format)?;
        let target = &mut *context.formats.open_writer(&format, receiver)?;
        let Some(file) = self.file.clone() else {
            let select = read(context, Action::LogRead, &LOG_READERS, |view| {
                let query = filter::build_query(&self.filter, view)?;
                filter_values::check_addresses_known(view, &query)?;
                Ok(query.select)
            })?;
            let audit_seq = self.record(context, &select, None)?;
            let taken = self.export_snapshot(context, encoder, target)?;
            return Ok(self.answer(&taken, None, audit_seq, 0));
        };
        let taken = self.export_snapshot(context, encoder, target)?;
        let manifest = self.build_manifest(&file, &taken)?;
        let audit_seq = self.record(context, &manifest.filter, Some(&manifest))?;
        target.publish(&manifest.to_text()?)?;
        let cut_cells = target.truncated_cells();
        Ok(self.answer(&taken, Some(manifest), audit_seq, cut_cells))
    }

    fn file_format(&self) -> FileFormat {
        FileFormat {
            columns: self.columns.clone(),
            content: self.content.clone(),
            compression: self.compression.clone(),
            formula_guard: self.formula_guard,
            is_file: self.file.is_some(),
        }
    }

    fn export_snapshot(
        &self,
        context: &Context<'_>,
        encoder: &dyn EventEncoder,
        target: &mut dyn ExportWriter,
    ) -> Result<ExportSnapshot> {
        read(context, Action::LogRead, &LOG_READERS, |view| {
            let mut query = filter::build_query(&self.filter, view)?;
            filter_values::check_addresses_known(view, &query)?;
            query.ascending = true;
            let origin = view.config.store_name()?;
            let head = newest_head(view.read)?;
            let keys = SigningKeys::load(context.keys, view.read, &origin)?;
            check_head(view.read, &head, &keys.chain)?;
            if self.proof == Some(ProofStrength::Range) {
                check_may_prove_range(view, &query.select)?;
                // The hints narrow the range, and only bounds in time can be
                // proven to be complete.
                query.hints = EventHints::default();
            }
            let window = encode::query_window(view.read, &query)?;
            let mut selected =
                proof_file::ProofSeqs::new(self.proof == Some(ProofStrength::Sparse));
            let rows = match window {
                None => 0,
                Some(window) => {
                    let mut rows = RowExporter {
                        store: context.store,
                        source: view.log_source(),
                        encoder,
                        target,
                    };
                    rows.export_rows(&query, window, &mut selected)?
                }
            };
            let written = target.finish()?;
            let proof = match self.proof {
                None => None,
                Some(strength) => {
                    let source = view.log_source();
                    let tree = EventTree::new(source, head.size)?;
                    let asked = proof_file::ProofBuilder {
                        source,
                        tree: &tree,
                        head: &head,
                        origin: &origin,
                        key: note::verifier_key(&origin, keys.chain.newest()),
                        query: &query,
                        window,
                    };
                    let made = match strength {
                        ProofStrength::Sparse => {
                            asked.write_sparse(&selected, &mut *target.proof_writer()?)?
                        }
                        ProofStrength::Range => asked.write_range(&mut *target.proof_writer()?)?,
                    };
                    Some((strength, target.finish_proof()?, made))
                }
            };
            Ok(ExportSnapshot {
                rows,
                written,
                proof,
                query,
                window: window.map(Into::into),
                head,
                key: keys.signing_key,
                origin,
                exporter: exporter(view, context),
                exported_at: view.now,
            })
        })
    }

    fn build_manifest(&self, file: &str, taken: &ExportSnapshot) -> Result<Manifest> {
        let mut manifest = Manifest {
            format: MANIFEST_FORMAT.to_owned(),
            file: base_name(file),
            content: self.content.clone().into(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            compression: self.compression.clone().map(Into::into),
            bytes: taken.written.bytes,
            sha256: hex(&taken.written.sha256),
            rows: taken.rows,
            columns: self.columns.to_vec(),
            formula_guard: self.formula_guard,
            filter: taken.query.select.clone(),
            visible: taken.query.visible.clone(),
            window: taken.window,
            checkpoint: taken.head.note.clone(),
            key: note::verifier_key(&taken.origin, &taken.key.public()),
            origin: taken.origin.clone(),
            proof: taken
                .proof
                .as_ref()
                .map(|(strength, name, written)| ProofFile {
                    strength: *strength,
                    file: name.clone(),
                    bytes: written.bytes,
                    sha256: hex(&written.sha256),
                }),
            exported_at: taken.exported_at,
            exported_by: taken.exporter.clone(),
            signature: String::new(),
        };
        manifest.sign(&taken.key)?;
        Ok(manifest)
    }

    /// Records the export, with the filter as it was resolved.
    fn record(
        &self,
        context: &Context<'_>,
        filter: &Selection,
        made: Option<&Manifest>,
    ) -> Result<Option<u64>> {
        let fill = |event: &mut Event| {
            event.add_detail("file", self.file.as_deref().unwrap_or("-"));
            event.add_detail("format", self.content.clone());
            if let Ok(filter) = serde_json::to_value(filter) {
                event.add_detail("filter", filter);
            }
            if let Some(manifest) = made {
                event.add_detail("rows", manifest.rows);
                event.add_detail("sha256", manifest.sha256.clone());
            }
        };
        write::<Self, _>(context, Action::LogExport, fill, |work, _| {
            let recorded = work.record()?;
            Ok(WriteOutcome::Recorded(recorded.seq, recorded))
        })
    }

    fn answer(
        &self,
        taken: &ExportSnapshot,
        manifest: Option<Manifest>,
        audit_seq: Option<u64>,
        cut_cells: u64,
    ) -> LogExported {
        LogExported {
            file: self.file.clone().map(Into::into),
            rows: taken.rows,
            bytes: taken.written.bytes,
            sha256: hex(&taken.written.sha256),
            manifest: self
                .file
                .as_ref()
                .map(|file| format!("{file}.manifest.json")),
            proof: manifest.and_then(|manifest| manifest.proof),
            audit_seq,
            cut_cells,
        }
    }
}

/// Writes rows to the target.
struct RowExporter<'r> {
    store: &'r dyn Store,
    source: EventSource<'r>,
    encoder: &'r dyn EventEncoder,
    target: &'r mut dyn ExportWriter,
}

impl RowExporter<'_> {
    /// Writes the rows and returns their number.
    fn export_rows(
        &mut self,
        query: &EventQuery,
        [first, last]: [u64; 2],
        selected: &mut proof_file::ProofSeqs,
    ) -> Result<u64> {
        let total = last + 1 - first;
        let mut rows = 0;
        if !selected.is_enabled() {
            let target = &mut *self.target;
            encode::encode_runs(
                self.store,
                self.source,
                query,
                self.encoder,
                &mut |run: &EncodedRun| {
                    rows += run.rows;
                    target.write_rows(&run.bytes)?;
                    target.report_progress(run.last + 1 - first, total);
                    Ok(())
                },
            )?;
            return Ok(rows);
        }
        let mut bytes = Vec::new();
        self.source.for_each_event(query, &mut |event| {
            let seq = event.seq().unwrap_or_default();
            selected.push(seq)?;
            rows += 1;
            bytes.clear();
            self.encoder.encode(event, &mut bytes)?;
            self.target.write_rows(&bytes)?;
            self.target.report_progress(seq + 1 - first, total);
            Ok(())
        })?;
        Ok(rows)
    }
}

/// The proof of a range reveals the `record` of every event in it, so it takes
/// the right to read all of them. Only fields of `record` can be proven
/// complete.
fn check_may_prove_range(view: &ReadView<'_>, select: &Selection) -> Result<()> {
    view.require(Resource::LOGGING_EVENTS)?;
    view.require_all_websites("a proof of a whole range")?;
    if select.uses_record_fields_only() {
        return Ok(());
    }
    Err(Fault::invalid(
        "--proof",
        "a range cannot be proven complete for a filter by address, e-mail, reason or details, \
         which are not in the records; --proof sparse proves the rows genuine",
    ))
}

fn exporter(view: &ReadView<'_>, context: &Context<'_>) -> Exporter {
    Exporter {
        admin: Some(view.actor.name.clone()),
        admin_id: view.actor.admin_id(),
        role: view.actor.role.clone(),
        os_account: context.caller.os_account.clone(),
    }
}

fn base_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
