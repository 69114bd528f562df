use super::*;
use proptest::prelude::*;

#[track_caller]
fn assert_normalized(kind: ValueType, cases: &[(&str, &str)]) {
    for (input, canonical) in cases {
        assert_eq!(kind.normalize(input).as_deref(), Ok(*canonical), "{input}");
    }
}

#[track_caller]
fn assert_rejected(kind: ValueType, inputs: &[&str]) {
    for input in inputs {
        assert!(kind.normalize(input).is_err(), "{input}");
    }
}

#[test]
fn yes_and_no() {
    assert_normalized(
        ValueType::YesNo,
        &[
            ("YES", "yes"),
            ("1", "yes"),
            ("True", "yes"),
            (" no\n", "no"),
            ("0", "no"),
        ],
    );
    assert_rejected(ValueType::YesNo, &["", "y", "on", "2"]);
    let error = ValueType::YesNo.normalize("maybe").unwrap_err();
    assert_eq!(
        error.to_string(),
        "it is none of the known values; expected yes or no"
    );
}

#[test]
fn names() {
    let names = ValueType::NameList { max: 20 };
    assert_normalized(
        names,
        &[
            ("Trainees", "Trainees"),
            (" Night shift ,b,, b ,", "Night shift,b"),
        ],
    );
    assert_rejected(names, &["", " , ", "a\u{202e}b", "a\nb", &"x".repeat(21)]);
}

#[test]
fn numbers() {
    let seconds = ValueType::Seconds { min: 1, max: 600 };
    assert_normalized(seconds, &[("60", "60"), ("060s", "60"), ("10m", "600")]);
    assert_rejected(
        seconds,
        &[
            "0",
            "601",
            "11m",
            "1h",
            "-1",
            "1.5",
            "",
            "99999999999999999999",
        ],
    );
    let limit = ValueType::OffOrSeconds {
        min: 60,
        max: 86_400,
    };
    assert_normalized(
        limit,
        &[
            ("off", "off"),
            ("OFF", "off"),
            ("no", "off"),
            ("15m", "900"),
        ],
    );
    assert_rejected(limit, &["0", "59", "25h", "on", "", "never"]);
    let days = ValueType::Days { min: 1, max: 100 };
    assert_normalized(
        days,
        &[("60", "60"), ("60d", "60"), ("8w", "56"), ("48h", "2")],
    );
    assert_rejected(days, &["0", "36h", "101"]);
    let integer = ValueType::Integer { min: 0, max: 500 };
    assert_normalized(integer, &[("0", "0"), ("0500", "500")]);
    assert_rejected(integer, &["501", "+5", "-0", "5s", ""]);
}

#[test]
fn texts() {
    let text = ValueType::Text { max: 5 };
    assert_normalized(text, &[(" a b ", "a b"), ("渡辺渡辺渡", "渡辺渡辺渡")]);
    assert_rejected(
        text,
        &["", "  ", "abcdef", "a\nb", "a\u{202e}b", "\u{1b}[0m"],
    );
    let name = ValueType::Name { max: 20 };
    assert_normalized(name, &[("shop.example/lac", "shop.example/lac")]);
    assert_rejected(name, &["two words", "a+b", "a\u{a0}b", ""]);
}

#[test]
fn choices() {
    let one = ValueType::OneOf(&["daily", "weekly"]);
    assert_normalized(one, &[("daily", "daily")]);
    assert_rejected(one, &["Daily", "day", ""]);
    assert_normalized(
        ValueType::Timezone,
        &[("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")],
    );
    assert_rejected(ValueType::Timezone, &["Berlin", "CEST", "+02:00", ""]);
}

proptest! {
    #[test]
    fn a_canonical_value_stays_the_same(input in any::<String>(), short in "[a-z0-9, ]{0,12}") {
        for field in super::super::fields() {
            for text in [&input, &short] {
                if let Ok(value) = field.kind.normalize(text) {
                    prop_assert_eq!(field.kind.normalize(&value), Ok(value.clone()));
                }
            }
        }
    }
}

#[test]
fn a_set_of_words_has_one_form() {
    let set = ValueType::WordSet(&["name", "reason", "ticket"]);
    for (given, stored) in [
        ("none", "none"),
        ("ticket", "ticket"),
        ("ticket, name", "name,ticket"),
        ("name name", "name"),
        (" name,reason,ticket ", "name,reason,ticket"),
    ] {
        assert_eq!(set.normalize(given).as_deref(), Ok(stored), "{given}");
    }
    for given in ["", "none,name", "email", "Name"] {
        assert!(set.normalize(given).is_err(), "{given}");
    }
}
