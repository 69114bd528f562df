//! Errors as `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use lac_model::fault::{Fault, FaultKind};

/// An error of a request.
#[derive(Debug)]
pub(super) enum Problem {
    /// A use case failed.
    Fault(Fault),
    /// There is nothing at this path.
    NotFound,
    /// The path takes only these methods.
    MethodNotAllowed {
        allowed: String,
    },
    BodyTooLarge {
        limit: usize,
    },
    UnsupportedMediaType,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The client ended the body early.
    BodyIncomplete,
    /// Too many requests; the seconds after which the next one is taken.
    RateLimited {
        what: &'static str,
        retry_after: u64,
    },
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The body of a problem.
#[derive(Serialize)]
struct Document<'p> {
    r#type: &'static str,
    title: &'p str,
    status: u16,
    code: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// A session that has reported too much stays so. Kits that try again later do
/// no harm.
const TOO_MANY_ACTIONS_RETRY: u64 = 3600;

/// How long a client should wait if the store is busy.
const BUSY_RETRY: u64 = 1;

fn fault_status(fault: &Fault) -> StatusCode {
    if matches!(fault, Fault::NotAuthenticated { .. }) {
        return StatusCode::UNAUTHORIZED;
    }
    if matches!(fault, Fault::Busy { .. } | Fault::BrokerBusy { .. }) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match fault.kind() {
        FaultKind::Usage => StatusCode::BAD_REQUEST,
        FaultKind::Denied => StatusCode::FORBIDDEN,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Refused | FaultKind::Conflict | FaultKind::Declined => StatusCode::CONFLICT,
        FaultKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        FaultKind::Unverifiable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Failed | FaultKind::Tampered => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Fault(fault) => fault_status(fault),
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyIncomplete => StatusCode::BAD_REQUEST,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The stable code, the CLI's where a use case failed.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::BodyTimeout => "body_timeout",
            Self::BodyIncomplete => "invalid_value",
            Self::RateLimited { .. } => "rate_limited",
        }
    }

    /// What happened. A failure of the gateway itself is explained in its log
    /// and not to its clients.
    fn detail(&self) -> Option<String> {
        match self {
            Self::Fault(fault) => (!self.is_internal()).then(|| fault.to_string()),
            Self::NotFound => Some("there is nothing at this path".to_owned()),
            Self::MethodNotAllowed { allowed } => Some(format!("this path takes {allowed}")),
            Self::BodyTooLarge { limit } => Some(format!("the body is larger than {limit} bytes")),
            Self::UnsupportedMediaType => {
                Some("the body must be application/json, in UTF-8 and not compressed".to_owned())
            }
            Self::BodyTimeout => Some("the body did not arrive in time".to_owned()),
            Self::BodyIncomplete => Some("the body ended early".to_owned()),
            Self::RateLimited { what, .. } => Some(format!("too many requests {what}")),
        }
    }

    fn is_internal(&self) -> bool {
        self.status() == StatusCode::INTERNAL_SERVER_ERROR
    }

    /// What the gateway's own log says about it, if it failed itself.
    pub(super) fn internal_cause(&self) -> Option<String> {
        match self {
            Self::Fault(fault) if self.is_internal() => Some(fault.to_string()),
            _ => None,
        }
    }

    pub(super) fn into_response(self, hint: fn(&Fault) -> Option<String>) -> Response<Body> {
        let status = self.status();
        let hint = match &self {
            Self::Fault(fault) if !self.is_internal() => hint(fault),
            _ => None,
        };
        let document = Document {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: self.code(),
            detail: self.detail(),
            hint,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::MethodNotAllowed { allowed } => {
                headers.insert(ALLOW, allow_value(&allowed));
            }
            Self::RateLimited { retry_after, .. }
            | Self::Fault(Fault::RateLimited { retry_after, .. }) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(retry_after));
            }
            Self::Fault(Fault::TooManyActions { .. }) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(TOO_MANY_ACTIONS_RETRY));
            }
            Self::Fault(_) if status == StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Fault(_) if status == StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from(BUSY_RETRY));
            }
            _ => {}
        }
        response
    }
}

/// The methods that a path takes, as the header `Allow` lists them.
pub(super) fn allow_value(allowed: &str) -> HeaderValue {
    HeaderValue::from_str(allowed).unwrap_or(HeaderValue::from_static("OPTIONS"))
}
