//! The class and activity of the schema for each action.

use lac_model::audit::{Action, ActionGroup};

/// The classes in use, all of category Identity & Access Management (3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcsfClass {
    AccountChange,
    Authentication,
    EntityManagement,
    UserAccess,
}

impl OcsfClass {
    pub fn uid(self) -> u32 {
        match self {
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::EntityManagement => 3004,
            Self::UserAccess => 3005,
        }
    }

    pub fn caption(self) -> &'static str {
        match self {
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::EntityManagement => "Entity Management",
            Self::UserAccess => "User Access Management",
        }
    }

    fn activity_name(self, id: u8) -> &'static str {
        match (self, id) {
            (Self::AccountChange | Self::EntityManagement, 1) => "Create",
            (Self::AccountChange, 2) | (Self::EntityManagement, 8) => "Enable",
            (Self::AccountChange, 5) | (Self::EntityManagement, 9) => "Disable",
            (Self::AccountChange, 6) | (Self::EntityManagement, 4) => "Delete",
            (Self::Authentication, 1) => "Logon",
            (Self::Authentication, 2) => "Logoff",
            (Self::EntityManagement, 2) => "Read",
            (Self::EntityManagement, 3) => "Update",
            (Self::UserAccess, 1) => "Assign Privileges",
            _ => "Other",
        }
    }
}

/// The activity for which the schema has no name. `activity_name` is then the
/// name of the action.
pub(super) const OTHER_ACTIVITY: u8 = 99;

/// Class, activity and entity of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OcsfKind {
    pub class: OcsfClass,
    pub activity: u8,
    /// The entity in records of Entity Management; empty in other classes.
    pub entity: &'static str,
    /// The key of the event's detail that names the entity.
    pub(super) name_detail: &'static str,
}

