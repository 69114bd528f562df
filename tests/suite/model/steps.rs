//! The possible steps and their frequencies.

use proptest::prelude::*;
use proptest::sample::select;

use super::model::WEBSITE;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Login,
    Order,
    Approve,
    Override,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    Website(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    OptIn,
    OptOut,
    Mandatory,
}

#[derive(Debug, Clone)]
pub(super) struct LoginPlan {
    pub customer: usize,
    pub from_order: bool,
    pub overrides: bool,
    pub replace: bool,
}

impl LoginPlan {
    /// The customer's website.
    pub(super) fn website(&self) -> usize {
        WEBSITE[self.customer]
    }

    /// Ada and Cleo have an order, from which a login starts; the others are
    /// named directly.
    pub(super) fn starts_from_order(&self) -> bool {
        self.from_order && self.customer.is_multiple_of(2)
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Grant(usize, Right, bool),
    Access(usize, bool),
    Scope(usize, Scope),
    Assign(usize, usize),
    Enable(usize, bool),
    Delete(usize),
    Create(usize, usize),
    Revoke(usize),
    /// Consent for this many seconds; without a limit for `None`.
    Consent(usize, Option<i64>),
    Mode(usize, Mode),
    Feature(bool),
    Active(usize, bool),
    Approval(usize, bool),
    Ask(usize, LoginPlan),
    /// A decision by an agent or the administrator about one of the newest
    /// requests.
    Decide(Option<usize>, usize, bool),
    Rotate,
    /// The signing key or the one before it.
    Retire(bool),
    /// Seconds; negative ones set the clock back.
    Pass(i64),
    Login(usize, LoginPlan),
    /// One of the newest links, redeemed at a website's storefront; `None` for
    /// the right one.
    Redeem(usize, Option<usize>),
    End(usize),
}

/// Favours settings that allow logins: otherwise nearly everything would be
/// refused, which proves little.
fn yes() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.75)
}

fn plan() -> impl Strategy<Value = LoginPlan> {
    let often = prop::bool::weighted;
    (
        select(vec![0, 0, 1, 2, 2, 3]),
        often(0.2),
        often(0.25),
        often(0.85),
    )
        .prop_map(|(customer, from_order, overrides, replace)| LoginPlan {
            customer,
            from_order,
            overrides,
            replace,
        })
}

fn step() -> impl Strategy<Value = Step> {
    let (role, agent, customer, website) = (0..2usize, 0..3usize, 0..4usize, 0..2usize);
    let rights = [Right::Login, Right::Order, Right::Approve, Right::Override];
    let scopes = [Scope::All, Scope::All, Scope::Website(0), Scope::Website(1)];
    let modes = [Mode::OptIn, Mode::OptIn, Mode::OptOut, Mode::Mandatory];
    let lengths = [None, None, Some(40), Some(600), Some(5400)];
    let passing = [1, 30, 30, 120, 120, 7200, -3, -600];
    let roles = prop_oneof![
        4 => (role.clone(), select(rights.to_vec()), yes()).prop_map(|(r, x, y)| Step::Grant(r, x, y)),
        1 => (role.clone(), any::<bool>()).prop_map(|(r, y)| Step::Access(r, y)),
        3 => (role.clone(), select(scopes.to_vec())).prop_map(|(r, s)| Step::Scope(r, s)),
    ];
    let people = prop_oneof![
        2 => (agent.clone(), role.clone()).prop_map(|(a, r)| Step::Assign(a, r)),
        2 => (agent.clone(), yes()).prop_map(|(a, y)| Step::Enable(a, y)),
        1 => agent.clone().prop_map(Step::Delete),
        3 => (agent.clone(), role).prop_map(|(a, r)| Step::Create(a, r)),
    ];
    let shoppers = prop_oneof![
        2 => customer.clone().prop_map(Step::Revoke),
        4 => (customer.clone(), select(lengths.to_vec())).prop_map(|(c, l)| Step::Consent(c, l)),
        2 => (website.clone(), select(modes.to_vec())).prop_map(|(w, m)| Step::Mode(w, m)),
        1 => yes().prop_map(Step::Feature),
        1 => (customer, yes()).prop_map(|(c, y)| Step::Active(c, y)),
    ];
    let second = prop_oneof![
        1 => (website.clone(), any::<bool>()).prop_map(|(w, y)| Step::Approval(w, y)),
        2 => (agent.clone(), plan()).prop_map(|(a, w)| Step::Ask(a, w)),
        3 => (prop::option::of(agent.clone()), 0..2usize, yes())
            .prop_map(|(a, r, y)| Step::Decide(a, r, y)),
    ];
    let keys = prop_oneof![
        1 => Just(Step::Rotate),
        1 => any::<bool>().prop_map(Step::Retire),
    ];
    prop_oneof![
        3 => (agent, plan()).prop_map(|(a, w)| Step::Login(a, w)),
        3 => (0..3usize, prop::option::weighted(0.2, website))
            .prop_map(|(s, w)| Step::Redeem(s, w)),
        1 => (0..3usize).prop_map(Step::End),
        3 => select(passing.to_vec()).prop_map(Step::Pass),
        4 => roles,
        3 => people,
        5 => shoppers,
        3 => second,
        1 => keys,
    ]
}

