use super::*;
use proptest::prelude::*;

#[track_caller]
fn takes(kind: Kind, cases: &[(&str, &str)]) {
    for (input, canonical) in cases {
        assert_eq!(kind.normalize(input).as_deref(), Ok(*canonical), "{input}");
    }
}

#[track_caller]
fn refuses(kind: Kind, inputs: &[&str]) {
    for input in inputs {
        assert!(kind.normalize(input).is_err(), "{input}");
    }
}

#[test]
fn yes_and_no() {
    takes(
        Kind::YesNo,
        &[
            ("YES", "yes"),
            ("1", "yes"),
            ("True", "yes"),
            (" no\n", "no"),
            ("0", "no"),
        ],
    );
    refuses(Kind::YesNo, &["", "y", "on", "2"]);
    let error = Kind::YesNo.normalize("maybe").unwrap_err();
    assert_eq!(
        error.to_string(),
        "it is none of the known values; expected yes or no"
    );
}

#[test]
fn names() {
    let names = Kind::Names { max: 20 };
    takes(
        names,
        &[
            ("Trainees", "Trainees"),
            (" Night shift ,b,, b ,", "Night shift,b"),
        ],
    );
    refuses(names, &["", " , ", "a\u{202e}b", "a\nb", &"x".repeat(21)]);
}

#[test]
fn numbers() {
    let seconds = Kind::Seconds { min: 1, max: 600 };
    takes(seconds, &[("60", "60"), ("060s", "60"), ("10m", "600")]);
    refuses(
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
    let days = Kind::Days { min: 1, max: 100 };
    takes(
        days,
        &[("60", "60"), ("60d", "60"), ("8w", "56"), ("48h", "2")],
    );
    refuses(days, &["0", "36h", "101"]);
    let integer = Kind::Integer { min: 0, max: 500 };
    takes(integer, &[("0", "0"), ("0500", "500")]);
    refuses(integer, &["501", "+5", "-0", "5s", ""]);
}

#[test]
fn texts() {
    let text = Kind::Text { max: 5 };
    takes(text, &[(" a b ", "a b"), ("渡辺渡辺渡", "渡辺渡辺渡")]);
    refuses(
        text,
        &["", "  ", "abcdef", "a\nb", "a\u{202e}b", "\u{1b}[0m"],
    );
    let name = Kind::Name { max: 20 };
    takes(name, &[("shop.example/lac", "shop.example/lac")]);
    refuses(name, &["two words", "a+b", "a\u{a0}b", ""]);
}

#[test]
fn choices() {
    let one = Kind::OneOf(&["daily", "weekly"]);
    takes(one, &[("daily", "daily")]);
    refuses(one, &["Daily", "day", ""]);
    takes(
        Kind::Timezone,
        &[("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")],
    );
    refuses(Kind::Timezone, &["Berlin", "CEST", "+02:00", ""]);
}

proptest! {
    #[test]
    fn canonical_is_a_fixed_point(input in any::<String>(), short in "[a-z0-9, ]{0,12}") {
        for field in super::super::fields() {
            for text in [&input, &short] {
                if let Ok(value) = field.kind.normalize(text) {
                    prop_assert_eq!(field.kind.normalize(&value), Ok(value.clone()));
                }
            }
        }
    }
}
