//! The administrator's steps: roles, users, customers, settings.

use std::time::Duration;

use lac_app::access::roles::{RoleAllow, RoleDeny, RoleSetAccess, RoleSetScope, ScopeSelection};
use lac_app::access::users;
use lac_app::core::confirm::Confirmation;
use lac_app::shop::config::ConfigSet;
use lac_app::shop::consent::{ConsentChange, GrantLimit};
use lac_app::shop::customers;
use lac_model::access::Access;
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::scope::ConfigScope;

use super::drive::{Driver, Outcome, agree, number};
use super::model::{Agent, ConsentAnswer};
use super::shop::{AGENTS, ROLES, WEBSITES};
use super::steps::{Mode, Right, Scope, Step};

impl Driver {
    pub(super) fn role(&mut self, step: &Step) -> Outcome {
        let context = self.shop.administrator();
        let mut no = None;
        let done = match *step {
            Step::Grant(role, right, given) => {
                let name = ROLES[role].to_owned();
                let (resources, with_children) = (vec![resource(right).to_owned()], false);
                let role = &mut self.model.roles[role];
                if given && !role.all && !role.rights.contains(&right) {
                    role.rights.push(right);
                }
                if given {
                    let allow = RoleAllow {
                        name: name.try_into().unwrap(),
                        resources: BoundedList::parse("", resources, ShortText::new).unwrap(),
                        with_children,
                    };
                    allow.run(&context).map(drop)
                } else {
                    no = role.all.then_some("nothing to take from");
                    role.rights.retain(|held| *held != right);
                    let deny = RoleDeny {
                        name: name.try_into().unwrap(),
                        resources: BoundedList::parse("", resources, ShortText::new).unwrap(),
                        with_children,
                    };
                    deny.run(&context).map(drop)
                }
            }
            Step::Access(role, all) => {
                let name = ROLES[role].to_owned();
                let access = if all { Access::All } else { Access::Custom };
                let role = &mut self.model.roles[role];
                if role.all != all {
                    role.rights.clear();
                }
                role.all = all;
                let confirmation = Confirmation::Given;
                let set = RoleSetAccess {
                    name: name.try_into().unwrap(),
                    access,
                    confirmation,
                };
                set.run(&context).map(drop)
            }
            Step::Scope(role, scope) => {
                let name = ROLES[role].to_owned();
                self.model.roles[role].scope = scope;
                let scope = match scope {
                    Scope::All => ScopeSelection::All,
                    Scope::Website(at) => ScopeSelection::Websites(
                        BoundedList::parse("", vec![WEBSITES[at].to_owned()], ShortText::new)
                            .unwrap(),
                    ),
                };
                RoleSetScope {
                    name: name.try_into().unwrap(),
                    scope,
                }
                .run(&context)
                .map(drop)
            }
            _ => return Ok(()),
        };
        agree(&done, no)?;
        self.model.settle();
        Ok(())
    }

    pub(super) fn person(&mut self, step: &Step) -> Outcome {
        let context = self.shop.administrator();
        let (Step::Assign(at, _) | Step::Enable(at, _) | Step::Delete(at) | Step::Create(at, _)) =
            *step
        else {
            return Ok(());
        };
        let name = AGENTS[at].to_owned();
        let agent = &mut self.model.agents[at];
        let is_there = agent.person.is_some();
        let mut no = (!is_there).then_some("nobody of that name");
        let done = match *step {
            Step::Assign(_, role) => {
                agent.role = if is_there { role } else { agent.role };
                let role = ROLES[role].to_owned();
                users::UserAssign {
                    name: name.try_into().unwrap(),
                    role: role.try_into().unwrap(),
                }
                .run(&context)
                .map(drop)
            }
            Step::Enable(_, enabled) => {
                agent.enabled = enabled;
                users::UserSetEnabled {
                    name: name.try_into().unwrap(),
                    enabled,
                }
                .run(&context)
                .map(drop)
            }
            Step::Delete(_) => {
                agent.person = None;
                let confirmed = true;
                users::UserDelete {
                    name: name.try_into().unwrap(),
                    confirmed,
                }
                .run(&context)
                .map(drop)
            }
            Step::Create(_, role) => {
                no = is_there.then_some("there is one of that name");
                if !is_there {
                    let person = Some(self.model.persons);
                    self.model.persons += 1;
                    *agent = Agent {
                        person,
                        role,
                        enabled: true,
                    };
                }
                let create = users::UserCreate {
                    os_account: Some(name.clone().try_into().unwrap()),
                    name: name.try_into().unwrap(),
                    role: ROLES[role].to_owned().try_into().unwrap(),
                    full_name: None,
                };
                create.run(&context).map(drop)
            }
            _ => return Ok(()),
        };
        agree(&done, no)?;
        self.model.settle();
        Ok(())
    }

    pub(super) fn customer(&mut self, step: &Step) -> Outcome {
        let context = self.shop.administrator();
        let consent = |customer: usize, granted, limit| ConsentChange {
            granted,
            customers: BoundedList::parse("", [number(customer)], ShortText::new).unwrap(),
            website: None,
            reason: None,
            limit,
        };
        let done = match *step {
            Step::Revoke(customer) => {
                self.model.set_answer(customer, ConsentAnswer::No);
                consent(customer, false, None).run(&context).map(drop)
            }
            Step::Consent(customer, length) => {
                let until = length.map(|length| self.model.now + length);
                self.model
                    .set_answer(customer, ConsentAnswer::Yes { until });
                let length = length.map(|length| Duration::from_secs(length.unsigned_abs()));
                let change = consent(customer, true, length.map(GrantLimit::For));
                change.run(&context).map(drop)
            }
            Step::Active(customer, active) => {
                self.model.customers[customer].active = active;
                let edit = customers::CustomerEdit {
                    customer: number(customer).try_into().unwrap(),
                    active: Some(active),
                    ..customers::CustomerEdit::default()
                };
                edit.run(&context).map(drop)
            }
            _ => return Ok(()),
        };
        self.model.settle();
        agree(&done, None)
    }

    pub(super) fn setting(&mut self, step: &Step) -> Outcome {
        let at = |website: usize| ConfigScope::Website(WEBSITES[website].to_owned());
        let word = |yes| if yes { "yes" } else { "no" };
        let (path, value, scope) = match *step {
            Step::Mode(website, mode) => {
                self.model.modes[website] = mode;
                let value = match mode {
                    Mode::OptIn => "opt-in",
                    Mode::OptOut => "opt-out",
                    Mode::Mandatory => "mandatory",
                };
                ("lac/consent/mode", value, at(website))
            }
            Step::Feature(on) => {
                self.model.enabled = on;
                let path = "login_as_customer/general/enabled";
                (path, word(on), ConfigScope::Default)
            }
            Step::Approval(website, on) => {
                self.model.approval[website] = on;
                ("lac/approval/required", word(on), at(website))
            }
            _ => return Ok(()),
        };
        self.model.settle();
        let (path, value) = (path.to_owned(), value.to_owned());
        agree(
            &ConfigSet {
                path: path.try_into().unwrap(),
                value: value.try_into().unwrap(),
                scope,
                confirmation: Confirmation::Given,
            }
            .run(&self.shop.administrator()),
            None,
        )
    }
}

fn resource(right: Right) -> &'static str {
    match right {
        Right::Login => "login_button",
        Right::Order => "sales_order",
        Right::Approve => "Lac::approve",
        Right::Override => "Lac::consent_override",
    }
}
