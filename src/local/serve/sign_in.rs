//! POST /{tenant}/oauth2/v2.0/token: the application shows its secret and gets a token. Refusals are numbered and worded as Entra's,
//! since clients show them to people, and people search for them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use uuid::Uuid;

use super::identity::Identity;
use super::token::{self, Audience, LIFETIME};

/// Names under which Entra knows "the tenant of whoever signs in".
const ANY_TENANT: [&str; 2] = ["common", "organizations"];

/// An answer that says no.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) status: StatusCode,
    error: &'static str,
    number: u32,
    text: String,
}

impl Denied {
    fn new(status: StatusCode, error: &'static str, number: u32, text: impl Into<String>) -> Self {
        Self {
            status,
            error,
            number,
            text: text.into(),
        }
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let [trace, correlation] = [Uuid::new_v4(), Uuid::new_v4()];
        let timestamp = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}", self.number, self.text
            ),
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
        })
    }
}

/// Checks that `named` in a path is the tenant.
pub(super) fn tenant(identity: &Identity, named: &str) -> Result<(), Denied> {
    let is_own = Uuid::parse_str(named).is_ok_and(|id| id == identity.tenant);
    if is_own || ANY_TENANT.iter().any(|any| any.eq_ignore_ascii_case(named)) {
        return Ok(());
    }
    let text = format!(
        "Tenant '{named}' not found. This service has the tenant '{}', which it printed when it started.",
        identity.tenant
    );
    Err(Denied::new(StatusCode::BAD_REQUEST, "invalid_request", 90002, text))
}

/// Answers a request for a token.
pub(super) fn sign_in(identity: &Identity, base: &str, headers: &HeaderMap, body: &Bytes) -> Result<Value, Denied> {
    let form = Form::parse(body);
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(other) => {
            let text =
                format!("The app requested an unsupported grant type '{other}'; here there is client_credentials.");
            return Err(Denied::new(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                70003,
                text,
            ));
        }
        None => return Err(missing("grant_type")),
    }
    application(identity, &form, headers)?;
    // Version 1 of the endpoint names a resource, version 2 a scope of it.
    let scope = form.get("scope").unwrap_or_default();
    let scoped = scope.split(' ').find_map(|scope| scope.strip_suffix("/.default"));
    let resource = form.get("resource").or(scoped).ok_or_else(|| missing("scope"))?;
    if Audience::of(resource).is_none() {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant {}.",
            identity.tenant
        );
        return Err(Denied::new(StatusCode::BAD_REQUEST, "invalid_resource", 500_011, text));
    }
    let now = Timestamp::now();
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "expires_on": now.as_second() + LIFETIME,
        "not_before": now.as_second(),
        "resource": resource,
        "access_token": token::issue(identity, base, resource, now),
    }))
}

fn missing(parameter: &str) -> Denied {
    let text = format!("The request body must contain the following parameter: '{parameter}'.");
    Denied::new(StatusCode::BAD_REQUEST, "invalid_request", 900_144, text)
}

/// The application and its secret, out of the form or out of the header.
fn application(identity: &Identity, form: &Form, headers: &HeaderMap) -> Result<(), Denied> {
    let basic = basic(headers);
    let (header_id, header_secret) = basic
        .as_ref()
        .map(|(id, secret)| (id.as_str(), secret.as_str()))
        .unzip();
    let id = form
        .get("client_id")
        .or(header_id)
        .ok_or_else(|| missing("client_id"))?;
    if Uuid::parse_str(id).ok() != Some(identity.client) {
        let text = format!(
            "Application with identifier '{id}' was not found in the directory '{}'. The service printed the client id when it started.",
            identity.tenant
        );
        return Err(Denied::new(
            StatusCode::BAD_REQUEST,
            "unauthorized_client",
            700_016,
            text,
        ));
    }
    let secret = form.get("client_secret").or(header_secret).ok_or_else(|| {
        let text = "The request body must contain the following parameter: 'client_secret'. Here an application signs in with its secret \
                    alone.";
        Denied::new(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_218, text)
    })?;
    verify_slices_are_equal(secret.as_bytes(), identity.client_secret.as_bytes()).map_err(|_| {
        let text = format!("Invalid client secret provided for app '{id}'.");
        Denied::new(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_215, text)
    })
}

/// Id and secret of an `Authorization: Basic` header; both are form-encoded first (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decode(id), decode(secret)))
}

/// The members of a form. Not `Debug`: one of them is the secret.
struct Form(Vec<(String, String)>);

impl Form {
    fn parse(body: &Bytes) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}
