//! Parses an item's bytes, with errors that name the field.

use serde::Deserialize;

use super::invalid::ItemProblem;

/// Parses an item. Fails if it is not a JSON object, is not UTF-8, or has a
/// member twice.
pub(super) fn parse_item<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ItemProblem> {
    if bytes.first() != Some(&b'{') {
        return Err(ItemProblem::new("item", "not an object"));
    }
    serde_json::from_slice(bytes).map_err(|error| parse_problem(bytes, &error))
}

fn parse_problem(bytes: &[u8], error: &serde_json::Error) -> ItemProblem {
    match std::str::from_utf8(bytes) {
        Err(e) => ItemProblem::new(member_before(&bytes[..e.valid_up_to()]), "is not UTF-8"),
        Ok(_) => ItemProblem::new("item", format!("not JSON: {error}")),
    }
}

/// The name of the last member before the error.
fn member_before(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let name = || {
        let (before, _) = text.rsplit_once("\":")?;
        Some(before.rsplit_once('"')?.1.to_owned())
    };
    name().unwrap_or_else(|| "item".to_owned())
}
