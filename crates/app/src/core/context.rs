//! What a use case works with, and who called it.

use lac_ledger::access_token::PlainToken;
use lac_ledger::anchor::Anchors;
use lac_ledger::archive::Archives;
use lac_ledger::export::ExportFormats;
use lac_ledger::signing::key_ring::KeyRing;
use lac_model::environment::{Clock, Random};
use lac_model::notice::EnabledHooks;
use lac_store::{HighWaterMark, Store};

/// What the caller showed to say who they are.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The operating-system account of the real uid, as the kernel tells it.
    OsAccount(String),
    Token(PlainToken),
    /// Something was given as a token and is none: never fall back silently.
    MalformedToken,
    /// The program itself, for what needs nobody's rights: it is no actor.
    System,
}

impl Credential {
    /// A token where one was shown, else the account.
    pub fn from_token_or_account(token: Option<&str>, account: &str) -> Self {
        match token.map(PlainToken::parse) {
            None => Self::OsAccount(account.to_owned()),
            Some(Ok(token)) => Self::Token(token),
            Some(Err(_)) => Self::MalformedToken,
        }
    }
}

/// Who called, as whoever received the call knows it.
#[derive(Debug, Clone)]
pub struct Caller {
    pub credential: Credential,
    pub os_account: Option<String>,
    /// The kernel's login uid, where it keeps one.
    pub login_uid: Option<u32>,
    pub ip_address: Option<String>,
}

impl Caller {
    /// The program itself, for what needs nobody's rights.
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
    /// Which programs are to be told of what is done; by name only.
    pub hooks: EnabledHooks,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("caller", self.caller)
            .finish_non_exhaustive()
    }
}
