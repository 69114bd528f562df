//! Reads and parses the bodies of requests.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use lac_model::fault::Fault;

/// The whole body must arrive within this time.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of a body that are read only to be dropped.
const MAX_DISCARDED: usize = 32 * 1024 * 1024;

/// Reads a body of JSON of at most `limit` bytes. A missing body is empty,
/// whatever its type.
pub(super) async fn read_json(request: Request<Body>, limit: usize) -> Result<Vec<u8>, Problem> {
    let (parts, body) = request.into_parts();
    let declared = parts.headers.get(CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) {
        if !parts.headers.contains_key(EXPECT) {
            discard(body).await;
        }
        return Err(Problem::BodyTooLarge { limit });
    }
    let is_json = is_json(&parts.headers);
    let reading = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect());
    let bytes = match reading.await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => {
            return Err(Problem::BodyTooLarge { limit });
        }
        Ok(Err(_)) => return Err(Problem::BodyIncomplete),
        Err(_) => return Err(Problem::BodyTimeout),
    };
    if !bytes.is_empty() && !is_json {
        return Err(Problem::UnsupportedMediaType);
    }
    Ok(bytes.into())
}

/// Takes the rest of a body that is too large: many clients read no answer
/// before they have sent everything, and a closed connection would tell them
/// nothing.
async fn discard(mut body: Body) {
    let mut left = MAX_DISCARDED;
    let discarding = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, hyper::body::Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(BODY_TIMEOUT, discarding).await;
}

fn is_json(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return false;
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let Some(kind) = kind else {
        return false;
    };
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json && parts.all(is_utf8_parameter)
}

/// Whether a parameter of the media type leaves the text UTF-8.
fn is_utf8_parameter(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return parameter.is_empty();
    };
    !name.trim().eq_ignore_ascii_case("charset")
        || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// Parses an object. Fields that are not known are ignored.
pub(super) fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A struct could also be read from an array.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err(invalid("it is empty; expected an object")),
        Some(b'{') => serde_json::from_slice(bytes).map_err(invalid),
        Some(_) => Err(invalid("expected an object")),
    }
}

/// Like [`parse_object`], where an empty body is an empty object.
pub(super) fn parse_optional_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse_object(if bytes.is_empty() { b"{}" } else { bytes })
}

/// Parses rows: an array, or an object with the array.
pub(super) fn parse_rows<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|e| Fault::invalid("the body", e))
}

fn invalid(reason: impl ToString) -> Problem {
    Problem::Fault(Fault::invalid("the body", reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_type(kind: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        is_json(&headers)
    }

    #[test]
    fn json_in_utf8_alone_is_taken() {
        for kind in [
            "application/json",
            "Application/JSON;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/json; profile=x",
            "application/json;",
        ] {
            assert!(of_type(kind), "{kind}");
        }
        for kind in [
            "",
            "text/plain",
            "application/json2",
            "application/x-www-form-urlencoded",
            "application/json; charset=latin1",
            "text/plain; application/json",
        ] {
            assert!(!of_type(kind), "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
