//! All config fields of this release. Each one has an effect.

use super::{ConfigField, ValueType};
use crate::scope::ScopeLevel::{self, Default, StoreView, Website};

pub const ENABLED: &str = "login_as_customer/general/enabled";
pub const DISABLE_PAGE_CACHE: &str = "login_as_customer/general/disable_page_cache";
pub const MANUAL_STORE_VIEW: &str = "login_as_customer/general/store_view_manual_choice_enabled";
pub const EXPIRATION_TIME: &str = "login_as_customer/general/authentication_data_expiration_time";
pub const CHECKBOX_TITLE: &str = "login_as_customer/general/shopping_assistance_checkbox_title";
pub const CHECKBOX_TOOLTIP: &str = "login_as_customer/general/shopping_assistance_checkbox_tooltip";
pub const ACCOUNT_SHARE: &str = "customer/account_share/scope";
pub const BASE_URL: &str = "web/secure/base_url";
pub const USE_STORE: &str = "web/url/use_store";
pub const TIMEZONE: &str = "general/locale/timezone";
pub const LOGGED_ACTIONS: &str = "admin/magento_logging/actions";
pub const ROTATION_LIFETIME: &str = "system/rotation/lifetime";
pub const ROTATION_FREQUENCY: &str = "system/rotation/frequency";
pub const STORE_NAME: &str = "lac/store/name";
pub const CONSENT_MODE: &str = "lac/consent/mode";
pub const GRANTS_PER_HOUR: &str = "lac/storefront/grants_per_hour";
pub const HISTORY_SHOWS: &str = "lac/customer/history_shows";
pub const REASON_REQUIRED: &str = "lac/reason/required";
pub const REASON_MIN_LENGTH: &str = "lac/reason/min_length";
pub const REASON_PATTERN: &str = "lac/reason/pattern";
pub const TICKET_REQUIRED: &str = "lac/ticket/required";
pub const TICKET_PATTERN: &str = "lac/ticket/pattern";
pub const SESSION_MAX_DURATION: &str = "lac/session/max_duration";
pub const SESSION_READ_ONLY: &str = "lac/session/read_only";
pub const SESSION_IDLE_TIMEOUT: &str = "lac/session/idle_timeout";
pub const APPROVAL_REQUIRED: &str = "lac/approval/required";
pub const APPROVAL_VIP: &str = "lac/approval/vip";
pub const APPROVAL_ROLES: &str = "lac/approval/roles";
pub const APPROVAL_EXPIRATION_TIME: &str = "lac/approval/expiration_time";

const GLOBAL: &[ScopeLevel] = &[Default];
const PER_WEBSITE: &[ScopeLevel] = &[Default, Website];
const PER_STORE_VIEW: &[ScopeLevel] = &[Default, Website, StoreView];

/// A field of Adobe Commerce.
const fn commerce_field(
    path: &'static str,
    scopes: &'static [ScopeLevel],
    kind: ValueType,
    default: &'static str,
    title: &'static str,
    meaning: &'static str,
) -> ConfigField {
    let default = Some(default);
    ConfigField {
        path,
        scopes,
        kind,
        default,
        title,
        description: meaning,
        read_only: false,
        is_lac_field: false,
    }
}

/// A field of `lac`.
const fn lac_field(
    path: &'static str,
    scopes: &'static [ScopeLevel],
    kind: ValueType,
    default: &'static str,
    title: &'static str,
    meaning: &'static str,
) -> ConfigField {
    ConfigField {
        is_lac_field: true,
        ..commerce_field(path, scopes, kind, default, title, meaning)
    }
}

