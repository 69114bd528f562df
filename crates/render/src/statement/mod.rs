//! A customer's statement as a page, in words that customers understand.

mod text;
mod visits;

use super::Style;
use super::page::{Block, PageTable, ReportPage, Section, table_columns};
use super::page_info::{info_lines, limit_notice, long_time};
use super::styled_text::{Emphasis, StyledText};
use lac_ledger::report_summary::VisibilityLimit;
use lac_ledger::statement::AccountStatement;
use lac_ledger::statement::VisitState;
use lac_model::time::format_duration;

const NOT_COVERED: [&str; 4] = [
    "What staff looked at inside your account, and what they did there that the shop did not \
     report to this log.",
    "Access by other means: the shop's own back office, its database, or somebody who knows your \
     password.",
    "Attempts that were refused before it was clear which account was meant, for example because \
     the person may not log in as any customer.",
    "Whether the reasons that staff entered are true.",
];

pub fn statement_page(statement: &AccountStatement, style: &Style) -> ReportPage {
    let customer = &statement.customer;
    let email = customer.email.clone();
    let who = match &email {
        Some(email) => format!("{email} (customer {})", customer.id),
        None => format!("customer {}", customer.id),
    };
    let mut facts = vec![("Account", who)];
    facts.extend(customer.website.clone().map(|website| ("Website", website)));
    if !customer.former_ids.is_empty() {
        let ids = customer.former_ids.iter().map(ToString::to_string);
        facts.push(("Also known as", ids.collect::<Vec<_>>().join(", ")));
    }
    facts.extend(info_lines(&statement.about, style));
    ReportPage {
        store: statement.about.store.clone(),
        title: "Who was in your account".to_owned(),
        about: facts,
        notices: notices(statement),
        sections: vec![
            summary_section(statement, style),
            visits::section(statement, style),
            refused_section(statement, style),
            consent_section(statement, style),
            completeness_section(statement, style),
            limits_section(),
        ],
    }
}

fn notices(statement: &AccountStatement) -> Vec<String> {
    let limits = statement.about.limits.iter();
    let mut notices: Vec<String> = limits.map(|one| limit_notice(*one).to_owned()).collect();
    if statement.erased > 0 {
        notices.push(format!(
            "Details of {} (reasons, addresses) were erased on request. The time of each \
             event and the name of the staff member are never erased.",
            count(statement.erased, "record", "records")
        ));
    }
    if !statement.customer.known {
        notices.push(
            "This account was removed, or the person who made this page cannot see it. The log \
             still contains it."
                .to_owned(),
        );
    }
    notices
}

fn count(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn summary_section(statement: &AccountStatement, style: &Style) -> Section {
    let opened = || {
        statement
            .visits
            .iter()
            .filter(|visit| visit.opened.is_some())
    };
    let times = opened().count() as u64;
    let mut words = if times == 0 {
        "Nobody logged in to your account in this way.".to_owned()
    } else {
        let seconds: u64 = opened().filter_map(|visit| visit.seconds).sum();
        let how_often = match times {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            more => format!("{more} times"),
        };
        let all = match seconds {
            0 => String::new(),
            seconds => format!(", for {} in all", format_duration(seconds)),
        };
        format!("Staff of this shop were in your account {how_often}{all}.")
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
            long_time(statement.about.made_at, style)
        );
    }
    let unused = statement.visits.len() as u64 - times;
    if unused > 0 {
        let links = count(unused, "further link was made", "further links were made");
        words += &format!(" {links} with which nobody has entered.");
    }
    let refused = statement.attempts.len() as u64;
    if refused > 0 {
        let attempts = count(refused, "attempt was", "attempts were");
        words += &format!(" {attempts} refused.");
    }
    Section {
        title: "In short",
        blocks: vec![
            Block::Paragraph(words),
            Block::Paragraph(
                "Staff can log in as a customer to help: they then see the shop as you see it. \
                 Every such login is recorded."
                    .to_owned(),
            ),
        ],
    }
}

