//! The tree of resources, parents before their children.

/// A resource. The order is the order of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource(u8);

impl Resource {
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// `index` is an index of [`TREE`], which has far fewer than 256 nodes.
    pub(super) fn from_index(index: usize) -> Self {
        Self(u8::try_from(index).unwrap_or_default())
    }
}

#[derive(Debug)]
pub(super) struct ResourceEntry {
    pub depth: usize,
    pub id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
}

macro_rules! tree {
    ($($depth:literal $name:ident $id:literal $title:literal: $description:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum ResourceIndex { $($name),* }

        impl Resource {
            $(#[doc = concat!("`", $id, "`: ", $description)]
            pub const $name: Self = Self(ResourceIndex::$name as u8);)*
        }

        pub(super) static TREE: &[ResourceEntry] =
            &[$(ResourceEntry { depth: $depth, id: $id, title: $title, description: $description }),*];
    };
}

tree! {
0 ADMIN "Magento_Backend::admin" "All": "what an `all` role holds";
1 CUSTOMER "Magento_Customer::customer" "Customers": "groups what is about customers";
2 CUSTOMER_MANAGE "Magento_Customer::manage" "All Customers": "look customers up";
3 CUSTOMER_ACTIONS "Magento_Customer::actions" "Actions": "add, edit and remove customers";
4 ALLOW_SHOPPING_ASSISTANCE "Magento_LoginAsCustomer::allow_shopping_assistance" "Remote shopping assistance opt-in": "change a customer's consent";
2 LOGIN "Magento_LoginAsCustomer::login" "Login as Customer": "groups what is about logging in as a customer";
3 LOGIN_BUTTON "Magento_LoginAsCustomer::login_button" "Allow Login as Customer": "start an impersonation";
3 LOGIN_LOG "Magento_LoginAsCustomer::login_log" "View Login as Customer Log": "read the login_as_customer part of the log";
1 SALES "Magento_Sales::sales" "Sales": "groups what is about sales";
2 SALES_OPERATION "Magento_Sales::sales_operation" "Operations": "groups the kinds of documents";
3 SALES_ORDER "Magento_Sales::sales_order" "Orders": "see orders and start from them";
3 SALES_INVOICE "Magento_Sales::sales_invoice" "Invoices": "see invoices and start from them";
3 SALES_SHIPMENT "Magento_Sales::shipment" "Shipments": "see shipments and start from them";
3 SALES_CREDIT_MEMO "Magento_Sales::sales_creditmemo" "Credit Memos": "see credit memos and start from them";
1 STORES "Magento_Backend::stores" "Stores": "groups what is about stores";
2 STORES_SETTINGS "Magento_Backend::stores_settings" "Settings": "groups the stores' settings";
3 CONFIG "Magento_Config::config" "Configuration": "read and change every section of the configuration but Login as Customer";
4 CONFIG_SECTION "Magento_LoginAsCustomer::config_section" "Login as Customer Section": "read and change login_as_customer/… and lac/…";
3 STORE "Magento_Backend::store" "All Stores": "read and change websites, store groups and store views";
1 SYSTEM "Magento_Backend::system" "System": "groups what is about the system";
2 ACL "Magento_User::acl" "Permissions": "groups what is about permissions";
3 ACL_USERS "Magento_User::acl_users" "All Users": "read and change admin users";
3 ACL_ROLES "Magento_User::acl_roles" "User Roles": "read and change roles";
2 IMPORT "Magento_ImportExport::import" "Import": "import data";
2 LOGGING "Magento_Logging::magento_logging" "Action Logs": "groups what is about the log";
3 LOGGING_EVENTS "Magento_Logging::system_magento_logging_events" "Report": "read the whole log";
3 LOGGING_BULK_EVENTS "Magento_Logging::system_magento_logging_bulk_events" "Archive": "archive the log";
1 LAC_STOREFRONT "Lac::storefront" "Storefront": "redeem login URLs; every storefront's own account holds it, people need it for nothing else";
1 LAC_SESSIONS "Lac::sessions" "Sessions": "see and end other people's sessions; one's own always";
1 LAC_STOREFRONTS "Lac::storefronts" "Storefront accounts": "add and revoke storefronts";
1 LAC_KEYS "Lac::keys" "Keys": "rotate and retire signing keys";
1 LAC_ERASE "Lac::erase" "Erasure": "erase a shopper's personal data from the log";
1 LAC_CONSENT_OVERRIDE "Lac::consent_override" "Consent override": "start an impersonation without the customer's consent";
1 LAC_APPROVE "Lac::approve" "Approval": "approve other people's impersonations";
1 LAC_OUTBOX "Lac::outbox" "Outbox": "see notices to programs outside and have them tried again";
}

/// Ids of resources that no longer exist and never granted anything. Stores and
/// role files that contain them can still be read; they cannot be granted
/// again.
pub(super) const RETIRED: &[&str] = &["Lac::backup"];

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn the_tree_is_valid() {
        assert_eq!(TREE[0].depth, 0);
        assert!(
            TREE.windows(2)
                .all(|pair| (1..=pair[0].depth + 1).contains(&pair[1].depth))
        );
        for (at, entry) in TREE.iter().enumerate() {
            assert!(
                TREE[..at].iter().all(|other| other.id != entry.id),
                "{}",
                entry.id
            );
            assert_eq!(entry.id.matches("::").count(), 1);
        }
        assert_eq!(Resource::all().count(), TREE.len());
        for resource in Resource::all().skip(1) {
            assert!(resource.parent().unwrap().children().contains(&resource));
        }
        assert_eq!(Resource::ADMIN.parent(), None);
    }

    #[test]
    fn places() {
        let parent = |resource: Resource| resource.parent().unwrap();
        assert_eq!(parent(Resource::LOGIN_BUTTON), Resource::LOGIN);
        assert_eq!(parent(Resource::CONFIG_SECTION), Resource::CONFIG);
        assert_eq!(parent(Resource::STORE), Resource::STORES_SETTINGS);
        assert_eq!(parent(Resource::LAC_OUTBOX), Resource::ADMIN);
        let beneath: Vec<_> = Resource::CUSTOMER_MANAGE.subtree().collect();
        assert_eq!(
            beneath,
            [
                Resource::CUSTOMER_MANAGE,
                Resource::CUSTOMER_ACTIONS,
                Resource::ALLOW_SHOPPING_ASSISTANCE
            ]
        );
        assert_eq!(Resource::LAC_OUTBOX.subtree().count(), 1);
    }

    #[test]
    fn ids_and_their_endings_are_found() {
        for resource in Resource::all() {
            assert_eq!(Resource::parse(resource.id()), Ok(resource));
            assert_eq!(Resource::parse(resource.short_id()), Ok(resource));
        }
        assert_eq!(Resource::parse("button"), Ok(Resource::LOGIN_BUTTON));
        let both = vec![Resource::LOGGING_EVENTS, Resource::LOGGING_BULK_EVENTS];
        let error = Resource::parse("events").unwrap_err();
        assert_eq!(
            error,
            ResourceError::Ambiguous {
                text: "events".into(),
                candidates: both
            }
        );
        for text in [
            "",
            "_",
            "utton",
            "LOGIN_BUTTON",
            "Lac::",
            "::login_button",
            "Lac::sales",
        ] {
            assert!(Resource::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn misspelled_ids_get_a_suggestion() {
        for (text, meant) in [
            ("login_buton", Some(Resource::LOGIN_BUTTON)),
            (
                "Magento_LoginAsCustomer::login_logs",
                Some(Resource::LOGIN_LOG),
            ),
            ("reindex", None),
        ] {
            let unknown = ResourceError::Unknown {
                text: text.into(),
                nearest: meant,
            };
            assert_eq!(Resource::parse(text), Err(unknown));
        }
    }
}