impl OcsfKind {
    /// The schema's name for the activity.
    pub fn activity_caption(self) -> &'static str {
        self.class.activity_name(self.activity)
    }

    /// The class and activity of an action.
    ///
    /// Issuing a login URL is not a logon. It is not a Kerberos ticket either,
    /// which the other activities of Authentication are for. Customers are
    /// managed entities here: Account Change is only for admin users.
    pub fn from_action(action: Action) -> Self {
        match action {
            Action::LoginIssue => authentication(OTHER_ACTIVITY),
            Action::LoginRedeem => authentication(1),
            Action::LoginEnd | Action::LoginExpire => authentication(2),
            Action::SessionRead => read("session", "session"),
            Action::OrderPlaced => create("order", "document"),
            Action::AccountChanged => update("customer account", "action_id"),
            Action::AddressChanged => update("customer address", "action_id"),
            Action::CartChanged => update("cart", "action_id"),
            Action::OtherDone => entity_management(OTHER_ACTIVITY, "session", "action_id"),
            Action::RequestCreate => create("login request", "request"),
            Action::RequestApprove | Action::RequestDeny => update("login request", "request"),
            Action::RequestCancel => delete("login request", "request"),
            Action::NoticeRetry => update("notice", ""),
            Action::ConsentGrant => entity_management(8, "consent", "customer"),
            Action::ConsentRevoke => entity_management(9, "consent", "customer"),
            Action::ConsentRead => read("consent", "customer"),
            Action::ConsentAsk => create("ask", "ask"),
            Action::ConsentAskAllow
            | Action::ConsentAskDeny
            | Action::ConsentAskWithdraw
            | Action::ConsentAskExpire => update("ask", "ask"),
            Action::ConfigSet | Action::ConfigApply => update("config field", "path"),
            Action::ConfigUnset => delete("config field", "path"),
            Action::ConfigRead => read("config field", "path"),
            Action::RoleCreate => create("role", "role"),
            Action::RoleAccess
            | Action::RoleAllow
            | Action::RoleDeny
            | Action::RoleScope
            | Action::RoleApply => update("role", "role"),
            Action::RoleDelete => delete("role", "role"),
            Action::RoleRead => read("role", "role"),
            Action::AdminUserCreate => account_change(1),
            Action::AdminUserEnable => account_change(2),
            Action::AdminUserDisable => account_change(5),
            Action::AdminUserDelete => account_change(6),
            Action::AdminUserEdit => account_change(OTHER_ACTIVITY),
            Action::AdminUserAssign => Self {
                class: OcsfClass::UserAccess,
                ..account_change(1)
            },
            Action::AdminUserRead => read("admin user", "admin_user"),
            Action::TokenCreate => create("access token", "admin_user"),
            Action::TokenRevoke => delete("access token", "admin_user"),
            Action::WebsiteAdd => create("website", "code"),
            Action::StoreGroupAdd => create("store group", "code"),
            Action::StoreViewAdd => create("store view", "code"),
            Action::StoreEdit => update("store", "what"),
            Action::StoreRemove => delete("store", "what"),
            Action::StoreRead => read("store", "what"),
            Action::CustomerAdd => create("customer", "customer"),
            Action::CustomerEdit => update("customer", "customer"),
            Action::CustomerRemove => delete("customer", "customer"),
            Action::CustomerList | Action::CustomerRead => read("customer", "customer"),
            Action::DocumentRead => read("document", "document"),
            Action::CustomersSync | Action::OrdersSync => {
                entity_management(OTHER_ACTIVITY, "import", "storefront")
            }
            Action::ImportRun => entity_management(OTHER_ACTIVITY, "import", "file"),
            Action::LogRead | Action::LogVerify => read("audit log", ""),
            Action::LogExport => read("audit log", "file"),
            Action::LogErase => delete("audit log", ""),
            Action::LogRecover | Action::LogAccept | Action::LogArchive => {
                entity_management(OTHER_ACTIVITY, "audit log", "")
            }
            Action::KeyCreate => create("key", "purpose"),
            Action::KeyRotate => update("key", "purpose"),
            Action::KeyRetire => delete("key", "purpose"),
            Action::KeyRead => read("key", "purpose"),
            Action::StorefrontAdd => create("storefront", "name"),
            Action::StorefrontRotate => update("storefront", "name"),
            Action::StorefrontRevoke => delete("storefront", "name"),
            Action::StorefrontRead | Action::StorefrontTest => read("storefront", "name"),
        }
    }

    /// The class and activity for actions that this version does not know.
    pub(super) fn unknown() -> Self {
        entity_management(OTHER_ACTIVITY, "unknown", "")
    }
}

/// Whether the action changes rights, or what proves them (keys, tokens).
pub(super) fn is_sensitive(action: Action) -> bool {
    use ActionGroup::{AdminUsers, Config, Keys, Log, Roles, Storefronts};
    let group = matches!(
        action.group(),
        AdminUsers | Config | Keys | Log | Roles | Storefronts
    );
    group && action.name() != "read"
}

fn authentication(activity: u8) -> OcsfKind {
    OcsfKind {
        class: OcsfClass::Authentication,
        activity,
        entity: "",
        name_detail: "customer",
    }
}

fn account_change(activity: u8) -> OcsfKind {
    OcsfKind {
        class: OcsfClass::AccountChange,
        activity,
        entity: "",
        name_detail: "admin_user",
    }
}

fn entity_management(activity: u8, entity: &'static str, named_by: &'static str) -> OcsfKind {
    OcsfKind {
        class: OcsfClass::EntityManagement,
        activity,
        entity,
        name_detail: named_by,
    }
}

fn create(what: &'static str, named_by: &'static str) -> OcsfKind {
    entity_management(1, what, named_by)
}

fn read(what: &'static str, named_by: &'static str) -> OcsfKind {
    entity_management(2, what, named_by)
}

fn update(what: &'static str, named_by: &'static str) -> OcsfKind {
    entity_management(3, what, named_by)
}

fn delete(what: &'static str, named_by: &'static str) -> OcsfKind {
    entity_management(4, what, named_by)
}