/// Changes that remove the basis of an agent's session or of an approval.
fn revoking_change(which: usize, plan: &LoginPlan, agent: usize, by: Option<usize>) -> Step {
    match (which, by) {
        (0 | 1, _) => Step::Revoke(plan.customer),
        (2, _) => Step::Mode(plan.website(), Mode::OptIn),
        (3, _) => Step::Pass(7200),
        (4, _) => Step::Enable(agent, false),
        (5..8, Some(_)) => Step::Grant(1, Right::Approve, false),
        (8, Some(by)) => Step::Assign(by, 0),
        (_, by) => Step::Enable(by.unwrap_or(agent), false),
    }
}

/// Steps that belong together, with others in between: a session, and one with
/// an approval. By chance alone they would rarely meet.
fn scenario() -> impl Strategy<Value = Vec<Step>> {
    let between = || prop::option::weighted(0.4, step());
    let one = || (0..3usize, plan());
    let shake = |most: usize| prop::option::weighted(0.4, 0..most);
    let mode = prop::option::weighted(0.3, select(vec![Mode::OptOut, Mode::Mandatory]));
    let visit = (one(), mode, between(), shake(5), any::<bool>()).prop_map(
        |((agent, plan), mode, between, shake, is_late)| {
            let shake = shake.map(|which| revoking_change(which, &plan, agent, None));
            let redeem = Some(Step::Redeem(0, None));
            let (first, then) = if is_late {
                (redeem, shake)
            } else {
                (shake, redeem)
            };
            let mode = mode.map(|mode| Step::Mode(plan.website(), mode));
            vec![mode, Some(Step::Login(agent, plan)), between, first, then]
        },
    );
    let by = prop_oneof![2 => Just(Some(2)), 3 => prop::option::of(0..3usize)];
    let shakes = (shake(5), shake(10), any::<bool>());
    let flags = (any::<bool>(), yes());
    let approved = (one(), by, shakes, flags).prop_map(
        |((agent, plan), by, (early, late, is_early), (overrides, consent))| {
            let overrides = overrides || plan.overrides;
            let plan = LoginPlan { overrides, ..plan };
            let early = early.filter(|_| is_early);
            vec![
                consent.then_some(Step::Consent(plan.customer, None)),
                Some(Step::Approval(plan.website(), true)),
                Some(Step::Ask(agent, plan.clone())),
                early.map(|which| revoking_change(which, &plan, agent, None)),
                Some(Step::Decide(by, 0, true)),
                late.map(|which| revoking_change(which, &plan, agent, by)),
                Some(Step::Login(agent, plan)),
            ]
        },
    );
    // After a while nearly everything is forbidden; these steps undo that.
    let mended = (0..3usize, 0..2usize, 0..4usize).prop_map(|(agent, role, customer)| {
        let steps = [
            Step::Feature(true),
            Step::Create(agent, role),
            Step::Enable(agent, true),
            Step::Assign(agent, role),
            Step::Grant(role, Right::Login, true),
            Step::Scope(role, Scope::All),
            Step::Active(customer, true),
            Step::Consent(customer, None),
            Step::Approval(WEBSITE[customer], false),
        ];
        steps.map(Some).to_vec()
    });
    let single = step().prop_map(|step| vec![Some(step)]);
    let any = prop_oneof![9 => single, 5 => visit, 2 => approved, 1 => mended];
    any.prop_map(|steps| steps.into_iter().flatten().collect())
}

/// A sequence of any length, about forty steps on average, so that a difference
/// shrinks to the few steps it takes.
pub(super) fn sequence() -> impl Strategy<Value = Vec<Step>> {
    let scenarios = prop::collection::vec(scenario(), 1..32);
    scenarios.prop_map(|scenarios| scenarios.into_iter().flatten().collect())
}
