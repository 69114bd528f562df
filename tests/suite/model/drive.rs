//! Runs each step in the model and in the program, and compares the outcomes.

use lac_app::access::keys::{KeyList, KeyRetire, KeyRotate};
use lac_app::log::verify::LogVerify;
use lac_app::login::requests::{Decision, RequestDecide};
use lac_app::login::sessions::{SessionEnd, SessionExpire, SessionList, SessionSelection};
use lac_app::login::{self, CustomerSelector, LoginAskApproval, LoginRedeem, LoginStart};
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::approval::RequestId;
use lac_model::bounded::BoundedList;
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::session::SessionState;

use super::model::{Agent, Approver, ConsentAnswer, Customer, Model, Role, WEBSITE};
use super::shop::{ORIGINS, SampleShop, Template};
use super::steps::{LoginPlan, Mode, Right, Scope, Step};

const ORDERS: [&str; 4] = ["100000001", "", "200000001", ""];

/// How many logins were allowed and refused.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub logins: usize,
    pub no_logins: usize,
    pub visits: usize,
    pub no_visits: usize,
    pub approvals_used: usize,
}

impl Counts {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            logins: self.logins + other.logins,
            no_logins: self.no_logins + other.no_logins,
            visits: self.visits + other.visits,
            no_visits: self.no_visits + other.no_visits,
            approvals_used: self.approvals_used + other.approvals_used,
        }
    }
}

pub(super) struct Driver {
    pub shop: SampleShop,
    pub model: Model,
    /// Every link so far: its session, its URL, its customer.
    links: Vec<(String, String, usize)>,
    kids: Vec<String>,
    pub counts: Counts,
}

/// An error describes the difference.
pub(super) type Outcome = Result<(), String>;

