//! Where a page goes on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use lac_model::fault::Fault;
use lac_store::Result;

/// Whereafter a page goes on: a row's place in the order, not the row itself,
/// which may be gone by then.
#[derive(Debug)]
pub struct Cursor {
    /// Among those that only hold the text.
    pub in_containing: bool,
    pub email_key: String,
    pub website_id: i64,
}

impl Cursor {
    /// Opaque, and no personal text for a reader's eye; a phase letter, the
    /// website and the address.
    pub fn encode(&self) -> String {
        let phase = if self.in_containing { 's' } else { 'p' };
        URL_SAFE_NO_PAD.encode(format!("{phase}{}:{}", self.website_id, self.email_key))
    }

    pub fn decode(text: &str) -> Result<Self> {
        let parse = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let (in_rest, text) = match text.strip_prefix('p') {
                Some(text) => (false, text),
                None => (true, text.strip_prefix('s')?),
            };
            let (website, email_key) = text.split_once(':')?;
            Some(Self {
                in_containing: in_rest,
                email_key: email_key.to_owned(),
                website_id: website.parse().ok()?,
            })
        };
        parse().ok_or_else(|| Fault::invalid("--after", "not a cursor of this list"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cursors_come_back() {
        let cursor = Cursor {
            in_containing: true,
            email_key: "a:b@example.com".to_owned(),
            website_id: 7,
        };
        let back = Cursor::decode(&cursor.encode()).unwrap();
        assert!(back.in_containing && back.website_id == 7 && back.email_key == cursor.email_key);
        for bad in ["", "p42", "cDE", "é"] {
            assert!(Cursor::decode(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_cursor_makes_it_panic(text in any::<String>()) {
            let _ = Cursor::decode(&text);
        }
    }
}
