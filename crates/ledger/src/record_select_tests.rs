use super::seal_event;
use lac_model::audit::select::parse_network;
use lac_model::audit::{Action, Event, Matcher, RecordFields, Selection, SelectionValues};
use lac_model::time::Timestamp;

fn matches(selection: &Selection, event: &Event) -> bool {
    let time = Timestamp::from_seconds(1_790_000_000);
    let sealed = seal_event(event, 1, time, None, [[1; 32], [2; 32]]).unwrap();
    let shopper = sealed.parts.customer_part.unwrap().0;
    let texts = lac_model::audit::EventTexts {
        record: &sealed.record,
        customer_part: Some(&shopper),
        staff_part: &sealed.parts.staff_part.0,
    };
    Matcher::new(selection, None).matches(&RecordFields::new(texts).unwrap())
}

fn event() -> Event {
    let mut event = Event::new(Action::LoginIssue);
    event.admin = Some("anna".to_owned());
    event.ip_address = Some("192.0.2.7".to_owned());
    event.customer_id = "42".parse().ok();
    event.customer_email = Some("Jane@Example.com".to_owned());
    event.reason = Some("Says \"hello\"\nand more".to_owned());
    event.add_detail("message", "quoted \"thing\"");
    event
}

fn any_of(field: impl Fn(&mut Selection) -> &mut SelectionValues, values: &[&str]) -> Selection {
    let mut selection = Selection::default();
    field(&mut selection).any = values.iter().map(|v| (*v).to_owned()).collect();
    selection
}

fn none_of(field: impl Fn(&mut Selection) -> &mut SelectionValues, value: &str) -> Selection {
    let mut selection = Selection::default();
    field(&mut selection).not = vec![value.to_owned()];
    selection
}

#[test]
fn any_of_several_values() {
    assert!(matches(&Selection::default(), &event()));
    assert!(matches(
        &any_of(|s| &mut s.admin, &["bob", "anna"]),
        &event()
    ));
    assert!(!matches(
        &any_of(|s| &mut s.admin, &["bob", "ann"]),
        &event()
    ));
    assert!(!matches(&any_of(|s| &mut s.ticket, &["ZD-1"]), &event()));
}

#[test]
fn absent_values_are_not_excluded() {
    assert!(!matches(&none_of(|s| &mut s.admin, "anna"), &event()));
    assert!(matches(&none_of(|s| &mut s.admin, "bob"), &event()));
    assert!(matches(&none_of(|s| &mut s.ticket, "ZD-1"), &event()));
    assert!(!matches(&none_of(|s| &mut s.details, "THING"), &event()));
}

#[test]
fn customers_match_by_id_or_by_address() {
    let mut both = any_of(|s| &mut s.customer_id, &["7"]);
    both.customer_email = SelectionValues::any_of(["JANE@example.com"]);
    assert!(matches(&both, &event()));
    assert!(!matches(&any_of(|s| &mut s.customer_id, &["7"]), &event()));
}

#[test]
fn ip_addresses_match_networks() {
    for (network, inside) in [
        ("192.0.2.7", true),
        ("192.0.2.0/24", true),
        ("192.0.2.99/24", true),
        ("::ffff:192.0.2.7", true),
        ("::ffff:192.0.2.0/120", true),
        ("::ffff:192.0.3.0/120", false),
        ("::/0", false),
        ("192.0.3.0/24", false),
        ("2001:db8::/32", false),
        ("0.0.0.0/0", true),
    ] {
        let selection = any_of(|s| &mut s.ip_address, &[network]);
        assert_eq!(matches(&selection, &event()), inside, "{network}");
    }
    assert!(parse_network("192.0.2").is_none() && parse_network("192.0.2.0/33").is_none());
}

#[test]
fn text_filters_match_substrings() {
    let name = |text| any_of(|s| &mut s.full_action_name, &[text]);
    assert!(matches(&name("LOGIN_login"), &event()) && !matches(&name("logout"), &event()));
    let reason = |text| any_of(|s| &mut s.reason, &[text]);
    assert!(matches(&reason("says \"HELLO\"\nand"), &event()));
    let details = |text| any_of(|s| &mut s.details, &[text]);
    assert!(matches(&details("quoted \"thing\""), &event()));
    assert!(matches(&details("\"message\":\"quoted"), &event()));
    assert!(!matches(&details("null"), &Event::new(Action::LoginIssue)));
}

#[test]
fn filters_that_need_only_the_record() {
    assert!(any_of(|s| &mut s.full_action_name, &["x"]).uses_record_fields_only());
    assert!(none_of(|s| &mut s.ticket, "x").uses_record_fields_only());
    assert!(!any_of(|s| &mut s.ip_address, &["::1"]).uses_record_fields_only());
    assert!(!none_of(|s| &mut s.reason, "x").uses_record_fields_only());
}

#[test]
fn json_contains_only_the_filters_that_are_set() {
    let mut selection = any_of(|s| &mut s.admin, &["anna"]);
    selection.since = Some(Timestamp::from_seconds(0));
    let text = serde_json::to_string(&selection).unwrap();
    assert_eq!(
        text,
        r#"{"since":"1970-01-01T00:00:00.000000Z","admin":{"any":["anna"]}}"#
    );
    assert_eq!(serde_json::from_str::<Selection>(&text).unwrap(), selection);
}

#[test]
fn broker_callers_are_identified_by_uid() {
    for (text, uid) in [
        ("unix:0", Some(0)),
        ("unix:1001", Some(1001)),
        ("unix:01", None),
        ("unix:", None),
        ("unix:-1", None),
        ("unix:+1", None),
        ("unix:4294967296", None),
        ("1001", None),
    ] {
        assert_eq!(
            lac_model::audit::select::parse_unix_uid(text),
            uid,
            "{text}"
        );
    }
}
