//! Codes explained in plain words for customers.

use lac_model::report::ReportedKind;

/// Why a login, or the opening of its link, was refused.
pub(super) fn refusal_reason(code: Option<&str>, erased: bool) -> &'static str {
    let Some(code) = code else {
        return if erased {
            "the reason was erased on request"
        } else {
            "no reason is recorded"
        };
    };
    match code {
        "feature_disabled" => "logging in as a customer was switched off",
        "consent_withheld" => "you had not allowed it",
        "customer_inactive" => "your account was not active",
        "customer_unconfirmed" => "your account was not confirmed yet",
        "customer_moved" => "it was not clear which part of the shop your account belongs to",
        "customer_local" => "your account was not known here by its number yet",
        "resource_denied" | "not_authenticated" | "beyond_own_rights" => {
            "this person was not permitted to do it"
        }
        "reason_required" => "they gave no sufficient reason",
        "ticket_required" => "they named no support ticket",
        "session_active" => "this person was still in another account",
        "token_expired" => "the link was too old",
        "token_spent" => "the link had been used already",
        "token_invalid" | "audience_mismatch" => "the link was not valid there",
        "session_ended" => "the permission behind the link had been taken away",
        "store_view_required"
        | "store_view_not_allowed"
        | "store_view_inactive"
        | "base_url_missing" => "that part of the shop could not be used for your account",
        "guest_document" => "the order was placed without an account",
        "customer_not_found" | "document_not_found" => "the account was not found",
        _ => "the rules of this shop did not allow it",
    }
}

/// Why a visit, or a link, ended.
pub(super) fn end_reason(cause: Option<&str>, opened: bool) -> &'static str {
    match cause {
        Some("ended") if opened => "they left your account",
        Some("ended") => "the link was withdrawn",
        Some("replaced") if opened => "they went on to another account",
        Some("replaced") => "they went on to another account instead",
        Some("link_expired") => "the link was not used in time",
        Some("duration_over") => "the longest time allowed was over",
        Some("consent_withdrawn") => "your permission was taken back",
        Some("feature_disabled") => "logging in as a customer was switched off",
        Some("access_lost") => "their own permission was taken away",
        Some("customer_inactive") => "your account was no longer active",
        Some("consent_expired") => "your permission had expired",
        Some("customer_removed") => "your account was removed",
        Some("key_retired") => "the link could no longer be trusted",
        Some("left") => "they left your account",
        Some("signed_out") => "they signed out of the shop",
        Some("unusable") => "the shop could not open it",
        Some("idle") => "nothing happened for a while",
        Some(_) => "it was ended",
        None => "no cause is recorded",
    }
}

/// Why a login was possible without the customer's consent.
pub(super) fn missing_consent_reason(
    mode: &str,
    is_override: bool,
    has_source: bool,
) -> Option<&'static str> {
    match mode {
        _ if is_override => Some("you had not allowed it; they went on without"),
        "mandatory" => Some("this shop does not ask for it"),
        "opt-out" if !has_source => Some("you had not said no"),
        _ => None,
    }
}

/// How a consent was given or withdrawn. `by` is who recorded it.
pub(super) fn consent_source(source: Option<&str>, by: Option<&str>) -> String {
    let by = |before: &str| by.map_or_else(String::new, |by| format!("{before}{by}"));
    match source {
        Some("storefront") => format!("by you, in the shop{}", by(" ")),
        Some("admin") => {
            let by = by("");
            let staff = if by.is_empty() { "staff" } else { &by };
            format!("recorded by {staff}")
        }
        Some("import") => format!("taken over from the shop's data{}", by(" by ")),
        _ => format!("recorded{}", by(" by ")),
    }
}

/// The name of the document that a login was started from.
pub(super) fn document_label(reference: &str) -> String {
    let (kind, number) = reference.split_once(':').unwrap_or(("document", reference));
    format!("{} {number}", kind.replace(['_', '-'], " "))
}

/// What was done in the account, and with which document.
pub(super) fn done(kind: ReportedKind, document: Option<&str>) -> String {
    let what = match kind {
        ReportedKind::OrderPlaced => "an order was placed",
        ReportedKind::AccountChanged => "your account was changed",
        ReportedKind::AddressChanged => "an address was changed",
        ReportedKind::CartChanged => "the cart was changed",
        ReportedKind::Other => "something else was done",
    };
    match document {
        Some(document) => format!("{what} ({})", document_label(document)),
        None => what.to_owned(),
    }
}
