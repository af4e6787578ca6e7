//! What came back, taken apart: the answer of Resource Manager, or of something else that stands between.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use super::clock;
use super::error::{Error, ErrorKind};
use super::exchange::{Failure, writes};
use super::operation::Answer;
use super::request::Request;
use super::retry::{Fault, asked_pause};
use crate::arm::error::{ErrorBody, ErrorDetail};

/// Most characters that are kept of an answer which is no JSON.
const KEPT_CHARACTERS: usize = 300;

/// Takes an answer apart. A body that is cut off counts as no answer where the body matters.
pub(super) fn read(request: &Request, response: http::Response<Bytes>, now: Timestamp) -> Result<Answer, Failure> {
    let (head, bytes) = response.into_parts();
    let mut answer = Answer {
        status: head.status,
        asked_pause: asked_pause(&head.headers, now),
        clock_ahead: (head.status == StatusCode::UNAUTHORIZED)
            .then(|| clock::ahead(&head.headers, now))
            .flatten(),
        headers: head.headers,
        body: None,
        perhaps_accepted_before: false,
    };
    if is_page(&answer.headers, &bytes) {
        return page(request, answer, &bytes);
    }
    if bytes.is_empty() {
        return Ok(answer);
    }
    let reason = match serde_json::from_slice(&bytes) {
        Ok(body) => {
            answer.body = Some(body);
            return refuse_hidden_error(request, answer);
        }
        Err(error) if error.is_eof() => "the answer was cut off in the middle",
        Err(_) => "the answer is not JSON",
    };
    if !answer.status.is_success() {
        let text: String = String::from_utf8_lossy(&bytes).chars().take(KEPT_CHARACTERS).collect();
        answer.body = Some(Value::String(text));
        return Ok(answer);
    }
    if writes(request) {
        // It was accepted, whatever its body says; the resource tells the rest.
        return Ok(answer);
    }
    Err(unusable(request, &answer, reason, Some(Fault::Unanswered)))
}

/// A page for people does not come from Resource Manager, so that its status says nothing about a resource.
fn page(request: &Request, mut answer: Answer, bytes: &[u8]) -> Result<Answer, Failure> {
    let title = title(&String::from_utf8_lossy(bytes));
    let title = title.map(|title| format!(", \"{title}\"")).unwrap_or_default();
    let reason = format!(
        "a web page came{title}, not an answer of Resource Manager. Something between has answered, such as a proxy or a sign-in page"
    );
    if Fault::of_status(answer.status).is_some() {
        answer.body = Some(Value::String(reason));
        return Ok(answer);
    }
    let fault = answer.status.is_success().then_some(Fault::Unanswered);
    Err(unusable(request, &answer, &reason, fault))
}

fn is_page(headers: &HeaderMap, bytes: &[u8]) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let declared = declared.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
    let start = bytes.trim_ascii_start();
    let begins = |word: &[u8]| start.len() >= word.len() && start[..word.len()].eq_ignore_ascii_case(word);
    (declared && !bytes.is_empty() && !begins(b"{")) || begins(b"<!doctype html") || begins(b"<html")
}

fn title(page: &str) -> Option<String> {
    // Lower case of ASCII alone keeps the places of the bytes.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let words: Vec<&str> = page[start..end].split_whitespace().collect();
    let title: String = words.join(" ").chars().take(KEPT_CHARACTERS).collect();
    Some(title).filter(|title| !title.is_empty())
}

/// Some gateways answer 200 and put the error into the body; taken for a resource it would be an empty one.
fn refuse_hidden_error(request: &Request, answer: Answer) -> Result<Answer, Failure> {
    let Some(detail) = answer
        .body
        .as_ref()
        .filter(|_| answer.status.is_success())
        .and_then(hidden_error)
    else {
        return Ok(answer);
    };
    let told = ErrorDetail {
        message: format!(
            "the answer says {}, but holds an error: {}",
            answer.status, detail.message
        ),
        ..detail
    };
    let error = Error::reported(ErrorKind::BadAnswer, &told)
        .about(request)
        .found(&answer);
    let error = if writes(request) {
        error.with_unknown_outcome()
    } else {
        error
    };
    Err(Failure { fault: None, error })
}

/// An error in the place of a resource, a page of a list, or an operation (whose error comes beside its `status`).
fn hidden_error(body: &Value) -> Option<ErrorDetail> {
    let members = body.as_object()?;
    let answers = ["id", "name", "value", "status", "properties"];
    if answers.iter().any(|name| members.contains_key(*name)) {
        return None;
    }
    let flat = members.contains_key("code") && members.contains_key("message");
    let nested = members.get("error").is_some_and(|error| error.get("code").is_some());
    (flat || nested)
        .then(|| ErrorBody::from_value(body))?
        .map(|body| body.error)
}

fn unusable(request: &Request, answer: &Answer, reason: &str, fault: Option<Fault>) -> Failure {
    let error = Error::new(ErrorKind::BadAnswer, reason).about(request).found(answer);
    let error = if writes(request) && answer.status.is_success() {
        error.with_unknown_outcome()
    } else {
        error
    };
    Failure { fault, error }
}
