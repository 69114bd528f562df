//! Properties of the parsers for any input.

use std::io::Read;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::buffer::InputBuffer;
use super::csv::CsvReader;
use super::invalid::InvalidItems;
use super::item::parse_item;
use super::options::ImportProgress;
use super::pages::RestPages;

struct NoProgress;

impl ImportProgress for NoProgress {
    fn bytes_read(&self, _bytes: u64) {}
    fn items_written(&self, _items: u64, _total: u64) {}
}

/// Returns a few bytes at a time, as a pipe may do.
struct SmallReads<'b>(&'b [u8], usize);

impl Read for SmallReads<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The items of a file; `None` if it is invalid.
fn parsed_items(bytes: &[u8], drop: usize) -> Option<Vec<Vec<u8>>> {
    let (mut input, mut found) = (SmallReads(bytes, drop), Vec::new());
    let mut buffer = InputBuffer::new("-", &mut input, &NoProgress);
    let mut invalid = InvalidItems::new("-", false);
    let pages = RestPages::new(&mut buffer, &mut invalid);
    let read = pages.for_each_item(true, &mut |_, _, item| {
        found.push(item.to_vec());
        Ok(())
    });
    read.is_ok().then_some(found)
}

/// The first fields of a file's rows with their lines; `None` if it is invalid.
fn parsed_rows(bytes: &[u8], drop: usize) -> Option<Vec<(u64, Vec<u8>)>> {
    let rows = parsed_tables(bytes, drop)?.into_iter();
    Some(
        rows.map(|(line, mut row)| (line, row.swap_remove(0)))
            .collect(),
    )
}

/// The rows of a file with their lines; `None` if it is invalid.
fn parsed_tables(bytes: &[u8], drop: usize) -> Option<Vec<(u64, Vec<Vec<u8>>)>> {
    let (mut input, mut found) = (SmallReads(bytes, drop), Vec::new());
    let mut buffer = InputBuffer::new("-", &mut input, &NoProgress);
    let invalid = InvalidItems::new("-", false);
    let mut table = CsvReader::open(&mut buffer, &invalid).ok()?;
    while table.next_row(&invalid).ok()? {
        let fields = (0..table.width()).map(|column| table.bytes(column).to_vec());
        found.push((table.line(), fields.collect()));
    }
    Some(found)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "[ -~\"\\\\{}\\[\\],:ä]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z\"\\\\]{0,4}", inner, 0..4)
                .prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes in any::<Vec<u8>>(), like in "[\\[\\]{}\",:a1\\\\ \n\r]{0,60}") {
        for bytes in [&bytes[..], like.as_bytes()] {
            let _ = parsed_items(bytes, 7);
            let _ = parsed_rows(bytes, 7);
            let _ = parse_item::<Value>(bytes);
        }
    }

    #[test]
    fn every_item_is_passed_on_unchanged(list in proptest::collection::vec(value(), 0..6), drop in 1usize..20) {
        let page = format!(" {{\"x\":[{{}}],\"items\" : {}, \"total_count\":9}}\n", json!(list));
        let wanted: Vec<Vec<u8>> = list.iter().map(|item| item.to_string().into_bytes()).collect();
        prop_assert_eq!(parsed_items(page.as_bytes(), drop), Some(wanted.clone()));
        let page = format!("{{ \"items\":{}}}", json!(list));
        let twice = format!("[{page},{page}]");
        prop_assert_eq!(parsed_items(twice.as_bytes(), drop).map(|found| found.len()), Some(wanted.len() * 2));
    }

    /// Rows that are whole in the buffer are read in a way of their own.
    #[test]
    fn rows_are_the_same_in_one_piece_and_byte_by_byte(text in "[abc,]{0,40}(\r?\n[abcé,\"\r\n]{0,40}){0,6}") {
        let bytes = text.as_bytes();
        prop_assert_eq!(parsed_tables(bytes, bytes.len().max(1)), parsed_tables(bytes, 1));
    }

    #[test]
    fn rows_have_their_physical_lines(cells in proptest::collection::vec("[a-z \n\",]{1,6}", 1..6), drop in 1usize..9) {
        let (mut text, mut line, mut wanted) = ("h\r\n\r\n".to_owned(), 3, Vec::new());
        for cell in &cells {
            wanted.push((line, cell.clone().into_bytes()));
            text += &format!("\"{}\"\n", cell.replace('"', "\"\""));
            line += 1 + cell.matches('\n').count() as u64;
        }
        prop_assert_eq!(parsed_rows(text.as_bytes(), drop), Some(wanted));
    }
}
