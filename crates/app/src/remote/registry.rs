//! Every use case by its name.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::server::parse;
use super::wire::Envelope;
use super::{Meanwhile, UseCase};
use crate::page::Page;
use crate::{
    Desk, complete, config, consent, customers, doctor, documents, import, keys, log, login,
    outbox, requests, roles, sessions, storefronts, stores, tokens, users, whoami,
};
use lac_ledger::signing::keys::JwkSet;
use lac_model::fault::Fault;
use lac_store::Result;

/// What running a use case takes: its `run`, unless it says something else.
macro_rules! body {
    ($request:expr, $desk:expr, $meanwhile:expr) => {{
        let _ = $meanwhile;
        $request.run($desk)
    }};
    ($request:expr, $desk:expr, $meanwhile:expr, |$it:ident, $at:ident, $with:pat_param| $run:expr) => {{
        let ($it, $at, $with) = ($request, $desk, $meanwhile);
        $run
    }};
}

macro_rules! use_cases {
    ($($name:literal $request:ty => $answer:ty $(, |$it:ident, $desk:ident, $meanwhile:pat_param| $run:expr)?;)*) => {
        $(impl UseCase for $request {
            const NAME: &'static str = $name;
            type Answer = $answer;

            fn run_at(self, desk: &Desk<'_>, meanwhile: &mut dyn Meanwhile) -> Result<$answer> {
                body!(self, desk, meanwhile $(, |$it, $desk, $meanwhile| $run)?)
            }
        })*

        /// The names that requests have on a stream.
        pub fn names() -> &'static [&'static str] {
            &[$($name),*]
        }

        /// A request as this program understands it, every field written out:
        /// for whoever speaks the protocol and wants to know its shape.
        ///
        /// # Errors
        /// `invalid_value` for one that it does not.
        pub fn understood(use_case: &str, request: &RawValue) -> Result<Value> {
            let token = None;
            let envelope = Envelope { use_case, token, request };
            match use_case {
                $($name => written(&parse::<$request>(&envelope)?),)*
                _ => Err(unknown()),
            }
        }

        /// Runs what an envelope holds; the answer's bytes.
        ///
        /// # Errors
        /// `invalid_value` for a name that is none; the use case's own.
        pub fn dispatch(
            envelope: &Envelope<'_>,
            desk: &Desk<'_>,
            meanwhile: &mut dyn Meanwhile,
        ) -> Result<Vec<u8>> {
            match envelope.use_case {
                $($name => answer(parse::<$request>(envelope)?, desk, meanwhile),)*
                _ => Err(unknown()),
            }
        }
    };
}

fn unknown() -> Fault {
    Fault::invalid("the request", "it is not one of this program's")
}

fn written(request: &impl Serialize) -> Result<Value> {
    serde_json::to_value(request).map_err(Fault::internal)
}

fn answer<U: UseCase>(
    request: U,
    desk: &Desk<'_>,
    meanwhile: &mut dyn Meanwhile,
) -> Result<Vec<u8>> {
    bytes(&request.run_at(desk, meanwhile)?)
}

fn bytes(answer: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(answer).map_err(Fault::internal)
}

