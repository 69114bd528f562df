//! The list of all use cases, by name.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::wire::{Envelope, parse_request};
use super::{Channel, UseCase};
use crate::access::{keys, roles, storefronts, tokens, users, whoami};
use crate::core::page::Page;
use crate::login::{outbox, requests, sessions};
use crate::shop::{completion, config, consent, customers, documents, import, stores};
use crate::{Context, doctor, log, login};
use lac_ledger::signing::keys::JwkSet;
use lac_model::fault::Fault;
use lac_store::Result;

/// The body of `run_on`: calls `run`, unless the list gives another expression.
macro_rules! body {
    ($request:expr, $context:expr, $channel:expr) => {{
        let _ = $channel;
        $request.run($context)
    }};
    ($request:expr, $context:expr, $channel:expr, |$it:ident, $at:ident, $with:pat_param| $run:expr) => {{
        let ($it, $at, $with) = ($request, $context, $channel);
        $run
    }};
}

macro_rules! use_cases {
    ($($name:literal $request:ty => $answer:ty $(, |$it:ident, $context:ident, $channel:pat_param| $run:expr)?;)*) => {
        $(impl UseCase for $request {
            const NAME: &'static str = $name;
            type Answer = $answer;

            fn run_on(self, context: &Context<'_>, channel: &mut dyn Channel) -> Result<$answer> {
                body!(self, context, channel $(, |$it, $context, $channel| $run)?)
            }
        })*

        /// The names of all use cases in the protocol.
        pub fn use_case_names() -> &'static [&'static str] {
            &[$($name),*]
        }

        /// Parses a request and returns it with every field written out, for
        /// authors of clients who want to see its shape. Fails with
        /// `invalid_value` if it cannot be parsed.
        pub fn normalize_request(use_case: &str, request: &RawValue) -> Result<Value> {
            let token = None;
            let envelope = Envelope { use_case, token, request };
            match use_case {
                $($name => to_json_value(&parse_request::<$request>(&envelope)?),)*
                _ => Err(unknown_use_case()),
            }
        }

        /// Runs the use case in an envelope and returns the answer's bytes.
        pub(super) fn dispatch(
            envelope: &Envelope<'_>,
            context: &Context<'_>,
            channel: &mut dyn Channel,
        ) -> Result<Vec<u8>> {
            match envelope.use_case {
                $($name => run_to_bytes(parse_request::<$request>(envelope)?, context, channel),)*
                _ => Err(unknown_use_case()),
            }
        }
    };
}

fn unknown_use_case() -> Fault {
    Fault::invalid("the request", "it is not one of this program's")
}

fn to_json_value(request: &impl Serialize) -> Result<Value> {
    serde_json::to_value(request).map_err(Fault::internal)
}

fn run_to_bytes<U: UseCase>(
    request: U,
    context: &Context<'_>,
    channel: &mut dyn Channel,
) -> Result<Vec<u8>> {
    to_json_bytes(&request.run_on(context, channel)?)
}

fn to_json_bytes(answer: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(answer).map_err(Fault::internal)
}

