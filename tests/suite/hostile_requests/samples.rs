//! A well-formed request of every use case, one for each variant, with every
//! field filled in; hostile requests are derived from them.

use serde_json::{Value, json};

/// A filter with every field.
fn filter() -> Value {
    let wanted = |any: &str| json!({"any": [any], "not": ["no-such"]});
    json!({
        "since": "2026-10-01", "until": "2026-12-31",
        "action_group": {"any": ["consent"], "not": ["stores"]},
        "action": {"any": ["grant"], "not": ["issue"]},
        "result": {"any": ["success"], "not": ["failure"]},
        "admin": wanted("alice"), "role": wanted("Administrators"),
        "customer": {"any": ["2"], "not": ["3"]}, "website": wanted("base"), "store_view": wanted("en"),
        "session": {"any": ["0123456789ab"], "not": ["ffffffffffff"]},
        "ticket": wanted("ZD-1"),
        "document": {"any": ["order:000000001"], "not": ["invoice:000000001"]},
        "ip": {"any": ["192.0.2.1"], "not": ["192.0.2.2"]},
        "full_action_name": ["consent"], "details": ["x"], "reason": ["x"],
    })
}

fn login_request(whom: Value) -> Value {
    json!({
        "whom": whom, "website": "base", "store_view": "en", "reason": "asked on the phone",
        "ticket": "ZD-4711", "replace": true, "override_consent": false, "read_only": true,
    })
}

fn part() -> Value {
    json!({"after": "1", "limit": 10})
}

