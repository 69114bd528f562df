//! Access tokens of admin users and storefronts: `lac_`, 32 random bytes in
//! base62, and a checksum. Scanners can find leaked tokens, and a typing error
//! is detected without a look into the store.

use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

const PREFIX: &str = "lac_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The number of digits that 32 bytes need: 62^43 > 2^256.
const BODY_DIGITS: usize = 43;
/// The number of digits that a CRC-32 needs: 62^6 > 2^32.
const CHECKSUM_DIGITS: usize = 6;

/// The text is not an access token: wrong prefix, length, character or
/// checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an access token: `lac_` and 49 letters and digits, the last six a checksum")]
pub struct MalformedAccessToken;

/// An access token in plain text. It is shown once and never stored, and wiped
/// from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainToken(Zeroizing<String>);

impl PlainToken {
    /// Makes a token from 32 random bytes.
    pub fn generate(random: [u8; 32]) -> Self {
        let random = Zeroizing::new(random);
        let mut text = Zeroizing::new(String::with_capacity(
            PREFIX.len() + BODY_DIGITS + CHECKSUM_DIGITS,
        ));
        text.push_str(PREFIX);
        push_base62(&mut text, *random, BODY_DIGITS);
        let checksum = crc32fast::hash(text.as_bytes());
        push_base62(&mut text, checksum.to_be_bytes(), CHECKSUM_DIGITS);
        Self(text)
    }

    /// Parses a token. The caller removes surrounding white space.
    pub fn parse(text: &str) -> Result<Self, MalformedAccessToken> {
        let body = text.strip_prefix(PREFIX).ok_or(MalformedAccessToken)?;
        if body.len() != BODY_DIGITS + CHECKSUM_DIGITS
            || !body.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Err(MalformedAccessToken);
        }
        let (token, found) = text.split_at(PREFIX.len() + BODY_DIGITS);
        let mut expected = String::with_capacity(CHECKSUM_DIGITS);
        push_base62(
            &mut expected,
            crc32fast::hash(token.as_bytes()).to_be_bytes(),
            CHECKSUM_DIGITS,
        );
        if found != expected {
            return Err(MalformedAccessToken);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// What the store keeps instead. A plain hash is enough: a token has 256
    /// random bits, so it cannot be guessed.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The text of the token, to show it once or to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainToken([redacted])")
    }
}

/// SHA-256 of an access token's text: what the store keeps and looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// A stored hash.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Appends a big-endian number in base62, with leading zeros.
fn push_base62<const N: usize>(text: &mut String, mut number: [u8; N], width: usize) {
    let mut digits = Zeroizing::new([0_u8; BODY_DIGITS]);
    for digit in digits[..width].iter_mut().rev() {
        let mut remainder = 0_u16;
        for byte in &mut number {
            let value = remainder << 8 | u16::from(*byte);
            // Both fit a byte: remainder < 62, so value / 62 < 256.
            *byte = u8::try_from(value / 62).unwrap_or_default();
            remainder = value % 62;
        }
        *digit = ALPHABET[usize::from(remainder)];
    }
    text.extend(digits[..width].iter().copied().map(char::from));
    number.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_match_known_answers() {
        // Computed independently, with Python's zlib.crc32 and divmod.
        let cases = [
            (
                [0; 32],
                "lac_000000000000000000000000000000000000000000016rLJw",
            ),
            (
                [0xff; 32],
                "lac_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp12ldW9A",
            ),
            (
                std::array::from_fn(|n| u8::try_from(n).unwrap()),
                "lac_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0K570C",
            ),
        ];
        for (random, text) in cases {
            assert_eq!(PlainToken::generate(random).expose(), text);
        }
    }

    #[test]
    fn hash_covers_the_whole_text() {
        let token = PlainToken::generate([0; 32]);
        assert_eq!(
            token.hash().to_string(),
            "11bb1de0bb094054e23da79d50ffb32781224c7f34742ea92b8bb6436915b819"
        );
        assert_eq!(
            TokenHash::from_bytes(*token.hash().as_bytes()),
            token.hash()
        );
    }

    #[test]
    fn debug_shows_no_token() {
        let token = PlainToken::generate([9; 32]);
        assert_eq!(format!("{token:?}"), "PlainToken([redacted])");
    }

    #[test]
    fn other_texts_are_refused() {
        let token = PlainToken::generate([9; 32]);
        let text = token.expose();
        let longer = format!("{text}0");
        let lower = text.to_lowercase();
        let unicode = format!("{}ü", &text[..text.len() - 2]);
        for bad in [
            "",
            "lac_",
            &text[4..],
            &text[1..],
            &longer,
            &lower,
            &unicode,
            " ",
        ] {
            assert_eq!(PlainToken::parse(bad), Err(MalformedAccessToken));
        }
    }

    proptest! {
        #[test]
        fn parses_and_detects_any_changed_character(
            random in any::<[u8; 32]>(), at in 0_usize..53, to in "[ -~]",
        ) {
            let token = PlainToken::generate(random);
            let text = token.expose();
            prop_assert_eq!(text.len(), 53);
            prop_assert_eq!(PlainToken::parse(text), Ok(token.clone()));
            prop_assume!(text[at..=at] != to);
            let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(PlainToken::parse(&changed), Err(MalformedAccessToken));
        }

        #[test]
        fn arbitrary_text_does_not_panic(text in any::<String>()) {
            prop_assert!(PlainToken::parse(&text).is_err());
        }
    }
}
