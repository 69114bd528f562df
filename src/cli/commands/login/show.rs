//! What a login and its check look like.

use serde::Serialize;

use crate::cli::error::Explained;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use lac_app::login::{Checked, Shopper, Started};
use lac_app::sessions::AlsoOpen;
use lac_model::session::SessionState;
use lac_render::Look;
use lac_render::safe::safe;
use lac_store::Result;

/// The URL alone on stdout, a hyperlink on a terminal; the summary on stderr.
pub fn started(started: &Started, shop: &Shop) -> Result<()> {
    if shop.out.format.is_for_programs() {
        return shop.object(started);
    }
    let url = &started.url;
    if shop.out.stdout_is_terminal && shop.out.color {
        // OSC 8: one click, also where the terminal wraps the line.
        Out::line(&format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\"))?;
    } else {
        Out::line(url)?;
    }
    let look = shop.look();
    let (bold, dim, reset) = shop.out.err_styles();
    let who = &started.customer;
    shop.out.say(&format!(
        "{bold}as{reset}     {} <{}> (customer {}) on {}",
        safe(&who.name),
        safe(&who.email),
        who.id,
        safe(&who.website),
    ));
    shop.out.say(&format!(
        "{bold}where{reset}  store view {}",
        safe(&started.store_view)
    ));
    shop.out.say(&format!(
        "{bold}until{reset}  {}, {}; the link works once; session {}",
        started.expires_at.format_in(look.zone),
        started.expires_at.relative(look.now),
        started.session_id,
    ));
    if let Some(old) = &started.replaced {
        shop.out.say(&format!(
            "{bold}note{reset}   your session as customer {} was ended",
            safe(&old.customer_id)
        ));
    }
    for line in beside(&started.also_open, &look) {
        shop.out.say(&format!("{bold}note{reset}   {line}"));
    }
    shop.out.say(&format!(
        "{dim}What you do there lands on the customer's real account. End it with: \
         lac session end {}{reset}",
        started.session_id
    ));
    Ok(())
}

/// Who else is in the account: one line each.
pub(super) fn beside(also_open: &[AlsoOpen], look: &Look) -> Vec<String> {
    let line = |other: &AlsoOpen| {
        let since = other.since.relative(look.now);
        let what = match other.state {
            SessionState::Active => format!("is in this account too: came in {since}"),
            _ => format!("made a link to this account {since}, not used yet"),
        };
        format!("{} {what}", safe(&other.admin))
    };
    also_open.iter().map(line).collect()
}

#[derive(Serialize)]
struct Report<'a> {
    possible: bool,
    /// `null` for a guest's document.
    customer: Option<&'a Shopper>,
    document: Option<&'a str>,
    store_view: Option<&'a str>,
    /// Whose session of yours would be ended.
    replaces: Option<&'a str>,
    also_open: &'a [AlsoOpen],
    overrides_consent: bool,
    obstacles: Vec<Explained>,
}

/// Every obstacle with its remedy.
pub fn checked(checked: Checked, shop: &Shop) -> Result<()> {
    let report = Report {
        possible: checked.obstacles.is_empty(),
        customer: checked.customer.as_ref(),
        document: checked.document.as_deref(),
        store_view: checked.store_view.as_deref(),
        replaces: checked.replaces.as_deref(),
        also_open: &checked.also_open,
        overrides_consent: checked.overrides_consent,
        obstacles: shop.explain_all(&checked.obstacles),
    };
    if shop.out.format.is_for_programs() {
        return shop.object(&report);
    }
    match &checked.customer {
        Some(who) => Out::line(&format!(
            "customer {}: {} <{}> on {}{}",
            who.id,
            safe(&who.name),
            safe(&who.email),
            safe(&who.website),
            report
                .store_view
                .map(|v| format!(", store view {}", safe(v)))
                .unwrap_or_default(),
        ))?,
        None => Out::line(&safe(report.document.unwrap_or_default()))?,
    }
    obstacles(&report.obstacles, shop)?;
    if let Some(other) = report.replaces {
        Out::line(&format!(
            "  your open session as customer {} would be ended",
            safe(other)
        ))?;
    }
    if report.overrides_consent {
        Out::line("  the customer's consent would be overridden")?;
    }
    for line in beside(&checked.also_open, &shop.look()) {
        Out::line(&format!("  {line}"))?;
    }
    Ok(())
}

/// One obstacle a paragraph: mark, what, and the way out.
pub fn obstacles(obstacles: &[Explained], shop: &Shop) -> Result<()> {
    let (green, red, reset) = if shop.out.color {
        ("\u{1b}[32m", "\u{1b}[31m", "\u{1b}[0m")
    } else {
        ("", "", "")
    };
    if obstacles.is_empty() {
        return Out::line(&format!(
            "{green}✓{reset} nothing stands in the way of a login"
        ));
    }
    for obstacle in obstacles {
        let code = &obstacle.code;
        Out::line(&format!(
            "{red}✗{reset} {} [{code}]",
            safe(&obstacle.message)
        ))?;
        if let Some(hint) = &obstacle.hint {
            Out::line(&format!("  → {}", safe(hint)))?;
        }
    }
    Ok(())
}
