use serde::Serialize;

use super::super::styled_text::Emphasis;
use super::*;
use lac_model::time::Timestamp;

#[derive(Serialize)]
struct Fruit {
    name: &'static str,
    colour: &'static str,
    remark: &'static str,
}

const COLUMNS: &[Column<Fruit>] = &[
    Column::new("name", "name", |fruit, _| fruit.name.into()),
    Column::new("colour", "colour", |fruit, _| {
        StyledText::with_emphasis(fruit.colour, Emphasis::Good)
    }),
    Column::new("remark", "remark", |fruit, _| fruit.remark.into()),
];

fn fruit(name: &'static str, colour: &'static str, remark: &'static str) -> Fruit {
    Fruit {
        name,
        colour,
        remark,
    }
}

fn rendered(format: OutputFormat, color: bool, batches: &[&[Fruit]]) -> String {
    let style = Style {
        zone: chrono_tz::UTC,
        now: Timestamp::MIN,
        width: None,
        color,
        raw: false,
    };
    let mut out = Vec::new();
    let mut lines = RowStream::new(&mut out, COLUMNS, format, style);
    for batch in batches {
        lines.push(batch).unwrap();
    }
    lines.finish().unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn columns_grow_and_titles_come_once() {
    let batches: [&[Fruit]; 4] = [
        &[fruit("fig", "blue", ""), fruit("kiwi", "", "peel it")],
        &[],
        &[fruit("pomegranate", "red", "\u{1b}[2Jseeds")],
        &[
            fruit("a fruit of a name too long for any column", "red", "x"),
            fruit("柿", "orange", "y"),
        ],
    ];
    let expected = [
        "name  colour  remark",
        "fig   blue",
        "kiwi          peel it",
        r"pomegranate  red     \x1b[2Jseeds",
        "a fruit of a name too long for any column  red     x",
        "柿                          orange  y",
    ];
    let text = rendered(OutputFormat::Table, false, &batches);
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn colour_codes_have_no_width() {
    let text = rendered(OutputFormat::Table, true, &[&[fruit("fig", "blue", "x")]]);
    let expected = "\u{1b}[1mname  colour  remark\u{1b}[0m\nfig   \u{1b}[32mblue\u{1b}[0m    x\n";
    assert_eq!(text, expected);
}

#[test]
fn programs_get_one_row_per_line() {
    let batches: [&[Fruit]; 2] = [
        &[fruit("fig", "blue", "=1+1")],
        &[fruit("kiwi", "green", "")],
    ];
    let json = rendered(OutputFormat::Json, false, &batches);
    assert_eq!(json, rendered(OutputFormat::Jsonl, false, &batches));
    assert_eq!(json.lines().count(), 2);
    let csv = rendered(OutputFormat::Csv, false, &batches);
    assert_eq!(csv, "name,colour,remark\nfig,blue,'=1+1\nkiwi,green,\n");
    assert_eq!(
        rendered(OutputFormat::Csv, false, &[]),
        "name,colour,remark\n"
    );
}
