//! Compares the consents in customer rows with the log.

use super::{DoctorContext, DoctorFinding};
use crate::core::consent::difference_from_log;
use lac_ledger::event_log::newest_head;
use lac_ledger::source::EventSource;
use lac_ledger::state;
use lac_ledger::verify::consent_mismatch;
use lac_model::customer::Consent;
use lac_model::environment::Random;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_store::Result;

/// The maximum numbers of consents to compare, by whether their event is in the
/// database or in an archive, which takes a hundred times as long. If there are
/// more, a sample is compared, which differs each time.
const COMPARED_AT_MOST: SampleLimits = SampleLimits {
    stored: 100_000,
    archived: 100,
};
/// The maximum number of customers in the message.
const MAX_NAMED: usize = 3;

#[derive(Debug, Clone, Copy)]
struct SampleLimits {
    stored: u64,
    archived: u64,
}

#[derive(Debug, Default)]
struct RowCounts {
    stored: u64,
    archived: u64,
}

/// Selects every n-th item, starting with a random one of the first n.
struct Sampler {
    next: u64,
    step: u64,
    compared: u64,
}

impl Sampler {
    fn new(count: u64, most: u64, random: &dyn Random) -> Self {
        let step = count.div_ceil(most).max(1);
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        Self {
            next: u64::from_le_bytes(bytes) % step,
            step,
            compared: 0,
        }
    }

    fn sample(&mut self) -> bool {
        let is_next = self.next == 0;
        self.next = if is_next { self.step } else { self.next } - 1;
        self.compared += u64::from(is_next);
        is_next
    }
}

/// Compares each customer's consent with the log, by the rules of a login.
pub(super) fn check_consents(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    compare_consents(doctor, COMPARED_AT_MOST)
}

fn compare_consents(doctor: &DoctorContext<'_>, most: SampleLimits) -> Result<DoctorFinding> {
    let read = doctor.read;
    let head = newest_head(read)?;
    let begun = state::first_event_with_state(read, head.size)?.unwrap_or(head.size);
    let archived = read.audit_archives()?.last().map_or(0, |row| row.last);
    let is_archived = |consent: &Consent| consent.seq.is_some_and(|seq| seq <= archived);

    let mut count = RowCounts::default();
    read.consents_to_compare(&mut |_, consent| {
        if is_archived(consent) {
            count.archived += 1;
        } else {
            count.stored += 1;
        }
        Ok(())
    })?;
    let random = doctor.context.random;
    let mut stored = Sampler::new(count.stored, most.stored, random);
    let mut archived = Sampler::new(count.archived, most.archived, random);
    let source = EventSource {
        tx: read,
        archives: doctor.context.archives,
    };
    let mut wrong: Vec<(CustomerId, String)> = Vec::new();
    let mut wrong_count = 0_u64;
    read.consents_to_compare(&mut |id, consent| {
        let part = if is_archived(consent) {
            &mut archived
        } else {
            &mut stored
        };
        if !part.sample() {
            return Ok(());
        }
        if let Some(problem) = difference_from_log(source, id, consent, begun)? {
            wrong_count += 1;
            if wrong.len() < MAX_NAMED {
                wrong.push((id, problem));
            }
        }
        Ok(())
    })?;
    if wrong_count > 0 {
        let what = if doctor.may_name_all() {
            list_differences(&wrong, wrong_count)
        } else {
            format!("the consents of {wrong_count} customers are not what the log says")
        };
        return Err(Fault::StateTampered { what });
    }
    let all = count.stored + count.archived;
    let compared = stored.compared + archived.compared;
    Ok(DoctorFinding::ok(
        "consents",
        comparison_summary(compared, all),
    ))
}

fn list_differences(wrong: &[(CustomerId, String)], wrong_count: u64) -> String {
    let named: Vec<String> = wrong
        .iter()
        .map(|(id, problem)| consent_mismatch(*id, problem))
        .collect();
    let more = wrong_count - named.len() as u64;
    let named = named.join("; ");
    if more == 0 {
        named
    } else {
        format!("{named}; and {more} more")
    }
}

fn comparison_summary(compared: u64, all: u64) -> String {
    if compared < all {
        return format!(
            "{compared} of {all} compared, and as the log says; lac log verify compares all"
        );
    }
    match all {
        0 => "nobody has said anything yet".to_owned(),
        _ => format!("{all} compared, and as the log says"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Sampler};

    struct Always(u64);

    impl Random for Always {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.copy_from_slice(&self.0.to_le_bytes());
        }
    }

    fn taken(count: u64, most: u64, random: u64) -> Vec<u64> {
        let mut part = Sampler::new(count, most, &Always(random));
        let taken: Vec<u64> = (0..count).filter(|_| part.sample()).collect();
        assert_eq!(part.compared, taken.len() as u64);
        taken
    }

    #[test]
    fn sample_contains_all_of_few_and_any_of_many() {
        for count in [0, 1, 9, 10] {
            assert_eq!(taken(count, 10, 7), (0..count).collect::<Vec<u64>>());
        }
        for (count, most) in [(11, 10), (35, 10), (1000, 3)] {
            let mut seen: Vec<u64> = Vec::new();
            for random in 0..count {
                let part = taken(count, most, random);
                assert!(part.len() as u64 <= most, "{count} {most}");
                seen.extend(part);
            }
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen, (0..count).collect::<Vec<u64>>());
        }
    }
}
