//! What a use case works with, and who called it.

use lac_ledger::access_token::PlainToken;
use lac_ledger::anchor::Anchors;
use lac_ledger::archive::Archives;
use lac_ledger::export::ExportFormats;
use lac_ledger::signing::key_ring::KeyRing;
use lac_model::environment::{Clock, Random};
use lac_model::notice::EnabledHooks;
use lac_store::{HighWaterMark, Store};

/// How the caller authenticates.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The operating-system account of the real uid, as reported by the kernel.
    OsAccount(String),
    Token(PlainToken),
    /// A token that must be a storefront's: nobody else is known where it was
    /// received.
    StorefrontToken(PlainToken),
    /// A token was given, but it is malformed. The caller is refused; their
    /// operating-system account is not used instead.
    MalformedToken,
    /// The program itself, for work that needs no rights. It cannot be an
    /// actor.
    System,
}

impl Credential {
    /// The token if there is one, otherwise the account.
    pub fn from_token_or_account(token: Option<&str>, account: &str) -> Self {
        match token.map(PlainToken::parse) {
            None => Self::OsAccount(account.to_owned()),
            Some(Ok(token)) => Self::Token(token),
            Some(Err(_)) => Self::MalformedToken,
        }
    }

    /// The token of a storefront's account; without one, nobody is known.
    pub fn from_storefront_token(token: Option<&str>) -> Self {
        match token.map(PlainToken::parse) {
            Some(Ok(token)) => Self::StorefrontToken(token),
            None | Some(Err(_)) => Self::MalformedToken,
        }
    }
}

/// The caller, as known to the process that received the call.
#[derive(Debug, Clone)]
pub struct Caller {
    pub credential: Credential,
    pub os_account: Option<String>,
    /// The kernel's login uid, if the kernel keeps one.
    pub login_uid: Option<u32>,
    pub ip_address: Option<String>,
}

impl Caller {
    /// The program itself, for work that needs no rights.
    pub fn system() -> Self {
        Self {
            credential: Credential::System,
            os_account: None,
            login_uid: None,
            ip_address: None,
        }
    }
}

/// Everything a use case works with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub store: &'a dyn Store,
    pub high_water: &'a dyn HighWaterMark,
    pub archives: &'a dyn Archives,
    pub anchors: &'a dyn Anchors,
    pub formats: &'a dyn ExportFormats,
    pub keys: &'a KeyRing,
    pub clock: &'a dyn Clock,
    pub random: &'a dyn Random,
    pub caller: &'a Caller,
    /// Which kinds of hook are configured.
    pub hooks: EnabledHooks,
}

impl<'a> Context<'a> {
    /// The same for another caller.
    #[must_use]
    pub(super) fn for_caller(&self, caller: &'a Caller) -> Self {
        Self { caller, ..*self }
    }
}
