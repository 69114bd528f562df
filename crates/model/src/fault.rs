//! Every error that a use case can return, each with its stable code.
//!
//! **Denied** means that your rights do not allow an act. **Refused** means
//! that the rules do not allow it, whoever asks. Anything outside the actor's
//! role scope is *not found*, so that its existence cannot be inferred.

mod kind;
mod phrases;

use serde::{Deserialize, Serialize};

use self::phrases::{
    expiry_phrase, min_length_phrase, mismatch_phrase, pattern_phrase, role_phrase,
};

/// The kind of an error, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// I/O, configuration, or an internal error.
    Failed,
    /// A value that is malformed, ambiguous, or not allowed in this scope.
    Usage,
    NotFound,
    Denied,
    Refused,
    /// A verification found a difference.
    Tampered,
    /// The store was locked for too long, or something exists already.
    Conflict,
    /// More than the store accepts in this time. It works again later.
    Limited,
    /// A key, checkpoint or file is missing.
    Unverifiable,
    /// The user answered no. Nothing was changed.
    Declined,
}

/// The option that imports an incomplete or partly invalid file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRemedy {
    /// Leaves invalid items out.
    SkipInvalid,
    /// Accepts fewer items than `total_count` in the file says.
    Partial,
}

/// An error. The variant's name in `snake_case` is its stable code for scripts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    // --- refused ---
    #[error("Login as Customer is switched off")]
    FeatureDisabled,
    #[error("customer {customer} does not allow remote shopping assistance{}", expiry_phrase(ran_out.as_deref()))]
    ConsentWithheld {
        customer: String,
        /// When consent ended, if it was granted until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ran_out: Option<String>,
    },
    #[error("customer {customer} is not active")]
    CustomerInactive { customer: String },
    #[error("customer {customer} has not confirmed the account yet")]
    CustomerUnconfirmed { customer: String },
    #[error(
        "an import moved customer {customer} here from a website outside your role scope, and \
         nobody has confirmed it"
    )]
    CustomerMoved { customer: String },
    #[error(
        "customer {customer} is known from a file without ids: no storefront knows that account"
    )]
    CustomerLocal { customer: String },
    #[error("{document} was placed by a guest: there is no account to log in to")]
    GuestDocument { document: String },
    #[error("a store view must be named: {}", choices.join(", "))]
    StoreViewRequired { choices: Vec<String> },
    #[error("store view {store_view} cannot be used for customer {customer}: {reason}")]
    StoreViewNotAllowed {
        store_view: String,
        customer: String,
        reason: String,
    },
    #[error("store view {store_view} is not active")]
    StoreViewInactive {
        store_view: String,
        /// The store views that this login could use.
        #[serde(default)]
        choices: Vec<String>,
    },
    #[error("store view {store_view} has no web/secure/base_url")]
    BaseUrlMissing { store_view: String },
    #[error("a reason{}{} is required", min_length_phrase(*min_length), pattern_phrase(pattern.as_deref()))]
    ReasonRequired {
        min_length: u64,
        /// The regular expression that the whole reason must match.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    #[error("a ticket{} is required", pattern_phrase(pattern.as_deref()))]
    TicketRequired {
        /// The regular expression that the whole ticket must match.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    #[error("session {session} (customer {customer}) is still open")]
    SessionActive { session: String, customer: String },
    #[error("a second person must approve this login ({}){}", causes.join(", "), mismatch_phrase(unfit.as_deref()))]
    ApprovalRequired {
        /// `website`, `vip`, `role`.
        causes: Vec<String>,
        /// Why the existing approval cannot be used.
        unfit: Option<String>,
        /// The pending request for this login.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<String>,
    },
    #[error("request {request} is your own: somebody else must decide")]
    OwnRequest { request: String },
    #[error("request {request} is closed: {state}")]
    RequestClosed { request: String, state: String },
    #[error("the login token is not valid: {reason}")]
    TokenInvalid { reason: String },
    #[error("the login token expired at {expired_at}")]
    TokenExpired { expired_at: String },
    #[error("the login token has been used already")]
    TokenSpent,
    #[error("the login token is for {expected}, not for {given}")]
    AudienceMismatch { expected: String, given: String },
    #[error("the session has ended: {cause}")]
    SessionEnded { cause: String },
    #[error("sessions of this website are read-only")]
    ReadOnlyRequired,
    #[error(
        "{name} is the last way in: the last enabled admin user who can come in and holds everything"
    )]
    LastAdministrator { name: String },
    #[error("customer {customer} has an open ask already: {ask}")]
    AskOpen { customer: String, ask: String },
    #[error("customer {customer} has been asked {most} times within a day")]
    AskLimit { customer: String, most: u64 },
    #[error("ask {ask} is closed: {state}")]
    AskClosed { ask: String, state: String },
    #[error("the storefront {storefront} was revoked")]
    StorefrontRevoked { storefront: String },
    #[error("customer {customer} still exists: only who was removed is erased from the log")]
    CustomerPresent { customer: String },
    #[error("role {role} has access to everything: single resources cannot be taken from it")]
    RoleHoldsAll { role: String },
    #[error("the file would leave {gone} of {known} {what} without an entry")]
    TooManyMissing { gone: u64, known: u64, what: String },

    // --- denied ---
    #[error("{reason}")]
    NotAuthenticated {
        reason: String,
        remedy: Option<String>,
    },
    #[error("{actor} may not do this: {} lacks {resource} ({title})", role_phrase(role.as_deref()))]
    ResourceDenied {
        actor: String,
        /// `None` for a storefront.
        role: Option<String>,
        resource: String,
        title: String,
    },
    #[error("this is a session of an agent: only the customer may see or change consent")]
    AgentSession,
    #[error("nobody can give more than they hold: {what}")]
    BeyondOwnRights { what: String },

    // --- not found ---
    #[error("there is no customer {customer}")]
    CustomerNotFound { customer: String },
    #[error("there is no {document}")]
    DocumentNotFound { document: String },
    #[error("there is no role {role}")]
    RoleNotFound { role: String },
    #[error("there is no admin user {admin_user}")]
    AdminUserNotFound { admin_user: String },
    #[error("there is no website {website}")]
    WebsiteNotFound { website: String },
    #[error("there is no store group {group}")]
    StoreGroupNotFound { group: String },
    #[error("there is no store view {store_view}")]
    StoreViewNotFound { store_view: String },
    #[error("there is no session {session}")]
    SessionNotFound { session: String },
    #[error("there is no request {request}")]
    RequestNotFound { request: String },
    #[error("there is no ask {ask}")]
    AskNotFound { ask: String },
    #[error("there is no notice {notice}")]
    NoticeNotFound { notice: String },
    #[error("there is no storefront {storefront}")]
    StorefrontNotFound { storefront: String },
    #[error("there is no access token {token}")]
    AccessTokenNotFound { token: String },
    #[error("there is no key {key}")]
    KeyNotFound { key: String },
    #[error("there is no event {seq}")]
    EventNotFound { seq: u64 },
    #[error("there is no config path {path}")]
    ConfigPathNotFound {
        path: String,
        nearest: Option<String>,
    },
    #[error("{reason}")]
    ResourceNotFound { reason: String },

    // --- usage ---
    #[error("{email} exists on several websites: {}", websites.join(", "))]
    CustomerAmbiguous {
        email: String,
        websites: Vec<String>,
    },
    #[error("{number} is the number of a document, not the id of a customer")]
    DocumentNumber {
        /// As the user typed it.
        number: String,
        /// The documents with this number that the actor may start from, like
        /// `order:000000001`.
        documents: Vec<String>,
    },
    #[error("{document} exists in several store views: {}", store_views.join(", "))]
    DocumentAmbiguous {
        document: String,
        store_views: Vec<String>,
    },
    #[error("{file}: {problem}")]
    InvalidFile {
        file: String,
        problem: String,
        /// The option that imports the file anyway, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remedy: Option<FileRemedy>,
    },
    #[error("{what}: {reason}")]
    InvalidValue { what: String, reason: String },
    #[error("{path} cannot be set at {scope}: only at {}", allowed.join(", "))]
    ScopeNotAllowed {
        path: String,
        scope: String,
        allowed: Vec<String>,
    },
    #[error("{what} is missing")]
    InputRequired { what: String, flag: String },
    #[error("{what} needs a confirmation")]
    ConfirmationRequired { what: String },
    #[error("{what}")]
    ReadOnly { what: String },

    /// The user answered no to a question.
    #[error("nothing was changed")]
    Declined,

    // --- conflict ---
    #[error("{what} exists already")]
    AlreadyExists { what: String },
    #[error("{what} is in use: {by}")]
    InUse { what: String, by: String },
    #[error("websites, store groups or store views changed while the file was read")]
    StoresChanged,
    #[error("action {action} was reported before, with other content")]
    ActionConflict { action: String },
    #[error("the store is busy: waited {waited_seconds} s for another writer")]
    Busy { waited_seconds: u64 },

    #[error("customer {customer} is erased, on record, but somebody still reads pages from before")]
    ErasurePending { customer: String },

    // --- limited ---
    #[error("too many {what}: at most {most} within {within_seconds} s")]
    RateLimited {
        what: String,
        most: u64,
        within_seconds: u64,
        /// After how many seconds it is worth trying again.
        retry_after: u64,
    },
    #[error("session {session} has reported as much as is recorded: {max} actions")]
    TooManyActions { session: String, max: u64 },

    // --- the log's own ---
    #[error("{what}")]
    FileTampered { what: String },
    #[error("the audit log has been changed: {what}")]
    LogTampered { what: String },
    #[error("the database's schema has been changed: {what}")]
    SchemaTampered { what: String },
    #[error("the state of the store has been changed: {what}")]
    StateTampered { what: String },
    #[error("the checkpoint file {path} is missing")]
    CheckpointMissing { path: String },
    #[error("the {purpose} key {path} is missing")]
    KeyMissing { purpose: String, path: String },
    #[error("{path} holds the key {found}; the store's is {expected}")]
    KeyMismatch {
        path: String,
        expected: String,
        found: String,
    },
    #[error("the archive {name} is missing")]
    ArchiveMissing { name: String },
    #[error("this can only be computed from the archive {name}")]
    ArchiveNeeded { name: String },
    #[error("{what} is missing")]
    ProofMissing { what: String },
    #[error("{what} is signed, but not with a key that is trusted here: nothing can be said of it")]
    UnknownKey { what: String },
    #[error("{what} is of the log of {found}, not of {expected}: nothing can be said of it")]
    AnotherLog {
        what: String,
        found: String,
        expected: String,
    },

    // --- failed ---
    #[error("no broker answers at {path}: {problem}")]
    BrokerMissing { path: String, problem: String },
    #[error("the gateway failed: {problem}")]
    GatewayFailed { problem: String },
    #[error("the broker failed: {problem}")]
    BrokerFailed { problem: String },
    #[error("this program speaks protocol {ours}, the other side ({version}) {theirs}")]
    ProtocolMismatch {
        ours: u64,
        theirs: u64,
        version: String,
    },
    #[error("the broker is busy: {problem}")]
    BrokerBusy { problem: String },
    #[error("there is no store in {path}")]
    StoreMissing { path: String },
    #[error("{path}: {problem}")]
    StoreUnsafe {
        path: String,
        problem: String,
        remedy: String,
    },
    #[error("the store has schema {found}, newer than this program's {known}")]
    StoreNewer { found: i64, known: i64 },
    #[error("{table} {id} is damaged: {problem}")]
    RowDamaged {
        table: String,
        id: String,
        problem: String,
    },
    #[error("configuration: {problem}")]
    ConfigInvalid { problem: String },
    #[error("{what}: {problem}")]
    Io { what: String, problem: String },
    /// Nobody reads stdout any more: the program ends without a word.
    #[error("nobody reads the output any more")]
    #[serde(skip)]
    OutputClosed,
    #[error("the database failed: {problem}")]
    Database { problem: String },
    #[error("internal error: {problem}")]
    Internal { problem: String },
}

impl Fault {
    /// Whether a failed attempt is recorded in the audit log.
    pub fn is_recorded(&self) -> bool {
        self.kind().is_recorded()
    }

    /// An invalid value.
    pub fn invalid(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::InvalidValue {
            what: what.into(),
            reason: reason.to_string(),
        }
    }

    /// A bug in the program.
    pub fn internal(problem: impl ToString) -> Self {
        Self::Internal {
            problem: problem.to_string(),
        }
    }

    /// A file or directory that could not be read or written.
    pub fn io(what: impl ToString, problem: impl ToString) -> Self {
        Self::Io {
            what: what.to_string(),
            problem: problem.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
