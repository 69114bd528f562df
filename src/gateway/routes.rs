//! The table of all routes: the router and the OpenAPI document are made from
//! it.

use lac_model::audit::Action;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Redeem,
    SessionCheck,
    SessionEnd,
    SessionReport,
    Jwks,
    Health,
    Ready,
}

/// Who may run an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody, without a token.
    Public,
    /// A storefront. Attempts of others are recorded as this action.
    Storefront(Action),
}

/// A method of a path.
#[derive(Debug)]
pub(super) struct Route {
    pub method: &'static str,
    /// The path; parameters are in braces.
    pub path: &'static str,
    pub operation: Operation,
    pub access: Access,
    /// The longest body.
    pub body_limit: usize,
}

/// The longest body of most requests.
const BODY_LIMIT: usize = 64 * 1024;

const fn post(path: &'static str, operation: Operation, action: Action) -> Route {
    Route {
        method: "POST",
        path,
        operation,
        access: Access::Storefront(action),
        body_limit: BODY_LIMIT,
    }
}

const fn public(path: &'static str, operation: Operation) -> Route {
    Route {
        method: "GET",
        path,
        operation,
        access: Access::Public,
        body_limit: BODY_LIMIT,
    }
}

/// All routes. Those of one path stand together.
pub(super) const ROUTES: &[Route] = &[
    post("/v1/redeem", Operation::Redeem, Action::LoginRedeem),
    post(
        "/v1/sessions/{id}/check",
        Operation::SessionCheck,
        Action::SessionRead,
    ),
    post(
        "/v1/sessions/{id}/end",
        Operation::SessionEnd,
        Action::LoginEnd,
    ),
    post(
        "/v1/sessions/{id}/actions",
        Operation::SessionReport,
        Action::OtherDone,
    ),
    public("/.well-known/jwks.json", Operation::Jwks),
    public("/healthz", Operation::Health),
    public("/readyz", Operation::Ready),
];

/// The routes of each path.
pub(super) fn by_path() -> impl Iterator<Item = &'static [Route]> {
    ROUTES.chunk_by(|a, b| a.path == b.path)
}

/// The methods of a path's routes, for the header `Allow`.
pub(super) fn allowed_methods(routes: &[Route]) -> String {
    let mut allowed = String::new();
    for route in routes {
        allowed.push_str(route.method);
        allowed.push_str(if route.method == "GET" {
            ", HEAD, "
        } else {
            ", "
        });
    }
    allowed + "OPTIONS"
}

/// Whether a path is written in the one way that routes are compared with: no
/// escapes, no empty or dot segments.
pub(super) fn is_plain(path: &str) -> bool {
    let rest = path.strip_prefix('/');
    rest.is_some_and(|rest| {
        let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
        !rest.contains(['%', '\\', ';']) && rest.split('/').all(is_plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_has_two_spellings() {
        for path in ["/v1/redeem", "/.well-known/jwks.json"] {
            assert!(is_plain(path), "{path}");
        }
        for path in [
            "",
            "*",
            "/",
            "/v1/redeem/",
            "//v1/redeem",
            "/v1//redeem",
            "/v1/./redeem",
            "/v1/../v1/redeem",
            "/v1/%72edeem",
            "/v1/sessions/%2e%2e/check",
            "/v1\\redeem",
            "/v1/redeem;a=b",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn paths_with_several_methods_are_in_one_place() {
        let mut paths: Vec<_> = by_path().map(|routes| routes[0].path).collect();
        let count = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), count);
    }
}
