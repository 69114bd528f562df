//! Taking events along: rows in a file, a signed manifest beside them and, where
//! asked for, a proof. The export itself is an event in the log.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::READERS;
use super::{filter, names};
use crate::{Desk, Done, Keys, View, act, look, names as file_names};
use lac_ledger::archive::Written;
use lac_ledger::export::pass::{self, Run};
use lac_ledger::export::{Encode, FileFormat, Receiver, Target, proof};
use lac_ledger::head::check_head;
use lac_ledger::log::newest;
use lac_ledger::manifest::{Exporter, FORMAT, Manifest, ProofFile, Strength, hex};
use lac_ledger::signing::keys::PrivateKey;
use lac_ledger::signing::note;
use lac_ledger::source::Source;
use lac_ledger::tree::Tree;
use lac_model::audit::Filter;
use lac_model::audit::{Action, Event, Field, Selection};
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, LongText, SOME, ShortText};
use lac_model::resource::Resource;
use lac_store::{Act, EventQuery, Head, Hints, Result, Store};

/// Asks for an export.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Export {
    pub filter: Filter,
    /// All of them if empty.
    pub columns: BoundedList<Field, SOME>,
    /// `csv`, `jsonl`, `xlsx` or `ocsf`.
    pub content: ShortText,
    /// `zst` or `gz`.
    pub compression: Option<ShortText>,
    pub formula_guard: bool,
    pub proof: Option<Strength>,
    /// The file's name as it was given; `None` for stdout, which gets neither
    /// manifest nor proof.
    pub file: Option<LongText>,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    pub file: Option<String>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    pub manifest: Option<String>,
    pub proof: Option<ProofFile>,
    /// The event that records the export.
    pub audit_seq: Option<u64>,
    /// Cells that a sheet could not take whole.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut_cells: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // for serde
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What was read in one snapshot.
struct Taken {
    rows: u64,
    written: Written,
    proof: Option<(Strength, String, Written)>,
    query: EventQuery,
    window: Option<(u64, u64)>,
    head: Head,
    /// The key that signed it, and signs the manifest, whatever came after.
    key: Arc<PrivateKey>,
    origin: String,
    exporter: Exporter,
    at: lac_model::time::Timestamp,
}

impl Act for Export {
    const ANY_OF: &'static [Resource] = &READERS;
}

impl Export {
    /// Exports. To stdout the record comes first, because what was written
    /// cannot be taken back.
    ///
    /// # Errors
    /// `resource_denied`, `invalid_value`, `customer_not_found`, `log_tampered`,
    /// `archive_missing`, `row_damaged`, and whatever the target fails with; then nothing is put
    /// in place.
    pub fn run(self, desk: &Desk<'_>, receiver: &mut dyn Receiver) -> Result<Exported> {
        file_names::file(self.file.as_deref().unwrap_or_default())?;
        let encoder = &*desk.formats.encoder(&self.format())?;
        let target = &mut *desk.formats.target(&self.format(), receiver)?;
        let Some(file) = self.file.clone() else {
            let select = look(desk, Action::LogRead, &READERS, |view| {
                let query = filter::query(&self.filter, view)?;
                names::know_addresses(view, &query)?;
                Ok(query.select)
            })?;
            let audit_seq = self.record(desk, &select, None)?;
            let taken = self.take(desk, encoder, target)?;
            return Ok(self.exported(&taken, None, audit_seq, 0));
        };
        let taken = self.take(desk, encoder, target)?;
        let manifest = self.manifest(&file, &taken)?;
        let audit_seq = self.record(desk, &manifest.filter, Some(&manifest))?;
        target.publish(&manifest.text()?)?;
        let cut_cells = target.cut_cells();
        Ok(self.exported(&taken, Some(manifest), audit_seq, cut_cells))
    }

    fn format(&self) -> FileFormat {
        FileFormat {
            columns: self.columns.clone(),
            content: self.content.clone(),
            compression: self.compression.clone(),
            formula_guard: self.formula_guard,
            is_file: self.file.is_some(),
        }
    }

