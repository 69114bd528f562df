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
    ConsentShow,
    ConsentSet,
    ConsentAskDecide,
    AccessHistory,
    SyncCustomers,
    SyncOrders,
    Jwks,
    Health,
    Ready,
    OpenApi,
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
    /// The operation's name in the OpenAPI document, and what it does.
    pub id: &'static str,
    pub summary: &'static str,
    pub query: &'static [QueryParameter],
    /// The schema of the body, if there is one.
    pub request: Option<&'static str>,
    pub is_body_required: bool,
    /// The schema of the answer.
    pub answer: &'static str,
    /// Statuses of problems besides those that every such route has.
    pub further_problems: &'static [u16],
}

/// A parameter after the `?`.
#[derive(Debug)]
pub(super) struct QueryParameter {
    pub name: &'static str,
    pub description: &'static str,
    pub schema: &'static str,
}

impl Route {
    /// Whether its bodies are so large that only a few are read at once.
    pub(super) fn has_large_body(&self) -> bool {
        self.body_limit > BODY_LIMIT
    }

    /// The statuses of its problems.
    pub(super) fn problems(&self) -> Vec<u16> {
        let mut all = vec![500, 503];
        if self.access != Access::Public {
            all.extend([400, 401, 429]);
        }
        if self.request.is_some() {
            all.extend([408, 413, 415]);
        }
        all.extend(self.further_problems);
        all.sort_unstable();
        all
    }
}

/// The longest body of most requests.
const BODY_LIMIT: usize = 64 * 1024;

/// The longest body with rows.
const SYNC_BODY_LIMIT: usize = 4 * 1024 * 1024;

const fn post(path: &'static str, operation: Operation, action: Action) -> Route {
    Route {
        method: "POST",
        access: Access::Storefront(action),
        is_body_required: true,
        ..public(path, operation)
    }
}

const fn public(path: &'static str, operation: Operation) -> Route {
    Route {
        method: "GET",
        path,
        operation,
        access: Access::Public,
        body_limit: BODY_LIMIT,
        id: "",
        summary: "",
        query: &[],
        request: None,
        is_body_required: false,
        answer: "",
        further_problems: &[],
    }
}

/// All routes. Those of one path stand together.
pub(super) const ROUTES: &[Route] = &[
    Route {
        id: "redeem",
        summary: "Redeem a login token, once, and open the session",
        request: Some("RedeemRequest"),
        answer: "Redeemed",
        further_problems: &[409],
        ..post("/v1/redeem", Operation::Redeem, Action::LoginRedeem)
    },
    Route {
        id: "checkSession",
        summary: "Ask whether a session is still valid",
        request: Some("CheckRequest"),
        is_body_required: false,
        answer: "Checked",
        further_problems: &[404],
        ..post(
            "/v1/sessions/{id}/check",
            Operation::SessionCheck,
            Action::SessionRead,
        )
    },
    Route {
        id: "endSession",
        summary: "End a session: the agent left or signed out, or the shop cannot open it",
        request: Some("EndRequest"),
        answer: "Ended",
        further_problems: &[404],
        ..post(
            "/v1/sessions/{id}/end",
            Operation::SessionEnd,
            Action::LoginEnd,
        )
    },
    Route {
        id: "reportActions",
        summary: "Report what was done on the customer's behalf",
        request: Some("ReportRequest"),
        answer: "Reported",
        further_problems: &[404, 409],
        ..post(
            "/v1/sessions/{id}/actions",
            Operation::SessionReport,
            Action::OtherDone,
        )
    },
    Route {
        method: "GET",
        id: "showConsent",
        summary: "The customer's checkbox: its state, title and tooltip, and an ask that waits",
        answer: "Consent",
        further_problems: &[404],
        ..post(
            "/v1/customers/{id}/consent",
            Operation::ConsentShow,
            Action::ConsentRead,
        )
    },
    Route {
        method: "PUT",
        id: "setConsent",
        summary: "Pass on the customer's own decision: allow assistance, or not",
        request: Some("ConsentRequest"),
        answer: "ConsentChanged",
        further_problems: &[403, 404, 409],
        ..post(
            "/v1/customers/{id}/consent",
            Operation::ConsentSet,
            Action::ConsentGrant,
        )
    },
    Route {
        id: "decideConsentAsk",
        summary: "Pass on the customer's answer to an agent's ask for consent",
        request: Some("AskDecisionRequest"),
        answer: "AskDecided",
        further_problems: &[403, 404, 409],
        ..post(
            "/v1/customers/{id}/consent-asks/{ask}",
            Operation::ConsentAskDecide,
            Action::ConsentAskAllow,
        )
    },
    Route {
        method: "GET",
        id: "showAccessHistory",
        summary: "The visits to the customer's account, newest first",
        query: &[
            QueryParameter {
                name: "limit",
                description: "How many visits; 50 without it.",
                schema: "Limit",
            },
            QueryParameter {
                name: "after",
                description: "The cursor in `next` of the page before.",
                schema: "Cursor",
            },
        ],
        answer: "AccessHistory",
        further_problems: &[404],
        ..post(
            "/v1/customers/{id}/access-history",
            Operation::AccessHistory,
            Action::CustomerRead,
        )
    },
    Route {
        id: "syncCustomers",
        summary: "Bring customers into step with the shop",
        body_limit: SYNC_BODY_LIMIT,
        request: Some("SyncCustomersRequest"),
        answer: "Synced",
        further_problems: &[403, 409],
        ..post(
            "/v1/sync/customers",
            Operation::SyncCustomers,
            Action::CustomersSync,
        )
    },
    Route {
        id: "syncOrders",
        summary: "Bring orders into step with the shop",
        body_limit: SYNC_BODY_LIMIT,
        request: Some("SyncOrdersRequest"),
        answer: "Synced",
        further_problems: &[403, 409],
        ..post("/v1/sync/orders", Operation::SyncOrders, Action::OrdersSync)
    },
    Route {
        id: "jwks",
        summary: "The keys that verify login tokens",
        answer: "JwkSet",
        ..public("/.well-known/jwks.json", Operation::Jwks)
    },
    Route {
        id: "health",
        summary: "Whether the gateway runs",
        answer: "Status",
        ..public("/healthz", Operation::Health)
    },
    Route {
        id: "ready",
        summary: "Whether the store can be used, and its log's head is the signed one",
        answer: "Status",
        ..public("/readyz", Operation::Ready)
    },
    Route {
        id: "openapi",
        summary: "This document",
        answer: "Document",
        ..public("/openapi.json", Operation::OpenApi)
    },
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
