//! Reads the items of REST answers one by one, in any form in which they may be
//! saved: one page (`{items, search_criteria, total_count}`), several pages, an
//! array of pages, or an array of items.
//!
//! Only the outer structure is parsed here. Each item is passed on as bytes.

use super::buffer::{InputBuffer, MAX_ITEM_BYTES};
use super::invalid::{InvalidItems, ItemPosition, quote_short};
use super::json_scanner::JsonScanner;
use super::value::RestValue;
use lac_store::Result;

/// Receives an item's number and bytes.
pub(super) type ItemHandler<'e> =
    dyn FnMut(&mut InvalidItems, ItemPosition, &[u8]) -> Result<()> + 'e;

/// Reads all pages of a file.
pub(super) struct RestPages<'p, 'r> {
    input: &'p mut InputBuffer<'r>,
    invalid: &'p mut InvalidItems,
    items: u64,
    /// The `total_count` of the pages.
    total: Option<u64>,
}

impl<'p, 'r> RestPages<'p, 'r> {
    pub(super) fn new(buffer: &'p mut InputBuffer<'r>, invalid: &'p mut InvalidItems) -> Self {
        Self {
            input: buffer,
            invalid,
            items: 0,
            total: None,
        }
    }

    /// Passes each item to `each` and returns the number of items. Unless
    /// `partial`, fails if that is not the pages' `total_count`.
    pub(super) fn for_each_item(
        mut self,
        partial: bool,
        each: &mut ItemHandler<'_>,
    ) -> Result<u64> {
        while let Some(byte) = self.input.skip_blank()? {
            match byte {
                b'{' => self.read_page(each)?,
                b'[' => self.read_list(true, each)?,
                _ => return Err(self.structure_fault("expected a page or an array of items")),
            }
        }
        match self.total {
            Some(total) if !partial && total != self.items => {
                Err(self.invalid.count_mismatch(&format!(
                    "{} items, but total_count is {total}: pages are missing or there twice",
                    self.items
                )))
            }
            _ => Ok(self.items),
        }
    }

    /// Reads a page: an object with `items`.
    fn read_page(&mut self, each: &mut ItemHandler<'_>) -> Result<()> {
        self.input.skip(1);
        let (mut has_items, mut message) = (false, None);
        let mut first = true;
        while !self.is_at_end(b'}', &mut first)? {
            let key = self.read_key()?;
            let value = self.input.skip_blank()?;
            if key == "items" && value == Some(b'[') {
                has_items = true;
                self.read_list(false, each)?;
                continue;
            }
            let length = self.buffer_value()?;
            let bytes = &self.input.bytes()[..length];
            match key.as_str() {
                // An empty page may say `null`.
                "items" if bytes == b"null" => has_items = true,
                "message" => message = serde_json::from_slice::<String>(bytes).ok(),
                "total_count" if bytes != b"null" => {
                    self.check_total(parse_count(bytes))?;
                }
                _ => {}
            }
            self.input.skip(length);
        }
        match message {
            _ if has_items => Ok(()),
            Some(message) => Err(self.structure_fault(&format!(
                "an error of the shop, not a page of items: {}",
                quote_short(&message)
            ))),
            None => Err(self.structure_fault("a page without items")),
        }
    }

    /// `total_count` is the number of items on all pages, so all pages must
    /// have the same.
    fn check_total(&mut self, count: Option<u64>) -> Result<()> {
        let Some(count) = count else {
            return Err(self.structure_fault("total_count is not a number"));
        };
        match self.total.replace(count) {
            Some(other) if other != count => Err(self.structure_fault(&format!(
                "one page says total_count {other}, another {count}: something changed while \
                 they were fetched"
            ))),
            _ => Ok(()),
        }
    }

    /// Reads an array of items. At the top level its elements may be pages.
    fn read_list(&mut self, at_top: bool, each: &mut ItemHandler<'_>) -> Result<()> {
        self.input.skip(1);
        let mut first = true;
        while !self.is_at_end(b']', &mut first)? {
            if at_top && self.is_page()? {
                self.read_page(each)?;
                continue;
            }
            let length = self.buffer_value()?;
            self.items += 1;
            let at = ItemPosition::Item(self.items);
            each(self.invalid, at, &self.input.bytes()[..length])?;
            self.input.skip(length);
        }
        Ok(())
    }

    /// Whether the list or object ends here. If not, moves to its next member.
    fn is_at_end(&mut self, end: u8, first: &mut bool) -> Result<bool> {
        let mut next = self.input.skip_blank()?;
        if next == Some(end) {
            self.input.skip(1);
            return Ok(true);
        }
        if !std::mem::take(first) {
            if next != Some(b',') {
                return Err(self.structure_fault("expected a comma or the end"));
            }
            self.input.skip(1);
            next = self.input.skip_blank()?;
        }
        match next {
            None => Err(self.structure_fault("the file ends too early")),
            Some(_) => Ok(false),
        }
    }

    /// Reads a member's name and the colon.
    fn read_key(&mut self) -> Result<String> {
        let length = self.buffer_value()?;
        let key = serde_json::from_slice(&self.input.bytes()[..length]);
        let key = key.map_err(|_| self.structure_fault("expected a member's name"))?;
        self.input.skip(length);
        if self.input.skip_blank()? != Some(b':') {
            return Err(self.structure_fault("expected a colon"));
        }
        self.input.skip(1);
        Ok(key)
    }

    /// Whether the next element is a page, which its first member shows. (An
    /// order has `items` too, but not as the first member.)
    fn is_page(&mut self) -> Result<bool> {
        const FIRST: [&[u8]; 3] = [b"\"items\"", b"\"total_count\"", b"\"search_criteria\""];
        const ENOUGH: usize = 64;
        loop {
            let bytes = self.input.bytes();
            let inside = bytes.strip_prefix(b"{").unwrap_or_default();
            let inside = inside.trim_ascii_start();
            if inside.len() >= ENOUGH || !self.input.fill()? {
                break;
            }
        }
        let bytes = self.input.bytes();
        let inside = bytes.strip_prefix(b"{").unwrap_or_default();
        let inside = inside.trim_ascii_start();
        Ok(FIRST.iter().any(|name| inside.starts_with(name)))
    }

    /// Reads the next value completely into the buffer. Returns its length in
    /// bytes.
    fn buffer_value(&mut self) -> Result<usize> {
        let mut scan = JsonScanner::default();
        let mut seen = 0;
        loop {
            if let Some(length) = scan.find_end(self.input.bytes(), seen) {
                return Ok(length);
            }
            seen = self.input.bytes().len();
            if seen > MAX_ITEM_BYTES {
                return Err(self.structure_fault("longer than 16 MiB"));
            }
            if !self.input.fill()? {
                return if scan.may_end_here() && seen > 0 {
                    Ok(seen)
                } else {
                    Err(self.structure_fault("the file ends too early"))
                };
            }
        }
    }

    /// The error for an invalid structure: nothing after it can be read.
    fn structure_fault(&self, problem: &str) -> lac_model::fault::Fault {
        let place = match self.items {
            0 => "before the first item".to_owned(),
            n => format!("after item {n}"),
        };
        self.invalid.file_fault(&format!("{place}: {problem}"))
    }
}

/// Parses a count, which some shops send as text.
fn parse_count(bytes: &[u8]) -> Option<u64> {
    match serde_json::from_slice(bytes).ok()? {
        RestValue::Int(count) => u64::try_from(count).ok(),
        RestValue::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}
