//! A customer picked at the terminal, where none was named. Only a handful of
//! candidates is ever read.

use dialoguer::theme::Theme;
use dialoguer::{Input, Select};

use super::ask;
use super::input;
use super::out::Out;
use super::shop::Shop;
use crate::app::customers::{CustomerView, List};
use crate::app::page::Part;
use crate::domain::fault::Fault;
use crate::render::safe::{safe, safe_limited};
use crate::store::Result;

/// The most candidates shown at once.
const MOST: usize = 15;

/// Somebody to pick.
#[derive(Debug)]
pub struct Candidate {
    pub id: String,
    pub label: String,
}

/// Words of a candidate; what is foreign is made harmless.
pub fn label(id: &str, email: &str, name: &str, website: &str, consent: bool) -> String {
    format!(
        "{id:>6}  {}  {}  [{}]{}",
        safe_limited(email, 40),
        safe_limited(name, 24),
        safe(website),
        if consent { "" } else { "  no consent" },
    )
}

/// The customer that was named, also on stdin; else one picked from those the
/// actor may list.
///
/// # Errors
/// `input_required` without a terminal; what listing customers fails with.
pub fn named_or_picked(shop: &Shop, named: Option<&str>, website: Option<&str>) -> Result<String> {
    match named {
        Some(named) => input::text_or_stdin("CUSTOMER", named),
        None => customer(shop, "CUSTOMER", "Which one", |text| {
            let page = shop.run(List {
                search: Some(text.to_owned()),
                website: website.map(str::to_owned),
                part: Part {
                    limit: Some(MOST),
                    after: None,
                },
                ..List::default()
            })?;
            let found = page.rows.iter().map(candidate).collect();
            Ok((found, page.next.is_some()))
        }),
    }
}

fn candidate(customer: &CustomerView) -> Candidate {
    let id = customer.id.to_string();
    let granted = customer.consent == "granted";
    let label = label(
        &id,
        &customer.email,
        &customer.name,
        &customer.website,
        granted,
    );
    Candidate { id, label }
}

/// Asks for part of an address or a name until one of those that `find` gives
/// for it, and whether there are more, is picked.
///
/// # Errors
/// `input_required` without a terminal, naming the flags; `find`'s own.
pub fn customer(
    shop: &Shop,
    flags: &str,
    prompt: &str,
    find: impl Fn(&str) -> Result<(Vec<Candidate>, bool)>,
) -> Result<String> {
    if !shop.out.can_ask {
        return Err(Fault::InputRequired {
            what: "the customer".into(),
            flag: flags.into(),
        });
    }
    ask::get_ready();
    let theme = ask::theme(shop);
    loop {
        let text: String = Input::with_theme(&*theme)
            .with_prompt("Customer (e-mail address, name or id)")
            .interact_text()
            .map_err(|error| ask::gave_up(error, "the customer"))?;
        let (mut candidates, more) = find(text.trim())?;
        if candidates.is_empty() {
            Out::err("nobody found; try another part of the address or name");
            continue;
        }
        if more {
            let shown = candidates.len();
            Out::err(&format!(
                "the first {shown} are shown; type more of it to narrow it down"
            ));
        }
        if let Some(picked) = pick(&*theme, prompt, &candidates)? {
            return Ok(candidates.swap_remove(picked).id);
        }
    }
}

/// Nobody for "search again", and for Escape.
fn pick(theme: &dyn Theme, prompt: &str, candidates: &[Candidate]) -> Result<Option<usize>> {
    let labels = candidates.iter().map(|candidate| candidate.label.as_str());
    let picked = Select::with_theme(theme)
        .with_prompt(prompt)
        .items(labels.chain(["… search again"]))
        .default(0)
        .interact_opt()
        .map_err(|error| ask::gave_up(error, "the customer"))?;
    Ok(picked.filter(|picked| *picked < candidates.len()))
}
