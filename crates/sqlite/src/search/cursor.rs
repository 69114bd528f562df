//! The cursor between two pages of customers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use lac_model::fault::Fault;
use lac_store::Result;

/// The position after which a page continues. It does not refer to a row, which
/// may be deleted by then.
#[derive(Debug)]
pub(super) struct Cursor {
    /// In the second part of the list: rows that contain the text but do not
    /// begin with it.
    pub in_containing: bool,
    pub email_key: String,
    pub website_id: i64,
}

impl Cursor {
    /// Encoded, so that an address is not readable at a glance: a letter for
    /// the part of the list, the website and the address.
    pub(super) fn encode(&self) -> String {
        let phase = if self.in_containing { 's' } else { 'p' };
        URL_SAFE_NO_PAD.encode(format!("{phase}{}:{}", self.website_id, self.email_key))
    }

    pub(super) fn decode(text: &str) -> Result<Self> {
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
    fn a_cursor_survives_encoding() {
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
        fn decoding_never_panics(text in any::<String>()) {
            let _ = Cursor::decode(&text);
        }
    }
}
