//! What a customer's fields may hold.

use crate::ReadView;
use crate::core::find;
use lac_model::config;
use lac_model::customer::EMAIL_MAX;
use lac_model::fault::Fault;
use lac_model::stores::Website;
use lac_store::Result;

/// One `@` with something on both sides, at most 254 bytes (RFC 5321), no
/// white space or control characters. What lies behind it is the mail
/// server's to judge.
///
/// # Errors
/// `invalid_value`.
pub fn check_email(text: &str) -> Result<String> {
    let problem = if text.len() > EMAIL_MAX {
        "an e-mail address has at most 254 bytes"
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        "an e-mail address holds no white space or control characters"
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

/// A store view by code, for a customer of this website; an empty code is none.
///
/// # Errors
/// `store_view_not_found`; `invalid_value` for one of another website, unless
/// accounts are shared globally.
pub fn store_view_id(view: &ReadView<'_>, website: &Website, code: &str) -> Result<Option<i64>> {
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
