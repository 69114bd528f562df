//! Who may be logged in as whom, as simply as possible: written from the
//! documentation, without any of the program's code.
//!
//! A session in the model has no end cause and no history. When its basis is
//! gone, it is removed.

use super::steps::{LoginPlan, Mode, Right, Scope};

/// The website of each customer: Ada and Bob on `base`, Cleo and Dan on `eu`.
pub(super) const WEBSITE: [usize; 4] = [0, 0, 1, 1];

const LINK: i64 = 60;
const VISIT: i64 = 3600;
const REQUEST: i64 = 3600;
/// How many seconds a clock may be set back before a session counts as expired.
const SLACK: i64 = 5;

pub(super) struct Role {
    pub all: bool,
    pub rights: Vec<Right>,
    pub scope: Scope,
}

/// A user name of agents and who holds it now: a reused name belongs to
/// somebody else.
pub(super) struct Agent {
    pub person: Option<usize>,
    pub role: usize,
    pub enabled: bool,
}

/// The customer's last answer about remote shopping assistance.
#[derive(Clone, Copy)]
pub(super) enum ConsentAnswer {
    Nothing,
    No,
    Yes { until: Option<i64> },
}

pub(super) struct Customer {
    pub active: bool,
    pub answer: ConsentAnswer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub id: String,
    pub person: usize,
    pub customer: usize,
    /// Whether it relies on an override instead of consent.
    pub overrides: bool,
    pub key: usize,
    pub redeemed: bool,
    pub began: i64,
    pub end: i64,
}

/// Who approves: an agent, or the administrator, who always may.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Approver {
    Administrator,
    Person(usize),
}

#[derive(Clone, Copy)]
enum Stage {
    Pending,
    Approved { by: Approver, at: i64 },
    Closed,
}

pub(super) struct Request {
    pub id: String,
    person: usize,
    customer: usize,
    from_order: bool,
    overrides: bool,
    stage: Stage,
    at: i64,
    end: i64,
}

pub(super) struct Model {
    pub now: i64,
    pub enabled: bool,
    pub modes: [Mode; 2],
    pub approval: [bool; 2],
    pub roles: [Role; 2],
    pub agents: [Agent; 3],
    pub customers: [Customer; 4],
    pub key: usize,
    pub sessions: Vec<Session>,
    pub requests: Vec<Request>,
    pub persons: usize,
}

/// An allowed login.
#[derive(Debug)]
pub(super) struct Start {
    pub person: usize,
    pub overrides: bool,
    /// The approval that it uses.
    pub request: Option<usize>,
}

/// The reason of a refusal, shown with a difference.
pub(super) type Refusal = &'static str;

impl Model {
    fn agent(&self, person: usize) -> Option<&Agent> {
        let is = |agent: &&Agent| agent.person == Some(person) && agent.enabled;
        self.agents.iter().find(is)
    }

    fn holds(&self, person: usize, right: Right) -> bool {
        self.agent(person).is_some_and(|agent| {
            let role = &self.roles[agent.role];
            role.all || role.rights.contains(&right)
        })
    }

    fn sees(&self, person: usize, customer: usize) -> bool {
        self.agent(person)
            .is_some_and(|agent| match self.roles[agent.role].scope {
                Scope::All => true,
                Scope::Website(website) => website == WEBSITE[customer],
            })
    }

    fn consents(&self, customer: usize) -> bool {
        match (
            self.modes[WEBSITE[customer]],
            self.customers[customer].answer,
        ) {
            (Mode::Mandatory, _) | (Mode::OptOut, ConsentAnswer::Nothing) => true,
            (_, ConsentAnswer::Yes { until }) => until.is_none_or(|until| self.now < until),
            (_, ConsentAnswer::No) | (Mode::OptIn, ConsentAnswer::Nothing) => false,
        }
    }

    /// When everything that relies on the customer's consent must end.
    fn limit(&self, customer: usize) -> Option<i64> {
        match (
            self.modes[WEBSITE[customer]],
            self.customers[customer].answer,
        ) {
            (Mode::OptIn | Mode::OptOut, ConsentAnswer::Yes { until }) => until,
            _ => None,
        }
    }