impl Driver {
    pub(super) fn new(template: &Template) -> Self {
        let shop = SampleShop::new(template);
        let keys = KeyList {}.run(&shop.administrator()).expect("keys");
        let login = keys.into_iter().filter(|key| key.purpose == "login");
        let role = |more: &[Right]| Role {
            all: false,
            rights: [&[Right::Login], more].concat(),
            scope: Scope::All,
        };
        let agent = |(person, role)| Agent {
            person: Some(person),
            role,
            enabled: true,
        };
        let customer = |answer| Customer {
            active: true,
            answer,
        };
        let yes = ConsentAnswer::Yes { until: None };
        let model = Model {
            now: shop.now(),
            enabled: true,
            modes: [Mode::OptIn; 2],
            approval: [false; 2],
            roles: [
                role(&[Right::Order]),
                role(&[Right::Approve, Right::Override]),
            ],
            agents: [(0, 0), (1, 0), (2, 1)].map(agent),
            customers: [yes, ConsentAnswer::No, yes, ConsentAnswer::Nothing].map(customer),
            key: 0,
            sessions: Vec::new(),
            requests: Vec::new(),
            persons: 3,
        };
        Self {
            kids: login.map(|key| key.kid).collect(),
            shop,
            model,
            links: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Takes a step in both; an error describes how they differ.
    pub(super) fn take(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Login(agent, plan) => self.login(*agent, plan),
            Step::Redeem(back, website) => self.redeem(*back, *website),
            Step::Ask(agent, plan) => self.ask(*agent, plan),
            Step::Decide(by, back, yes) => self.decide(*by, *back, *yes),
            Step::End(back) => self.end(*back),
            Step::Rotate | Step::Retire(_) => self.key(step),
            Step::Pass(seconds) => self.pass(*seconds),
            Step::Grant(..) | Step::Access(..) | Step::Scope(..) => self.role(step),
            Step::Assign(..) | Step::Enable(..) | Step::Delete(_) | Step::Create(..) => {
                self.person(step)
            }
            Step::Revoke(_) | Step::Consent(..) | Step::Active(..) => self.customer(step),
            Step::Mode(..) | Step::Feature(_) | Step::Approval(..) => self.setting(step),
        }?;
        self.same_sessions()
    }

    pub(super) fn verify(&self) -> Outcome {
        let verified = LogVerify::default().run(&self.shop.administrator(), &mut |_, _| {});
        let verdict = verified.and_then(|verified| verified.to_result());
        verdict.map_err(|fault| format!("the log: {fault}"))
    }

    /// Compares the open sessions, their expiry, and whether they are active.
    fn same_sessions(&self) -> Outcome {
        let list = SessionList {
            mine: false,
            admin: None,
            customer: None,
            states: BoundedList::from_members("", [SessionState::Issued, SessionState::Active])
                .unwrap(),
            after: None,
            limit: None,
        };
        let rows = list.run(&self.shop.administrator());
        let rows = rows.map_err(|fault| fault.to_string())?;
        let mut open: Vec<(String, bool, i64)> = rows
            .into_iter()
            .map(|row| {
                let end = row.ends_at.unwrap_or(row.expires_at).seconds();
                (row.id.to_string(), row.state == SessionState::Active, end)
            })
            .collect();
        let known = self.model.sessions.iter();
        let mut known: Vec<_> = known.map(|s| (s.id.clone(), s.redeemed, s.end)).collect();
        open.sort();
        known.sort();
        if open == known {
            return Ok(());
        }
        Err(format!("open are {open:?}, the model has {known:?}"))
    }

    fn login(&mut self, agent: usize, plan: &LoginPlan) -> Outcome {
        let login = LoginStart {
            request: request_for(plan),
            ttl: None,
        };
        let started = login.run(&self.shop.agent(agent));
        let may = self.model.may_login(agent, plan);
        agree(&started, may.as_ref().err().copied())?;
        if let (Ok(started), Ok(start)) = (started, may) {
            self.counts.logins += 1;
            self.counts.approvals_used += usize::from(start.request.is_some());
            let id = started.session_id.to_string();
            self.links.push((id.clone(), started.url, plan.customer));
            self.model.login(&start, plan.customer, id);
        } else {
            self.counts.no_logins += 1;
        }
        Ok(())
    }

    fn redeem(&mut self, back: usize, website: Option<usize>) -> Outcome {
        let Some((id, url, customer)) = self.links.iter().rev().nth(back).cloned() else {
            return Ok(());
        };
        let website = website.unwrap_or(WEBSITE[customer]);
        let redeem = LoginRedeem {
            token: url.try_into().unwrap(),
            audience: ORIGINS[website].to_owned().try_into().unwrap(),
            client_ip: None,
            user_agent: None,
        };
        let redeemed = redeem.run(&self.shop.storefront(website));
        let may = self.model.may_redeem(&id, website);
        agree(&redeemed, may.err())?;
        if redeemed.is_ok() {
            self.counts.visits += 1;
            self.model.redeem(&id);
        } else {
            self.counts.no_visits += 1;
        }
        Ok(())
    }

    fn ask(&mut self, agent: usize, plan: &LoginPlan) -> Outcome {
        let ask = LoginAskApproval {
            request: request_for(plan),
        };
        let asked = ask.run(&self.shop.agent(agent));
        let may = self.model.may_ask(agent, plan);
        agree(&asked, may.as_ref().err().copied())?;
        if let (Ok(asked), Ok((start, known))) = (asked, may) {
            let id = asked.request.id.to_string();
            let expected = known.map(|at| self.model.requests[at].id.clone());
            if asked.changed == expected.is_some() || expected.is_some_and(|known| known != id) {
                return Err(format!("request {id} is not the one of the model"));
            }
            self.model.ask(&start, plan, known, id);
        }
        Ok(())
    }

    fn decide(&mut self, by: Option<usize>, back: usize, yes: bool) -> Outcome {
        let Some(at) = self.model.requests.len().checked_sub(back + 1) else {
            return Ok(());
        };
        let decide = RequestDecide {
            ids: BoundedList::parse("", [&self.model.requests[at].id], RequestId::new).unwrap(),
            verdict: if yes {
                Decision::Approve
            } else {
                Decision::Deny
            },
            reason: None,
        };
        let (context, approver) = match by {
            None => (self.shop.administrator(), Some(Approver::Administrator)),
            Some(agent) => {
                let person = self.model.agents[agent].person;
                (self.shop.agent(agent), person.map(Approver::Person))
            }
        };
        let decided = decide.run(&context);
        let may = approver.ok_or("nobody of that name");
        let may = may.and_then(|by| self.model.may_decide(by, at, yes).map(|()| by));
        agree(&decided, may.err())?;
        if let Ok(by) = may {
            self.model.decide(by, at, yes);
        }
        Ok(())
    }

    fn end(&mut self, back: usize) -> Outcome {
        let Some((id, ..)) = self.links.iter().rev().nth(back) else {
            return Ok(());
        };
        let which = SessionSelection::Ids(BoundedList::parse("", [id], SessionId::new).unwrap());
        agree(
            &SessionEnd { which, cause: None }.run(&self.shop.administrator()),
            None,
        )?;
        self.model.sessions.retain(|session| session.id != *id);
        Ok(())
    }

    fn key(&mut self, step: &Step) -> Outcome {
        let context = self.shop.administrator();
        let newest = self.kids.len() - 1;
        let made = if let Step::Retire(is_newest) = step {
            let at = newest - usize::from(!is_newest && newest > 0);
            let retire = KeyRetire {
                key: self.kids[at].clone().try_into().unwrap(),
                confirmed: true,
            };
            self.model.sessions.retain(|session| session.key != at);
            retire.run(&context).map(|retired| retired.replaced_by)
        } else {
            let rotate = KeyRotate {
                purpose: KeyPurpose::Login,
                confirmed: true,
            };
            rotate.run(&context).map(|rotated| Some(rotated.kid))
        };
        agree(&made, None)?;
        self.kids.extend(made.ok().flatten());
        self.model.key = self.kids.len() - 1;
        Ok(())
    }

    /// Expired sessions are recorded, as a long-running program does, so that
    /// setting the clock back revives nothing.
    fn pass(&mut self, seconds: i64) -> Outcome {
        self.model.now += seconds;
        self.shop.set_clock(self.model.now);
        self.model.settle();
        agree(&SessionExpire {}.run(&self.shop.administrator()), None)
    }
}

/// Whether both allow it or both refuse it.
pub(super) fn agree<T>(program: &Result<T, Fault>, no: Option<&str>) -> Outcome {
    match (program, no) {
        (Ok(_), None) | (Err(_), Some(_)) => Ok(()),
        (Ok(_), Some(no)) => Err(format!("done, but the model refuses it: {no}")),
        (Err(fault), None) => Err(format!("the model allows it, but: {fault}")),
    }
}

fn request_for(plan: &LoginPlan) -> login::LoginRequest {
    let order = plan.starts_from_order();
    login::LoginRequest {
        whom: if order {
            let (kind, number) = (DocumentKind::Order, ORDERS[plan.customer].to_owned());
            CustomerSelector::Document {
                kind,
                number: number.try_into().unwrap(),
            }
        } else {
            CustomerSelector::Customer(number(plan.customer).try_into().unwrap())
        },
        website: None,
        store_view: None,
        reason: Some("asked on the phone".parse().unwrap()),
        ticket: None,
        replace: plan.replace,
        override_consent: plan.overrides,
        read_only: None,
    }
}

pub(super) fn number(customer: usize) -> String {
    (customer + 1).to_string()
}
