//! What a fault means for the caller.

use super::{Fault, Kind};

impl Fault {
    /// What kind of fault it is.
    pub fn kind(&self) -> Kind {
        use Fault as F;
        match self {
            F::FeatureDisabled
            | F::ConsentWithheld { .. }
            | F::CustomerInactive { .. }
            | F::CustomerUnconfirmed { .. }
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
            | F::TooManyMissing { .. } => Kind::Refused,
            F::NotAuthenticated { .. } | F::ResourceDenied { .. } | F::BeyondOwnRights { .. } => {
                Kind::Denied
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
            | F::ResourceNotFound { .. } => Kind::NotFound,
            F::CustomerAmbiguous { .. }
            | F::DocumentAmbiguous { .. }
            | F::InvalidFile { .. }
            | F::InvalidValue { .. }
            | F::ScopeNotAllowed { .. }
            | F::InputRequired { .. }
            | F::ConfirmationRequired { .. }
            | F::ReadOnly { .. } => Kind::Usage,
            F::AlreadyExists { .. }
            | F::InUse { .. }
            | F::StoresChanged
            | F::Busy { .. }
            | F::BrokerBusy { .. }
            | F::ErasurePending { .. } => Kind::Conflict,
            F::LogTampered { .. }
            | F::SchemaTampered { .. }
            | F::StateTampered { .. }
            | F::FileTampered { .. } => Kind::Tampered,
            F::CheckpointMissing { .. }
            | F::KeyMissing { .. }
            | F::KeyMismatch { .. }
            | F::ArchiveMissing { .. }
            | F::ArchiveNeeded { .. }
            | F::ProofMissing { .. } => Kind::Unverifiable,
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
            | F::Internal { .. } => Kind::Failed,
        }
    }
}
