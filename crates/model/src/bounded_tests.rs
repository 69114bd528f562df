use super::*;

type UpToThree = BoundedList<ShortText, 3>;

fn from_json<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|e| e.to_string())
}

#[test]
fn a_rule_holds_however_the_value_is_made() {
    let long = "x".repeat(65);
    for bad in ["", "a b", "jane@example.com", "a\nb", &long] {
        let json = serde_json::to_string(bad).unwrap();
        assert!(bad.parse::<Ticket>().is_err(), "{bad:?}");
        assert!(Ticket::new(bad).is_err(), "{bad:?}");
        assert!(Ticket::try_from(bad.to_owned()).is_err(), "{bad:?}");
        let error = from_json::<Ticket>(&json).unwrap_err();
        assert!(error.starts_with("a ticket is 1 to 64 of"), "{error}");
    }
    assert_eq!(from_json::<Ticket>("\"ZD-4711\"").unwrap(), "ZD-4711");
    assert_eq!(
        Fault::from("".parse::<Ticket>().unwrap_err()).to_string(),
        "ticket: a ticket is 1 to 64 of the characters A-Z a-z 0-9 # _ . / -"
    );
}

#[test]
fn a_version_is_one_word() {
    assert_eq!(
        Version::new(Version::current().as_str()),
        Ok(Version::current())
    );
    for bad in ["", "1) 2", "1\n2", "1\u{1b}[2J", &"1".repeat(33)] {
        assert!(Version::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    assert!("é".repeat(255).parse::<ShortText>().is_ok());
    assert!("é".repeat(256).parse::<ShortText>().is_err());
    assert!("\u{1f600}".repeat(255).parse::<ShortText>().is_ok());
    assert!("x".repeat(1_000_000).parse::<ShortText>().is_err());
}

#[test]
fn names_hold_no_control_characters() {
    assert!("Zoë O\u{2019}Neil-渡辺 🙂".parse::<PersonName>().is_ok());
    assert!("".parse::<PersonName>().is_ok());
    for bad in ["a\0b", "a\tb", "a\u{1b}[2Jb", "a\u{9b}b", "a\nb", "a\u{7f}"] {
        assert!(bad.parse::<PersonName>().is_err(), "{bad:?}");
        assert!(bad.parse::<Label>().is_err(), "{bad:?}");
    }
}

#[test]
fn no_message_is_the_beginning_of_another() {
    // A message's beginning identifies the rule.
    for (at, rule) in TEXT_RULES.iter().enumerate() {
        for other in &TEXT_RULES[at + 1..] {
            assert!(!rule.message.starts_with(other.message), "{}", rule.message);
            assert!(
                !other.message.starts_with(rule.message),
                "{}",
                other.message
            );
        }
    }
}

#[test]
fn a_list_has_a_limit_and_no_duplicates() {
    assert_eq!(from_json::<UpToThree>(r#"["a","b","c"]"#).unwrap().len(), 3);
    for bad in [
        r#"["a","b","c","d"]"#,
        r#"["a","b","a"]"#,
        r#""a""#,
        "[1]",
        "null",
    ] {
        assert!(from_json::<UpToThree>(bad).is_err(), "{bad}");
    }
    // A value that is typed twice counts once.
    let typed = UpToThree::parse("ID", ["b", "a", "b", "c", "a"], ShortText::new).unwrap();
    assert_eq!(typed[..], ["b", "a", "c"]);
    let fault = UpToThree::parse("ID", ["a", "b", "c", "d"], ShortText::new).unwrap_err();
    assert_eq!(fault.to_string(), "ID: at most 3 at once");
}

#[test]
fn a_long_list_is_not_read_to_its_end() {
    struct Endless(usize);

    impl Iterator for Endless {
        type Item = u32;

        fn next(&mut self) -> Option<u32> {
            self.0 += 1;
            assert!(self.0 <= 4, "a fifth member was read");
            u32::try_from(self.0).ok()
        }
    }

    let endless = de::value::SeqDeserializer::<_, de::value::Error>::new(Endless(0));
    assert!(BoundedList::<u32, 3>::deserialize(endless).is_err());
}

#[test]
fn numbers_have_a_range() {
    assert_eq!(
        from_json::<Seq>("9223372036854775807").unwrap().get(),
        u64::MAX / 2
    );
    for bad in [
        "-1",
        "9223372036854775808",
        "1.5",
        "\"1\"",
        "18446744073709551616",
    ] {
        assert!(from_json::<Seq>(bad).is_err(), "{bad}");
    }
    assert_eq!(
        from_json::<StoreId>("2147483647").unwrap().get(),
        StoreId::MAX
    );
    for bad in ["0", "-1", "2147483648", "9223372036854775807"] {
        assert!(from_json::<StoreId>(bad).is_err(), "{bad}");
    }
}
