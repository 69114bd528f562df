//! The fields of an event, in the order that every format keeps.

use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($variant:ident $name:literal)*) => {
        /// One field of an event as readers see it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EventField { $($variant,)* }

        impl EventField {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in JSON and in the header of a table of rows.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

fields! {
    Seq "seq"
    Time "time"
    ActionGroup "action_group"
    Action "action"
    FullActionName "full_action_name"
    Result "result"
    Admin "admin"
    AdminId "admin_id"
    Role "role"
    IpAddress "ip_address"
    OsAccount "os_account"
    CustomerId "customer_id"
    CustomerEmail "customer_email"
    Website "website"
    StoreView "store_view"
    SessionId "session_id"
    Consent "consent"
    Document "document"
    Reason "reason"
    Ticket "ticket"
    Details "details"
}

impl EventField {
    /// The field of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Whether it stands in the record, which is proven and never removed; the
    /// others are in the shopper's and the staff's parts.
    pub fn is_in_record(self) -> bool {
        !matches!(
            self,
            Self::IpAddress | Self::OsAccount | Self::CustomerEmail | Self::Reason | Self::Details
        )
    }
}
