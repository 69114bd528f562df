//! The kinds of errors.

use super::{Fault, FaultKind};

impl FaultKind {
    /// The kind of a recorded failure, from its code; `None` for codes that are
    /// never recorded. A test compares it with [`Fault::kind`].
    pub fn from_recorded_code(code: &str) -> Option<Self> {
        Some(match code {
            "not_authenticated" | "resource_denied" | "beyond_own_rights" => Self::Denied,
            "feature_disabled"
            | "consent_withheld"
            | "customer_inactive"
            | "customer_unconfirmed"
            | "customer_moved"
            | "customer_local"
            | "guest_document"
            | "store_view_required"
            | "store_view_not_allowed"
            | "store_view_inactive"
            | "base_url_missing"
            | "reason_required"
            | "ticket_required"
            | "session_active"
            | "approval_required"
            | "own_request"
            | "request_closed"
            | "token_invalid"
            | "token_expired"
            | "token_spent"
            | "audience_mismatch"
            | "session_ended"
            | "last_administrator"
            | "role_holds_all"
            | "customer_present"
            | "too_many_missing" => Self::Refused,
            code if code.ends_with("_not_found") => Self::NotFound,
            _ => return None,
        })
    }
}

impl Fault {
    pub fn kind(&self) -> FaultKind {
        use Fault as F;
        match self {
            F::FeatureDisabled
            | F::ConsentWithheld { .. }
            | F::CustomerInactive { .. }
            | F::CustomerUnconfirmed { .. }
            | F::CustomerMoved { .. }
            | F::CustomerLocal { .. }
            | F::GuestDocument { .. }
            | F::StoreViewRequired { .. }
            | F::StoreViewNotAllowed { .. }
            | F::StoreViewInactive { .. }
            | F::BaseUrlMissing { .. }
            | F::ReasonRequired { .. }
            | F::TicketRequired { .. }
            | F::SessionActive { .. }
            | F::ApprovalRequired { .. }
            | F::OwnRequest { .. }
            | F::RequestClosed { .. }
            | F::TokenInvalid { .. }
            | F::TokenExpired { .. }
            | F::TokenSpent
            | F::AudienceMismatch { .. }
            | F::SessionEnded { .. }
            | F::LastAdministrator { .. }
            | F::RoleHoldsAll { .. }
            | F::CustomerPresent { .. }
            | F::TooManyMissing { .. } => FaultKind::Refused,
            F::NotAuthenticated { .. } | F::ResourceDenied { .. } | F::BeyondOwnRights { .. } => {
                FaultKind::Denied
            }
            F::CustomerNotFound { .. }
            | F::DocumentNotFound { .. }
            | F::RoleNotFound { .. }
            | F::AdminUserNotFound { .. }
            | F::WebsiteNotFound { .. }
            | F::StoreGroupNotFound { .. }
            | F::StoreViewNotFound { .. }
            | F::SessionNotFound { .. }
            | F::RequestNotFound { .. }
            | F::NoticeNotFound { .. }
            | F::StorefrontNotFound { .. }
            | F::AccessTokenNotFound { .. }
            | F::KeyNotFound { .. }
            | F::EventNotFound { .. }
            | F::ConfigPathNotFound { .. }
            | F::ResourceNotFound { .. } => FaultKind::NotFound,
            F::CustomerAmbiguous { .. }
            | F::DocumentAmbiguous { .. }
            | F::DocumentNumber { .. }
            | F::InvalidFile { .. }
            | F::InvalidValue { .. }
            | F::ScopeNotAllowed { .. }
            | F::InputRequired { .. }
            | F::ConfirmationRequired { .. }
            | F::ReadOnly { .. } => FaultKind::Usage,
            F::Declined => FaultKind::Declined,
            F::AlreadyExists { .. }
            | F::InUse { .. }
            | F::StoresChanged
            | F::Busy { .. }
            | F::BrokerBusy { .. }
            | F::ErasurePending { .. } => FaultKind::Conflict,
            F::LogTampered { .. }
            | F::SchemaTampered { .. }
            | F::StateTampered { .. }
            | F::FileTampered { .. } => FaultKind::Tampered,
            F::CheckpointMissing { .. }
            | F::KeyMissing { .. }
            | F::KeyMismatch { .. }
            | F::ArchiveMissing { .. }
            | F::ArchiveNeeded { .. }
            | F::ProofMissing { .. }
            | F::UnknownKey { .. }
            | F::AnotherLog { .. } => FaultKind::Unverifiable,
            F::BrokerMissing { .. }
            | F::BrokerFailed { .. }
            | F::ProtocolMismatch { .. }
            | F::StoreMissing { .. }
            | F::StoreUnsafe { .. }
            | F::StoreNewer { .. }
            | F::RowDamaged { .. }
            | F::ConfigInvalid { .. }
            | F::Io { .. }
            | F::Database { .. }
            | F::Internal { .. } => FaultKind::Failed,
        }
    }
}
