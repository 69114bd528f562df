//! A shopper's statement as a page, in the shopper's language.

mod visits;
mod words;

use super::Look;
use super::frame::{about, limit, shown as at};
use super::list::{Text, Tone};
use super::paper::{Grid, Paper, Part, Section, heads};
use lac_ledger::statement::Stated;
use lac_ledger::statement::VisitState;
use lac_ledger::summary::Limit;
use lac_model::time::length;

const OUTSIDE: [&str; 4] = [
    "What was looked at or changed inside your account: the shop itself keeps that, not this log.",
    "Access by other ways: the shop's own back office, its database, or somebody who knows your \
     password.",
    "Attempts that were stopped before it was clear whose account was meant, for example because \
     the person may not log in as anybody.",
    "Whether what people wrote down as their reason is true.",
];

/// The page of a statement.
pub fn paper(stated: &Stated, look: &Look) -> Paper {
    let shopper = &stated.customer;
    let email = shopper.email.clone();
    let who = match &email {
        Some(email) => format!("{email} (customer {})", shopper.id),
        None => format!("customer {}", shopper.id),
    };
    let mut facts = vec![("Account", who)];
    facts.extend(shopper.website.clone().map(|website| ("Website", website)));
    if !shopper.former_ids.is_empty() {
        let ids = shopper.former_ids.iter().map(ToString::to_string);
        facts.push(("Also known as", ids.collect::<Vec<_>>().join(", ")));
    }
    facts.extend(about(&stated.about, look));
    Paper {
        store: stated.about.store.clone(),
        title: "Who was in your account".to_owned(),
        about: facts,
        notices: notices(stated),
        sections: vec![
            short(stated, look),
            visits::section(stated, look),
            refused(stated, look),
            permission(stated, look),
            complete(stated, look),
            outside(),
        ],
    }
}

fn notices(stated: &Stated) -> Vec<String> {
    let limits = stated.about.limits.iter();
    let mut notices: Vec<String> = limits.map(|one| limit(*one).to_owned()).collect();
    if stated.erased > 0 {
        notices.push(format!(
            "Details of {} (reasons, addresses) were erased on request. That something happened, \
             when, and by whom is never erased.",
            count(stated.erased, "record", "records")
        ));
    }
    if !stated.customer.known {
        notices.push(
            "There is no such account among those this statement's maker sees now; the log still \
             names it."
                .to_owned(),
        );
    }
    notices
}

