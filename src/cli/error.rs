//! Faults in one place: what is said, the hint, the exit code.

use clap::error::{ContextKind, ContextValue};
use serde::Serialize;

use super::out::Out;
use crate::domain::fault::{Fault, Kind};
use crate::domain::text::shell_quoted;
use crate::render::safe::{safe, safe_lines};

/// The exit code of a kind of fault.
pub fn exit_code(kind: Kind) -> u8 {
    match kind {
        Kind::Failed => 1,
        Kind::Usage => 2,
        Kind::NotFound => 3,
        Kind::Denied => 4,
        Kind::Refused => 5,
        Kind::Tampered => 6,
        Kind::Conflict => 7,
        Kind::Unverifiable => 8,
    }
}

/// What to do about it.
#[allow(clippy::too_many_lines)] // one exhaustive list, on purpose
pub fn hint(fault: &Fault) -> Option<String> {
    use Fault as F;
    let text = match fault {
        F::FeatureDisabled => "lac config set login_as_customer/general/enabled yes".to_owned(),
        F::ConsentWithheld { customer, .. } => {
            format!("ask the customer; with their yes: lac consent grant {customer}")
        }
        F::CustomerInactive { customer } => format!("lac customer edit {customer} --active yes"),
        F::CustomerUnconfirmed { .. } => {
            "the customer must follow the link in the confirmation e-mail first".to_owned()
        }
        F::CustomerMoved { customer } => format!(
            "somebody who sees both websites: lac customer edit {customer} --confirm-website"
        ),
        F::GuestDocument { .. } => "start from the customer instead, if there is one".to_owned(),
        F::StoreViewRequired { .. } => "name one with --store-view".to_owned(),
        F::StoreViewNotAllowed { .. } => {
            "name a store view of the customer's website with --store-view".to_owned()
        }
        F::StoreViewInactive { .. } => "name an active one with --store-view".to_owned(),
        F::BaseUrlMissing { store_view } => {
            format!("lac config set web/secure/base_url https://…/ --scope store-view:{store_view}")
        }
        F::ReasonRequired { .. } => {
            "give one with --reason TEXT, or --reason - for stdin".to_owned()
        }
        F::TicketRequired { .. } => "give one with --ticket ID".to_owned(),
        F::SessionActive { session, .. } => {
            format!("lac session end {session}, or leave --no-replace out")
        }
        F::ApprovalRequired { .. } => "ask for it: the same command with --request".to_owned(),
        F::OwnRequest { .. } => "lac request show tells others what it is about".to_owned(),
        F::RequestClosed { .. } => "lac login CUSTOMER --request makes a new one".to_owned(),
        F::TokenInvalid { .. } => "ask for a new login URL".to_owned(),
        F::TokenExpired { .. } | F::TokenSpent => {
            "a login URL works once and for a short time: lac login makes a new one".to_owned()
        }
        F::AudienceMismatch { expected, .. } => {
            format!("--audience is the origin of the storefront that was called: {expected}")
        }
        F::SessionEnded { .. } => "lac login starts a new one".to_owned(),
        F::LastAdministrator { .. } => {
            "first give another enabled admin user a role with full access, and an account or a token".to_owned()
        }
        F::CustomerPresent { customer } => format!("lac customer remove {customer}, then again"),
        F::ErasurePending { .. } => {
            "end long readers (log tail, log export), then give the same command again".to_owned()
        }
        F::FileTampered { .. } => {
            "do not rely on this file; ask for it anew, and keep this one as evidence".to_owned()
        }
        F::RoleHoldsAll { role } => {
            let role = shell_quoted(role);
            format!("lac role access {role} custom, then allow what it may")
        }
        F::TooManyMissing { .. } => {
            "check that the file is complete; if it is: --allow-empty".to_owned()
        }
        F::NotAuthenticated { remedy, .. } => match remedy {
            Some(command) => format!("an administrator can run: {command}"),
            None => "ask an administrator for a new token".to_owned(),
        },
        F::ResourceDenied {
            role: Some(role),
            resource,
            ..
        } => {
            let role = shell_quoted(role);
            format!("an administrator can run: lac role allow {role} {resource}")
        }
        F::ResourceDenied { role: None, .. } => {
            "it takes an admin user: leave the storefront's token out".to_owned()
        }
        F::BeyondOwnRights { .. } => "somebody who holds all of it can do it".to_owned(),
        F::CustomerNotFound { .. } => "lac customer list --search TEXT finds customers".to_owned(),
        F::DocumentNotFound { .. } => {
            "check the number; documents come in with lac import".to_owned()
        }
        F::RoleNotFound { .. } => "lac role list shows them".to_owned(),
        F::AdminUserNotFound { .. } => "lac user list shows them".to_owned(),
        F::WebsiteNotFound { .. } | F::StoreGroupNotFound { .. } | F::StoreViewNotFound { .. } => {
            "lac stores list shows them".to_owned()
        }
        F::SessionNotFound { .. } => "lac session list shows them".to_owned(),
        F::RequestNotFound { .. } => "lac request list shows them".to_owned(),
        F::NoticeNotFound { .. } => "lac outbox list shows them".to_owned(),
        F::StorefrontNotFound { .. } => "lac storefront list shows them".to_owned(),
        F::AccessTokenNotFound { .. } => "lac user token list shows them".to_owned(),
        F::KeyNotFound { .. } => "lac key list shows them".to_owned(),
        F::EventNotFound { .. } => "lac log list shows them".to_owned(),
        F::ConfigPathNotFound {
            nearest: Some(path),
            ..
        } => format!("did you mean {path}?"),
        F::ConfigPathNotFound { nearest: None, .. } => "lac config list shows them".to_owned(),
        F::ResourceNotFound { .. } => "lac role resources shows them".to_owned(),
        F::CustomerAmbiguous { .. } => "name one with --website CODE".to_owned(),
        F::DocumentAmbiguous { .. } => "name one with --store-view CODE".to_owned(),
        F::InvalidFile { .. } => "mend the file; lac import takes the rest with --skip-invalid".to_owned(),
        F::InputRequired { flag, .. } => format!("give it with {flag}"),
        F::ConfirmationRequired { .. } => "confirm with --yes".to_owned(),
        F::Busy { .. } => "try again; somebody else is writing for a long time".to_owned(),
        F::BrokerMissing { .. } => {
            "start it: systemctl start lac.socket, or lac serve as the store's owner".to_owned()
        }
        F::BrokerFailed { .. } => "try again; what it was asked may be done: look first".to_owned(),
        F::BrokerBusy { .. } => "try again in a moment".to_owned(),
        F::ProtocolMismatch { .. } => {
            "use the same version on both sides, and restart the broker after an update".to_owned()
        }
        F::StoresChanged => "try again".to_owned(),
        F::InUse { .. } => "change what refers to it first".to_owned(),
        F::LogTampered { .. } => {
            "stop using this store, keep all of it, and compare it with a backup and the receipts"
                .to_owned()
        }
        F::SchemaTampered { .. } | F::StateTampered { .. } => {
            "find out who changed it; keep a copy as evidence, and put the store back from a backup"
                .to_owned()
        }
        F::CheckpointMissing { .. } => {
            "put it back from a backup; if it is lost for good: lac log recover".to_owned()
        }
        F::KeyMissing { .. } | F::ArchiveMissing { .. } => "put it back from a backup".to_owned(),
        F::KeyMismatch { .. } => {
            "database and keys are of different times: put both back from the same backup".to_owned()
        }
        F::UnknownKey { .. } => {
            "keys that were replaced are followed with --chain: ask for the output of lac key \
             verifier --all, then lac log verify --file FILE --key KEY --chain CHAIN"
                .to_owned()
        }
        F::AnotherLog { found, .. } => format!("verify it with the key of {found}"),
        F::ArchiveNeeded { .. } => "lac log verify reads the archives".to_owned(),
        F::StoreMissing { path } => format!("lac init --store {} makes one", shell_quoted(path)),
        F::StoreUnsafe { remedy, .. } => remedy.clone(),
        F::StoreNewer { .. } => "use the newer lac".to_owned(),
        F::RowDamaged { .. } => {
            "put the store back from a backup; lac doctor looks closer".to_owned()
        }
        F::ScopeNotAllowed { allowed, .. } => match allowed.first() {
            Some(first) if first == "default" => "leave --scope out".to_owned(),
            _ => return None,
        },
        F::AlreadyExists { .. }
        | F::InvalidValue { .. }
        | F::ReadOnly { .. }
        | F::ProofMissing { .. }
        | F::ConfigInvalid { .. }
        | F::Io { .. }
        | F::Database { .. }
        | F::Internal { .. } => return None,
    };
    Some(text)
}

