//! Erases a customer's personal data from the log: the `shopper` texts and
//! their salts, in the database and in archives. `record` and `staff` stay, so
//! that nobody can erase traces of who acted. The event of the erasure lists
//! the erased events, and every proof stays valid.

mod search;

use serde::{Deserialize, Serialize};

use self::search::{ErasableEvents, ErasureSubject};
use super::archive::{lock_archives, remove_unreferenced_files};
use crate::core::find;
use crate::shop::customers::fields;
use crate::{Context, ReadView, SigningKeys, UnitOfWork, WriteOutcome, read, write};
use lac_ledger::archive_builder::{RewrittenArchive, rewrite_archive};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::customer::email_key;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_store::{
    Act, Covers, DocumentWrite, OutboxWrite, Permit, RequestWrite, Result, SessionWrite,
};

const ERASE_RESOURCES: [Resource; 1] = [Resource::LAC_ERASE];

/// Erases a removed customer, addresses that no customer has any more, or both;
/// at least one is needed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogErase {
    /// The customer's id; an address given here is added to `emails`.
    #[serde(default)]
    pub customer: Option<ShortText>,
    /// Addresses, ignoring case.
    #[serde(default)]
    pub emails: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    /// Whether the caller has confirmed it.
    pub confirmed: bool,
}

/// The maximum number of addresses per request.
const MAX_ADDRESSES: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogErased {
    /// `null` if only addresses were given.
    pub customer_id: Option<CustomerId>,
    /// The number of events whose personal data was erased.
    pub events: u64,
    /// The erased events, as ranges of seqs.
    pub ranges: Vec<(u64, u64)>,
    /// Archives that were rewritten.
    pub archives: Vec<String>,
    /// The number of documents whose e-mail address was removed.
    pub documents: u64,
    /// The number of approval requests whose texts were removed.
    #[serde(default)]
    pub requests: u64,
    /// The number of notices that were removed.
    #[serde(default)]
    pub notices: u64,
    /// The number of events that contain the address but belong to another
    /// customer.
    pub kept: u64,
    pub changed: bool,
    pub audit_seq: Option<u64>,
}

impl Act for LogErase {
    const ANY_OF: &'static [Resource] = &ERASE_RESOURCES;
}

impl Covers<DocumentWrite> for LogErase {}
impl Covers<OutboxWrite> for LogErase {}
impl Covers<RequestWrite> for LogErase {}
impl Covers<SessionWrite> for LogErase {}

impl LogErase {
    /// Erases, then overwrites the old copies on disk. Calls `at` with the
    /// progress of the search (done, total).
    ///
    /// # Errors
    /// `resource_denied`, `beyond_own_rights` without access to all websites,
    /// `customer_present` if the customer was not removed, `invalid_value`,
    /// `input_required`, `confirmation_required`, `archive_missing`;
    /// `erasure_pending` (exit 7) if the erasure is done and recorded, but a
    /// reader still uses old copies: run the same command again to finish it.
    pub fn run(self, context: &Context<'_>, at: &mut dyn FnMut(u64, u64)) -> Result<LogErased> {
        let subject = self.subject()?;
        // Without the addresses: the record of an erasure must not need an
        // erasure itself.
        let fill = |event: &mut Event| {
            event.customer_id = subject.id;
            if !subject.addresses.is_empty() {
                event.add_detail("addresses", subject.addresses.len());
            }
        };
        // A write, so that a refused attempt is recorded.
        write::<Self, _>(context, Action::LogErase, fill, |work, _| {
            self.check_may_erase(work, &subject)
                .map(WriteOutcome::Unchanged)
        })?;
        let _lock = lock_archives(context)?;
        remove_unreferenced_files(context)?;
        let (mut found, rewritten) = read(context, Action::LogErase, &ERASE_RESOURCES, |view| {
            let found = search::find_erasable(view, &subject, at)?;
            let rewritten = rewrite_archives(context, view, &found)?;
            Ok((found, rewritten))
        })?;
        let put = write::<Self, _>(context, Action::LogErase, fill, |work, permit| {
            self.check_may_erase(work, &subject)?;
            // Also what was recorded since the search.
            search::extend(work, &subject, &mut found, &mut |_, _| {})?;
            record_erasure(work, permit, subject.id, &found, &rewritten)
        })?;
        let (rest, audit_seq) = put.unwrap_or_default();
        let has_free_text = rest.requests + rest.notices > 0;
        if !scrub_old_copies(context, &found, put.is_some(), has_free_text)? {
            return Err(Fault::ErasurePending {
                customer: subject.name_in_fault(),
            });
        }
        Ok(LogErased {
            customer_id: subject.id,
            events: found.count(),
            ranges: found.ranges,
            archives: rewritten.into_iter().map(|new| new.row.name).collect(),
            documents: rest.documents,
            requests: rest.requests,
            notices: rest.notices,
            kept: found.kept,
            changed: put.is_some(),
            audit_seq,
        })
    }

    fn subject(&self) -> Result<ErasureSubject> {
        let mut subject = ErasureSubject::default();
        let mut given = self.emails.to_vec();
        match &self.customer {
            Some(named) if named.contains('@') => given.push(named.clone()),
            Some(named) => {
                let id = named.parse().map_err(|_| {
                    let reason = "give the id that the customer had, or an address";
                    Fault::invalid("--customer", format!("`{named}`: {reason}"))
                })?;
                subject.id = Some(id);
            }
            None => {}
        }
        if given.len() > MAX_ADDRESSES {
            let reason = format!("at most {MAX_ADDRESSES} addresses at once");
            return Err(Fault::invalid("--email", reason));
        }
        for address in given {
            subject.addresses.push(fields::check_email(address.trim())?);
        }
        if subject.id.is_none() && subject.addresses.is_empty() {
            return Err(Fault::InputRequired {
                what: "whom to erase from the log".to_owned(),
                flag: "--customer ID or --email ADDRESS".to_owned(),
            });
        }
        Ok(subject)
    }