fn refused_section(statement: &AccountStatement, style: &Style) -> Section {
    let rows = statement.attempts.iter().map(|attempt| {
        let code = attempt.code.as_deref();
        vec![
            long_time(attempt.time, style).into(),
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
            text::refusal_reason(code, attempt.erased).into(),
        ]
    });
    Section {
        title: "Refused attempts",
        blocks: vec![Block::Table(PageTable {
            caption: "None of these attempts opened your account".to_owned(),
            columns: table_columns(&["when", "who", "tried", "refused because"]),
            rows: rows.collect(),
            empty_text: "none",
            ..PageTable::default()
        })],
    }
}

fn consent_section(statement: &AccountStatement, style: &Style) -> Section {
    let rows = statement.consents.iter().map(|change| {
        let what = if change.granted {
            StyledText::with_emphasis("given", Emphasis::Good)
        } else {
            StyledText::with_emphasis("taken back", Emphasis::Bad)
        };
        let mut how = text::consent_source(change.source.as_deref(), change.by.as_deref());
        if change.erased && change.source.is_none() {
            how += " (details were erased on request)";
        }
        if let Some(reason) = &change.reason {
            how += &format!(": {reason}");
        }
        vec![long_time(change.time, style).into(), what, how.into()]
    });
    Section {
        title: "Your permission",
        blocks: vec![
            Block::Paragraph(
                "Staff can log in as you only while it is given. You can take it back at any time; \
                 anyone who is in your account is then logged out at once."
                    .to_owned(),
            ),
            Block::Table(PageTable {
                caption: "When it was given and taken back in this period".to_owned(),
                columns: table_columns(&["when", "permission", "how"]),
                rows: rows.collect(),
                empty_text: if statement.about.limits.contains(&VisibilityLimit::ActionGroups) {
                    "not shown: whoever made this may not read it"
                } else {
                    "no change is recorded here"
                },
                ..PageTable::default()
            }),
        ],
    }
}

fn completeness_section(statement: &AccountStatement, style: &Style) -> Section {
    let proof = &statement.proof;
    let period = match (statement.about.since, statement.about.until) {
        (None, None) => statement.log_began.map_or_else(String::new, |began| {
            format!(
                " It covers everything since the log began on {}.",
                long_time(began, style)
            )
        }),
        _ => " It covers the period named at the top, nothing before and after it.".to_owned(),
    };
    let whole = if statement.complete {
        format!("Yes: it holds everything that the log says about entering your account.{period}")
    } else {
        let limits = statement.about.limits.iter();
        let why: Vec<&str> = limits.map(|one| limit_notice(*one)).collect();
        format!(
            "Not necessarily: it shows only what the person who made it is allowed to see. {} \
             Someone with full access can make a complete list.",
            why.join(" ")
        )
    };
    Section {
        title: "Is this list complete?",
        blocks: vec![
            Block::Paragraph(whole),
            Block::Paragraph(format!(
                "You can check this yourself. The log is a Merkle tree: one short checkpoint \
                 identifies everything in it. If you keep a checkpoint, you can find out later \
                 whether anything recorded before it was changed, removed or inserted. When this \
                 page was made, the log had {} and this checkpoint:",
                count(proof.size, "record", "records")
            )),
            Block::Command(format!("{}\n{}\n{}", proof.origin, proof.size, proof.root)),
            Block::Paragraph(
                "Keep it. The shop, or anyone to whom it gives the log, can check the whole log \
                 against this checkpoint at any time, with this command and key:"
                    .to_owned(),
            ),
            Block::Command(format!("lac log verify\n{}", proof.key)),
        ],
    }
}

fn limits_section() -> Section {
    let mut parts = vec![Block::Paragraph(
        "This page is about one way into your account: staff logging in as you. It cannot show:"
            .to_owned(),
    )];
    parts.extend(
        NOT_COVERED
            .iter()
            .map(|text| Block::Paragraph(format!("– {text}"))),
    );
    Section {
        title: "What this page cannot show",
        blocks: parts,
    }
}

#[cfg(test)]
mod tests;
