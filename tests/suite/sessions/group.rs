//! Requests of one moment share a commit, as the gateway lets them; each stands
//! for itself all the same.

use lac_app::login::LoginRedeem;
use lac_app::login::sessions::SessionReport;
use lac_app::{Caller, Credential, GroupMember, GroupedWrite};
use lac_model::fault::Fault;
use serde_json::{Value, json};

use crate::support::{InProcessStore, StorefrontFixture, json_str};

const ORIGIN: &str = "https://shop.example.com";

fn caller(token: &str) -> Caller {
    Caller {
        credential: Credential::from_token_or_account(Some(token), ""),
        os_account: None,
        login_uid: None,
        ip_address: Some("198.51.100.7".to_owned()),
    }
}

fn redemption(token: &str) -> LoginRedeem {
    serde_json::from_value(json!({"token": token, "audience": ORIGIN})).expect("a request")
}

fn report(session: &str, id: &str) -> SessionReport {
    let actions = json!([{"id": id, "action": "order_placed", "document": "order:100000001"}]);
    serde_json::from_value(json!({"id": session, "actions": actions})).expect("a request")
}

fn codes<T>(answers: &[Result<T, Fault>]) -> Vec<&'static str> {
    let code = |answer: &Result<T, Fault>| answer.as_ref().map_or_else(Fault::code, |_| "ok");
    answers.iter().map(code).collect()
}

/// Action and result of the newest events, the oldest of them first.
fn newest(shop: &StorefrontFixture, count: usize) -> Vec<(String, String)> {
    let events = shop.store.log_events();
    let newest = events.iter().take(count).rev();
    newest
        .map(|event| {
            (
                json_str(&event["action"]).to_owned(),
                json_str(&event["result"]).to_owned(),
            )
        })
        .collect()
}

fn heads(shop: &StorefrontFixture) -> usize {
    shop.store.log_events().len()
}

#[test]
fn each_request_of_a_group_has_its_own_answer_and_event() {
    let shop = StorefrontFixture::new();
    let tokens: Vec<String> = ["ann", "ben", "cleo"]
        .map(|name| shop.issue_link(&shop.store.create_agent(name), &["1"]))
        .into();
    let other = shop
        .store
        .run_json(&["storefront", "add", "eu-shop", "--website", "eu"]);
    let (own, other) = (caller(&shop.storefront), caller(json_str(&other["token"])));
    let stranger = caller("lac_unknown");
    let before = heads(&shop);
    // Twice the same token, a token of another website, one of nobody, a fine one.
    let requests = [
        (&own, redemption(&tokens[0])),
        (&own, redemption(&tokens[0])),
        (&other, redemption(&tokens[1])),
        (&stranger, redemption(&tokens[1])),
        (&own, redemption("nonsense")),
        (&own, redemption(&tokens[2])),
    ];
    let mut members: Vec<_> = requests
        .into_iter()
        .map(|(caller, request)| GroupedWrite::new(caller, request))
        .collect();
    let mut group: Vec<&mut dyn GroupMember<'_>> =
        members.iter_mut().map(|member| member as _).collect();
    InProcessStore::new(&shop.store).write_group(&mut group);
    let answers: Vec<_> = members.into_iter().map(GroupedWrite::into_answer).collect();
    assert_eq!(
        codes(&answers),
        [
            "ok",
            "token_spent",
            "token_invalid",
            "not_authenticated",
            "token_invalid",
            "ok"
        ]
    );
    let redeem = |result: &str| ("redeem".to_owned(), result.to_owned());
    let in_order = [
        "success", "failure", "failure", "failure", "success", "failure",
    ]
    .map(redeem);
    assert_eq!(newest(&shop, 6), in_order, "the stranger's comes last");
    assert_eq!(heads(&shop), before + 6);
    let events = shop.store.log_events();
    assert_eq!(events[1]["admin"], "cleo");
    assert_eq!(events[1]["details"]["storefront"], "shop");
    assert_eq!(events[4]["details"]["code"], "token_spent");
    assert_eq!(events[3]["details"]["storefront"], "eu-shop");
    assert_eq!(events[0]["ip_address"], "198.51.100.7");
    let open = shop
        .store
        .run_json(&["session", "list", "--state", "active"]);
    assert_eq!(open.as_array().map(Vec::len), Some(2));
    shop.store.run_ok(&["log", "verify"]);
}

#[test]
fn a_failed_report_leaves_nothing_of_itself_in_the_group() {
    let shop = StorefrontFixture::new();
    let ann = shop.store.create_agent("ann");
    let session = shop.redeem(&shop.issue_link(&ann, &["1"]), ORIGIN);
    let ben = shop.issue_link(&shop.store.create_agent("ben"), &["1"]);
    let own = caller(&shop.storefront);
    let mut conflict = report(&session, "b");
    // The first action would be recorded before the second one fails.
    conflict.actions = serde_json::from_value(json!([
        {"id": "c", "action": "cart_changed"},
        {"id": "a", "action": "cart_changed"},
    ]))
    .expect("actions");
    let mut first = GroupedWrite::new(&own, report(&session, "a"));
    let mut failing = GroupedWrite::new(&own, conflict);
    let mut last = GroupedWrite::new(&own, redemption(&ben));
    let mut again = GroupedWrite::new(&own, report(&session, "a"));
    InProcessStore::new(&shop.store).write_group(&mut [
        &mut first,
        &mut failing,
        &mut last,
        &mut again,
    ]);
    assert_eq!(failing.into_answer().unwrap_err().code(), "action_conflict");
    assert!(last.into_answer().is_ok());
    let counts = |member: GroupedWrite<'_, SessionReport>| {
        let reported = member.into_answer().unwrap().unwrap();
        (reported.recorded, reported.known)
    };
    assert_eq!((counts(first), counts(again)), ((1, 0), (0, 1)));
    let acts = newest(&shop, 2).into_iter().map(|(action, _)| action);
    assert_eq!(acts.collect::<Vec<_>>(), ["order_placed", "redeem"]);
    let listed: Value = shop
        .store
        .run_json(&["log", "list", "--action", "cart_changed"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(0));
    shop.store.run_ok(&["log", "verify"]);
}
