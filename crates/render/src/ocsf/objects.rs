//! The objects in a record: who acted, from where, and on what.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::kind::OcsfKind;
use super::without_nulls;
use lac_model::audit::EventView;

/// A detail as text, if it is a text or a number.
pub(super) fn detail(event: &EventView, key: &str) -> Option<String> {
    match event.details.as_ref()?.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Who acted: the admin user, perhaps through a storefront. For unknown
/// callers, the account of the operating system.
pub(super) fn actor(event: &EventView) -> Option<Value> {
    let role = |role: &String| json!([{ "name": role, "type": "role" }]);
    let user = match (&event.admin, &event.os_account) {
        (Some(name), _) => Some(without_nulls(json!({
            "name": name,
            "uid": event.admin_id.map(|id| id.to_string()),
            "type_id": 2,
            "type": "Admin",
            "groups": event.role.as_ref().map(role),
        }))),
        (None, Some(account)) => Some(json!({
            "name": account,
            "type_id": 99,
            "type": "Operating system account",
        })),
        (None, None) => None,
    };
    let storefront = detail(event, "storefront");
    (user.is_some() || storefront.is_some())
        .then(|| without_nulls(json!({ "user": user, "app_name": storefront })))
}

/// Where the request came from.
pub(super) fn src_endpoint(event: &EventView) -> Option<Value> {
    let address = event.ip_address.as_ref()?;
    // The schema allows only IP addresses in `ip`.
    Some(match address.parse::<IpAddr>() {
        Ok(_) => json!({ "ip": address }),
        Err(_) => json!({ "name": address }),
    })
}

/// The customer's account. If it was not found, the text that was typed; if
/// there is none, `unknown`.
pub(super) fn customer_user(event: &EventView, kind: OcsfKind) -> Value {
    known_customer_user(event).unwrap_or_else(|| match detail(event, kind.name_detail) {
        Some(name) => json!({ "name": name, "type_id": 1, "type": "User" }),
        None => unknown_user(),
    })
}

fn known_customer_user(event: &EventView) -> Option<Value> {
    let email = event.customer_email.as_ref();
    if event.customer_id.is_none() && email.is_none() {
        return None;
    }
    let is_plain = email.is_some_and(|email| is_plain_address(email));
    // The schema requires `uid` or `name`.
    let is_named = !is_plain || event.customer_id.is_none();
    Some(without_nulls(json!({
        "uid": event.customer_id,
        "name": email.filter(|_| is_named),
        "email_addr": email.filter(|_| is_plain),
        "type_id": 1,
        "type": "User",
    })))
}

/// The admin user that was changed.
pub(super) fn admin_user(event: &EventView) -> Value {
    let name = detail(event, "admin_user");
    let uid = detail(event, "admin_user_id");
    if name.is_none() && uid.is_none() {
        return unknown_user();
    }
    without_nulls(json!({ "name": name, "uid": uid, "type_id": 2, "type": "Admin" }))
}

fn unknown_user() -> Value {
    json!({ "name": "unknown", "type_id": 0, "type": "Unknown" })
}

/// The role that was given. Erased details do not contain it.
pub(super) fn privileges(event: &EventView) -> Value {
    json!([detail(event, "role").unwrap_or_else(|| "unknown".to_owned())])
}

/// The website of the login.
pub(super) fn service(event: &EventView) -> Value {
    let website = event.website.as_deref().unwrap_or("storefront");
    json!({ "name": website })
}

/// What was created, read, changed or removed. If the event names nothing in
/// particular, the name is the kind of entity.
pub(super) fn entity(event: &EventView, kind: OcsfKind) -> Value {
    let uid = match kind.entity {
        "session" => event.session_id.as_ref().map(ToString::to_string),
        "consent" | "customer" => event.customer_id.map(|id| id.to_string()),
        "access token" => detail(event, "token"),
        "key" => detail(event, "kid"),
        "website" | "store group" | "store view" => detail(event, "id"),
        _ => None,
    };
    let user = match kind.name_detail {
        "admin_user" => detail(event, kind.name_detail).map(|_| admin_user(event)),
        _ => known_customer_user(event),
    };
    let recorded = event.document.clone().filter(|_| kind.entity == "document");
    let name = recorded.or_else(|| detail(event, kind.name_detail));
    without_nulls(json!({
        "name": name.unwrap_or_else(|| kind.entity.to_owned()),
        "uid": uid,
        "type_id": 99,
        "type": kind.entity,
        "user": user,
    }))
}

/// Whether the schema's pattern for e-mail addresses accepts the address. Any
/// other address would make the whole record invalid.
fn is_plain_address(address: &str) -> bool {
    let word = |part: &str, more: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        !part.is_empty() && part.chars().all(fits)
    };
    address.split_once('@').is_some_and(|(local, host)| {
        let host = host.split_once('.');
        word(local, "!#$%&'*+,-./=?^_`{|}~")
            && host.is_some_and(|(first, rest)| word(first, "-") && word(rest, "-."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_match_the_schema() {
        for plain in ["jane@example.com", "o'neil+x,y@a-b.co.uk", "a@b.c."] {
            assert!(is_plain_address(plain), "{plain}");
        }
        for other in [
            "zoë@example.com",
            "a@b@c.d",
            "a@localhost",
            "@b.c",
            "a b@c.d",
            "a@b.c/d",
            "",
        ] {
            assert!(!is_plain_address(other), "{other}");
        }
    }
}