use_cases! {
    "whoami" whoami::WhoAmI => whoami::ActorView;
    "doctor" doctor::Doctor => Vec<doctor::DoctorFinding>, |it, context, _| Ok(it.run(context));
    "complete" completion::Complete => Vec<String>, |it, context, _| Ok(it.run(context));

    "login.check" login::LoginCheck => login::LoginChecked;
    "login.search" login::LoginSearch => (Vec<login::LoginCandidate>, bool);
    "login.ask" login::LoginAskApproval => login::ApprovalAsked;
    "login.start" login::LoginStart => login::LoginStarted;
    "login.verify" login::LoginVerify => login::LoginVerified;
    "login.redeem" login::LoginRedeem => login::LoginRedeemed;
    "document.show" documents::DocumentShow => documents::DocumentView;

    "request.list" requests::RequestList => Page<requests::RequestView>;
    "request.show" requests::RequestShow => requests::RequestView;
    "request.decide" requests::RequestDecide => Vec<requests::RequestChanged>;
    "request.cancel" requests::RequestCancel => requests::RequestChanged;
    "outbox.list" outbox::OutboxList => Page<outbox::NoticeView>;
    "outbox.retry" outbox::OutboxRetry => Vec<outbox::NoticeRetried>;

    "session.list" sessions::SessionList => Vec<sessions::SessionView>;
    "session.show" sessions::SessionShow => sessions::SessionView;
    "session.end" sessions::SessionEnd => Vec<sessions::SessionEnded>;
    "session.check" sessions::SessionCheck => sessions::SessionChecked;
    "session.leave" sessions::SessionLeave => sessions::SessionLeft;
    "session.report" sessions::SessionReport => sessions::SessionReported;

    "customer.list" customers::CustomerList => Page<customers::CustomerView>;
    "customer.show" customers::CustomerShow => customers::CustomerView;
    "customer.history" customers::CustomerHistory => Page<customers::CustomerVisit>;
    "customer.add" customers::CustomerAdd => customers::CustomerChanged;
    "customer.edit" customers::CustomerEdit => customers::CustomerChanged;
    "customer.remove" customers::CustomerRemove => customers::CustomerRemoved;

    "consent.show" consent::ConsentShow => consent::ConsentShown;
    "consent.change" consent::ConsentChange => consent::ConsentChangeAnswer;
    "consent.history" consent::ConsentHistory => Page<consent::ConsentHistoryEntry>;
    "customer_consent.show" consent::CustomerConsentShow => consent::CustomerConsent;
    "customer_consent.set" consent::CustomerConsentSet => consent::CustomerConsentChanged;
    "customer_consent.history" consent::CustomerAccessHistory => consent::CustomerAccess;
    "consent_ask.create" consent::ConsentAskCreate => consent::ConsentAsked;
    "consent_ask.list" consent::ConsentAskList => Page<consent::ConsentAskView>;
    "consent_ask.show" consent::ConsentAskShow => consent::ConsentAskStatus;
    "consent_ask.withdraw" consent::ConsentAskWithdraw => consent::ConsentAskView;
    "consent_ask.decide" consent::ConsentAskDecide => consent::ConsentAskDecided;

    "config.list" config::ConfigList => Vec<config::ConfigEntry>;
    "config.describe" config::ConfigDescribe => config::ConfigDescription;
    "config.get" config::ConfigGet => config::ConfigValue;
    "config.set" config::ConfigSet => config::ConfigChanged;
    "config.unset" config::ConfigUnset => config::ConfigChanged;

    "config.export" config::ConfigExport => config::ConfigExported;
    "config.diff" config::ConfigDiff => config::ConfigDifferences;
    "config.apply" config::ConfigApply => config::ConfigApplied;

    "stores.list" stores::StoresList => Vec<stores::StoreNode>;
    "stores.add_website" stores::StoresAddWebsite => stores::StoreNode;
    "stores.add_group" stores::StoresAddGroup => stores::StoreNode;
    "stores.add_view" stores::StoresAddView => stores::StoreNode;
    "stores.edit" stores::StoresEdit => stores::StoresEdited;
    "stores.plan_remove" stores::StoresPlanRemove => stores::StoresRemoved;
    "stores.remove" stores::StoresRemove => stores::StoresRemoved;

    "role.list" roles::RoleList => Page<roles::RoleSummary>;
    "role.show" roles::RoleShow => roles::RoleView;
    "role.resources" roles::RoleResources => Vec<roles::ResourceNode>;
    "role.create" roles::RoleCreate => roles::RoleChanged;
    "role.delete" roles::RoleDelete => roles::RoleDeleted;
    "role.access" roles::RoleSetAccess => roles::RoleChanged;
    "role.allow" roles::RoleAllow => roles::RoleChanged;
    "role.deny" roles::RoleDeny => roles::RoleChanged;
    "role.scope" roles::RoleSetScope => roles::RoleChanged;

    "role.export" roles::RoleExport => roles::RoleExported;
    "role.diff" roles::RoleDiff => roles::RoleDifferences;
    "role.apply" roles::RoleApply => roles::RoleApplied;

    "user.list" users::UserList => Page<users::UserView>;
    "user.show" users::UserShow => users::UserView;
    "user.create" users::UserCreate => users::UserChanged;
    "user.edit" users::UserEdit => users::UserChanged;
    "user.assign" users::UserAssign => users::UserChanged;
    "user.enable" users::UserSetEnabled => users::UserChanged;
    "user.delete" users::UserDelete => users::UserDeleted;
    "token.create" tokens::TokenCreate => tokens::TokenCreated;
    "token.list" tokens::TokenList => Page<tokens::TokenView>;
    "token.revoke" tokens::TokenRevoke => tokens::TokenRevoked;

    "storefront.add" storefronts::StorefrontAdd => storefronts::StorefrontAdded;
    "storefront.list" storefronts::StorefrontList => Page<storefronts::StorefrontView>;
    "storefront.rotate" storefronts::StorefrontRotate => storefronts::StorefrontRotated;
    "storefront.test" doctor::StorefrontTest => doctor::StorefrontTested;
    "storefront.revoke" storefronts::StorefrontRevoke => storefronts::StorefrontRevoked;

    "key.list" keys::KeyList => Vec<keys::KeyView>;
    "key.jwks" keys::KeyJwks => JwkSet;
    "key.verifier" keys::KeyVerifier => keys::VerifierKeyView;

    "key.verifiers" keys::KeyVerifiers => lac_ledger::key_rows::KeyChain;
    "key.rotate" keys::KeyRotate => keys::KeyRotated;
    "key.retire" keys::KeyRetire => keys::KeyRetired;

    "sync.customers" import::sync::SyncCustomers => import::sync::Synced;
    "sync.orders" import::sync::SyncOrders => import::sync::Synced;
    "import" import::Import => import::Imported, |it, context, channel| {
        let (input, watch) = channel.import_input()?;
        it.run(context, input, watch)
    };

    "log.list" log::LogList => log::LogListSummary, |it, context, channel| {
        it.run(context, &mut |event| channel.event(event))
    };
    "log.show" log::LogShow => lac_model::audit::EventView;
    "log.raw" log::LogRaw => log::RawEvent;
    "log.tail" log::LogTail => log::LogTailBatch;
    "log.is_newest" log::LogIsNewest => bool;
    "log.export" log::export::LogExport => log::export::LogExported, |it, context, channel| {
        it.run(context, channel.export_receiver()?)
    };
    "log.report" log::LogReport => lac_ledger::report::AccessReport;
    "log.statement" log::LogStatement => lac_ledger::statement::AccountStatement;
    "log.checkpoint" log::LogCheckpoint => lac_ledger::receipt::Receipt;
    "log.verify" log::verify::LogVerify => lac_ledger::verify::LogVerification, |it, context, channel| {
        it.run(context, &mut |done, total| channel.progress(done, total))
    };
    "log.archive" log::archive::LogArchive => log::archive::LogArchived, |it, context, channel| {
        it.run(context, &mut |done, total| channel.progress(done, total))
    };
    "log.erase" log::erase::LogErase => log::erase::LogErased, |it, context, channel| {
        it.run(context, &mut |done, total| channel.progress(done, total))
    };
    "log.plan_recovery" log::LogPlanRecovery => ();
    "log.recover" log::LogRecover => log::LogRecovered;
    "log.plan_acceptance" log::LogPlanAcceptance => Vec<String>;
    "log.accept" log::LogAccept => log::LogAccepted;
}
