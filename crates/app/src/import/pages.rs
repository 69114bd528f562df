//! The items of REST answers, one at a time, however they were saved: one page
//! (`{items, search_criteria, total_count}`), pages one after another, an array
//! of pages, or a plain array of items.
//!
//! Only the outer structure is read here; each item is handed on as its bytes.

use super::problem::{At, Sieve, quoted};
use super::scalar::Scalar;
use super::scan::Scan;
use super::window::{LONGEST, Window};
use lac_store::Result;

/// Takes an item's number and bytes.
pub type Each<'e> = dyn FnMut(&mut Sieve, At, &[u8]) -> Result<()> + 'e;

/// Reads all pages of a file.
pub struct Pages<'p, 'r> {
    window: &'p mut Window<'r>,
    sieve: &'p mut Sieve,
    items: u64,
    /// What the pages said of the whole.
    total: Option<u64>,
}

impl std::fmt::Debug for Pages<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}

impl<'p, 'r> Pages<'p, 'r> {
    pub fn new(window: &'p mut Window<'r>, sieve: &'p mut Sieve) -> Self {
        Self {
            window,
            sieve,
            items: 0,
            total: None,
        }
    }

    /// Hands on every item; returns how many there were.
    ///
    /// # Errors
    /// `invalid_file` for what is no such answer, and for items that do not add
    /// up to `total_count` unless the file is `partial`; `io`.
    pub fn read(mut self, partial: bool, each: &mut Each<'_>) -> Result<u64> {
        while let Some(byte) = self.window.peek_solid()? {
            match byte {
                b'{' => self.page(each)?,
                b'[' => self.list(true, each)?,
                _ => return Err(self.broken("expected a page or an array of items")),
            }
        }
        match self.total {
            Some(total) if !partial && total != self.items => Err(self.sieve.incomplete(&format!(
                "{} items, but total_count is {total}: pages are missing or there twice",
                self.items
            ))),
            _ => Ok(self.items),
        }
    }

    /// One page: an object that holds `items`.
    fn page(&mut self, each: &mut Each<'_>) -> Result<()> {
        self.window.skip(1);
        let (mut has_items, mut message) = (false, None);
        let mut first = true;
        while !self.closes(b'}', &mut first)? {
            let key = self.key()?;
            let value = self.window.peek_solid()?;
            if key == "items" && value == Some(b'[') {
                has_items = true;
                self.list(false, each)?;
                continue;
            }
            let length = self.value()?;
            let bytes = &self.window.bytes()[..length];
            match key.as_str() {
                // An empty page may say `null`.
                "items" if bytes == b"null" => has_items = true,
                "message" => message = serde_json::from_slice::<String>(bytes).ok(),
                "total_count" if bytes != b"null" => {
                    self.count(number(bytes))?;
                }
                _ => {}
            }
            self.window.skip(length);
        }
        match message {
            _ if has_items => Ok(()),
            Some(message) => Err(self.broken(&format!(
                "an error of the shop, not a page of items: {}",
                quoted(&message)
            ))),
            None => Err(self.broken("a page without items")),
        }
    }

    /// `total_count` speaks of the whole, so every page must say the same.
    fn count(&mut self, count: Option<u64>) -> Result<()> {
        let Some(count) = count else {
            return Err(self.broken("total_count is not a number"));
        };
        match self.total.replace(count) {
            Some(other) if other != count => Err(self.broken(&format!(
                "one page says total_count {other}, another {count}: something changed while \
                 they were fetched"
            ))),
            _ => Ok(()),
        }
    }

    /// An array of items; at the top of a file its elements may be pages.
    fn list(&mut self, at_top: bool, each: &mut Each<'_>) -> Result<()> {
        self.window.skip(1);
        let mut first = true;
        while !self.closes(b']', &mut first)? {
            if at_top && self.is_page()? {
                self.page(each)?;
                continue;
            }
            let length = self.value()?;
            self.items += 1;
            let at = At::Item(self.items);
            each(self.sieve, at, &self.window.bytes()[..length])?;
            self.window.skip(length);
        }
        Ok(())
    }

    /// Whether the list or object ends here; else goes to its next member.
    fn closes(&mut self, end: u8, first: &mut bool) -> Result<bool> {
        let mut next = self.window.peek_solid()?;
        if next == Some(end) {
            self.window.skip(1);
            return Ok(true);
        }
        if !std::mem::take(first) {
            if next != Some(b',') {
                return Err(self.broken("expected a comma or the end"));
            }
            self.window.skip(1);
            next = self.window.peek_solid()?;
        }
        match next {
            None => Err(self.broken("the file ends too early")),
            Some(_) => Ok(false),
        }
    }

    /// A member's name and its colon.
    fn key(&mut self) -> Result<String> {
        let length = self.value()?;
        let key = serde_json::from_slice(&self.window.bytes()[..length]);
        let key = key.map_err(|_| self.broken("expected a member's name"))?;
        self.window.skip(length);
        if self.window.peek_solid()? != Some(b':') {
            return Err(self.broken("expected a colon"));
        }
        self.window.skip(1);
        Ok(key)
    }

    /// Whether the element that begins here is a page: its first member says.
    /// (An order has `items` too, but never first.)
    fn is_page(&mut self) -> Result<bool> {
        const FIRST: [&[u8]; 3] = [b"\"items\"", b"\"total_count\"", b"\"search_criteria\""];
        const ENOUGH: usize = 64;
        loop {
            let bytes = self.window.bytes();
            let inside = bytes.strip_prefix(b"{").unwrap_or_default();
            let inside = inside.trim_ascii_start();
            if inside.len() >= ENOUGH || !self.window.more()? {
                break;
            }
        }
        let bytes = self.window.bytes();
        let inside = bytes.strip_prefix(b"{").unwrap_or_default();
        let inside = inside.trim_ascii_start();
        Ok(FIRST.iter().any(|name| inside.starts_with(name)))
    }

    /// Holds the whole value that begins here; returns its length in bytes.
    fn value(&mut self) -> Result<usize> {
        let mut scan = Scan::default();
        let mut seen = 0;
        loop {
            if let Some(length) = scan.end(self.window.bytes(), seen) {
                return Ok(length);
            }
            seen = self.window.bytes().len();
            if seen > LONGEST {
                return Err(self.broken("longer than 16 MiB"));
            }
            if !self.window.more()? {
                return if scan.may_end() && seen > 0 {
                    Ok(seen)
                } else {
                    Err(self.broken("the file ends too early"))
                };
            }
        }
    }

    /// The structure is broken: nothing after it can be trusted.
    fn broken(&self, problem: &str) -> lac_model::fault::Fault {
        let place = match self.items {
            0 => "before the first item".to_owned(),
            n => format!("after item {n}"),
        };
        self.sieve.broken(&format!("{place}: {problem}"))
    }
}

/// A count, also one that a shop sends as text.
fn number(bytes: &[u8]) -> Option<u64> {
    match serde_json::from_slice(bytes).ok()? {
        Scalar::Int(count) => u64::try_from(count).ok(),
        Scalar::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}
