//! The hint of each fault: one exhaustive list.

use std::path::Path;

use super::Hint;
use super::Requirement::{AdminUser, AnyOf, FullAccess, Nothing, OnAllWebsites, Root};
use super::parts::{can_create_store, consent_hint, document_number_hint, require};
use lac_model::fault::{Fault, FileRemedy};
use lac_model::resource::Resource;
use lac_model::text::{shell_quoted, shell_word};

const TRY_AGAIN: &str = "try again";
const KEEP_EVIDENCE: &str = "keep a copy of the store as evidence; ";
const RESTORE_FROM_BACKUP: &str = "restore it from a backup";

/// The hint for a fault; `None` if its message is enough.
#[allow(clippy::too_many_lines)] // one exhaustive list, on purpose
pub fn hint(fault: &Fault) -> Option<Hint> {
    use Fault as F;
    use Resource as R;
    let hint = match fault {
        F::FeatureDisabled => Hint::command(
            OnAllWebsites(R::CONFIG_SECTION),
            "lac config set login_as_customer/general/enabled yes",
        )
        .fallback("ask an administrator to enable it"),
        F::ConsentWithheld { customer, .. } => consent_hint(customer)
            .fallback("ask the customer to allow it in their account on the storefront"),
        F::CustomerInactive { customer } => Hint::command(
            require(R::CUSTOMER_ACTIONS),
            format!("lac customer edit {} --active yes", shell_word(customer)),
        )
        .fallback("ask an admin user who manages customers to activate the account"),
        F::CustomerUnconfirmed { .. } => {
            Hint::advice("the customer must follow the link in the confirmation e-mail first")
        }
        F::CustomerMoved { customer } => Hint::command(
            OnAllWebsites(R::CUSTOMER_ACTIONS),
            format!(
                "lac customer edit {} --confirm-website",
                shell_word(customer)
            ),
        )
        .fallback("ask an admin user with both websites to confirm it"),
        F::CustomerLocal { customer } => {
            Hint::command(require(R::IMPORT), "lac import customers FILE")
                .prefix("import the ids: ")
                .suffix(", with a response of GET /V1/customers/search")
                .or(Hint::command(
                    require(R::CUSTOMER_ACTIONS),
                    format!("lac customer edit {} --id ID", shell_word(customer)),
                )
                .prefix("set the id that the storefront uses: "))
                .fallback("ask an admin user who imports customers to import the ids")
        }
        F::GuestDocument { .. } => Hint::advice("start from the customer instead, if there is one"),
        F::StoreViewRequired { .. } => Hint::advice("choose one with --store-view"),
        F::StoreViewNotAllowed { .. } => {
            Hint::advice("choose a store view of the customer's website with --store-view")
        }
        F::StoreViewInactive { choices, .. } if choices.is_empty() => {
            Hint::advice("none of the store views that this login could use is active")
        }
        F::StoreViewInactive { choices, .. } => Hint::advice(format!(
            "choose an active one with --store-view: {}",
            choices.join(", ")
        )),
        F::BaseUrlMissing { store_view } => Hint::command(
            require(R::CONFIG),
            format!(
                "lac config set web/secure/base_url https://…/ --scope store-view:{store_view}"
            ),
        )
        .fallback("ask an administrator to set it"),
        F::ReasonRequired { .. } => {
            Hint::advice("give one with --reason TEXT, or --reason - to read stdin")
        }
        F::TicketRequired { .. } => Hint::advice("give one with --ticket ID"),
        F::SessionActive { session, .. } => Hint::command(
            AnyOf(vec![R::LOGIN_BUTTON, R::LAC_SESSIONS]),
            format!("lac session end {session}"),
        )
        .suffix(", or do not use --no-replace")
        .fallback("do not use --no-replace"),
        F::ApprovalRequired {
            request: Some(request),
            ..
        } => Hint::command(
            AnyOf(vec![R::LOGIN_BUTTON, R::LAC_APPROVE]),
            format!("lac request show {request}"),
        )
        .suffix(" shows whether it has been decided; after that, log in again")
        .fallback("log in again after it has been decided"),
        F::ApprovalRequired { .. } => {
            Hint::advice("request it: run the same command with --request")
        }
        F::OwnRequest { request } => Hint::advice(format!(
            "give the request's id to an admin user who may decide it: {request}"
        )),
        F::RequestClosed { .. } => {
            Hint::advice("if you still need the login, run it again with --request")
        }
        F::TokenInvalid { .. } => Hint::advice("ask for a new login URL"),
        F::TokenExpired { .. } | F::TokenSpent => {
            let once = "a login URL works once and for a short time: ";
            Hint::command(require(R::LOGIN_BUTTON), "lac login")
                .prefix(once)
                .suffix(" creates a new one")
                .fallback(format!("{once}ask the agent for a new one"))
        }
        F::AudienceMismatch { expected, .. } => Hint::advice(format!(
            "set --audience to the origin of the storefront that received the token: {expected}"
        )),
        F::SessionEnded { .. } => Hint::command(require(R::LOGIN_BUTTON), "lac login")
            .suffix(" starts a new one")
            .fallback("ask the agent for a new login URL"),
        F::ReadOnlyRequired => Hint::advice(
            "leave out --read-write; only lac/session/read_only decides, and it says always",
        ),
        F::ActionConflict { .. } => {
            Hint::advice("give every action an id of its own, and repeat a report unchanged")
        }
        F::TooManyActions { .. } => {
            Hint::advice("report fewer, larger actions; the session itself goes on")
        }
        F::LastAdministrator { .. } => Hint::advice(
            "you need another enabled admin user with full access and an account or a token",
        ),
        F::AskOpen { .. } => Hint::command(require(R::LOGIN_BUTTON), "lac consent asks")
            .prefix("wait for the answer; ")
            .suffix(" shows your asks")
            .fallback("wait for the answer"),
        F::AskLimit { .. } => Hint::advice("ask again tomorrow, or by another way"),
        F::AskClosed { .. } => Hint::advice("an agent who still needs it must ask again"),
        F::AgentSession => {
            Hint::advice("end the agent's session; the customer decides in their own account")
        }
        F::AskNotFound { .. } => Hint::command(require(R::LOGIN_BUTTON), "lac consent asks")
            .suffix(" shows yours")
            .fallback("check the id"),
        F::RateLimited { retry_after, .. } => Hint::advice(format!("try again in {retry_after} s")),
        F::StorefrontRevoked { .. } => Hint::command(
            require(R::LAC_STOREFRONTS),
            "lac storefront add NAME --website CODE",
        )
        .suffix(" adds another one")
        .fallback("ask an administrator for a token of another storefront"),
        F::CustomerPresent { customer } => Hint::command(
            require(R::CUSTOMER_ACTIONS),
            format!("lac customer remove {}", shell_word(customer)),
        )
        .suffix(", then run this command again")
        .fallback("ask an admin user who manages customers to remove the account first"),
        F::ErasurePending { .. } => Hint::advice(
            "end processes that follow or export the log, then run the same command again",
        ),
        F::FileTampered { .. } => {
            Hint::advice("do not rely on this file; get a new copy, and keep this one as evidence")
        }
        F::RoleHoldsAll { role } => Hint::command(
            require(R::ACL_ROLES),
            format!("lac role access {} custom", shell_quoted(role)),
        )
        .suffix(", then allow the resources it needs")
        .fallback("ask an admin user who manages roles to make its access custom"),
        F::TooManyMissing { .. } => {
            Hint::advice("check that the file is complete; if it is, use --allow-empty")
        }
        // These two are for passing on to an administrator.
        F::NotAuthenticated {
            remedy: Some(command),
            ..
        } => Hint::advice(format!("an administrator can run: {command}")),
        F::NotAuthenticated { remedy: None, .. } => {
            Hint::advice("ask an administrator for a new token")
        }
        F::ResourceDenied {
            role: Some(_),
            resource,
            ..
        } if resource == R::LAC_STOREFRONT.id() => Hint::advice(
            "this is a storefront's to do: use the token of its account (lac storefront add)",
        ),
        F::ResourceDenied {
            role: None,
            resource,
            title,
            ..
        } if resource == R::LAC_STOREFRONT.id() => {
            let flag = title.rsplit_once(' ').map_or("", |(_, flag)| flag);
            Hint::advice(format!(
                "an administrator can add another account: lac storefront add NAME --website \
                 CODE {flag}"
            ))
        }
        F::ResourceDenied {
            role: Some(role),
            resource,
            ..
        } => Hint::advice(format!(
            "an administrator can run: lac role allow {} {resource}",
            shell_quoted(role)
        )),
        F::ResourceDenied { role: None, .. } => {
            Hint::advice("this needs an admin user: do not use the storefront's token")
        }
        F::BeyondOwnRights { .. } => Hint::advice("ask an admin user who has all of these rights"),
        F::CustomerNotFound { .. } => Hint::command(
            require(R::CUSTOMER_MANAGE),
            "lac customer list --search TEXT",
        )
        .suffix(" finds customers")
        .fallback("check the id or the e-mail address"),
        F::DocumentNumber { documents, .. } => document_number_hint(documents),
        F::DocumentNotFound { document } => {
            let import = match document.split_once(':').map(|(kind, _)| kind) {
                Some("invoice") => "lac import invoices FILE",
                Some("shipment") => "lac import shipments FILE",
                Some("credit_memo") => "lac import credit-memos FILE",
                _ => "lac import orders FILE",
            };
            Hint::command(require(R::IMPORT), import)
                .prefix("check the number; documents are imported with ")
                .fallback("check the number; only imported documents are known")
        }
        F::RoleNotFound { .. } => Hint::command(require(R::ACL_ROLES), "lac role list")
            .suffix(" shows them")
            .fallback("check the name"),
        F::AdminUserNotFound { .. } => Hint::command(require(R::ACL_USERS), "lac user list")
            .suffix(" shows them")
            .fallback("check the name"),
        F::WebsiteNotFound { .. } | F::StoreGroupNotFound { .. } | F::StoreViewNotFound { .. } => {
            Hint::command(require(R::STORE), "lac stores list")
                .suffix(" shows them")
                .fallback("check the code")
        }
        F::SessionNotFound { .. } => Hint::command(
            AnyOf(vec![R::LOGIN_BUTTON, R::LAC_SESSIONS]),
            "lac session list",
        )
        .suffix(" shows them")
        .fallback("check the id"),
        F::RequestNotFound { .. } => Hint::command(
            AnyOf(vec![R::LOGIN_BUTTON, R::LAC_APPROVE]),
            "lac request list",
        )
        .suffix(" shows them")
        .fallback("check the id"),
        F::NoticeNotFound { .. } => Hint::command(require(R::LAC_OUTBOX), "lac outbox list")
            .suffix(" shows them")
            .fallback("check the id"),
        F::StorefrontNotFound { .. } => {
            Hint::command(require(R::LAC_STOREFRONTS), "lac storefront list")
                .suffix(" shows them")
                .fallback("check the name")
        }
        F::AccessTokenNotFound { .. } => {
            Hint::command(require(R::ACL_USERS), "lac user token list NAME")
                .suffix(" shows them")
                .or(Hint::command(AdminUser, "lac user token list").suffix(" shows your own"))
                .fallback("check the number")
        }
        F::KeyNotFound { .. } => Hint::command(require(R::LAC_KEYS), "lac key list")
            .suffix(" shows them")
            .fallback("check the id"),
        F::EventNotFound { .. } => {
            Hint::command(AnyOf(vec![R::LOGIN_LOG, R::LOGGING_EVENTS]), "lac log list")
                .suffix(" shows them")
                .fallback("check the number")
        }
        F::ConfigPathNotFound {
            nearest: Some(path),
            ..
        } => Hint::advice(format!("did you mean {path}?")),
        F::ConfigPathNotFound { nearest: None, .. } => {
            Hint::command(AnyOf(vec![R::CONFIG, R::CONFIG_SECTION]), "lac config list")
                .suffix(" shows them")
                .fallback("check the path")
        }
        F::ResourceNotFound { .. } => Hint::command(require(R::ACL_ROLES), "lac role resources")
            .suffix(" shows them")
            .fallback("check the id"),
        F::CustomerAmbiguous { .. } => Hint::advice("choose one with --website CODE"),
        F::DocumentAmbiguous { .. } => Hint::advice("choose one with --store-view CODE"),
        F::InvalidFile { remedy, .. } => Hint::advice(match remedy {
            Some(FileRemedy::SkipInvalid) => {
                "fix the file, or use --skip-invalid to import only the valid items"
            }
            Some(FileRemedy::Partial) => {
                "fetch all pages, or use --partial if the file is meant to be incomplete"
            }
            None => "fix the file",
        }),
        F::InputRequired { flag, .. } => Hint::advice(format!("give it with {flag}")),
        F::ConfirmationRequired { .. } => Hint::advice("confirm with --yes"),
        F::Busy { .. } => {
            Hint::advice("try again; another process has been writing for a long time")
        }
        F::BrokerMissing { .. } => Hint::command(Root, "systemctl start lac.socket")
            .prefix("start it: ")
            .suffix(", or serve the store as its owner")
            .fallback("ask the administrator of this host to start it"),
        F::BrokerFailed { .. } => {
            Hint::advice("check whether the request was carried out, then try again")
        }
        F::GatewayFailed { .. } => Hint::advice(
            "check the gateway's address and log, and the token; then run the test again",
        ),
        F::BrokerBusy { .. } => Hint::advice("try again in a moment"),
        F::ProtocolMismatch { .. } => Hint::advice(
            "use the same version on both sides, and restart the broker after an update",
        ),
        F::StoresChanged => Hint::advice(TRY_AGAIN),
        F::InUse { .. } => Hint::advice("change what refers to it first"),
        F::LogTampered { .. } => Hint::advice(
            "stop using this store, keep all of it, and compare it with a backup and saved checkpoints",
        ),
        F::SchemaTampered { .. } => Hint::command(Nothing, "lac doctor")
            .prefix(KEEP_EVIDENCE)
            .suffix(" shows what differs; undo it, or restore the store from a backup"),
        F::StateTampered { .. } => Hint::command(FullAccess, "lac log accept --yes")
            .prefix(
                "keep a copy of the store as evidence; lac log verify shows what differs; undo it \
                (for a consent: grant or revoke it again), or accept the current state: ",
            )
            .or(Hint::command(
                AnyOf(vec![R::LOGIN_LOG, R::LOGGING_EVENTS]),
                "lac log verify",
            )
            .prefix(KEEP_EVIDENCE)
            .suffix(
                " shows what differs; undo it (for a consent: grant or revoke it again), or ask an \
                administrator to accept it",
            ))
            .fallback("tell an administrator, who must keep the store as evidence"),
        F::CheckpointMissing { .. } => {
            Hint::command(require(R::LOGGING_BULK_EVENTS), "lac log recover")
                .prefix("restore it from a backup; if there is none: ")
                .fallback(RESTORE_FROM_BACKUP)
        }
        F::KeyMissing { .. } | F::ArchiveMissing { .. } => Hint::advice(RESTORE_FROM_BACKUP),
        F::KeyMismatch { .. } => Hint::advice(
            "the database and the keys do not match: restore both from the same backup",
        ),
        F::UnknownKey { .. } => Hint::command(
            Nothing,
            "lac log verify --file FILE --key KEY --chain CHAIN",
        )
        .prefix(
            "if the key has been replaced, ask the owner of the log for its chain of keys, \
            then run ",
        ),
        F::AnotherLog { found, .. } => Hint::advice(format!("use the key of {found}")),
        F::ArchiveNeeded { .. } => Hint::command(
            AnyOf(vec![R::LOGIN_LOG, R::LOGGING_EVENTS]),
            "lac log verify",
        )
        .suffix(" also reads the archives")
        .fallback("verifying the log also reads the archives"),
        F::StoreMissing { path } if can_create_store(Path::new(path)) => {
            Hint::command(Nothing, format!("lac init --store {}", shell_quoted(path)))
                .suffix(" creates one")
        }
        F::StoreMissing { .. } => {
            Hint::advice("give the store with --store DIR, or its broker with --store unix:SOCKET")
        }
        F::StoreUnsafe { remedy, .. } => Hint::advice(remedy),
        F::StoreNewer { .. } => Hint::advice("update this program"),
        F::RowDamaged { .. } => Hint::command(Nothing, "lac doctor")
            .prefix("restore the store from a backup; ")
            .suffix(" shows details"),
        F::ScopeNotAllowed { allowed, .. } => match allowed.first() {
            Some(first) if first == "default" => Hint::advice("do not use --scope"),
            _ => return None,
        },
        F::AlreadyExists { .. }
        | F::Declined
        | F::InvalidValue { .. }
        | F::ReadOnly { .. }
        | F::ProofMissing { .. }
        | F::ConfigInvalid { .. }
        | F::Io { .. }
        | F::OutputClosed
        | F::Database { .. }
        | F::Internal { .. } => return None,
    };
    Some(hint)
}
