//! Checks that an HTML page is well-formed and self-contained.

/// Elements without an end tag.
const VOID_ELEMENTS: [&str; 1] = ["meta"];

/// The elements a page may contain: none runs or fetches anything.
const ALLOWED_ELEMENTS: &str = " html head meta title style body header main section article h1 h2 h3 p dl dt \
    dd div span bdi pre code table caption thead tbody tr th td figure figcaption svg desc g rect ";

/// Fails unless every tag is closed in order, and nothing is run or fetched.
#[track_caller]
pub(crate) fn assert_self_contained(page: &str) {
    let style = page
        .split("<style>")
        .nth(1)
        .and_then(|rest| rest.split("</style>").next());
    for word in ["http", "url(", "@import", "expression"] {
        assert!(!style.expect("a style").contains(word), "{word}");
    }
    assert!(page.starts_with("<!doctype html>\n"));
    let mut open: Vec<&str> = Vec::new();
    let mut rest = &page["<!doctype html>".len()..];
    while let Some(at) = rest.find('<') {
        assert!(
            !rest[..at].contains('>') || open.last() == Some(&"style"),
            "{}",
            &rest[..at]
        );
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("the end of a tag");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next();
        let name = name.unwrap_or_default();
        assert!(ALLOWED_ELEMENTS.contains(&format!(" {name} ")), "<{tag}>");
        for word in ["src=", "href=", "http:", "https:", " on", "style="] {
            assert!(!tag.contains(word), "<{tag}>");
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> before it was opened");
        } else if !tag.ends_with('/') && !VOID_ELEMENTS.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}
