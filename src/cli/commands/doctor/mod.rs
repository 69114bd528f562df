//! `lac doctor`.

mod place;

use clap::{ArgMatches, Args};
use serde::Serialize;

use super::{Noun, arguments};
use crate::cli::error::exit_code;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use lac_app::doctor::{Finding, Status};
use lac_render::Format;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::paint;
use lac_render::safe::safe;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "doctor",
    about: "What is wrong with the store, and what is still to be done",
    arguments: arguments::<NoArguments>,
    run,
};

/// Looks at the store's files, keys, log and setup, and says what to do about
/// each finding. Changes nothing and needs no resource; exits 0 unless
/// something is broken (✗), whatever is still to be done (!).
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac doctor")]
struct NoArguments {}

/// A finding as it is shown.
#[derive(Debug, Serialize)]
struct Line {
    check: String,
    status: Status,
    message: String,
    hint: Option<String>,
    code: Option<String>,
}

impl Line {
    fn of(finding: &Finding, shop: &Shop) -> Self {
        let explained = finding.fault.as_ref().map(|fault| shop.explain(fault));
        let (code, remedy) = explained.map_or((None, None), |e| (Some(e.code), e.hint));
        Self {
            check: finding.check.clone(),
            status: finding.status,
            message: finding.message.clone(),
            hint: finding.hint.clone().or(remedy),
            code,
        }
    }
}

fn run(_matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    let findings = place::examine(shop);
    let lines: Vec<Line> = findings
        .iter()
        .map(|finding| Line::of(finding, shop))
        .collect();
    if shop.out.format == Format::Table {
        tell(shop, &lines)?;
    } else {
        shop.list(&lines)?;
    }
    let first = findings.iter().find_map(|finding| finding.fault.as_ref());
    Ok(first.map_or(0, |fault| exit_code(fault.kind())))
}

/// One line each, and under it what to do.
fn tell(shop: &Shop, lines: &[Line]) -> Result<()> {
    let look = shop.look();
    for line in lines {
        let mark = match line.status {
            Status::Ok => Text::toned("✓", Tone::Good),
            Status::Warning => Text::toned("!", Tone::Warning),
            Status::Failed => Text::toned("✗", Tone::Bad),
        };
        let (mark, message) = (paint(&mark, &look), safe(&line.message));
        Out::line(&format!("{mark} {:<11} {message}", line.check))?;
        if let Some(hint) = &line.hint {
            Out::line(&format!("  {:<11} → {}", "", safe(hint)))?;
        }
    }
    let count = |status| lines.iter().filter(|line| line.status == status).count();
    shop.out
        .say(&match (count(Status::Failed), count(Status::Warning)) {
            (0, 0) => "all is well".to_owned(),
            (0, todo) => format!("nothing is broken; still to be done: {todo}"),
            (broken, _) => format!("broken: {broken}"),
        });
    Ok(())
}

impl Tabled for Line {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("check", "check", |row, _| (&row.check).into()),
        Column::hidden("status"),
        Column::new("message", "message", |row, _| (&row.message).into()),
        Column::new("hint", "hint", |row, _| (&row.hint).into()),
        Column::hidden("code"),
    ];
}