pub(super) static FIELDS: &[ConfigField] = &[
    commerce_field(
        ENABLED,
        GLOBAL,
        ValueType::YesNo,
        "no",
        "Enable Login as Customer",
        "The feature itself. While it is off, nobody can log in as a customer, and sessions that are under way end.",
    ),
    commerce_field(
        DISABLE_PAGE_CACHE,
        GLOBAL,
        ValueType::YesNo,
        "yes",
        "Disable Page Cache For Admin User",
        "Whether the storefront must show fresh, uncached pages while somebody is logged in as a customer.",
    ),
    commerce_field(
        MANUAL_STORE_VIEW,
        GLOBAL,
        ValueType::YesNo,
        "no",
        "Store View To Login To",
        "Who picks the store view: no is Auto-Detection, yes is Manual Selection by the agent.",
    ),
    commerce_field(
        EXPIRATION_TIME,
        GLOBAL,
        ValueType::Seconds { min: 1, max: 600 },
        "60",
        "Authentication Data Expiration Time",
        "How long a login URL can be used. A single login may shorten it, never lengthen it.",
    ),
    commerce_field(
        CHECKBOX_TITLE,
        PER_WEBSITE,
        ValueType::Text { max: 255 },
        "Allow remote shopping assistance",
        "Title for Login as Customer opt-in checkbox",
        "The label of the checkbox with which customers allow staff to log in as them.",
    ),
    commerce_field(
        CHECKBOX_TOOLTIP,
        PER_WEBSITE,
        ValueType::Text { max: 1000 },
        "This lets our staff see the store as you see it and help you with your account. You can withdraw it at any time.",
        "Login as Customer checkbox tooltip",
        "The explanation beside that checkbox.",
    ),
    commerce_field(
        ACCOUNT_SHARE,
        GLOBAL,
        ValueType::OneOf(&["global", "website"]),
        "website",
        "Share Customer Accounts",
        "Whether a customer's account is good on every website (global) or only on its own (website).",
    ),
    ConfigField {
        default: None,
        ..commerce_field(
            BASE_URL,
            PER_STORE_VIEW,
            ValueType::BaseUrl,
            "",
            "Secure Base URL",
            "Where the storefront lives. Login URLs start with it, and its origin is who may redeem them.",
        )
    },
    commerce_field(
        USE_STORE,
        GLOBAL,
        ValueType::YesNo,
        "no",
        "Add Store Code to Urls",
        "Whether the store view's code comes after the base URL.",
    ),
    commerce_field(
        TIMEZONE,
        PER_WEBSITE,
        ValueType::Timezone,
        "UTC",
        "Timezone",
        "How times are shown, and where the days of filters start and end.",
    ),
    commerce_field(
        LOGGED_ACTIONS,
        GLOBAL,
        ValueType::ActionGroups,
        "all",
        "Admin Actions Logging",
        "Which action groups are logged. Some are always, and a change of this field is too.",
    ),
    commerce_field(
        ROTATION_LIFETIME,
        GLOBAL,
        ValueType::Days {
            min: 1,
            max: 36_500,
        },
        "60",
        "Log Entry Lifetime",
        "How many days log entries stay before they are archived and removed.",
    ),
    commerce_field(
        ROTATION_FREQUENCY,
        GLOBAL,
        ValueType::OneOf(&["daily", "weekly", "monthly"]),
        "daily",
        "Log Archiving Frequency",
        "How often archiving runs.",
    ),
    ConfigField {
        default: None,
        read_only: true,
        ..lac_field(
            STORE_NAME,
            GLOBAL,
            ValueType::Name { max: 64 },
            "",
            "Store name",
            "Issuer of login tokens and origin of log checkpoints. Set when the store is made.",
        )
    },
    lac_field(
        CONSENT_MODE,
        PER_WEBSITE,
        ValueType::OneOf(&["opt-in", "opt-out", "mandatory"]),
        "opt-in",
        "Consent mode",
        "How customers of a website are asked: opt-in needs their yes, as the original does. The other two deviate from it: opt-out allows logins until somebody says no, mandatory does not ask.",
    ),
    lac_field(
        GRANTS_PER_HOUR,
        PER_WEBSITE,
        ValueType::Integer {
            min: 1,
            max: 1_000_000,
        },
        "300",
        "Grants per hour",
        "How many customers of a website may allow assistance through one storefront within an hour. What they withdraw is never limited.",
    ),
    lac_field(
        HISTORY_SHOWS,
        PER_WEBSITE,
        ValueType::WordSet(&["name", "reason", "ticket"]),
        "none",
        "Access history shows",
        "What customers of a website see of a login in their own access history besides when, how long and what was done: the name of who logged in, the reason, the ticket.",
    ),
    lac_field(
        REASON_REQUIRED,
        PER_WEBSITE,
        ValueType::YesNo,
        "no",
        "Reason required",
        "Whether a login needs a reason.",
    ),
    lac_field(
        REASON_MIN_LENGTH,
        PER_WEBSITE,
        ValueType::Integer { min: 0, max: 500 },
        "0",
        "Shortest reason",
        "How many characters a reason needs, where one is given.",
    ),
    ConfigField {
        default: None,
        ..lac_field(
            REASON_PATTERN,
            PER_WEBSITE,
            ValueType::Pattern,
            "",
            "Form of a reason",
            "What a reason must look like, all of it, where one is given.",
        )
    },
    lac_field(
        TICKET_REQUIRED,
        PER_WEBSITE,
        ValueType::YesNo,
        "no",
        "Ticket required",
        "Whether a login needs the number of a ticket.",
    ),
    ConfigField {
        default: None,
        ..lac_field(
            TICKET_PATTERN,
            PER_WEBSITE,
            ValueType::Pattern,
            "",
            "Form of a ticket",
            "What the number of a ticket must look like, all of it, where one is given.",
        )
    },
    lac_field(
        SESSION_MAX_DURATION,
        GLOBAL,
        ValueType::Seconds {
            min: 60,
            max: 86_400,
        },
        "3600",
        "Longest session",
        "How long one may stay logged in as a customer after the login URL was used.",
    ),
    lac_field(
        SESSION_READ_ONLY,
        PER_WEBSITE,
        ValueType::OneOf(&["allowed", "default", "always"]),
        "allowed",
        "Read-only sessions",
        "Whether agents may only look: allowed leaves it to --read-only, default makes sessions read-only unless the login says --read-write, always makes every session read-only.",
    ),
    lac_field(
        SESSION_IDLE_TIMEOUT,
        PER_WEBSITE,
        ValueType::OffOrSeconds {
            min: 60,
            max: 86_400,
        },
        "off",
        "Idle time-out",
        "How long a session may be left alone. One that its storefront does not check for so long has expired.",
    ),
    lac_field(
        APPROVAL_REQUIRED,
        PER_WEBSITE,
        ValueType::YesNo,
        "no",
        "Approval required",
        "Whether every login as a customer of the website needs a second person.",
    ),
    lac_field(
        APPROVAL_VIP,
        PER_WEBSITE,
        ValueType::YesNo,
        "yes",
        "Approval for VIP customers",
        "Whether a login as a customer who is flagged vip needs a second person.",
    ),
    ConfigField {
        default: None,
        ..lac_field(
            APPROVAL_ROLES,
            GLOBAL,
            ValueType::NameList { max: 2000 },
            "",
            "Roles that need approval",
            "The roles, by their exact names, whose every login needs a second person.",
        )
    },
    lac_field(
        APPROVAL_EXPIRATION_TIME,
        GLOBAL,
        ValueType::Seconds {
            min: 60,
            max: 604_800,
        },
        "3600",
        "Life of a request",
        "How long a request waits for its approval, and an approval for its login.",
    ),
];
