//! Every use case by its name.

use serde::Serialize;

use super::server::parse;
use super::wire::Envelope;
use super::{Meanwhile, UseCase};
use crate::app::{
    Desk, complete, config, consent, customers, doctor, documents, import, keys, log, login,
    outbox, page::Page, requests, roles, sessions, storefronts, stores, tokens, users, whoami,
};
use crate::domain::fault::Fault;
use crate::signing::keys::JwkSet;
use crate::store::Result;

macro_rules! use_cases {
    ($($name:literal $request:ty => $answer:ty, |$it:ident, $desk:ident, $meanwhile:pat_param| $run:expr;)*) => {
        $(impl UseCase for $request {
            const NAME: &'static str = $name;
            type Answer = $answer;

            fn run_at(self, $desk: &Desk<'_>, $meanwhile: &mut dyn Meanwhile) -> Result<$answer> {
                let $it = self;
                $run
            }
        })*

        /// The names that requests have on a stream.
        pub fn names() -> &'static [&'static str] {
            &[$($name),*]
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
                _ => Err(Fault::invalid("the request", "it is not one of this program's")),
            }
        }
    };
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
    "whoami" whoami::WhoAmI => whoami::Myself, |it, desk, _| it.run(desk);
    "doctor" doctor::Examine => Vec<doctor::Finding>, |it, desk, _| Ok(it.run(desk));
    "complete" complete::Complete => Vec<String>, |it, desk, _| Ok(it.run(desk));

    "login.check" login::Check => login::Checked, |it, desk, _| it.run(desk);
    "login.search" login::Search => (Vec<login::Candidate>, bool), |it, desk, _| it.run(desk);
    "login.ask" login::Ask => login::Asked, |it, desk, _| it.run(desk);
    "login.start" login::Login => login::Started, |it, desk, _| it.run(desk);
    "login.verify" login::Verify => login::Verified, |it, desk, _| it.run(desk);
    "login.redeem" login::Redeem => login::Redeemed, |it, desk, _| it.run(desk);
    "document.show" documents::ShowDocument => documents::DocumentShown, |it, desk, _| it.run(desk);

    "request.list" requests::ListRequests => Page<requests::RequestRow>, |it, desk, _| it.run(desk);
    "request.show" requests::ShowRequest => requests::RequestRow, |it, desk, _| it.run(desk);
    "request.decide" requests::Decide => Vec<requests::Decided>, |it, desk, _| it.run(desk);
    "request.cancel" requests::Cancel => requests::Decided, |it, desk, _| it.run(desk);
    "outbox.list" outbox::ListNotices => Page<outbox::NoticeRow>, |it, desk, _| it.run(desk);
    "outbox.retry" outbox::Retry => Vec<outbox::Retried>, |it, desk, _| it.run(desk);

    "session.list" sessions::ListSessions => Vec<sessions::SessionRow>, |it, desk, _| it.run(desk);
    "session.show" sessions::ShowSession => sessions::SessionRow, |it, desk, _| it.run(desk);
    "session.end" sessions::End => Vec<sessions::Ended>, |it, desk, _| it.run(desk);

    "customer.list" customers::List => Page<customers::CustomerView>, |it, desk, _| it.run(desk);
    "customer.show" customers::Show => customers::CustomerView, |it, desk, _| it.run(desk);
    "customer.history" customers::History => Page<customers::Visit>, |it, desk, _| it.run(desk);
    "customer.add" customers::Add => customers::Changed, |it, desk, _| it.run(desk);
    "customer.edit" customers::Edit => customers::Changed, |it, desk, _| it.run(desk);
    "customer.remove" customers::Remove => customers::Removed, |it, desk, _| it.run(desk);

    "consent.show" consent::Show => Vec<consent::ConsentView>, |it, desk, _| it.run(desk);
    "consent.change" consent::Change => Vec<consent::Changed>, |it, desk, _| it.run(desk);
    "consent.history" consent::History => Page<consent::Entry>, |it, desk, _| it.run(desk);

    "config.list" config::List => Vec<config::Entry>, |it, desk, _| it.run(desk);
    "config.describe" config::Describe => config::Described, |it, desk, _| it.run(desk);
    "config.get" config::Get => config::Setting, |it, desk, _| it.run(desk);
    "config.set" config::Set => config::Changed, |it, desk, _| it.run(desk);
    "config.unset" config::Unset => config::Changed, |it, desk, _| it.run(desk);

    "config.export" config::Export => config::Exported, |it, desk, _| it.run(desk);
    "config.diff" config::Diff => config::Differences, |it, desk, _| it.run(desk);
    "config.apply" config::Apply => config::Applied, |it, desk, _| it.run(desk);

    "stores.list" stores::List => Vec<stores::Node>, |it, desk, _| it.run(desk);
    "stores.add_website" stores::AddWebsite => stores::Node, |it, desk, _| it.run(desk);
    "stores.add_group" stores::AddGroup => stores::Node, |it, desk, _| it.run(desk);
    "stores.add_view" stores::AddView => stores::Node, |it, desk, _| it.run(desk);
    "stores.edit" stores::Edit => stores::Edited, |it, desk, _| it.run(desk);
    "stores.plan_remove" stores::PlanRemove => stores::Removed, |it, desk, _| it.run(desk);
    "stores.remove" stores::Remove => stores::Removed, |it, desk, _| it.run(desk);

    "role.list" roles::List => Page<roles::RoleRow>, |it, desk, _| it.run(desk);
    "role.show" roles::Show => roles::RoleView, |it, desk, _| it.run(desk);
    "role.resources" roles::Tree => Vec<roles::Node>, |it, desk, _| it.run(desk);
    "role.create" roles::Create => roles::Changed, |it, desk, _| it.run(desk);
    "role.delete" roles::Delete => roles::Deleted, |it, desk, _| it.run(desk);
    "role.access" roles::SetAccess => roles::Changed, |it, desk, _| it.run(desk);
    "role.allow" roles::Allow => roles::Changed, |it, desk, _| it.run(desk);
    "role.deny" roles::Deny => roles::Changed, |it, desk, _| it.run(desk);
    "role.scope" roles::SetScope => roles::Changed, |it, desk, _| it.run(desk);

    "role.export" roles::Export => roles::Exported, |it, desk, _| it.run(desk);
    "role.diff" roles::Diff => roles::Differences, |it, desk, _| it.run(desk);
    "role.apply" roles::Apply => roles::Applied, |it, desk, _| it.run(desk);

    "user.list" users::List => Page<users::UserView>, |it, desk, _| it.run(desk);
    "user.show" users::Show => users::UserView, |it, desk, _| it.run(desk);
    "user.create" users::Create => users::Changed, |it, desk, _| it.run(desk);
    "user.edit" users::Edit => users::Changed, |it, desk, _| it.run(desk);
    "user.assign" users::Assign => users::Changed, |it, desk, _| it.run(desk);
    "user.enable" users::SetEnabled => users::Changed, |it, desk, _| it.run(desk);
    "user.delete" users::Delete => users::Deleted, |it, desk, _| it.run(desk);
    "token.create" tokens::Create => tokens::Created, |it, desk, _| it.run(desk);
    "token.list" tokens::List => Page<tokens::TokenView>, |it, desk, _| it.run(desk);
    "token.revoke" tokens::Revoke => tokens::Revoked, |it, desk, _| it.run(desk);

    "storefront.add" storefronts::Add => storefronts::Added, |it, desk, _| it.run(desk);
    "storefront.list" storefronts::List => Page<storefronts::StorefrontView>, |it, desk, _| it.run(desk);
    "storefront.revoke" storefronts::Revoke => storefronts::Revoked, |it, desk, _| it.run(desk);

    "key.list" keys::ListKeys => Vec<keys::KeyShown>, |it, desk, _| it.run(desk);
    "key.jwks" keys::Jwks => JwkSet, |it, desk, _| it.run(desk);
    "key.verifier" keys::Verifier => keys::VerifierKey, |it, desk, _| it.run(desk);

    "key.verifiers" keys::Verifiers => keys::KeyChain, |it, desk, _| it.run(desk);
    "key.rotate" keys::Rotate => keys::Rotated, |it, desk, _| it.run(desk);
    "key.retire" keys::Retire => keys::Retired, |it, desk, _| it.run(desk);

    "import" import::Import => import::Imported, |it, desk, meanwhile| {
        let (input, watch) = meanwhile.import()?;
        it.run(desk, input, watch)
    };

    "log.list" log::List => log::Listed, |it, desk, meanwhile| {
        it.run(desk, &mut |event| meanwhile.event(event))
    };
    "log.show" log::Show => crate::domain::audit::EventView, |it, desk, _| it.run(desk);
    "log.raw" log::ShowRaw => log::Raw, |it, desk, _| it.run(desk);
    "log.tail" log::Tail => log::Tailed, |it, desk, _| it.run(desk);
    "log.is_newest" log::IsNewest => bool, |it, desk, _| it.run(desk);
    "log.export" log::export::Export => log::export::Exported, |it, desk, meanwhile| {
        it.run(desk, meanwhile.receiver()?)
    };
    "log.report" log::Report => log::Reported, |it, desk, _| it.run(desk);
    "log.statement" log::Statement => log::Stated, |it, desk, _| it.run(desk);
    "log.checkpoint" log::Newest => log::Receipt, |it, desk, _| it.run(desk);
    "log.verify" log::verify::Verify => log::verify::Verified, |it, desk, meanwhile| {
        it.run(desk, &mut |done, total| meanwhile.at(done, total))
    };
    "log.archive" log::archive::Archive => log::archive::Archived, |it, desk, meanwhile| {
        it.run(desk, &mut |done, total| meanwhile.at(done, total))
    };
    "log.erase" log::erase::Erase => log::erase::Erased, |it, desk, meanwhile| {
        it.run(desk, &mut |done, total| meanwhile.at(done, total))
    };
    "log.plan_recovery" log::PlanRecovery => (), |it, desk, _| it.run(desk);
    "log.recover" log::Recover => log::Recovered, |it, desk, _| it.run(desk);
}
