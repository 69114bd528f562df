use super::*;
use crate::paper::{Section, heads};
use lac_model::time::Timestamp;

pub fn look(width: Option<u16>) -> Look {
    Look {
        zone: chrono_tz::UTC,
        now: Timestamp::from_seconds(1_790_000_000),
        width,
        color: false,
        raw: false,
    }
}

fn shown(part: Part, width: Option<u16>) -> Vec<String> {
    let paper = Paper {
        sections: vec![Section {
            title: "Title",
            parts: vec![part],
        }],
        ..Paper::default()
    };
    let mut out = Vec::new();
    write(&mut out, &paper, &look(width)).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().skip(3).map(str::to_owned).collect()
}

#[test]
fn words_are_wrapped_and_long_ones_broken() {
    assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
    assert_eq!(wrapped("渡辺渡辺", 5), ["渡辺", "渡辺"]);
    assert_eq!(wrapped("", 5), [""]);
    assert_eq!(wrapped("x", 1), ["x"]);
}

#[test]
fn bars_are_in_eighths() {
    assert_eq!([bar(8, 8, 3), bar(0, 8, 3), bar(1, 0, 3)], ["███", "", ""]);
    assert_eq!(bar(1, 1_000_000, 3), "▏");
    assert_eq!(bar(1, 2, 3), "█▌");
    assert_eq!(bar(u64::MAX, u64::MAX, 2), "██");
}

#[test]
fn shades_tell_nothing_from_little() {
    let shown: String = [0, 1, 25, 26, 75, 76, 100]
        .map(|n| shade(n, 100))
        .iter()
        .collect();
    assert_eq!(shown, "·░░▒▓██");
    assert_eq!(shade(u64::MAX, u64::MAX), '░');
}

#[test]
fn a_table_says_what_it_left_out() {
    let grid = Grid {
        caption: "Counts".to_owned(),
        columns: heads(&["name", "times#"]),
        rows: vec![vec!["a".into(), "12".into()], vec!["b".into(), "3".into()]],
        bars: Some(vec![12, 3]),
        more: 7,
        empty: "none",
    };
    insta::assert_snapshot!(shown(Part::Grid(grid), None).join("\n"), @r"
    Counts
     name  times
     a        12  ██████████████████
     b         3  ████▌
    and 7 more
    ");
    let none = Grid {
        caption: "Counts".to_owned(),
        empty: "none",
        ..Grid::default()
    };
    assert_eq!(shown(Part::Grid(none), None), ["Counts", "none"]);
}

#[test]
fn commands_are_never_wrapped() {
    let long = format!("lac {}", "x".repeat(90));
    let lines = shown(Part::Command(format!("{long}\nsecond")), Some(40));
    assert_eq!(lines, [format!("  {long}"), "  second".to_owned()]);
}
