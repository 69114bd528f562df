//! A shopper's personal data leave the log: the shopper parts and their salts,
//! in the database and in archives. Records and staff parts stay, so that
//! nobody can erase the traces of who acted; the event of the erasure lists what
//! is gone, and every proof stays as it was.

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
use lac_store::{Act, Covers, DocumentWrite, OutboxWrite, Permit, RequestWrite, Result};

const ERASE_RESOURCES: [Resource; 1] = [Resource::LAC_ERASE];

/// Asks for the erasure of a customer who was removed, of addresses that nobody
/// has any more, or of both; of one at least.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogErase {
    /// The id: who is removed has no address any more. An address counts as one
    /// of `emails`.
    #[serde(default)]
    pub customer: Option<ShortText>,
    /// Addresses, without regard to case.
    #[serde(default)]
    pub emails: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// The most addresses that are searched for at once.
const MAX_ADDRESSES: usize = 20;

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogErased {
    /// `null` where addresses alone were given.
    pub customer_id: Option<CustomerId>,
    /// Shopper parts that are gone now.
    pub events: u64,
    /// As ranges of seqs.
    pub ranges: Vec<(u64, u64)>,
    /// Archives that were written anew.
    pub archives: Vec<String>,
    /// Documents whose e-mail address was removed.
    pub documents: u64,
    /// Requests from which what people wrote was removed.
    #[serde(default)]
    pub requests: u64,
    /// Notices that were removed.
    #[serde(default)]
    pub notices: u64,
    /// Events that name the address and belong to another customer who has it.
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

impl LogErase {
    /// Erases, and makes sure that nothing is left in older pages.
    ///
    /// # Errors
    /// `resource_denied`, `customer_present` for one who was not removed,
    /// `invalid_value`, `confirmation_required`, `archive_missing`;
    /// `erasure_pending` (exit 7) where it is done and recorded, but a reader
    /// still keeps older pages: the same command again finishes it.
    pub fn run(self, context: &Context<'_>, at: &mut dyn FnMut(u64, u64)) -> Result<LogErased> {
        let subject = self.subject()?;
        // Never the addresses: the record of an erasure must not need another.
        let fill = |event: &mut Event| {
            event.customer_id = subject.id;
            if !subject.addresses.is_empty() {
                event.add_detail("addresses", subject.addresses.len());
            }
        };
        // Refused attempts are acts, and recorded as such.
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
            // What others recorded in the meantime, too.
            search::extend(work, &subject, &mut found, &mut |_, _| {})?;
            record_erasure(work, permit, subject.id, &found, &rewritten)
        })?;
        let (rest, audit_seq) = put.unwrap_or_default();
        let is_told_elsewhere = rest.requests + rest.notices > 0;
        if !scrub_old_copies(context, &found, put.is_some(), is_told_elsewhere)? {
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

    /// Only who is gone, by somebody who sees all websites, and on purpose.
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
    /// In a message about a customer; an address is not repeated.
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

/// Overwrites older pages and removes the files that were replaced; `false`
/// while somebody still reads them.
fn scrub_old_copies(
    context: &Context<'_>,
    found: &ErasableEvents,
    is_changed: bool,
    is_told_elsewhere: bool,
) -> Result<bool> {
    let clean = if is_told_elsewhere {
        // What people wrote holds words that cannot be looked for.
        context.store.rebuild()?
    } else if found.are_all_unique && !found.was_erased_before {
        context.store.scrub(&found.unique)?
    } else if is_changed || found.was_erased_before {
        // What to look for is not known: others have the address, or a run
        // before this one has erased it and did not come to an end.
        context.store.rebuild()?
    } else {
        context.store.scrub(&[])?
    };
    // Last: who reads older pages reads the older files.
    Ok(clean && remove_unreferenced_files(context)?)
}

/// Archives that hold any of it, written anew.
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

/// What beside the log was freed of personal data, and the event's seq.
type Erasure = (ErasedOutsideLog, Option<u64>);

/// How many of each.
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
            rest.requests += work.tx.requests_erase_reasons(&permit.narrow(), id)?;
            rest.notices += work.tx.notices_remove_by_customer(&permit.narrow(), id)?;
        }
        Ok(rest)
    }

    fn is_empty(self) -> bool {
        self.documents + self.requests + self.notices == 0
    }
}

/// Does it; `None` where nothing is left to erase.
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
