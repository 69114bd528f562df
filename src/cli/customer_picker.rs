//! Prompts for a customer when the command line has none.

use dialoguer::theme::Theme;
use dialoguer::{Input, Select};
use unicode_width::UnicodeWidthStr;

use super::input;
use super::out::Out;
use super::prompt;
use super::runner::Cli;
use lac_app::core::page::PageRequest;
use lac_app::shop::customers::{CustomerList, CustomerView};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_render::sanitize::{sanitize, sanitize_truncated};
use lac_store::Result;

const MAX_CANDIDATES: usize = 15;

/// Names are hidden if fewer columns are left for them.
const MIN_NAME_WIDTH: usize = 6;

#[derive(Debug)]
pub(super) struct Candidate {
    pub id: String,
    pub email: String,
    pub name: String,
    pub website: String,
    pub consent: bool,
}

impl Candidate {
    /// One line of at most `room` columns, because redrawing the list leaves traces
    /// of a line that the terminal has wrapped. The id is never cut, so that no two
    /// lines look alike; the name is dropped first, then the address is cut. Control
    /// characters are escaped.
    fn format_line(&self, room: usize) -> String {
        let id = format!("{:>6}  ", self.id);
        let consent = if self.consent { "" } else { "  no consent" };
        let (email, name) = (sanitize(&self.email), sanitize(&self.name));
        let website = format!("  [{}]", sanitize_truncated(&self.website, 16));
        let rest = room.saturating_sub(id.width() + website.width() + consent.width());
        let name = match rest.saturating_sub(email.width() + 2) {
            0..MIN_NAME_WIDTH if name.width() + email.width() + 2 > rest => String::new(),
            room => sanitize_truncated(&name, room).into_owned(),
        };
        let who = if name.is_empty() {
            sanitize_truncated(&email, rest).into_owned()
        } else {
            format!("{email}  {name}")
        };
        sanitize_truncated(&format!("{id}{who}{website}{consent}"), room).into_owned()
    }
}

/// The columns that a line of the list may use: without those of the cursor, and
/// without the last one, after which some terminals wrap.
pub(super) fn room() -> usize {
    let columns = console::Term::stderr().size_checked();
    columns
        .map_or(80, |(_, columns)| usize::from(columns))
        .saturating_sub(3)
}

/// The customer from the argument (`-` reads stdin), otherwise one chosen at the
/// terminal from those the actor may list.
pub(super) fn named_or_prompted(
    cli: &Cli,
    named: Option<&str>,
    website: Option<&str>,
) -> Result<String> {
    match named {
        Some(named) => input::text_or_stdin("CUSTOMER", named),
        None => customer(cli, "CUSTOMER", "Which customer", |text| {
            let page = cli.run(CustomerList {
                search: Some(text.parse()?),
                website: website.map(str::to_owned).into_bounded()?,
                part: PageRequest {
                    limit: Some(MAX_CANDIDATES),
                    after: None,
                },
                ..CustomerList::default()
            })?;
            let found = page.rows.iter().map(candidate_from_view).collect();
            Ok((found, page.next.is_some()))
        }),
    }
}

fn candidate_from_view(customer: &CustomerView) -> Candidate {
    Candidate {
        id: customer.id.to_string(),
        email: customer.email.clone(),
        name: customer.name.clone(),
        website: customer.website.clone(),
        consent: customer.consent == "granted",
    }
}

/// Asks for a search text until a candidate is chosen. `find` returns the
/// candidates, and whether there are more.
pub(super) fn customer(
    cli: &Cli,
    flags: &str,
    prompt: &str,
    find: impl Fn(&str) -> Result<(Vec<Candidate>, bool)>,
) -> Result<String> {
    if !cli.out.is_interactive {
        return Err(Fault::InputRequired {
            what: "the customer".into(),
            flag: flags.into(),
        });
    }
    prompt::install_ctrlc_handler();
    let theme = prompt::prompt_theme(cli);
    loop {
        let text: String = Input::with_theme(&*theme)
            .with_prompt("Customer (e-mail address, name or id)")
            .interact_text()
            .map_err(|error| prompt::prompt_error(error, "the customer"))?;
        let (mut candidates, more) = find(text.trim())?;
        if candidates.is_empty() {
            Out::print_err("no customer found; try another part of the address or name");
            continue;
        }
        if more {
            let shown = candidates.len();
            Out::print_err(&format!(
                "only the first {shown} are shown; type more to narrow the search"
            ));
        }
        if let Some(selected) = select_candidate(&*theme, prompt, &candidates)? {
            return Ok(candidates.swap_remove(selected).id);
        }
    }
}

/// `None` for "search again" and for Escape.
fn select_candidate(
    theme: &dyn Theme,
    prompt: &str,
    candidates: &[Candidate],
) -> Result<Option<usize>> {
    let room = room();
    let lines: Vec<String> = candidates.iter().map(|one| one.format_line(room)).collect();
    let selected = Select::with_theme(theme)
        .with_prompt(prompt)
        .items(lines.iter().map(String::as_str).chain(["… search again"]))
        .default(0)
        .report(false)
        .interact_opt()
        .map_err(|error| prompt::prompt_error(error, "the customer"))?;
    let selected = selected.filter(|selected| *selected < candidates.len());
    if let Some(line) = selected.and_then(|at| lines.get(at)) {
        let line = format!("{prompt}: {}", line.trim_start());
        Out::print_err(&sanitize_truncated(&line, room));
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_candidate(id: &str, email: &str, name: &str, consent: bool) -> Candidate {
        Candidate {
            id: id.to_owned(),
            email: email.to_owned(),
            name: name.to_owned(),
            website: "europe".to_owned(),
            consent,
        }
    }

    #[test]
    fn candidate_lines_fit_and_are_distinct() {
        let long = format!("{}@mail.example", "x".repeat(241));
        let all = [
            test_candidate("1", "jane@mail.example", "Jane Doe", true),
            test_candidate("2", &long, "Jane Doe", false),
            test_candidate("3", &long, "Jane Doe", false),
            test_candidate(
                "9007199254740993",
                "空空空空空空空空空空空空空空空空空空@例え.example",
                "空 伊藤",
                false,
            ),
            test_candidate("local:7", "joe@mail.example", &"J\u{301}".repeat(200), true),
        ];
        for room in [57, 77, 117] {
            let lines: Vec<String> = all.iter().map(|one| one.format_line(room)).collect();
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