fn count(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn short(stated: &Stated, look: &Look) -> Section {
    let opened = || stated.visits.iter().filter(|visit| visit.opened.is_some());
    let times = opened().count() as u64;
    let mut words = if times == 0 {
        "Nobody logged in to your account in this way.".to_owned()
    } else {
        let seconds: u64 = opened().filter_map(|visit| visit.seconds).sum();
        let often = match times {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            more => format!("{more} times"),
        };
        let all = match seconds {
            0 => String::new(),
            seconds => format!(", for {} in all", length(seconds)),
        };
        format!("Staff of this shop were in your account {often}{all}.")
    };
    let open = opened()
        .filter(|visit| visit.state == VisitState::Open)
        .count() as u64;
    if open > 0 {
        words += &format!(
            " {} not over yet at {}.",
            if open == 1 {
                "One visit was"
            } else {
                "Some visits were"
            },
            at(stated.about.made_at, look)
        );
    }
    let unused = stated.visits.len() as u64 - times;
    if unused > 0 {
        let links = count(unused, "further link was made", "further links were made");
        words += &format!(" {links} with which nobody has entered.");
    }
    let refused = stated.attempts.len() as u64;
    if refused > 0 {
        let attempts = count(refused, "attempt was", "attempts were");
        words += &format!(" {attempts} refused.");
    }
    Section {
        title: "In short",
        parts: vec![
            Part::Words(words),
            Part::Words(
                "Staff can log in as a customer to help: they then see the shop as you see it. \
                 Every time is written down as it happens."
                    .to_owned(),
            ),
        ],
    }
}

fn refused(stated: &Stated, look: &Look) -> Section {
    let rows = stated.attempts.iter().map(|attempt| {
        let code = attempt.code.as_deref();
        vec![
            at(attempt.time, look).into(),
            attempt
                .admin
                .clone()
                .unwrap_or_else(|| "not recorded".to_owned())
                .into(),
            if attempt.action == "issue" {
                "to log in"
            } else {
                "to open a link"
            }
            .into(),
            words::refusal(code, attempt.erased).into(),
        ]
    });
    Section {
        title: "Refused attempts",
        parts: vec![Part::Grid(Grid {
            caption: "Nobody entered your account by these".to_owned(),
            columns: heads(&["when", "who", "tried", "refused because"]),
            rows: rows.collect(),
            empty: "none",
            ..Grid::default()
        })],
    }
}

fn permission(stated: &Stated, look: &Look) -> Section {
    let rows = stated.consents.iter().map(|change| {
        let what = if change.granted {
            Text::toned("given", Tone::Good)
        } else {
            Text::toned("taken back", Tone::Bad)
        };
        let mut how = words::source(change.source.as_deref(), change.by.as_deref());
        if change.erased && change.source.is_none() {
            how += " (details were erased on request)";
        }
        if let Some(reason) = &change.reason {
            how += &format!(": {reason}");
        }
        vec![at(change.time, look).into(), what, how.into()]
    });
    Section {
        title: "Your permission",
        parts: vec![
            Part::Words(
                "Staff can log in as you only while it is given. You can take it back at any time; \
                 whoever is in your account is then put out at once."
                    .to_owned(),
            ),
            Part::Grid(Grid {
                caption: "When it was given and taken back in this period".to_owned(),
                columns: heads(&["when", "permission", "how"]),
                rows: rows.collect(),
                empty: if stated.about.limits.contains(&Limit::ActionGroups) {
                    "not shown: whoever made this may not read it"
                } else {
                    "no change is recorded here"
                },
                ..Grid::default()
            }),
        ],
    }
}

fn complete(stated: &Stated, look: &Look) -> Section {
    let proof = &stated.proof;
    let period = match (stated.about.since, stated.about.until) {
        (None, None) => stated.log_began.map_or_else(String::new, |began| {
            format!(
                " It covers everything since the log began on {}.",
                at(began, look)
            )
        }),
        _ => " It covers the period named at the top, nothing before and after it.".to_owned(),
    };
    let whole = if stated.complete {
        format!("Yes: it holds everything that the log says about entering your account.{period}")
    } else {
        let limits = stated.about.limits.iter();
        let why: Vec<&str> = limits.map(|one| limit(*one)).collect();
        format!(
            "Not necessarily: it holds what its maker may see. {} Somebody who may see everything \
             can make a complete one.",
            why.join(" ")
        )
    };
    Section {
        title: "Is this list complete?",
        parts: vec![
            Part::Words(whole),
            Part::Words(format!(
                "You need not take that on trust. The log is built as a Merkle tree: one short seal \
                 stands for everything in it. Whoever keeps a seal can find out later whether \
                 anything from before it was changed, removed or slipped in. When this page was \
                 made the log had {} and this seal:",
                count(proof.size, "record", "records")
            )),
            Part::Command(format!("{}\n{}\n{}", proof.origin, proof.size, proof.root)),
            Part::Words(
                "Keep it. The shop, or anybody it gives the log to, can check the whole log \
                 against it at any time, with this command and key:"
                    .to_owned(),
            ),
            Part::Command(format!("lac log verify\n{}", proof.key)),
        ],
    }
}

fn outside() -> Section {
    let mut parts = vec![Part::Words(
        "This page is about one way into your account: staff logging in as you. It cannot show:"
            .to_owned(),
    )];
    parts.extend(OUTSIDE.iter().map(|text| Part::Words(format!("– {text}"))));
    Section {
        title: "What this page cannot show",
        parts,
    }
}

#[cfg(test)]
mod tests;
