//! A log of several months: logins, refusals, consents and changes.

use std::time::Duration;

use lac_app::{Config, Context, SigningKeys};
use lac_ledger::appender::Appender;
use lac_model::access::AdminUser;
use lac_model::audit::{Action, ConsentBasis, Event, Outcome};
use lac_model::document::{DocumentKind, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;

use super::customers::GeneratedCustomers;
use super::sources::{mix, pick, wall_clock};
use super::store::HISTORY;

/// A day in microseconds.
const DAY: u64 = 86_400 * 1_000_000;

/// The number of events in one transaction.
const BATCH: u64 = 50_000;

const REASONS: &[&str] = &[
    "Customer cannot find the invoice of the last order",
    "Checkout fails with an unknown error",
    "Wants to change the delivery address, called back",
    "Coupon is not accepted",
];

const VIEWS: [&str; 5] = ["admin", "default", "es_us", "de", "fr"];

/// The data from which an event is generated.
struct EventGenerator<'s> {
    people: &'s GeneratedCustomers,
    admins: Vec<AdminUser>,
    seed: u64,
}

/// Appends `count` events between the creation of the store and now.
pub(crate) fn append(
    context: &Context<'_>,
    people: &GeneratedCustomers,
    count: u64,
    seed: u64,
) -> Result<(), Fault> {
    let Some(span) = u64::try_from(HISTORY.as_micros())
        .ok()
        .filter(|_| count > 0)
    else {
        return Ok(());
    };
    // Leave a day at each end: the events of the store's creation are earlier, `now` is later.
    let start = wall_clock()
        .saturating_sub(HISTORY)
        .saturating_add(Duration::from_micros(DAY));
    let step = (span - 2 * DAY) / count;
    let admins = context.store.read()?.admin_users()?;
    let scene = EventGenerator {
        people,
        admins,
        seed,
    };
    context.store.set_bulk_mode(true)?;
    for first in (0..count).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        append_batch(
            context,
            &scene,
            first..(first + BATCH).min(count),
            start,
            step,
        )?;
    }
    context.store.set_bulk_mode(false)
}

fn append_batch(
    context: &Context<'_>,
    scene: &EventGenerator<'_>,
    numbers: std::ops::Range<u64>,
    start: Timestamp,
    step: u64,
) -> Result<(), Fault> {
    let tx = context.store.write()?;
    let proof = {
        let origin = Config::read(tx.as_read())?.store_name()?;
        let keys = SigningKeys::load(context.keys, tx.as_read(), &origin)?;
        let random = context.random;
        let mut log = Appender::open(&*tx, random, &keys.chain, context.high_water, start)?;
        let mut last = None;
        for number in numbers {
            let jitter = mix(scene.seed ^ 0x7E, number) % step.max(1);
            log.advance_clock(start.saturating_add(Duration::from_micros(number * step + jitter)));
            last = Some(log.append(&scene.next_event(number))?);
        }
        let last = last.ok_or_else(|| Fault::internal("an empty batch"))?;
        log.finish(last, &keys.signing_key)?
    };
    tx.commit(proof, context.high_water)
}

impl EventGenerator<'_> {
    /// Three events per login (issued, redeemed, ended), sometimes another event.
    fn next_event(&self, number: u64) -> Event {
        let dice = mix(self.seed ^ 0xE7, number);
        let visit = mix(self.seed ^ 0x51, number / 3);
        match dice % 100 {
            0..=2 => self.refusal_event(dice),
            3..=5 => self.consent_event(dice),
            6 => self.setting_event(dice),
            _ => self.visit_event(number % 3, visit),
        }
    }

    fn event_by_admin(&self, action: Action, number: u64) -> Event {
        let mut event = Event::new(action);
        let at = usize::try_from(number % self.admins.len() as u64).unwrap_or(0);
        let admin = &self.admins[at];
        event.admin = Some(admin.name.clone());
        event.admin_id = Some(admin.id);
        event.role = Some(if at == 0 { "Administrators" } else { "Support" }.to_owned());
        event.os_account = Some("lac".to_owned());
        event.ip_address = Some(format!("192.0.2.{}", number >> 8 & 255));
        event
    }

    fn set_customer(&self, event: &mut Event, number: u64) {
        let person = self.people.get(1 + number % self.people.count.max(1));
        event.customer_id = i64::try_from(person.id)
            .ok()
            .and_then(CustomerId::from_merchant);
        event.customer_email = Some(person.email);
        event.website = Some(if person.website_id == 1 { "base" } else { "eu" }.to_owned());
        event.store_view = Some(VIEWS[usize::try_from(person.store_id).unwrap_or(0)].to_owned());
    }

    fn visit_event(&self, act: u64, visit: u64) -> Event {
        let action = match act {
            0 => Action::LoginIssue,
            1 => Action::LoginRedeem,
            _ => Action::LoginEnd,
        };
        let mut event = self.event_by_admin(action, visit);
        self.set_customer(&mut event, visit >> 16);
        let bits = u128::from(visit) << 64 | u128::from(mix(self.seed, visit));
        event.session_id = Some(SessionId::from_bits(bits.to_be_bytes()));
        event.ticket = format!("ZD-{}", visit % 100_000).parse().ok();
        if (visit >> 12).is_multiple_of(4) {
            event.document = Some(DocumentRef {
                kind: DocumentKind::Order,
                number: format!("{:09}", 1 + visit % 1000),
            });
        }
        match act {
            0 => {
                event.reason = Some(pick(REASONS, visit >> 4).to_owned());
                event.consent = Some(ConsentBasis {
                    // It names no event, because none of the seeded events grants consent.
                    mode: "mandatory".to_owned(),
                    is_override: false,
                    self_granted: false,
                    source: None,
                    seq: None,
                });
            }
            1 => event.add_detail("storefront", "shop"),
            _ => {
                event.add_detail("cause", "by_agent");
                event.add_detail("duration_seconds", visit % 3600);
            }
        }
        event
    }

    fn refusal_event(&self, dice: u64) -> Event {
        let mut event = self.event_by_admin(Action::LoginIssue, dice >> 8);
        self.set_customer(&mut event, dice >> 16);
        event.outcome = Outcome::Failure;
        let customer = event.customer_id.map(|id| id.to_string());
        event.mark_failed(&Fault::ConsentWithheld {
            customer: customer.unwrap_or_default(),
            ran_out: None,
        });
        event
    }

    fn consent_event(&self, dice: u64) -> Event {
        let granted = (dice >> 8).is_multiple_of(2);
        let action = if granted {
            Action::ConsentGrant
        } else {
            Action::ConsentRevoke
        };
        let mut event = self.event_by_admin(action, dice >> 9);
        self.set_customer(&mut event, dice >> 16);
        event.store_view = None;
        event.add_detail("source", "admin");
        let words = ["withheld", "granted"];
        event.add_change(words[usize::from(!granted)], words[usize::from(granted)]);
        // A failed attempt, so that the customers' rows keep the current consents.
        let customer = event.customer_id.map(|id| id.to_string());
        event.mark_failed(&Fault::CustomerNotFound {
            customer: customer.unwrap_or_default(),
        });
        event
    }

    fn setting_event(&self, dice: u64) -> Event {
        let mut event = self.event_by_admin(Action::ConfigSet, 0);
        let path = "login_as_customer/general/authentication_data_expiration_time";
        event.add_detail("path", path);
        event.add_detail("scope", "default");
        event.add_change("60", (30 + dice % 90).to_string());
        event
    }
}
