//! The fields of an event, in the order of every format.

use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($variant:ident $name:literal)*) => {
        /// A field of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EventField { $($variant,)* }

        impl EventField {
            /// All fields, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in JSON and in the header of tables.
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
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Whether it is in the record, which is proven and never erased. The other
    /// fields are in the customer part and the staff part.
    pub fn is_in_record(self) -> bool {
        !matches!(
            self,
            Self::IpAddress | Self::OsAccount | Self::CustomerEmail | Self::Reason | Self::Details
        )
    }
}
