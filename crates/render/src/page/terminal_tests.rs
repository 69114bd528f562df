use super::*;
use crate::page::{Section, table_columns};
use lac_model::time::Timestamp;

pub(super) fn style(width: Option<u16>) -> Style {
    Style {
        zone: chrono_tz::UTC,
        now: Timestamp::from_seconds(1_790_000_000),
        width,
        color: false,
        raw: false,
    }
}

fn rendered(part: Block, width: Option<u16>) -> Vec<String> {
    let page = ReportPage {
        sections: vec![Section {
            title: "Title",
            blocks: vec![part],
        }],
        ..ReportPage::default()
    };
    let mut out = Vec::new();
    write_page(&mut out, &page, &style(width)).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().skip(3).map(str::to_owned).collect()
}

#[test]
fn words_are_wrapped_and_long_ones_broken() {
    assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
    assert_eq!(wrap("渡辺渡辺", 5), ["渡辺", "渡辺"]);
    assert_eq!(wrap("", 5), [""]);
    assert_eq!(wrap("x", 1), ["x"]);
}

#[test]
fn bars_are_in_eighths() {
    assert_eq!([bar(8, 8, 3), bar(0, 8, 3), bar(1, 0, 3)], ["███", "", ""]);
    assert_eq!(bar(1, 1_000_000, 3), "▏");
    assert_eq!(bar(1, 2, 3), "█▌");
    assert_eq!(bar(u64::MAX, u64::MAX, 2), "██");
}

#[test]
fn shades_distinguish_zero_from_few() {
    let shown: String = [0, 1, 25, 26, 75, 76, 100]
        .map(|n| shade_char(n, 100))
        .iter()
        .collect();
    assert_eq!(shown, "·░░▒▓██");
    assert_eq!(shade_char(u64::MAX, u64::MAX), '░');
}

#[test]
fn table_states_omitted_rows() {
    let grid = PageTable {
        caption: "Counts".to_owned(),
        columns: table_columns(&["name", "times#"]),
        rows: vec![vec!["a".into(), "12".into()], vec!["b".into(), "3".into()]],
        bars: Some(vec![12, 3]),
        omitted_rows: 7,
        empty_text: "none",
    };
    insta::assert_snapshot!(rendered(Block::Table(grid), None).join("\n"), @r"
    Counts
     name  times
     a        12  ██████████████████
     b         3  ████▌
    and 7 more
    ");
    let none = PageTable {
        caption: "Counts".to_owned(),
        empty_text: "none",
        ..PageTable::default()
    };
    assert_eq!(rendered(Block::Table(none), None), ["Counts", "none"]);
}

#[test]
fn commands_are_never_wrapped() {
    let long = format!("lac {}", "x".repeat(90));
    let lines = rendered(Block::Command(format!("{long}\nsecond")), Some(40));
    assert_eq!(lines, [format!("  {long}"), "  second".to_owned()]);
}
