//! A page as one HTML file without scripts, fonts, images or anything to load.
//! It can be printed on A4, fits a phone, and follows the reader's choice of
//! light or dark.

mod blocks;
mod charts;

use std::fmt::Write as _;

use super::page::ReportPage;
use super::sanitize::sanitize;

const STYLE: &str = include_str!("page.css");

/// Forbids scripts and loading anything, in case a text is not escaped
/// correctly.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub fn render_page(page: &ReportPage) -> String {
    let mut body = String::new();
    let _ = write!(
        body,
        "<header>\n<p class=\"store\">{}</p>\n<h1>{}</h1>\n<dl class=\"about\">\n",
        isolate(&page.store),
        escape(&page.title)
    );
    for (label, value) in &page.about {
        let _ = writeln!(
            body,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(label),
            isolate(value)
        );
    }
    body += "</dl>\n";
    for notice in &page.notices {
        let _ = writeln!(body, "<p class=\"notice\">{}</p>", escape(notice));
    }
    body += "</header>\n<main>\n";
    for section in &page.sections {
        let _ = writeln!(body, "<section>\n<h2>{}</h2>", escape(section.title));
        blocks::write_blocks(&mut body, &section.blocks);
        body += "</section>\n";
    }
    body += "</main>\n";
    let title = escape(&format!("{} · {}", page.title, page.store));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_SECURITY_POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// Escapes text for use inside an element or a quoted attribute. Control
/// characters and bidirectional marks become visible.
fn escape(raw: &str) -> String {
    let shown = sanitize(raw);
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Text from outside in an element of its own: right-to-left text does not
/// change the direction of the text around it.
fn isolate(raw: &str) -> String {
    format!("<bdi>{}</bdi>", escape(raw))
}

/// 1234567 as `1 234 567`, with narrow no-break spaces.
fn group_digits(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(
            escape("<b a=\"x\" b='y'>&\u{202e}\u{1b}["),
            r"&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\u{202e}\x1b["
        );
        assert_eq!(isolate("שלום"), "<bdi>שלום</bdi>");
    }

    #[test]
    fn numbers_are_grouped() {
        let shown = [0, 999, 1000, 1_234_567].map(group_digits);
        assert_eq!(
            shown,
            ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]
        );
    }
}
