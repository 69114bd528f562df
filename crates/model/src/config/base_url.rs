//! Base URLs: which ones are allowed, and the login URLs made from them.

use url::{Host, Url};

use super::invalid::InvalidValue;

const MAX_LENGTH: usize = 2048;
pub(super) const EXPECTED: &str = "an absolute https URL ending in `/`, like https://shop.example/";

/// The origin of a base URL in the ASCII form of RFC 6454:
/// `https://shop.example`, with the port if it is not the scheme's default. It
/// is the audience of login tokens. A text that is not a URL gives `null`, as
/// the RFC says.
pub fn url_origin(base_url: &str) -> String {
    Url::parse(base_url).map_or_else(
        |_| "null".to_owned(),
        |url| url.origin().ascii_serialization(),
    )
}

/// The login URL, with the path of Adobe Commerce's own module.
///
/// `base_url` is canonical, so it ends in `/`. `store_view_code` is given if
/// `web/url/use_store` is yes. `token` is a compact JWS, which needs no
/// encoding in a query.
pub fn login_url(base_url: &str, store_view_code: Option<&str>, token: &str) -> String {
    let (code, slash) = store_view_code.map_or(("", ""), |code| (code, "/"));
    format!("{base_url}{code}{slash}loginascustomer/login/index?secret={token}")
}

/// The canonical form of an absolute https URL that ends in `/` and has no user
/// information, query or fragment. http is allowed only for loopback hosts,
/// where nobody can read the traffic.
pub(super) fn normalize(input: &str) -> Result<String, InvalidValue> {
    let trimmed = input.trim();
    // The parser would drop tabs and line breaks, and replace backslashes.
    if trimmed.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(invalid_base_url(
            "it contains white space, a control character or a backslash",
        ));
    }
    let url = Url::parse(trimmed)
        .map_err(|error| invalid_base_url(&format!("it is not a URL: {error}")))?;
    let secure = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    if !secure {
        return Err(invalid_base_url(
            "its scheme is not https (http is for loopback hosts only)",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid_base_url("it contains a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid_base_url("it contains a query or fragment"));
    }
    if !url.path().ends_with('/') {
        return Err(invalid_base_url("it does not end in `/`"));
    }
    if url.as_str().len() > MAX_LENGTH {
        return Err(invalid_base_url("it is longer than 2048 characters"));
    }
    Ok(url.into())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn invalid_base_url(reason: &str) -> InvalidValue {
    InvalidValue::new(reason, EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base_urls_become_canonical() {
        for (input, canonical) in [
            ("https://shop.example/", "https://shop.example/"),
            ("https://shop.example", "https://shop.example/"),
            (" HTTPS://Shop.Example:443/de/ ", "https://shop.example/de/"),
            (
                "https://shop.example:8443/a/../b/",
                "https://shop.example:8443/b/",
            ),
            ("http://localhost:8080/", "http://localhost:8080/"),
            ("http://127.8.9.1/", "http://127.8.9.1/"),
            ("http://[::1]:3000/", "http://[::1]:3000/"),
        ] {
            assert_eq!(normalize(input).as_deref(), Ok(canonical));
        }
    }

    #[test]
    fn invalid_base_urls_are_refused() {
        for input in [
            "",
            "shop.example/",
            "//shop.example/",
            "http://shop.example/",
            "ftp://localhost/",
            "http://localhost.evil.example/",
            "http://128.0.0.1/",
            "http://[::2]/",
            "https://",
            "https://user@shop.example/",
            "https://user:pw@shop.example/",
            "https://shop.example/?a",
            "https://shop.example/#a",
            "https://shop.example/shop",
            "https://shop.exa\nmple/",
            "https:\\\\shop.example/",
            "https://sh op.example/",
            "javascript:alert(1)/",
            &format!("https://shop.example/{}/", "a".repeat(2048)),
        ] {
            assert!(normalize(input).is_err(), "{input}");
        }
    }

    #[test]
    fn origins_and_login_urls() {
        assert_eq!(
            url_origin("https://shop.example/de/"),
            "https://shop.example"
        );
        assert_eq!(
            url_origin("http://localhost:8080/"),
            "http://localhost:8080"
        );
        assert_eq!(url_origin("nonsense"), "null");
        let base = "https://shop.example/";
        let path = "loginascustomer/login/index?secret=a.b.c";
        assert_eq!(login_url(base, None, "a.b.c"), format!("{base}{path}"));
        assert_eq!(
            login_url(base, Some("de"), "a.b.c"),
            format!("{base}de/{path}")
        );
    }

    proptest! {
        #[test]
        fn a_canonical_url_stays_the_same(host in "[a-z]{1,9}\\.example", path in "(/[ -~ä]{0,6}){0,3}/") {
            if let Ok(url) = normalize(&format!("https://{host}{path}")) {
                prop_assert_eq!(normalize(&url), Ok(url.clone()));
                prop_assert!(url.ends_with('/') && url.is_ascii());
                prop_assert_eq!(url_origin(&url), format!("https://{host}"));
            }
        }
    }
}
