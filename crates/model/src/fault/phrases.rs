//! Parts of messages.

pub(super) fn min_length_phrase(characters: u64) -> String {
    match characters {
        0 | 1 => String::new(),
        n => format!(" of at least {n} characters"),
    }
}

pub(super) fn pattern_phrase(pattern: Option<&str>) -> String {
    pattern.map_or_else(String::new, |pattern| format!(" of the form {pattern}"))
}

pub(super) fn mismatch_phrase(unfit: Option<&str>) -> String {
    unfit.map(|why| format!(": {why}")).unwrap_or_default()
}

pub(super) fn expiry_phrase(ran_out: Option<&str>) -> String {
    ran_out.map_or_else(String::new, |time| {
        format!(" any more: it was allowed until {time}")
    })
}

pub(super) fn role_phrase(role: Option<&str>) -> String {
    role.map_or_else(
        || "a storefront's account".to_owned(),
        |role| format!("role {role}"),
    )
}