use_cases! {
    "whoami" whoami::WhoAmI => whoami::Myself;
    "doctor" doctor::Examine => Vec<doctor::Finding>, |it, desk, _| Ok(it.run(desk));
    "complete" complete::Complete => Vec<String>, |it, desk, _| Ok(it.run(desk));

    "login.check" login::Check => login::Checked;
    "login.search" login::Search => (Vec<login::Candidate>, bool);
    "login.ask" login::Ask => login::Asked;
    "login.start" login::Login => login::Started;
    "login.verify" login::Verify => login::Verified;
    "login.redeem" login::Redeem => login::Redeemed;
    "document.show" documents::ShowDocument => documents::DocumentShown;

    "request.list" requests::ListRequests => Page<requests::RequestRow>;
    "request.show" requests::ShowRequest => requests::RequestRow;
    "request.decide" requests::Decide => Vec<requests::Decided>;
    "request.cancel" requests::Cancel => requests::Decided;
    "outbox.list" outbox::ListNotices => Page<outbox::NoticeRow>;
    "outbox.retry" outbox::Retry => Vec<outbox::Retried>;

    "session.list" sessions::ListSessions => Vec<sessions::SessionRow>;
    "session.show" sessions::ShowSession => sessions::SessionRow;
    "session.end" sessions::End => Vec<sessions::Ended>;

    "customer.list" customers::List => Page<customers::CustomerView>;
    "customer.show" customers::Show => customers::CustomerView;
    "customer.history" customers::History => Page<customers::Visit>;
    "customer.add" customers::Add => customers::Changed;
    "customer.edit" customers::Edit => customers::Changed;
    "customer.remove" customers::Remove => customers::Removed;

    "consent.show" consent::Show => Vec<consent::ConsentView>;
    "consent.change" consent::Change => Vec<consent::Changed>;
    "consent.history" consent::History => Page<consent::Entry>;

    "config.list" config::List => Vec<config::Entry>;
    "config.describe" config::Describe => config::Described;
    "config.get" config::Get => config::Setting;
    "config.set" config::Set => config::Changed;
    "config.unset" config::Unset => config::Changed;

    "config.export" config::Export => config::Exported;
    "config.diff" config::Diff => config::Differences;
    "config.apply" config::Apply => config::Applied;

    "stores.list" stores::List => Vec<stores::Node>;
    "stores.add_website" stores::AddWebsite => stores::Node;
    "stores.add_group" stores::AddGroup => stores::Node;
    "stores.add_view" stores::AddView => stores::Node;
    "stores.edit" stores::Edit => stores::Edited;
    "stores.plan_remove" stores::PlanRemove => stores::Removed;
    "stores.remove" stores::Remove => stores::Removed;

    "role.list" roles::List => Page<roles::RoleRow>;
    "role.show" roles::Show => roles::RoleView;
    "role.resources" roles::Tree => Vec<roles::Node>;
    "role.create" roles::Create => roles::Changed;
    "role.delete" roles::Delete => roles::Deleted;
    "role.access" roles::SetAccess => roles::Changed;
    "role.allow" roles::Allow => roles::Changed;
    "role.deny" roles::Deny => roles::Changed;
    "role.scope" roles::SetScope => roles::Changed;

    "role.export" roles::Export => roles::Exported;
    "role.diff" roles::Diff => roles::Differences;
    "role.apply" roles::Apply => roles::Applied;

    "user.list" users::List => Page<users::UserView>;
    "user.show" users::Show => users::UserView;
    "user.create" users::Create => users::Changed;
    "user.edit" users::Edit => users::Changed;
    "user.assign" users::Assign => users::Changed;
    "user.enable" users::SetEnabled => users::Changed;
    "user.delete" users::Delete => users::Deleted;
    "token.create" tokens::Create => tokens::Created;
    "token.list" tokens::List => Page<tokens::TokenView>;
    "token.revoke" tokens::Revoke => tokens::Revoked;

    "storefront.add" storefronts::Add => storefronts::Added;
    "storefront.list" storefronts::List => Page<storefronts::StorefrontView>;
    "storefront.revoke" storefronts::Revoke => storefronts::Revoked;

    "key.list" keys::ListKeys => Vec<keys::KeyShown>;
    "key.jwks" keys::Jwks => JwkSet;
    "key.verifier" keys::Verifier => keys::VerifierKey;

    "key.verifiers" keys::Verifiers => lac_ledger::keys::KeyChain;
    "key.rotate" keys::Rotate => keys::Rotated;
    "key.retire" keys::Retire => keys::Retired;

    "import" import::Import => import::Imported, |it, desk, meanwhile| {
        let (input, watch) = meanwhile.import()?;
        it.run(desk, input, watch)
    };

    "log.list" log::List => log::Listed, |it, desk, meanwhile| {
        it.run(desk, &mut |event| meanwhile.event(event))
    };
    "log.show" log::Show => lac_model::audit::EventView;
    "log.raw" log::ShowRaw => log::Raw;
    "log.tail" log::Tail => log::Tailed;
    "log.is_newest" log::IsNewest => bool;
    "log.export" log::export::Export => log::export::Exported, |it, desk, meanwhile| {
        it.run(desk, meanwhile.receiver()?)
    };
    "log.report" log::Report => lac_ledger::report::Reported;
    "log.statement" log::Statement => lac_ledger::statement::Stated;
    "log.checkpoint" log::Newest => lac_ledger::receipt::Receipt;
    "log.verify" log::verify::Verify => lac_ledger::verify::Verified, |it, desk, meanwhile| {
        it.run(desk, &mut |done, total| meanwhile.at(done, total))
    };
    "log.archive" log::archive::Archive => log::archive::Archived, |it, desk, meanwhile| {
        it.run(desk, &mut |done, total| meanwhile.at(done, total))
    };
    "log.erase" log::erase::Erase => log::erase::Erased, |it, desk, meanwhile| {
        it.run(desk, &mut |done, total| meanwhile.at(done, total))
    };
    "log.plan_recovery" log::PlanRecovery => ();
    "log.recover" log::Recover => log::Recovered;
    "log.plan_acceptance" log::PlanAcceptance => Vec<String>;
    "log.accept" log::Accept => log::Accepted;
}