    /// All checks of a login except the approval.
    fn may_start(&self, agent: usize, plan: &LoginPlan) -> Result<Start, Refusal> {
        let customer = plan.customer;
        let person = self.agents[agent].person.ok_or("nobody of that name")?;
        if !self.holds(person, Right::Login) {
            return Err("disabled, or the role lacks login_button");
        }
        if plan.overrides && !self.holds(person, Right::Override) {
            return Err("the role lacks consent_override");
        }
        if plan.starts_from_order() && !self.holds(person, Right::Order) {
            return Err("the role lacks sales_order");
        }
        if !self.sees(person, customer) {
            return Err("outside the role scope");
        }
        if !self.enabled {
            return Err("the feature is off");
        }
        if !self.customers[customer].active {
            return Err("the customer is not active");
        }
        let consents = self.consents(customer);
        if !consents && !plan.overrides {
            return Err("no consent");
        }
        if !plan.replace && self.sessions.iter().any(|s| s.person == person) {
            return Err("the agent is in another account");
        }
        Ok(Start {
            person,
            overrides: !consents,
            request: None,
        })
    }

    pub(super) fn may_login(&self, agent: usize, plan: &LoginPlan) -> Result<Start, Refusal> {
        let start = self.may_start(agent, plan)?;
        if !self.approval[WEBSITE[plan.customer]] {
            return Ok(start);
        }
        let request = self.approved(&start, plan).ok_or("nobody approved")?;
        Ok(Start {
            request: Some(request),
            ..start
        })
    }

    pub(super) fn may_redeem(&self, session: &str, website: usize) -> Result<(), Refusal> {
        let found = self.sessions.iter().find(|s| s.id == session);
        let found = found.ok_or("the session is over")?;
        if found.redeemed {
            return Err("the link was used");
        }
        if WEBSITE[found.customer] != website {
            return Err("another website's storefront");
        }
        Ok(())
    }

    pub(super) fn login(&mut self, start: &Start, customer: usize, id: String) {
        if let Some(request) = start.request {
            self.requests[request].stage = Stage::Closed;
        }
        self.sessions.retain(|s| s.person != start.person);
        self.sessions.push(Session {
            id,
            person: start.person,
            customer,
            overrides: start.overrides,
            key: self.key,
            redeemed: false,
            began: self.now,
            end: self.now + LINK,
        });
        self.settle();
    }

    /// The session that a link opens relies on the consent at this moment.
    pub(super) fn redeem(&mut self, session: &str) {
        let now = self.now;
        if let Some(found) = self.sessions.iter_mut().find(|s| s.id == session) {
            found.redeemed = true;
            (found.began, found.end) = (now, now + VISIT);
        }
        self.settle();
    }

    /// A refusal also ends sessions that rely on an override.
    pub(super) fn set_answer(&mut self, customer: usize, answer: ConsentAnswer) {
        self.customers[customer].answer = answer;
        if matches!(answer, ConsentAnswer::No) {
            self.sessions
                .retain(|s| s.customer != customer || !s.overrides);
        }
        self.settle();
    }

    /// Ends every session whose basis is gone, and shortens those whose consent
    /// ends earlier. Call it after any change.
    pub(super) fn settle(&mut self) {
        let mut sessions = std::mem::take(&mut self.sessions);
        for session in sessions.iter_mut().filter(|s| !s.overrides) {
            let limit = self.limit(session.customer);
            session.end = limit.map_or(session.end, |limit| limit.min(session.end));
        }
        sessions.retain(|session| self.has_basis(session));
        self.sessions = sessions;
    }

    fn has_basis(&self, session: &Session) -> bool {
        let ground = if session.overrides {
            self.holds(session.person, Right::Override)
        } else {
            self.consents(session.customer)
        };
        ground
            && self.enabled
            && self.customers[session.customer].active
            && self.holds(session.person, Right::Login)
            && self.sees(session.person, session.customer)
            && self.now < session.end
            && self.now + SLACK >= session.began
    }