#[derive(Serialize)]
struct Envelope {
    error: Explained,
}

/// A fault with its way out, as programs get it.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    pub code: String,
    pub message: String,
    pub hint: Option<String>,
}

/// Code, message and hint of a fault.
pub fn explain(fault: &Fault) -> Explained {
    Explained {
        code: fault.code(),
        message: fault.to_string(),
        hint: hint(fault),
    }
}

/// Says what went wrong, on stderr, and gives the exit code.
pub fn report(out: &Out, fault: &Fault) -> u8 {
    if out.format.is_json() {
        json(explain(fault));
    } else {
        let (red, bold, reset) = if out.color_err {
            ("\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "", "")
        };
        Out::err(&format!(
            "{red}error:{reset} {}",
            safe_lines(&fault.to_string())
        ));
        if let Some(hint) = hint(fault) {
            Out::err(&format!("{bold}hint:{reset} {}", safe(&hint)));
        }
    }
    exit_code(fault.kind())
}

/// A usage error found while reading the arguments.
pub fn report_usage(is_json: bool, mut error: clap::Error) -> u8 {
    if is_json && error.use_stderr() {
        let text = error.to_string();
        // Up to the first empty line: what is missing, or may be given, has
        // lines of its own.
        let said = text.split("\n\n").next().unwrap_or_default();
        let said = said.strip_prefix("error: ").unwrap_or(said);
        let lines: Vec<&str> = said.lines().map(str::trim).collect();
        json(Explained {
            code: "invalid_argument".to_owned(),
            message: lines.join(" "),
            hint: Some(format!(
                "{} --help shows how it is used",
                command_of(&error)
            )),
        });
        return 2;
    }
    // A closed pipe is no reason to complain.
    make_harmless(&mut error);
    let _ = error.print();
    if error.use_stderr() { 2 } else { 0 }
}

/// The command that was meant, as far as it was understood: what the usage
/// line names before its arguments.
fn command_of(error: &clap::Error) -> String {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let words = usage.split_whitespace().skip_while(|word| *word != "lac");
    let is_name = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let names: Vec<&str> = words
        .take_while(|word| is_name(word) && !word.starts_with('-'))
        .collect();
    if names.is_empty() {
        return "lac".to_owned();
    }
    names.join(" ")
}

/// Makes what was typed harmless: scripts pass on what strangers wrote.
fn make_harmless(error: &mut clap::Error) {
    let made = |value: &ContextValue| match value {
        ContextValue::String(text) => Some(ContextValue::String(safe(text).into_owned())),
        ContextValue::Strings(texts) => Some(ContextValue::Strings(
            texts.iter().map(|text| safe(text).into_owned()).collect(),
        )),
        _ => None,
    };
    let context: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| Some((kind, made(value)?)))
        .collect();
    for (kind, value) in context {
        error.insert(kind, value);
    }
}

fn json(error: Explained) {
    if let Ok(line) = serde_json::to_string(&Envelope { error }) {
        Out::err(&line);
    }
}
