//! The code and the kind of every fault, in one table.

use super::{Fault, FaultKind};

/// `Variant "code"` by kind. The match that it makes is exhaustive.
macro_rules! faults {
    ($($kind:ident: $($variant:ident $code:literal)*;)*) => {
        impl Fault {
            /// The stable code for scripts: the variant's name in `snake_case`.
            pub fn code(&self) -> &'static str {
                match self { $($(Self::$variant { .. } => $code,)*)* }
            }

            /// What it means for the caller.
            pub fn kind(&self) -> FaultKind {
                match self { $($(Self::$variant { .. })|* => FaultKind::$kind,)* }
            }
        }

        const CODES: &[(&str, FaultKind)] = &[$($(($code, FaultKind::$kind),)*)*];
    };
}

faults! {
    Refused:
        FeatureDisabled "feature_disabled"
        ConsentWithheld "consent_withheld"
        CustomerInactive "customer_inactive"
        CustomerUnconfirmed "customer_unconfirmed"
        CustomerMoved "customer_moved"
        CustomerLocal "customer_local"
        GuestDocument "guest_document"
        StoreViewRequired "store_view_required"
        StoreViewNotAllowed "store_view_not_allowed"
        StoreViewInactive "store_view_inactive"
        BaseUrlMissing "base_url_missing"
        ReasonRequired "reason_required"
        TicketRequired "ticket_required"
        SessionActive "session_active"
        ApprovalRequired "approval_required"
        OwnRequest "own_request"
        RequestClosed "request_closed"
        TokenInvalid "token_invalid"
        TokenExpired "token_expired"
        TokenSpent "token_spent"
        AudienceMismatch "audience_mismatch"
        SessionEnded "session_ended"
        ReadOnlyRequired "read_only_required"
        LastAdministrator "last_administrator"
        RoleHoldsAll "role_holds_all"
        StorefrontRevoked "storefront_revoked"
        CustomerPresent "customer_present"
        TooManyMissing "too_many_missing"
        AskOpen "ask_open"
        AskLimit "ask_limit"
        AskClosed "ask_closed";
    Denied:
        NotAuthenticated "not_authenticated"
        ResourceDenied "resource_denied"
        AgentSession "agent_session"
        BeyondOwnRights "beyond_own_rights";
    NotFound:
        CustomerNotFound "customer_not_found"
        DocumentNotFound "document_not_found"
        RoleNotFound "role_not_found"
        AdminUserNotFound "admin_user_not_found"
        WebsiteNotFound "website_not_found"
        StoreGroupNotFound "store_group_not_found"
        StoreViewNotFound "store_view_not_found"
        SessionNotFound "session_not_found"
        RequestNotFound "request_not_found"
        AskNotFound "ask_not_found"
        NoticeNotFound "notice_not_found"
        StorefrontNotFound "storefront_not_found"
        AccessTokenNotFound "access_token_not_found"
        KeyNotFound "key_not_found"
        EventNotFound "event_not_found"
        ConfigPathNotFound "config_path_not_found"
        ResourceNotFound "resource_not_found";
    Usage:
        CustomerAmbiguous "customer_ambiguous"
        DocumentAmbiguous "document_ambiguous"
        DocumentNumber "document_number"
        InvalidFile "invalid_file"
        InvalidValue "invalid_value"
        ScopeNotAllowed "scope_not_allowed"
        InputRequired "input_required"
        ConfirmationRequired "confirmation_required"
        ReadOnly "read_only";
    Declined:
        Declined "declined";
    Conflict:
        AlreadyExists "already_exists"
        InUse "in_use"
        StoresChanged "stores_changed"
        ActionConflict "action_conflict"
        Busy "busy"
        BrokerBusy "broker_busy"
        ErasurePending "erasure_pending";
    Limited:
        RateLimited "rate_limited"
        TooManyActions "too_many_actions";
    Tampered:
        LogTampered "log_tampered"
        SchemaTampered "schema_tampered"
        StateTampered "state_tampered"
        FileTampered "file_tampered";
    Unverifiable:
        CheckpointMissing "checkpoint_missing"
        KeyMissing "key_missing"
        KeyMismatch "key_mismatch"
        ArchiveMissing "archive_missing"
        ArchiveNeeded "archive_needed"
        ProofMissing "proof_missing"
        UnknownKey "unknown_key"
        AnotherLog "another_log";
    Failed:
        BrokerMissing "broker_missing"
        GatewayFailed "gateway_failed"
        BrokerFailed "broker_failed"
        ProtocolMismatch "protocol_mismatch"
        StoreMissing "store_missing"
        StoreUnsafe "store_unsafe"
        StoreNewer "store_newer"
        RowDamaged "row_damaged"
        ConfigInvalid "config_invalid"
        Io "io"
        OutputClosed "output_closed"
        Database "database"
        Internal "internal";
}

impl FaultKind {
    /// Whether a failed attempt of this kind belongs in the audit log: denied,
    /// refused and not found do; a usage error or a broken disk does not.
    pub fn is_recorded(self) -> bool {
        matches!(self, Self::Denied | Self::Refused | Self::NotFound)
    }

    /// What the code of a recorded failure means; `None` for any other code.
    pub fn from_recorded_code(code: &str) -> Option<Self> {
        let (_, kind) = CODES.iter().find(|(known, _)| *known == code)?;
        kind.is_recorded().then_some(*kind)
    }
}
