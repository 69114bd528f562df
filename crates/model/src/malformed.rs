//! Which rule of form a request breaks.

use crate::bounded::{
    InvalidList, InvalidSeq, InvalidStoreId, MAX_IDS_PER_REQUEST, MAX_VALUES_PER_FIELD, TEXT_RULES,
};
use crate::document::InvalidDocumentName;
use crate::fault::Fault;
use crate::report::InvalidReport;
use crate::session::InvalidClientIp;

/// Maps a serde error message to the rule that it reports. Everything else in
/// such a message could repeat input and is dropped.
pub fn fault_from_serde_message(message: &str) -> Option<Fault> {
    if let Some(rule) = TEXT_RULES
        .iter()
        .find(|rule| message.starts_with(rule.message))
    {
        return Some(Fault::invalid(rule.name, rule.message));
    }
    let others = [
        InvalidList::TooLong(MAX_IDS_PER_REQUEST).to_string(),
        InvalidList::TooLong(MAX_VALUES_PER_FIELD).to_string(),
        InvalidList::Duplicate.to_string(),
        InvalidSeq.to_string(),
        InvalidStoreId.to_string(),
        InvalidClientIp.to_string(),
        InvalidDocumentName.to_string(),
        InvalidReport::Empty.to_string(),
        InvalidReport::TooLong.to_string(),
    ];
    let rule = others.into_iter().find(|rule| message.starts_with(rule))?;
    Some(Fault::invalid("the request", rule))
}
