//! What customers have allowed, compared with what the log says they said, and
//! every login with the consent that it stood on.

use std::collections::HashMap;

use super::findings::Findings;
use lac_model::audit::{ConsentLog, Consented, Said};
use lac_model::ids::CustomerId;
use lac_store::{ReadTx, Result};

/// What the log says so far, while it is passed through.
#[derive(Debug, Default)]
pub struct Consents {
    log: ConsentLog,
    /// The ids that customers had.
    former: HashMap<CustomerId, Vec<CustomerId>>,
}

impl Consents {
    /// # Errors
    /// What reading fails with.
    pub fn new(read: &dyn ReadTx) -> Result<Self> {
        let mut former: HashMap<CustomerId, Vec<CustomerId>> = HashMap::new();
        read.customers_formerly(&mut |from, to| {
            former.entry(to).or_default().push(from);
            Ok(())
        })?;
        Ok(Self {
            log: ConsentLog::default(),
            former,
        })
    }

    /// Takes an event, in order of seq. `lost` are events that are not there.
    pub fn take(&mut self, event: &Consented, lost: &[[u64; 2]], findings: &mut Findings) {
        let Said::Used { seq, at } = event.said else {
            self.log.take(event);
            return;
        };
        if lost
            .iter()
            .any(|[first, last]| (first..=last).contains(&&seq))
        {
            return;
        }
        let id = event.customer;
        if let Some(problem) = self.log.misused(id, self.former(id), seq, at) {
            findings.event(event.seq, problem);
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
        let begun = begun.unwrap_or(u64::MAX);
        read.consents(&mut |id, consent| {
            let former = self.former(id);
            if let Some(problem) = self.log.difference(id, former, consent, begun) {
                findings.log(consent_differs(id, &problem));
            }
            Ok(())
        })
    }

    fn former(&self, id: CustomerId) -> &[CustomerId] {
        self.former.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// What is wrong with a consent, in words.
pub fn consent_differs(id: CustomerId, problem: &str) -> String {
    format!("the consent of customer {id} is not what the log says: {problem}")
}
