//! A customer picked at the terminal, where none was named. Only a handful of
//! candidates is ever read.

use dialoguer::theme::Theme;
use dialoguer::{Input, Select};
use unicode_width::UnicodeWidthStr;

use super::ask;
use super::input;
use super::out::Out;
use super::shop::Shop;
use lac_app::customers::{CustomerView, List};
use lac_app::page::Part;
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_render::safe::{safe, safe_limited};
use lac_store::Result;

/// The most candidates shown at once.
const MOST: usize = 15;

/// A name is shown if there are this many columns for it.
const NAME: usize = 6;

/// Somebody to pick.
#[derive(Debug)]
pub struct Candidate {
    pub id: String,
    pub email: String,
    pub name: String,
    pub website: String,
    pub consent: bool,
}

impl Candidate {
    /// In one line of at most `room` columns: a line that the terminal breaks is
    /// repeated, and its mark left behind, when another one is chosen. The id
    /// comes first and whole, so that no two lines look alike; the name gives
    /// way first, then the end of the address. What is foreign is made harmless.
    fn line(&self, room: usize) -> String {
        let id = format!("{:>6}  ", self.id);
        let consent = if self.consent { "" } else { "  no consent" };
        let (email, name) = (safe(&self.email), safe(&self.name));
        let website = format!("  [{}]", safe_limited(&self.website, 16));
        let rest = room.saturating_sub(id.width() + website.width() + consent.width());
        let name = match rest.saturating_sub(email.width() + 2) {
            0..NAME if name.width() + email.width() + 2 > rest => String::new(),
            room => safe_limited(&name, room).into_owned(),
        };
        let who = if name.is_empty() {
            safe_limited(&email, rest).into_owned()
        } else {
            format!("{email}  {name}")
        };
        safe_limited(&format!("{id}{who}{website}{consent}"), room).into_owned()
    }
}

/// The columns that a line of a list to pick from may take: beside the mark, and
/// short of the last one, after which some terminals begin a new line.
pub fn room() -> usize {
    let columns = console::Term::stderr().size_checked();
    columns
        .map_or(80, |(_, columns)| usize::from(columns))
        .saturating_sub(3)
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
                search: Some(text.parse()?),
                website: website.map(str::to_owned).formed()?,
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
    Candidate {
        id: customer.id.to_string(),
        email: customer.email.clone(),
        name: customer.name.clone(),
        website: customer.website.clone(),
        consent: customer.consent == "granted",
    }
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
    let room = room();
    let lines: Vec<String> = candidates.iter().map(|one| one.line(room)).collect();
    let picked = Select::with_theme(theme)
        .with_prompt(prompt)
        .items(lines.iter().map(String::as_str).chain(["… search again"]))
        .default(0)
        .report(false)
        .interact_opt()
        .map_err(|error| ask::gave_up(error, "the customer"))?;
    let picked = picked.filter(|picked| *picked < candidates.len());
    if let Some(line) = picked.and_then(|at| lines.get(at)) {
        let line = format!("{prompt}: {}", line.trim_start());
        Out::err(&safe_limited(&line, room));
    }
    Ok(picked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, email: &str, name: &str, consent: bool) -> Candidate {
        Candidate {
            id: id.to_owned(),
            email: email.to_owned(),
            name: name.to_owned(),
            website: "europe".to_owned(),
            consent,
        }
    }

    #[test]
    fn a_line_fits_and_says_who_it_is() {
        let long = format!("{}@mail.example", "x".repeat(241));
        let all = [
            candidate("1", "jane@mail.example", "Jane Doe", true),
            candidate("2", &long, "Jane Doe", false),
            candidate("3", &long, "Jane Doe", false),
            candidate(
                "9007199254740993",
                "空空空空空空空空空空空空空空空空空空@例え.example",
                "空 伊藤",
                false,
            ),
            candidate("local:7", "joe@mail.example", &"J\u{301}".repeat(200), true),
        ];
        for room in [57, 77, 117] {
            let lines: Vec<String> = all.iter().map(|one| one.line(room)).collect();
            for (line, one) in lines.iter().zip(&all) {
                assert!(line.width() <= room, "{room}: {line}");
                assert!(
                    line.trim_start().starts_with(&format!("{}  ", one.id)),
                    "{line}"
                );
                assert!(line.contains("[europe]"), "{line}");
                assert_eq!(line.ends_with("  no consent"), !one.consent, "{line}");
                assert_eq!(lines.iter().filter(|other| *other == line).count(), 1);
            }
            assert!(lines[0].contains("jane@mail.example  Jane Doe  [europe]"));
        }
    }
}
