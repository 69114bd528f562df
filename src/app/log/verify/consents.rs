//! What customers have allowed, compared with what the log says they said.

use std::collections::HashMap;

use super::findings::Findings;
use crate::app::consent::differs;
use crate::domain::audit::{Consented, Said};
use crate::domain::customer::Consent;
use crate::store::{ReadTx, Result};

/// The newest word of each customer, while the log is passed through.
#[derive(Debug, Default)]
pub struct Consents {
    newest: HashMap<i64, (u64, Said)>,
}

/// What is known of one customer.
struct Known {
    /// Under their own id.
    own: Option<(u64, Said)>,
    /// Under every id they had.
    all: Vec<(u64, Said)>,
}

impl Consents {
    /// Takes an event, in order of seq.
    pub fn take(&mut self, event: &Consented) {
        let id = event.customer.stored();
        if event.said == Said::Gone {
            self.newest.remove(&id);
        } else {
            self.newest.insert(id, (event.seq, event.said));
        }
    }

    /// Compares them with the customers' rows. What was said before `begun`
    /// may be of somebody whose removal nobody recorded.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn compare(
        &self,
        read: &dyn ReadTx,
        begun: Option<u64>,
        findings: &mut Findings,
    ) -> Result<()> {
        let mut former: HashMap<i64, Vec<(u64, Said)>> = HashMap::new();
        read.customers_formerly(&mut |from, to| {
            if let Some(said) = self.newest.get(&from.stored()) {
                former.entry(to.stored()).or_default().push(*said);
            }
            Ok(())
        })?;
        read.consents(&mut |id, consent| {
            let own = self.newest.get(&id.stored()).copied();
            let mut all = former.remove(&id.stored()).unwrap_or_default();
            all.extend(own);
            if let Some(problem) = problem(consent, &Known { own, all }, begun) {
                findings.log(differs(id, &problem));
            }
            Ok(())
        })
    }
}

fn problem(consent: &Consent, known: &Known, begun: Option<u64>) -> Option<String> {
    let Some(seq) = consent.seq else {
        if consent.granted {
            return Some("no event granted it".to_owned());
        }
        let (said, _) = known.own?;
        let is_known = begun.is_some_and(|begun| begun < said);
        return is_known.then(|| format!("event {said} changed it"));
    };
    let named = known.all.iter().find(|(event, _)| *event == seq);
    let last = known.all.iter().max_by_key(|(event, _)| *event);
    let word = |granted| if granted { "granted" } else { "revoked" };
    match (consent.granted, named) {
        (true, Some((_, Said::Yes(until)))) if until.is(consent.until) => {}
        (false, Some((_, Said::No))) => return None,
        (granted, _) => return Some(format!("event {seq} has not {} it so", word(granted))),
    }
    match last {
        Some((event, said)) if *event > seq => {
            let outlasts =
                matches!(said, Said::Yes(until) if until.is_no_sooner_than(consent.until));
            (!outlasts).then(|| format!("event {event} took it back"))
        }
        _ => None,
    }
}
