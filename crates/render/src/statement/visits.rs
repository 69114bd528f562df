//! Each visit, told.

use super::words;
use crate::Look;
use crate::frame::shown as at;
use crate::list::{Text, Tone};
use crate::paper::{Entry, Part, Section};
use lac_ledger::statement::Stated;
use lac_ledger::statement::{Basis, Visit, VisitState};
use lac_model::time::length;

pub(super) fn section(stated: &Stated, look: &Look) -> Section {
    let mut parts: Vec<Part> = stated
        .visits
        .iter()
        .map(|visit| Part::Entry(entry(visit, look)))
        .collect();
    if parts.is_empty() {
        parts.push(Part::Words("None.".to_owned()));
    }
    Section {
        title: "Visits, oldest first",
        parts,
    }
}

fn entry(visit: &Visit, look: &Look) -> Entry {
    let first = visit.opened.or(visit.link_made).or(visit.ended);
    let when = first.map_or_else(|| "At an unknown time".to_owned(), |time| at(time, look));
    let what = match (visit.state, visit.seconds) {
        (VisitState::Ended, Some(seconds)) => length(seconds),
        (VisitState::Ended | VisitState::EndUnknown, _) => "entered".to_owned(),
        (VisitState::Open, _) => "still in your account".to_owned(),
        (VisitState::Waiting, _) => "link made, not used so far".to_owned(),
        (VisitState::NotOpened, _) => "link made, never used".to_owned(),
    };
    let mut facts: Vec<(&'static str, Text)> = Vec::new();
    let who = visit
        .admin
        .clone()
        .unwrap_or_else(|| "not recorded".to_owned());
    facts.push(("Who", who.into()));
    facts.extend(visit.role.clone().map(|role| ("Working as", role.into())));
    if let Some(made) = visit.link_made {
        facts.push(("Link made", at(made, look).into()));
    }
    if let Some(opened) = visit.opened {
        facts.push(("Entered", at(opened, look).into()));
    }
    facts.push(ended(visit, look));
    let why = match &visit.reason {
        Some(reason) => reason.as_str().into(),
        None if visit.erased => Text::toned("erased on request", Tone::Dim),
        None => Text::toned("no reason was written down", Tone::Dim),
    };
    facts.push(("Why", why));
    facts.extend(
        visit
            .ticket
            .clone()
            .map(|ticket| ("Support ticket", ticket.into())),
    );
    let document = visit.document.as_deref();
    facts.extend(document.map(|it| ("Starting from", words::document(it).into())));
    facts.push(("Your permission", permitted(visit.consent.as_ref(), look)));
    let place = [&visit.website, &visit.store_view];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    if !place.is_empty() {
        facts.push(("Part of the shop", place.join(", ").into()));
    }
    facts.push(("Session", Text::toned(visit.session_id.short(), Tone::Dim)));
    Entry {
        title: format!("{when} · {what}"),
        facts,
    }
}

fn ended(visit: &Visit, look: &Look) -> (&'static str, Text) {
    let opened = visit.opened.is_some();
    let label = if opened { "Left" } else { "Link ended" };
    let Some(end) = visit.ended else {
        let text = match visit.state {
            VisitState::Open => Text::toned("not yet", Tone::Bad),
            VisitState::Waiting => "not yet".into(),
            _ => Text::toned("no end is recorded in this period", Tone::Dim),
        };
        return (label, text);
    };
    let cause = words::end(visit.cause.as_deref(), opened);
    let by = visit.ended_by.as_ref();
    let by = by.map_or_else(String::new, |by| format!(" (ended by {by})"));
    (label, format!("{}: {cause}{by}", at(end, look)).into())
}

fn permitted(basis: Option<&Basis>, look: &Look) -> Text {
    let Some(basis) = basis else {
        return Text::toned("not recorded with this visit", Tone::Dim);
    };
    if let Some(without) = words::without(&basis.mode, basis.is_override, basis.source.is_some()) {
        return without.into();
    }
    let how = words::source(basis.source.as_deref(), basis.given_by.as_deref());
    match basis.given_at {
        Some(given) => format!("{how} on {}", at(given, look)).into(),
        None => how.into(),
    }
}
