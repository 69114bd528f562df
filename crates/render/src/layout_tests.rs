use super::*;
use lac_model::time::Timestamp;

const COLUMNS: [Heading; 6] = [
    Heading::new("id", "id"),
    Heading::new("email", "e-mail"),
    Heading::new("name", "name"),
    Heading::new("website", "website"),
    Heading::new("store_view", "store view"),
    Heading::new("consent", "consent"),
];

fn row(id: &str, email: &str, name: &str) -> Vec<StyledText> {
    [id, email, name, "europe_west", "germany_north", "granted"]
        .map(StyledText::from)
        .to_vec()
}

fn rendered(rows: &[Vec<StyledText>], width: Option<u16>) -> String {
    let style = Style {
        zone: chrono_tz::UTC,
        now: Timestamp::from_seconds(0),
        width,
        color: false,
        raw: false,
    };
    let mut out = Vec::new();
    write_table(&mut out, &COLUMNS, rows, &style, true).unwrap();
    String::from_utf8(out).unwrap()
}

fn people() -> Vec<Vec<StyledText>> {
    vec![
        row(
            "1",
            "annegret.von-und-zu-hohenstein@mail.example",
            "Annegret von und zu Hohenstein",
        ),
        row(
            "900719925474",
            "空@例え.example",
            "空 伊藤 伊藤伊藤伊藤伊藤伊藤伊藤",
        ),
    ]
}

#[test]
fn addresses_and_ids_are_never_broken() {
    for width in [60, 80, 100, 120, 200] {
        let text = rendered(&people(), Some(width));
        for line in text.lines() {
            assert!(line.width() <= usize::from(width), "{width}: {line}");
        }
        for whole in [
            "annegret.von-und-zu-hohenstein@mail.example",
            "空@例え.example",
            "900719925474",
        ] {
            assert!(text.contains(whole), "{width}: {whole} in\n{text}");
        }
    }
}

#[test]
fn columns_are_dropped_from_the_end_and_named() {
    let wide = rendered(&people(), Some(200));
    assert!(
        wide.contains("consent") && !wide.contains("no room for"),
        "{wide}"
    );
    let narrow = rendered(&people(), Some(80));
    assert!(
        narrow.contains("no room for: website, store view, consent"),
        "{narrow}"
    );
    assert!(!narrow.contains("granted"), "{narrow}");
}

/// The address has the greatest length allowed, and does not fit in a line.
#[test]
fn rows_too_wide_for_a_line_become_records() {
    let long = format!("{}@mail.example", "x".repeat(241));
    let text = rendered(
        &[row("1", &long, "Jane Doe"), row("2", "b@mail.example", "")],
        Some(80),
    );
    assert!(text.contains(&format!("e-mail      {long}\n")), "{text}");
    assert!(
        text.contains("id          2\n") && !text.contains("name        \n"),
        "{text}"
    );
    assert!(!text.contains('│') && text.contains("granted"), "{text}");
}

#[test]
fn pipe_output_is_never_shortened() {
    let long = format!("{}@mail.example", "x".repeat(241));
    let text = rendered(&[row("1", &long, "Jane Doe")], None);
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains(&long) && text.contains("granted"));
}