/// Name and request.
#[allow(clippy::too_many_lines)] // one list, on purpose
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let id = "00112233445566778899aabbccddeeff";
    let request = "0011223344556677";
    let person = json!({"whom": {"customer": "1"}});
    let order = json!({"document": {"kind": "order", "number": "000000001"}});
    let customer = login_request(person["whom"].clone());
    let position = json!({"origin": "test.example", "seq": 1, "root": "AAAA", "note": "a note\n"});
    let unfiltered = json!({"after": 3, "limit": 5, "sort": {"field": "seq", "descending": true}});
    let mut list = unfiltered;
    list["filter"] = filter();
    vec![
        ("whoami", json!({"unrecorded": false})),
        ("doctor", json!({})),
        ("complete", json!({"wanted": "customers", "prefix": "a"})),
        (
            "complete",
            json!({"wanted": "resources", "prefix": "login"}),
        ),
        ("login.check", json!({"wish": customer})),
        ("login.check", json!({"wish": login_request(json!("last"))})),
        ("login.search", json!({"text": "ada", "website": "base"})),
        ("login.ask", json!({"wish": customer})),
        ("login.start", json!({"wish": customer, "ttl": 30})),
        (
            "login.start",
            json!({"wish": login_request(order), "ttl": 30}),
        ),
        (
            "login.verify",
            json!({"token": "x.y.z", "audience": "https://shop.example"}),
        ),
        (
            "login.redeem",
            json!({"token": "x.y.z", "audience": "https://shop.example",
                   "client_ip": "203.0.113.9", "user_agent": "Firefox"}),
        ),
        (
            "document.show",
            json!({"kind": "order", "number": "000000001", "website": "base", "store_view": "en"}),
        ),
        (
            "request.list",
            json!({"mine": true, "states": ["pending", "used"], "part": {"after": request, "limit": 10}}),
        ),
        ("request.show", json!({"id": request})),
        (
            "request.decide",
            json!({"ids": [request], "verdict": "deny", "reason": "no"}),
        ),
        ("request.cancel", json!({"id": request})),
        ("outbox.list", json!({"state": "due", "part": part()})),
        ("outbox.retry", json!({"which": {"ids": [request]}})),
        ("outbox.retry", json!({"which": "all"})),
        (
            "session.list",
            json!({"mine": true, "admin": "alice", "customer": "1", "states": ["active"], "after": id, "limit": 5}),
        ),
        ("session.show", json!({"id": id})),
        (
            "session.end",
            json!({"which": {"ids": [id]}, "cause": "signed_out"}),
        ),
        ("session.end", json!({"which": "all", "cause": "left"})),
        ("session.end", json!({"which": "own", "cause": "left"})),
        (
            "session.end",
            json!({"which": {"of": {"admin": "alice", "customer": "1"}}, "cause": "left"}),
        ),
        ("session.check", json!({"id": id})),
        ("session.leave", json!({"id": id, "cause": "left"})),
        (
            "session.report",
            json!({"id": id, "actions": [
                {"id": "o-1", "action": "order_placed", "document": "order:000000001",
                 "summary": "two apples", "at": "2026-10-05T12:00:00.000000Z"},
            ]}),
        ),
        (
            "customer.list",
            json!({"search": "a", "email_prefix": "ada", "website": "base", "part": part()}),
        ),
        ("customer.show", json!({"customer": "1", "website": "base"})),
        (
            "customer.history",
            json!({"customer": "1", "website": "base", "part": part()}),
        ),
        (
            "customer.add",
            json!({"id": "77", "email": "new@example.com", "first_name": "New", "last_name": "Nettle",
                   "website": "base", "store_view": "en", "active": true, "confirmed": true, "vip": false}),
        ),
        (
            "customer.edit",
            json!({"customer": "1", "website": "base", "id": "1", "email": "ada@example.com",
                   "first_name": "Ada", "last_name": "Apple", "store_view": "en", "active": true,
                   "confirmed": true, "vip": false, "confirm_website": false}),
        ),
        (
            "customer.remove",
            json!({"customer": "4", "website": "eu", "confirmed": false}),
        ),
        (
            "consent.show",
            json!({"customers": ["1", "2"], "website": "base"}),
        ),
        (
            "consent.change",
            json!({"granted": true, "customers": ["2"], "website": "base", "reason": "said so",
                   "limit": {"for": {"secs": 3600, "nanos": 0}}}),
        ),
        (
            "consent.change",
            json!({"granted": true, "customers": ["2"], "website": "base", "reason": "said so",
                   "limit": {"until": "2027-01-01"}}),
        ),
        (
            "consent.history",
            json!({"customers": ["1"], "website": "base", "part": part()}),
        ),
        (
            "consent.change",
            json!({"granted": true, "customers": ["2"], "website": "base", "reason": "said so",
                   "limit": {"at": "2027-01-01T00:00:00.000000Z"}}),
        ),
        ("customer_consent.show", json!({"customer": "2"})),
        (
            "customer_consent.set",
            json!({"customer": "2", "granted": true, "until": "2027-01-01T00:00:00.000000Z",
                   "session_id": id}),
        ),
        (
            "customer_consent.history",
            json!({"customer": "2", "part": {"after": id, "limit": 10}}),
        ),
        (
            "consent_ask.create",
            json!({"customer": "2", "website": "base", "duration": 3600, "ticket": "ZD-1"}),
        ),
        (
            "consent_ask.list",
            json!({"customer": "2", "website": "base", "part": part()}),
        ),
        ("consent_ask.show", json!({"ask": request})),
        ("consent_ask.withdraw", json!({"ask": request})),
        (
            "consent_ask.decide",
            json!({"customer": "2", "ask": request, "decision": "allow", "session_id": id}),
        ),
        (
            "config.list",
            json!({"scope": "website:base", "section": "login_as_customer"}),
        ),
        ("config.describe", json!({"path": "web/url/use_store"})),
        (
            "config.get",
            json!({"path": "web/url/use_store", "scope": "default"}),
        ),
        (
            "config.set",
            json!({"path": "web/url/use_store", "value": "no", "scope": "default", "confirmation": "given"}),
        ),
        (
            "config.unset",
            json!({"path": "web/url/use_store", "scope": "default", "confirmation": "given"}),
        ),
        ("config.export", json!({})),
        (
            "config.diff",
            json!({"text": "lac_config = 1\n", "prune": false}),
        ),
        (
            "config.apply",
            json!({"text": "lac_config = 1\n", "prune": false, "dry_run": true, "confirmation": "given"}),
        ),
        (
            "stores.list",
            json!({"levels": ["website", "group"], "back_office": true}),
        ),
        (
            "stores.add_website",
            json!({"code": "w9", "name": "Nine", "id": 9, "default": false}),
        ),
        (
            "stores.add_group",
            json!({"code": "g9", "website": "base", "name": "Nine", "id": 9}),
        ),
        (
            "stores.add_view",
            json!({"code": "v9", "group": "main_store", "name": "Nine", "id": 9, "active": true}),
        ),
        (
            "stores.edit",
            json!({"what": "store-view:es", "name": "Español", "code": "es", "active": true, "default": false}),
        ),
        ("stores.plan_remove", json!({"what": "store-view:nl"})),
        ("stores.remove", json!({"what": "website:nowhere"})),
        ("role.list", json!({"part": part()})),
        ("role.show", json!({"name": "Administrators"})),
        ("role.resources", json!({"role": "Administrators"})),
        (
            "role.create",
            json!({"name": "Clerks", "all": false, "scope": {"websites": ["base"]}}),
        ),
        (
            "role.create",
            json!({"name": "Cooks", "all": false, "scope": "all"}),
        ),
        ("role.delete", json!({"name": "Nobody", "confirmed": true})),
        (
            "role.access",
            json!({"name": "Clerks", "access": "custom", "confirmation": "given"}),
        ),
        (
            "role.allow",
            json!({"name": "Clerks", "resources": ["login_button"], "with_children": true}),
        ),
        (
            "role.deny",
            json!({"name": "Clerks", "resources": ["login_button"], "with_children": true}),
        ),
        (
            "role.scope",
            json!({"name": "Clerks", "scope": {"websites": ["base"]}}),
        ),
        ("role.export", json!({})),
        (
            "role.diff",
            json!({"text": "lac_roles = 1\n", "prune": false}),
        ),
        (
            "role.apply",
            json!({"text": "lac_roles = 1\n", "prune": false, "dry_run": true, "confirmed": false, "confirmation": "given"}),
        ),
        ("user.list", json!({"part": part()})),
        ("user.show", json!({"name": "alice"})),
        (
            "user.create",
            json!({"name": "carl", "role": "Clerks", "os_account": "carl", "full_name": "Carl Clerk"}),
        ),
        (
            "user.edit",
            json!({"name": "carl", "os_account": "carl", "full_name": "Carl C."}),
        ),
        ("user.assign", json!({"name": "carl", "role": "Clerks"})),
        ("user.enable", json!({"name": "carl", "enabled": true})),
        ("user.delete", json!({"name": "nobody", "confirmed": true})),
        (
            "token.create",
            json!({"name": "carl", "label": "night", "lifetime": {"secs": 60, "nanos": 0},
                   "resources": ["login_button"], "websites": ["base"]}),
        ),
        ("token.list", json!({"name": "carl", "part": part()})),
        (
            "token.revoke",
            json!({"name": "carl", "which": {"ids": [4711]}}),
        ),
        ("token.revoke", json!({"name": "carl", "which": "all"})),
        (
            "storefront.add",
            json!({"name": "till", "websites": ["base"], "consent": true, "sync": true}),
        ),
        ("storefront.list", json!({"part": part()})),
        (
            "storefront.rotate",
            json!({"name": "nowhere", "grace": {"secs": 60, "nanos": 0}}),
        ),
        ("storefront.test", json!({"name": "nowhere", "probe": true})),
        ("storefront.revoke", json!({"name": "nowhere"})),
        ("key.list", json!({})),
        ("key.jwks", json!({})),
        ("key.verifier", json!({})),
        ("key.verifiers", json!({})),
        (
            "key.rotate",
            json!({"purpose": "login", "confirmed": false}),
        ),
        (
            "key.retire",
            json!({"key": "no-such-key", "confirmed": true}),
        ),
        (
            "sync.customers",
            json!({"customers": [
                {"id": "1", "email": "ada@example.com", "name": "Ada", "website": "base",
                 "store_view": "en", "active": true, "confirmed": true},
                {"id": "2", "deleted": true},
            ]}),
        ),
        (
            "sync.orders",
            json!({"orders": [{"number": "100000009", "customer_id": "1", "store_view": "en",
                               "placed_at": "2026-10-01T08:00:00.000000Z"}]}),
        ),
        (
            "import",
            json!({"kind": "customers", "file": "c.json",
                   "wishes": {"skip_invalid": false, "dry_run": true, "partial": false,
                              "complete": false, "allow_empty": false}}),
        ),
        ("log.list", list),
        ("log.show", json!({"seq": 1})),
        ("log.raw", json!({"seq": 1})),
        (
            "log.tail",
            json!({"filter": filter(), "start": {"last": 3}, "limit": 5}),
        ),
        (
            "log.tail",
            json!({"filter": filter(), "start": {"after": position}, "limit": 5}),
        ),
        ("log.is_newest", json!({"at": position})),
        (
            "log.export",
            json!({"filter": filter(), "columns": ["seq", "time"], "content": "csv", "compression": "zst",
                   "formula_guard": true, "proof": "sparse", "file": "q.csv"}),
        ),
        (
            "log.report",
            json!({"filter": filter(), "office_hours": "08:00-18:00", "office_days": "mon-fri", "top": 5}),
        ),
        (
            "log.statement",
            json!({"customer": "1", "website": "base", "since": "2026-01-01", "until": "2026-12-31"}),
        ),
        ("log.checkpoint", json!({"since": "a note\n"})),
        ("log.verify", json!({"since": "a note\n", "key": "a key"})),
        ("log.archive", json!({"dry_run": true})),
        (
            "log.erase",
            json!({"customer": "999", "emails": ["gone@example.com"], "confirmed": true}),
        ),
        ("log.plan_recovery", json!({})),
        ("log.recover", json!({})),
        ("log.plan_acceptance", json!({})),
        ("log.accept", json!({})),
    ]
}
