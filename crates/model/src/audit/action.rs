//! All actions that the audit log records, and their groups.

use serde::{Deserialize, Serialize};

/// A group of actions. The config (`admin/magento_logging/actions`) decides
/// which groups are logged; some always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionGroup {
    LoginAsCustomer,
    Consent,
    Config,
    Roles,
    AdminUsers,
    Stores,
    Customers,
    Import,
    Log,
    Keys,
    Storefronts,
}

impl ActionGroup {
    pub const ALL: [Self; 11] = [
        Self::LoginAsCustomer,
        Self::Consent,
        Self::Config,
        Self::Roles,
        Self::AdminUsers,
        Self::Stores,
        Self::Customers,
        Self::Import,
        Self::Log,
        Self::Keys,
        Self::Storefronts,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::LoginAsCustomer => "login_as_customer",
            Self::Consent => "consent",
            Self::Config => "config",
            Self::Roles => "roles",
            Self::AdminUsers => "admin_users",
            Self::Stores => "stores",
            Self::Customers => "customers",
            Self::Import => "import",
            Self::Log => "log",
            Self::Keys => "keys",
            Self::Storefronts => "storefronts",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }

    /// Whether no setting can turn its logging off.
    pub fn is_always_logged(self) -> bool {
        matches!(
            self,
            Self::LoginAsCustomer
                | Self::Consent
                | Self::Roles
                | Self::AdminUsers
                | Self::Keys
                | Self::Log
        )
    }
}

macro_rules! actions {
    ($($variant:ident = $group:ident $name:literal $full:literal;)*) => {
        /// An action. `full_name` is the name of Adobe Commerce's controller if
        /// it has one, so that reports of both can be compared.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($variant,)* }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub fn group(self) -> ActionGroup {
                match self { $(Self::$variant => ActionGroup::$group,)* }
            }

            /// The name within the group.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The *full action name* in the Action Logs report.
            pub fn full_name(self) -> &'static str {
                match self { $(Self::$variant => $full,)* }
            }
        }
    };
}