    /// The customer must be removed, the actor must see all websites, and the
    /// caller must have confirmed it.
    fn check_may_erase(&self, view: &ReadView<'_>, subject: &ErasureSubject) -> Result<()> {
        view.require_all_websites("erasing from the log")?;
        let mut present = subject
            .id
            .map(|id| view.read.customer(id))
            .transpose()?
            .flatten();
        for address in &subject.addresses {
            let have_it = view.read.customers_by_email(&email_key(address))?;
            present = present.or_else(|| have_it.into_iter().next());
        }
        if let Some(customer) = present {
            return Err(Fault::CustomerPresent {
                customer: customer.id.to_string(),
            });
        }
        if self.confirmed {
            return Ok(());
        }
        Err(Fault::ConfirmationRequired {
            what: format!(
                "erase what the log says about {}, for good",
                subject.name_in_question()
            ),
        })
    }
}

impl ErasureSubject {
    /// For a fault. An address is not repeated.
    fn name_in_fault(&self) -> String {
        self.id
            .map_or_else(|| "of that address".to_owned(), |id| id.to_string())
    }

    fn name_in_question(&self) -> String {
        let addresses = match self.addresses.len() {
            1 => "this address".to_owned(),
            count => format!("these {count} addresses"),
        };
        match self.id {
            Some(id) if self.addresses.is_empty() => format!("customer {id}"),
            Some(id) => format!("customer {id} and {addresses}"),
            None => addresses,
        }
    }
}

/// Overwrites old copies and removes replaced archive files; `false` while
/// somebody still reads them.
fn scrub_old_copies(
    context: &Context<'_>,
    found: &ErasableEvents,
    is_changed: bool,
    has_free_text: bool,
) -> Result<bool> {
    let clean = if has_free_text {
        // Free text was erased, which cannot be searched for.
        context.store.rebuild()?
    } else if found.are_all_unique && !found.was_erased_before {
        context.store.scrub(&found.unique)?
    } else if is_changed || found.was_erased_before {
        // The texts to search for are not known: other customers have the
        // address, or an earlier run erased it and was not finished.
        context.store.rebuild()?
    } else {
        context.store.scrub(&[])?
    };
    // Last, because readers of an old snapshot read the old files.
    Ok(clean && remove_unreferenced_files(context)?)
}

/// Rewrites the archives that contain events to erase.
fn rewrite_archives(
    context: &Context<'_>,
    view: &ReadView<'_>,
    found: &ErasableEvents,
) -> Result<Vec<RewrittenArchive>> {
    let keys = SigningKeys::load(context.keys, view.read, &view.config.store_name()?)?.chain;
    let mut all = Vec::new();
    for archive in view.read.audit_archives()? {
        if found.overlaps(archive.first, archive.last) {
            let erased = |seq| found.contains(seq);
            all.push(rewrite_archive(
                view.log_source(),
                &archive,
                &keys,
                &erased,
            )?);
        }
    }
    Ok(all)
}

/// What was erased outside the log, and the event's seq.
type Erasure = (ErasedOutsideLog, Option<u64>);

#[derive(Debug, Clone, Copy, Default)]
struct ErasedOutsideLog {
    documents: u64,
    requests: u64,
    notices: u64,
}

impl ErasedOutsideLog {
    fn erase(
        work: &UnitOfWork<'_>,
        permit: &Permit<'_, LogErase>,
        id: Option<CustomerId>,
        found: &ErasableEvents,
    ) -> Result<Self> {
        let mut rest = Self {
            documents: work
                .tx
                .document_erase_emails(&permit.narrow(), None, &found.unique)?,
            ..Self::default()
        };
        let ids = id
            .map(|id| find::customer_ids_in_log(work, id))
            .transpose()?;
        for id in ids.unwrap_or_default() {
            rest.documents += work
                .tx
                .document_erase_emails(&permit.narrow(), Some(id), &[])?;
            work.tx.session_actions_erase(&permit.narrow(), id)?;
            rest.requests += work.tx.requests_erase_reasons(&permit.narrow(), id)?;
            rest.notices += work.tx.notices_remove_by_customer(&permit.narrow(), id)?;
        }
        Ok(rest)
    }

    fn is_empty(self) -> bool {
        self.documents + self.requests + self.notices == 0
    }
}

/// Erases and records it; `None` if nothing is left to erase.
fn record_erasure(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, LogErase>,
    id: Option<CustomerId>,
    found: &ErasableEvents,
    rewritten: &[RewrittenArchive],
) -> Result<WriteOutcome<Option<Erasure>>> {
    let rest = ErasedOutsideLog::erase(work, permit, id, found)?;
    if found.ranges.is_empty() && rest.is_empty() {
        return Ok(WriteOutcome::Unchanged(None));
    }
    for new in rewritten {
        work.put_archive(&new.row)?;
    }
    for (first, last) in &found.ranges {
        work.erase(*first, *last)?;
    }
    if !found.ranges.is_empty() {
        work.draft.erased = Some(found.ranges.clone());
    }
    work.draft.add_detail("events", found.count());
    work.draft.add_detail("documents", rest.documents);
    work.draft.add_detail("requests", rest.requests);
    work.draft.add_detail("notices", rest.notices);
    let recorded = work.record()?;
    Ok(WriteOutcome::Recorded(Some((rest, recorded.seq)), recorded))
}
