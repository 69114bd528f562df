//! Compares the stored consents with the events that granted or withdrew them,
//! and each login with the consent that it names.

use std::collections::HashMap;

use super::findings::Findings;
use lac_model::audit::{ConsentAction, ConsentEvent, ConsentLog};
use lac_model::ids::CustomerId;
use lac_store::{ReadTx, Result};

/// The consents according to the events so far.
#[derive(Debug, Default)]
pub(super) struct ConsentChecker {
    log: ConsentLog,
    /// Former ids by present id.
    former_ids: HashMap<CustomerId, Vec<CustomerId>>,
}

impl ConsentChecker {
    pub(super) fn new(read: &dyn ReadTx) -> Result<Self> {
        let mut former: HashMap<CustomerId, Vec<CustomerId>> = HashMap::new();
        read.former_customer_ids(&mut |from, to| {
            former.entry(to).or_default().push(from);
            Ok(())
        })?;
        Ok(Self {
            log: ConsentLog::default(),
            former_ids: former,
        })
    }

    /// Adds an event, in order of `seq`. `lost` are ranges of events that
    /// cannot be read.
    pub(super) fn add_event(
        &mut self,
        event: &ConsentEvent,
        lost: &[[u64; 2]],
        findings: &mut Findings,
    ) {
        let ConsentAction::UsedByLogin { seq, at } = event.action else {
            self.log.apply(event);
            return;
        };
        if lost
            .iter()
            .any(|[first, last]| (first..=last).contains(&&seq))
        {
            return;
        }
        let id = event.customer;
        if let Some(problem) = self.log.find_misuse(id, self.former_ids(id), seq, at) {
            findings.add_event(event.seq, problem);
        }
    }

    /// Compares the result with the customers' rows. `begun` is the first event
    /// with a recorded state: before it, the removal of a customer may not be
    /// in the log.
    pub(super) fn compare(
        &self,
        read: &dyn ReadTx,
        begun: Option<u64>,
        findings: &mut Findings,
    ) -> Result<()> {
        let begun = begun.unwrap_or(u64::MAX);
        read.all_consents(&mut |id, consent| {
            let former = self.former_ids(id);
            if let Some(problem) = self.log.find_difference(id, former, consent, begun) {
                findings.add_log(consent_mismatch(id, &problem));
            }
            Ok(())
        })
    }

    fn former_ids(&self, id: CustomerId) -> &[CustomerId] {
        self.former_ids.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// The text of a finding about a customer's consent.
pub fn consent_mismatch(id: CustomerId, problem: &str) -> String {
    format!("the consent of customer {id} is not what the log says: {problem}")
}