// A denied attempt to read is recorded as the group's `read`.
actions! {
    LoginIssue = LoginAsCustomer "issue" "loginascustomer_login_login";
    LoginRedeem = LoginAsCustomer "redeem" "loginascustomer_login_index";
    LoginEnd = LoginAsCustomer "end" "loginascustomer_login_end";
    LoginExpire = LoginAsCustomer "expire" "loginascustomer_login_expire";
    SessionRead = LoginAsCustomer "read" "loginascustomer_session_index";
    // What a storefront reports was done in a session.
    OrderPlaced = LoginAsCustomer "order_placed" "sales_order_place";
    AccountChanged = LoginAsCustomer "account_changed" "customer_account_editpost";
    AddressChanged = LoginAsCustomer "address_changed" "customer_address_formpost";
    CartChanged = LoginAsCustomer "cart_changed" "checkout_cart_updatepost";
    OtherDone = LoginAsCustomer "other" "loginascustomer_session_action";
    RequestCreate = LoginAsCustomer "request" "lac_request_save";
    RequestApprove = LoginAsCustomer "approve" "lac_request_approve";
    RequestDeny = LoginAsCustomer "deny" "lac_request_deny";
    RequestCancel = LoginAsCustomer "cancel" "lac_request_cancel";
    NoticeRetry = LoginAsCustomer "retry" "lac_outbox_retry";
    ConsentGrant = Consent "grant" "loginascustomer_assistance_grant";
    ConsentRevoke = Consent "revoke" "loginascustomer_assistance_revoke";
    ConsentRead = Consent "read" "loginascustomer_assistance_view";
    ConsentAsk = Consent "ask" "lac_consent_ask";
    ConsentAskAllow = Consent "ask_allow" "lac_consent_allow";
    ConsentAskDeny = Consent "ask_deny" "lac_consent_deny";
    ConsentAskWithdraw = Consent "ask_withdraw" "lac_consent_withdraw";
    ConsentAskExpire = Consent "ask_expire" "lac_consent_expire";
    ConfigSet = Config "set" "adminhtml_system_config_save";
    ConfigUnset = Config "unset" "adminhtml_system_config_inherit";
    // A config file that was denied or refused as a whole. The changes of a
    // config file are recorded one by one, as the single commands do.
    ConfigApply = Config "apply" "adminhtml_system_config_apply";
    ConfigRead = Config "read" "adminhtml_system_config_edit";
    RoleCreate = Roles "create" "adminhtml_user_role_saverole";
    RoleAccess = Roles "access" "adminhtml_user_role_access";
    RoleAllow = Roles "allow" "adminhtml_user_role_allow";
    RoleDeny = Roles "deny" "adminhtml_user_role_deny";
    RoleScope = Roles "scope" "adminhtml_user_role_scope";
    RoleDelete = Roles "delete" "adminhtml_user_role_delete";
    RoleApply = Roles "apply" "adminhtml_user_role_apply"; // as ConfigApply
    RoleRead = Roles "read" "adminhtml_user_role_index";
    AdminUserCreate = AdminUsers "create" "adminhtml_user_save";
    AdminUserAssign = AdminUsers "assign" "adminhtml_user_assign";
    AdminUserEdit = AdminUsers "edit" "adminhtml_user_edit";
    AdminUserDisable = AdminUsers "disable" "adminhtml_user_disable";
    AdminUserEnable = AdminUsers "enable" "adminhtml_user_enable";
    AdminUserDelete = AdminUsers "delete" "adminhtml_user_delete";
    AdminUserRead = AdminUsers "read" "adminhtml_user_index";
    TokenCreate = AdminUsers "token_create" "adminhtml_user_token_create";
    TokenRevoke = AdminUsers "token_revoke" "adminhtml_user_token_revoke";
    WebsiteAdd = Stores "add_website" "adminhtml_system_store_savewebsite";
    StoreGroupAdd = Stores "add_group" "adminhtml_system_store_savegroup";
    StoreViewAdd = Stores "add_view" "adminhtml_system_store_savestore";
    StoreEdit = Stores "edit" "adminhtml_system_store_edit";
    StoreRemove = Stores "remove" "adminhtml_system_store_delete";
    StoreRead = Stores "read" "adminhtml_system_store_index";
    CustomerAdd = Customers "add" "customer_index_save";
    CustomerEdit = Customers "edit" "customer_index_edit";
    CustomerRemove = Customers "remove" "customer_index_delete";
    CustomerList = Customers "list" "customer_index_index";
    CustomerRead = Customers "read" "customer_index_view";
    DocumentRead = Customers "read_document" "sales_order_view";
    CustomersSync = Import "sync_customers" "lac_sync_customers";
    OrdersSync = Import "sync_orders" "lac_sync_orders";
    ImportRun = Import "import" "adminhtml_import_start";
    LogRead = Log "read" "adminhtml_logging_index";
    LogRecover = Log "recover" "adminhtml_logging_recover";
    LogAccept = Log "accept" "adminhtml_logging_accept";
    LogExport = Log "export" "adminhtml_logging_export";
    LogVerify = Log "verify" "adminhtml_logging_verify";
    LogArchive = Log "archive" "adminhtml_logging_archive";
    LogErase = Log "erase" "adminhtml_logging_erase";
    KeyCreate = Keys "create" "lac_key_create";
    KeyRotate = Keys "rotate" "lac_key_rotate";
    KeyRetire = Keys "retire" "lac_key_retire";
    KeyRead = Keys "read" "lac_key_index";
    StorefrontAdd = Storefronts "add" "adminhtml_integration_save";
    StorefrontRotate = Storefronts "rotate" "adminhtml_integration_tokensexchange";
    StorefrontRevoke = Storefronts "revoke" "adminhtml_integration_delete";
    StorefrontTest = Storefronts "test" "lac_storefront_test";
    StorefrontRead = Storefronts "read" "adminhtml_integration_index";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_name() {
        let mut names: Vec<_> = Action::ALL.iter().map(|a| (a.group(), a.name())).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
        let mut full: Vec<_> = Action::ALL.iter().map(|a| a.full_name()).collect();
        full.sort_unstable();
        full.dedup();
        assert_eq!(full.len(), Action::ALL.len());
    }
}
