//! Checks of a customer's fields.

use crate::ReadView;
use crate::core::find;
use lac_model::config;
use lac_model::customer::EMAIL_MAX;
use lac_model::fault::Fault;
use lac_model::stores::Website;
use lac_store::Result;

/// Checks an e-mail address: one `@` with text on both sides, at most 254 bytes
/// (RFC 5321), no white space or control characters. The rest is left to the
/// mail server.
pub(crate) fn check_email(text: &str) -> Result<String> {
    let problem = if text.len() > EMAIL_MAX {
        "an e-mail address has at most 254 bytes"
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        "an e-mail address must not contain white space or control characters"
    } else {
        match text.split_once('@') {
            Some((name, host)) if !name.is_empty() && !host.is_empty() && !host.contains('@') => {
                return Ok(text.to_owned());
            }
            _ => "an e-mail address has one @ with something on both sides",
        }
    };
    Err(Fault::invalid("--email", problem))
}

/// A store view by its code; `None` for an empty code. It must belong to the
/// website, unless accounts are shared globally.
pub(crate) fn store_view_id(
    view: &ReadView<'_>,
    website: &Website,
    code: &str,
) -> Result<Option<i64>> {
    if code.is_empty() {
        return Ok(None);
    }
    let found = find::store_view(view, code)?;
    let share = view.config.at_default(config::ACCOUNT_SHARE)?.value;
    if found.website_id != website.id && share.as_deref() != Some("global") {
        let problem = format!("{code} is not a store view of website {}", website.code);
        return Err(Fault::invalid("--store-view", problem));
    }
    Ok(Some(found.id))
}