    fn is_open(&self, request: &Request) -> bool {
        let since = match request.stage {
            Stage::Pending => request.at,
            Stage::Approved { at, .. } => at.max(request.at),
            Stage::Closed => return false,
        };
        since <= self.now && self.now < request.end
    }

    fn approves(&self, approver: Approver, request: &Request) -> bool {
        match approver {
            Approver::Administrator => true,
            Approver::Person(person) => {
                person != request.person
                    && self.holds(person, Right::Approve)
                    && self.sees(person, request.customer)
            }
        }
    }

    /// The agent's open requests for the same login, newest first.
    fn asked(&self, start: &Start, plan: &LoginPlan) -> Vec<usize> {
        let is_it = |request: &Request| {
            request.person == start.person
                && request.customer == plan.customer
                && request.from_order == plan.starts_from_order()
                && self.is_open(request)
        };
        let every = 0..self.requests.len();
        every
            .rev()
            .filter(|at| is_it(&self.requests[*at]))
            .collect()
    }

    /// The newest valid approval that covers this login.
    fn approved(&self, start: &Start, plan: &LoginPlan) -> Option<usize> {
        self.asked(start, plan).into_iter().find(|at| {
            let request = &self.requests[*at];
            let reaches = request.overrides || !start.overrides;
            reaches
                && matches!(request.stage, Stage::Approved { by, .. } if self.approves(by, request))
        })
    }

    /// The existing request for the same login; `None` for a new one.
    pub(super) fn may_ask(
        &self,
        agent: usize,
        plan: &LoginPlan,
    ) -> Result<(Start, Option<usize>), Refusal> {
        let start = self.may_start(agent, plan)?;
        if !self.approval[WEBSITE[plan.customer]] {
            return Err("it needs no approval");
        }
        let known = self.approved(&start, plan).or_else(|| {
            self.asked(&start, plan).into_iter().find(|at| {
                let request = &self.requests[*at];
                let is_pending = matches!(request.stage, Stage::Pending);
                is_pending && request.overrides == start.overrides
            })
        });
        Ok((start, known))
    }

    /// Adds a request; it replaces approvals that are no longer valid.
    pub(super) fn ask(
        &mut self,
        start: &Start,
        plan: &LoginPlan,
        known: Option<usize>,
        id: String,
    ) {
        if known.is_some_and(|at| matches!(self.requests[at].stage, Stage::Approved { .. })) {
            return;
        }
        for at in self.asked(start, plan) {
            let request = &self.requests[at];
            if matches!(request.stage, Stage::Approved { by, .. } if !self.approves(by, request)) {
                self.requests[at].stage = Stage::Closed;
            }
        }
        if known.is_none() {
            self.requests.push(Request {
                id,
                person: start.person,
                customer: plan.customer,
                from_order: plan.starts_from_order(),
                overrides: start.overrides,
                stage: Stage::Pending,
                at: self.now,
                end: self.now + REQUEST,
            });
        }
    }

    pub(super) fn may_decide(
        &self,
        by: Approver,
        request: usize,
        yes: bool,
    ) -> Result<(), Refusal> {
        let request = &self.requests[request];
        if !self.approves(by, request) {
            return Err("may not approve this");
        }
        if !matches!(request.stage, Stage::Pending) || !self.is_open(request) {
            return Err("it is not pending");
        }
        let asks =
            self.holds(request.person, Right::Login) && self.sees(request.person, request.customer);
        if yes && !asks {
            return Err("who asked may no longer log in");
        }
        Ok(())
    }

    pub(super) fn decide(&mut self, by: Approver, request: usize, yes: bool) {
        let at = self.now;
        let request = &mut self.requests[request];
        request.stage = Stage::Closed;
        if yes {
            request.stage = Stage::Approved { by, at };
            request.end = at + REQUEST;
        }
    }
}
