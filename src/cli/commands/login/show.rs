//! Prints a login and its check.

use serde::Serialize;

use crate::cli::error::Explanation;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use lac_app::login::sessions::ConcurrentSession;
use lac_app::login::{CustomerSummary, LoginChecked, LoginStarted};
use lac_model::session::SessionState;
use lac_render::Style;
use lac_render::sanitize::sanitize;
use lac_store::Result;

/// Prints the URL on stdout, as a hyperlink on a terminal, and a summary on
/// stderr.
pub(super) fn started(started: &LoginStarted, cli: &Cli) -> Result<()> {
    if cli.out.format.is_machine_readable() {
        return cli.print_object(started);
    }
    let url = &started.url;
    if cli.out.stdout_is_terminal && cli.out.color {
        // OSC 8 keeps the link clickable if the terminal wraps the line.
        Out::print_line(&format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\"))?;
    } else {
        Out::print_line(url)?;
    }
    let style = cli.style();
    let (bold, dim, reset) = cli.out.stderr_styles();
    let who = &started.customer;
    cli.out.print_note(&format!(
        "{bold}as{reset}     {} <{}> (customer {}) on {}",
        sanitize(&who.name),
        sanitize(&who.email),
        who.id,
        sanitize(&who.website),
    ));
    cli.out.print_note(&format!(
        "{bold}where{reset}  store view {}",
        sanitize(&started.store_view)
    ));
    cli.out.print_note(&format!(
        "{bold}until{reset}  {}, {}; the link works once; session {}",
        started.expires_at.format_in(style.zone),
        started.expires_at.format_relative(style.now),
        started.session_id,
    ));
    if started.read_only {
        cli.out.print_note(&format!(
            "{bold}access{reset} read-only: the storefront refuses every change"
        ));
    }
    if let Some(old) = &started.replaced {
        cli.out.print_note(&format!(
            "{bold}note{reset}   your session as customer {} has ended",
            sanitize(&old.customer_id)
        ));
    }
    for line in also_open_lines(&started.also_open, &style) {
        cli.out.print_note(&format!("{bold}note{reset}   {line}"));
    }
    let effect = if started.read_only {
        "Nothing you do there changes the customer's account."
    } else {
        "What you do there affects the customer's real account."
    };
    cli.out.print_note(&format!(
        "{dim}{effect} End it with: lac session end {}{reset}",
        started.session_id
    ));
    Ok(())
}

/// Other sessions of the customer, one line each.
pub(super) fn also_open_lines(also_open: &[ConcurrentSession], style: &Style) -> Vec<String> {
    let line = |other: &ConcurrentSession| {
        let since = other.since.format_relative(style.now);
        let what = match other.state {
            SessionState::Active => format!("is also logged in to this account, since {since}"),
            _ => format!("created a link to this account {since}, not used yet"),
        };
        format!("{} {what}", sanitize(&other.admin))
    };
    also_open.iter().map(line).collect()
}

#[derive(Serialize)]
struct LoginCheckReport<'a> {
    possible: bool,
    /// `null` for a guest's document.
    customer: Option<&'a CustomerSummary>,
    document: Option<&'a str>,
    store_view: Option<&'a str>,
    /// The customer of your session that would end.
    replaces: Option<&'a str>,
    also_open: &'a [ConcurrentSession],
    overrides_consent: bool,
    read_only: bool,
    obstacles: Vec<Explanation>,
}

pub(super) fn checked(checked: LoginChecked, cli: &Cli) -> Result<()> {
    let report = LoginCheckReport {
        possible: checked.obstacles.is_empty(),
        customer: checked.customer.as_ref(),
        document: checked.document.as_deref(),
        store_view: checked.store_view.as_deref(),
        replaces: checked.replaces.as_deref(),
        also_open: &checked.also_open,
        overrides_consent: checked.overrides_consent,
        read_only: checked.read_only,
        obstacles: cli.explain_all(&checked.obstacles),
    };
    if cli.out.format.is_machine_readable() {
        return cli.print_object(&report);
    }
    match &checked.customer {
        Some(who) => Out::print_line(&format!(
            "customer {}: {} <{}> on {}{}",
            who.id,
            sanitize(&who.name),
            sanitize(&who.email),
            sanitize(&who.website),
            report
                .store_view
                .map(|v| format!(", store view {}", sanitize(v)))
                .unwrap_or_default(),
        ))?,
        None => Out::print_line(&sanitize(report.document.unwrap_or_default()))?,
    }
    obstacles(&report.obstacles, cli)?;
    if let Some(other) = report.replaces {
        Out::print_line(&format!(
            "  your open session as customer {} would end",
            sanitize(other)
        ))?;
    }
    if report.read_only {
        Out::print_line("  the session would be read-only")?;
    }
    if report.overrides_consent {
        Out::print_line("  the customer's consent would be overridden")?;
    }
    for line in also_open_lines(&checked.also_open, &cli.style()) {
        Out::print_line(&format!("  {line}"))?;
    }
    Ok(())
}

/// Prints each obstacle with its hint.
pub(crate) fn obstacles(obstacles: &[Explanation], cli: &Cli) -> Result<()> {
    let (green, red, reset) = if cli.out.color {
        ("\u{1b}[32m", "\u{1b}[31m", "\u{1b}[0m")
    } else {
        ("", "", "")
    };
    if obstacles.is_empty() {
        return Out::print_line(&format!("{green}✓{reset} a login is possible"));
    }
    for obstacle in obstacles {
        let code = &obstacle.code;
        Out::print_line(&format!(
            "{red}✗{reset} {} [{code}]",
            sanitize(&obstacle.message)
        ))?;
        if let Some(hint) = &obstacle.hint {
            Out::print_line(&format!("  → {}", sanitize(hint)))?;
        }
    }
    Ok(())
}