    fn take(
        &self,
        desk: &Desk<'_>,
        encoder: &dyn Encode,
        target: &mut dyn Target,
    ) -> Result<Taken> {
        look(desk, Action::LogRead, &READERS, |view| {
            let mut query = filter::query(&self.filter, view)?;
            names::know_addresses(view, &query)?;
            query.ascending = true;
            let origin = view.config.store_name()?;
            let head = newest(view.read)?;
            let keys = Keys::of(desk.keys, view.read, &origin)?;
            check_head(view.read, &head, &keys.chain)?;
            if self.proof == Some(Strength::Range) {
                may_prove_range(view, &query.select)?;
                // Only bounds in time can be seen to be reached.
                query.hints = Hints::default();
            }
            let window = pass::window(view.read, &query)?;
            let mut picked = proof::Picked::new(self.proof == Some(Strength::Sparse));
            let rows = match window {
                None => 0,
                Some(window) => {
                    let mut rows = Rows {
                        store: desk.store,
                        source: view.source(),
                        encoder,
                        target,
                    };
                    rows.take(&query, window, &mut picked)?
                }
            };
            let written = target.end()?;
            let proof = match self.proof {
                None => None,
                Some(strength) => {
                    let source = view.source();
                    let tree = Tree::new(source, head.size)?;
                    let asked = proof::Asked {
                        source,
                        tree: &tree,
                        head: &head,
                        origin: &origin,
                        key: note::vkey(&origin, keys.chain.newest()),
                        query: &query,
                        window,
                    };
                    let made = match strength {
                        Strength::Sparse => asked.sparse(&picked, &mut *target.proof()?)?,
                        Strength::Range => asked.range(&mut *target.proof()?)?,
                    };
                    Some((strength, target.proof_ended()?, made))
                }
            };
            Ok(Taken {
                rows,
                written,
                proof,
                query,
                window: window.map(Into::into),
                head,
                key: keys.audit,
                origin,
                exporter: exporter(view, desk),
                at: view.now,
            })
        })
    }

    fn manifest(&self, file: &str, taken: &Taken) -> Result<Manifest> {
        let mut manifest = Manifest {
            format: FORMAT.to_owned(),
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
            key: note::vkey(&taken.origin, &taken.key.public()),
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
            exported_at: taken.at,
            exported_by: taken.exporter.clone(),
            signature: String::new(),
        };
        manifest.sign(&taken.key)?;
        Ok(manifest)
    }

    /// The event of the export itself, with the filter as it was resolved.
    fn record(
        &self,
        desk: &Desk<'_>,
        filter: &Selection,
        made: Option<&Manifest>,
    ) -> Result<Option<u64>> {
        let fill = |event: &mut Event| {
            event.detail("file", self.file.as_deref().unwrap_or("-"));
            event.detail("format", self.content.clone());
            if let Ok(filter) = serde_json::to_value(filter) {
                event.detail("filter", filter);
            }
            if let Some(manifest) = made {
                event.detail("rows", manifest.rows);
                event.detail("sha256", manifest.sha256.clone());
            }
        };
        act::<Self, _>(desk, Action::LogExport, fill, |work, _| {
            let recorded = work.record()?;
            Ok(Done::Recorded(recorded.seq, recorded))
        })
    }

    fn exported(
        &self,
        taken: &Taken,
        manifest: Option<Manifest>,
        audit_seq: Option<u64>,
        cut_cells: u64,
    ) -> Exported {
        Exported {
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

/// Rows on their way.
struct Rows<'r> {
    store: &'r dyn Store,
    source: Source<'r>,
    encoder: &'r dyn Encode,
    target: &'r mut dyn Target,
}

impl Rows<'_> {
    /// How many there were.
    fn take(
        &mut self,
        query: &EventQuery,
        [first, last]: [u64; 2],
        picked: &mut proof::Picked,
    ) -> Result<u64> {
        let total = last + 1 - first;
        let mut rows = 0;
        if !picked.is_wanted() {
            let target = &mut *self.target;
            pass::over(
                self.store,
                self.source,
                query,
                self.encoder,
                &mut |run: &Run| {
                    rows += run.rows;
                    target.rows(&run.bytes)?;
                    target.at(run.last + 1 - first, total);
                    Ok(())
                },
            )?;
            return Ok(rows);
        }
        let mut bytes = Vec::new();
        self.source.events(query, &mut |event| {
            let seq = event.seq().unwrap_or_default();
            picked.push(seq)?;
            rows += 1;
            bytes.clear();
            self.encoder.encode(event, &mut bytes)?;
            self.target.rows(&bytes)?;
            self.target.at(seq + 1 - first, total);
            Ok(())
        })?;
        Ok(rows)
    }
}

/// A proof of a range shows the records of all events in it, so it is for who
/// may see them all; and only what stands in records can be proven complete.
fn may_prove_range(view: &View<'_>, select: &Selection) -> Result<()> {
    view.demand(Resource::LOGGING_EVENTS)?;
    view.demand_all_websites("a proof of a whole range")?;
    if select.is_of_records() {
        return Ok(());
    }
    Err(Fault::invalid(
        "--proof",
        "a range cannot be proven complete for a filter by address, e-mail, reason or details, \
         which are not in the records; --proof sparse proves the rows genuine",
    ))
}

fn exporter(view: &View<'_>, desk: &Desk<'_>) -> Exporter {
    Exporter {
        admin: Some(view.actor.name.clone()),
        admin_id: view.actor.admin_id(),
        role: view.actor.role.clone(),
        os_account: desk.caller.os_account.clone(),
    }
}

fn base_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
