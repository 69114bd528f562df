use super::*;

#[test]
fn the_code_is_the_name_on_the_wire() {
    let on_the_wire = |fault: &Fault| match serde_json::to_value(fault).unwrap() {
        serde_json::Value::String(code) => code,
        serde_json::Value::Object(map) => map.keys().next().unwrap().clone(),
        other => panic!("{other}"),
    };

    assert_eq!(
        on_the_wire(&Fault::FeatureDisabled),
        Fault::FeatureDisabled.code()
    );
    let fault = Fault::ConsentWithheld {
        customer: "2".into(),
        ran_out: None,
    };
    assert_eq!(on_the_wire(&fault), fault.code());
    assert_eq!(fault.kind(), FaultKind::Refused);
}
