//! Serializes a token in an answer. `Debug` redacts it, but the answer contains
//! it in plain text: it is shown only this once.

use serde::{Deserialize, Deserializer, Serializer, de};

use lac_ledger::access_token::PlainToken;

pub fn serialize<S: Serializer>(token: &PlainToken, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PlainToken, D::Error> {
    let text = String::deserialize(deserializer)?;
    PlainToken::parse(&text).map_err(de::Error::custom)
}
