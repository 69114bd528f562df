//! A shopper's personal data leave the log: the shopper parts and their salts,
//! in the database and in archives. Records and staff parts stay, so that
//! nobody can erase the traces of who acted; the event of the erasure lists what
//! is gone, and every proof stays as it was.

mod search;

use serde::{Deserialize, Serialize};

use self::search::{Found, Subject};
use super::archive::{clear_away, lock};
use crate::customers::fields;
use crate::{Desk, Done, Keys, View, Work, act, find, look};
use lac_ledger::archive_file::{Rewritten, rewrite};
use lac_model::audit::{Action, Event};
use lac_model::customer::email_key;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, SOME, ShortText};
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, DocumentWrite, OutboxWrite, Permit, RequestWrite, Result};

const NEEDED: [Resource; 1] = [Resource::LAC_ERASE];

/// Asks for the erasure of a customer who was removed, of addresses that nobody
/// has any more, or of both; of one at least.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Erase {
    /// The id: who is removed has no address any more. An address counts as one
    /// of `emails`.
    #[serde(default)]
    pub customer: Option<ShortText>,
    /// Addresses, without regard to case.
    #[serde(default)]
    pub emails: BoundedList<ShortText, SOME>,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// The most addresses that are searched for at once.
const ADDRESSES: usize = 20;

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
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

impl Act for Erase {
    const ANY_OF: &'static [Resource] = &NEEDED;
}

impl Covers<DocumentWrite> for Erase {}
impl Covers<OutboxWrite> for Erase {}
impl Covers<RequestWrite> for Erase {}

impl Erase {
    /// Erases, and makes sure that nothing is left in older pages.
    ///
    /// # Errors
    /// `resource_denied`, `customer_present` for one who was not removed,
    /// `invalid_value`, `confirmation_required`, `archive_missing`;
    /// `erasure_pending` (exit 7) where it is done and recorded, but a reader
    /// still keeps older pages: the same command again finishes it.
    pub fn run(self, desk: &Desk<'_>, at: &mut dyn FnMut(u64, u64)) -> Result<Erased> {
        let subject = self.subject()?;
        // Never the addresses: the record of an erasure must not need another.
        let fill = |event: &mut Event| {
            event.customer_id = subject.id;
            if !subject.addresses.is_empty() {
                event.detail("addresses", subject.addresses.len());
            }
        };
        // Refused attempts are acts, and recorded as such.
        act::<Self, _>(desk, Action::LogErase, fill, |work, _| {
            self.may(work, &subject).map(Done::Unchanged)
        })?;
        let _lock = lock(desk)?;
        clear_away(desk)?;
        let (mut found, rewritten) = look(desk, Action::LogErase, &NEEDED, |view| {
            let found = search::of(view, &subject, at)?;
            let rewritten = rewritten(desk, view, &found)?;
            Ok((found, rewritten))
        })?;
        let put = act::<Self, _>(desk, Action::LogErase, fill, |work, permit| {
            self.may(work, &subject)?;
            // What others recorded in the meantime, too.
            search::go_on(work, &subject, &mut found, &mut |_, _| {})?;
            put(work, permit, subject.id, &found, &rewritten)
        })?;
        let (rest, audit_seq) = put.unwrap_or_default();
        let is_told_elsewhere = rest.requests + rest.notices > 0;
        if !scrub(desk, &found, put.is_some(), is_told_elsewhere)? {
            return Err(Fault::ErasurePending {
                customer: subject.named(),
            });
        }
        Ok(Erased {
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

    fn subject(&self) -> Result<Subject> {
        let mut subject = Subject::default();
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
        if given.len() > ADDRESSES {
            let reason = format!("at most {ADDRESSES} addresses at once");
            return Err(Fault::invalid("--email", reason));
        }
        for address in given {
            subject.addresses.push(fields::email(address.trim())?);
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
    fn may(&self, view: &View<'_>, subject: &Subject) -> Result<()> {
        view.demand_all_websites("erasing from the log")?;
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
            what: format!("erase what the log says about {}, for good", subject.whom()),
        })
    }
}

impl Subject {
    /// In a message about a customer; an address is not repeated.
    fn named(&self) -> String {
        self.id
            .map_or_else(|| "of that address".to_owned(), |id| id.to_string())
    }

    fn whom(&self) -> String {
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
fn scrub(
    desk: &Desk<'_>,
    found: &Found,
    is_changed: bool,
    is_told_elsewhere: bool,
) -> Result<bool> {
    let clean = if is_told_elsewhere {
        // What people wrote holds words that cannot be looked for.
        desk.store.rebuild()?
    } else if found.is_unique && !found.is_told {
        desk.store.scrub(&found.unique)?
    } else if is_changed || found.is_told {
        // What to look for is not known: others have the address, or a run
        // before this one has erased it and did not come to an end.
        desk.store.rebuild()?
    } else {
        desk.store.scrub(&[])?
    };
    // Last: who reads older pages reads the older files.
    Ok(clean && clear_away(desk)?)
}

/// Archives that hold any of it, written anew.
fn rewritten(desk: &Desk<'_>, view: &View<'_>, found: &Found) -> Result<Vec<Rewritten>> {
    let keys = Keys::of(desk.keys, view.read, &view.config.store_name()?)?.chain;
    let mut all = Vec::new();
    for archive in view.read.audit_archives()? {
        if found.any_within(archive.first, archive.last) {
            let erased = |seq| found.holds(seq);
            all.push(rewrite(view.source(), &archive, &keys, &erased)?);
        }
    }
    Ok(all)
}

/// What beside the log was freed of personal data, and the event's seq.
type Put = (Rest, Option<u64>);

/// How many of each.
#[derive(Debug, Clone, Copy, Default)]
struct Rest {
    documents: u64,
    requests: u64,
    notices: u64,
}

impl Rest {
    fn forget(
        work: &Work<'_>,
        permit: &Permit<'_, Erase>,
        id: Option<CustomerId>,
        found: &Found,
    ) -> Result<Self> {
        let mut rest = Self {
            documents: work
                .tx
                .document_forget(&permit.narrow(), None, &found.unique)?,
            ..Self::default()
        };
        let ids = id.map(|id| find::ids_in_log(work, id)).transpose()?;
        for id in ids.unwrap_or_default() {
            rest.documents += work.tx.document_forget(&permit.narrow(), Some(id), &[])?;
            rest.requests += work.tx.requests_forget(&permit.narrow(), id)?;
            rest.notices += work.tx.notices_forget(&permit.narrow(), id)?;
        }
        Ok(rest)
    }

    fn is_nothing(self) -> bool {
        self.documents + self.requests + self.notices == 0
    }
}

/// Does it; `None` where nothing is left to erase.
fn put(
    work: &mut Work<'_>,
    permit: &Permit<'_, Erase>,
    id: Option<CustomerId>,
    found: &Found,
    rewritten: &[Rewritten],
) -> Result<Done<Option<Put>>> {
    let rest = Rest::forget(work, permit, id, found)?;
    if found.ranges.is_empty() && rest.is_nothing() {
        return Ok(Done::Unchanged(None));
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
    work.draft.detail("events", found.count());
    work.draft.detail("documents", rest.documents);
    work.draft.detail("requests", rest.requests);
    work.draft.detail("notices", rest.notices);
    let recorded = work.record()?;
    Ok(Done::Recorded(Some((rest, recorded.seq)), recorded))
}
