//! The section that lists each visit to the account.

use super::text;
use crate::Style;
use crate::page::{Block, PageEntry, Section};
use crate::page_info::long_time;
use crate::styled_text::{Emphasis, StyledText};
use lac_ledger::statement::AccountStatement;
use lac_ledger::statement::{Visit, VisitConsent, VisitState};
use lac_model::report::DoneAction;
use lac_model::time::format_duration;

pub(super) fn section(statement: &AccountStatement, style: &Style) -> Section {
    let mut parts: Vec<Block> = statement
        .visits
        .iter()
        .map(|visit| Block::Entry(visit_entry(visit, style)))
        .collect();
    if parts.is_empty() {
        parts.push(Block::Paragraph("None.".to_owned()));
    }
    Section {
        title: "Visits, oldest first",
        blocks: parts,
    }
}

fn visit_entry(visit: &Visit, style: &Style) -> PageEntry {
    let first = visit.opened.or(visit.link_made).or(visit.ended);
    let when = first.map_or_else(
        || "At an unknown time".to_owned(),
        |time| long_time(time, style),
    );
    let what = match (visit.state, visit.seconds) {
        (VisitState::Ended, Some(seconds)) => format_duration(seconds),
        (VisitState::Ended | VisitState::EndUnknown, _) => "entered".to_owned(),
        (VisitState::Open, _) => "still in your account".to_owned(),
        (VisitState::Waiting, _) => "link made, not used so far".to_owned(),
        (VisitState::NotOpened, _) => "link made, never used".to_owned(),
    };
    let mut facts: Vec<(&'static str, StyledText)> = Vec::new();
    let who = visit
        .admin
        .clone()
        .unwrap_or_else(|| "not recorded".to_owned());
    facts.push(("Who", who.into()));
    facts.extend(visit.role.clone().map(|role| ("Working as", role.into())));
    if let Some(made) = visit.link_made {
        facts.push(("Link made", long_time(made, style).into()));
    }
    if let Some(opened) = visit.opened {
        facts.push(("Entered", long_time(opened, style).into()));
    }
    facts.push(end_fact(visit, style));
    facts.extend(visit.actions.iter().map(|done| done_fact(done, style)));
    let why = match &visit.reason {
        Some(reason) => reason.as_str().into(),
        None if visit.erased => StyledText::with_emphasis("erased on request", Emphasis::Dim),
        None => StyledText::with_emphasis("no reason was written down", Emphasis::Dim),
    };
    facts.push(("Why", why));
    facts.extend(
        visit
            .ticket
            .clone()
            .map(|ticket| ("Support ticket", ticket.into())),
    );
    let document = visit.document.as_deref();
    facts.extend(document.map(|it| ("Starting from", text::document_label(it).into())));
    facts.push((
        "Your permission",
        consent_text(visit.consent.as_ref(), style),
    ));
    let place = [&visit.website, &visit.store_view];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    if !place.is_empty() {
        facts.push(("Part of the shop", place.join(", ").into()));
    }
    facts.push((
        "Session",
        StyledText::with_emphasis(visit.session_id.short_prefix(), Emphasis::Dim),
    ));
    PageEntry {
        title: format!("{when} · {what}"),
        facts,
    }
}

/// What was done in the account.
fn done_fact(done: &DoneAction, style: &Style) -> (&'static str, StyledText) {
    let mut text = format!(
        "{} at {}",
        text::done(done.action, done.document.as_deref()),
        long_time(done.at, style)
    );
    if let Some(summary) = &done.summary {
        text += &format!(": {summary}");
    }
    if done.after_end {
        text += " (the shop told this after the visit)";
    }
    ("Done for you", text.into())
}

fn end_fact(visit: &Visit, style: &Style) -> (&'static str, StyledText) {
    let opened = visit.opened.is_some();
    let label = if opened { "Left" } else { "Link ended" };
    let Some(end) = visit.ended else {
        let text = match visit.state {
            VisitState::Open => StyledText::with_emphasis("not yet", Emphasis::Bad),
            VisitState::Waiting => "not yet".into(),
            _ => StyledText::with_emphasis("no end is recorded in this period", Emphasis::Dim),
        };
        return (label, text);
    };
    let cause = text::end_reason(visit.cause.as_deref(), opened);
    let by = visit.ended_by.as_ref();
    let by = by.map_or_else(String::new, |by| format!(" (ended by {by})"));
    (
        label,
        format!("{}: {cause}{by}", long_time(end, style)).into(),
    )
}

fn consent_text(basis: Option<&VisitConsent>, style: &Style) -> StyledText {
    let Some(basis) = basis else {
        return StyledText::with_emphasis("not recorded with this visit", Emphasis::Dim);
    };
    if let Some(without) =
        text::missing_consent_reason(&basis.mode, basis.is_override, basis.source.is_some())
    {
        return without.into();
    }
    let how = text::consent_source(basis.source.as_deref(), basis.given_by.as_deref());
    match basis.given_at {
        Some(given) => format!("{how} on {}", long_time(given, style)).into(),
        None => how.into(),
    }
}
