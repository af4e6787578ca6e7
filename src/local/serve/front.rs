//! From a request on the wire to its answer: signing in is open to everybody, all else needs a token.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::Value;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::blobs::{self, Denied};
use super::identity::Identity;
use super::record::{Asked, Record};
use super::token::{self, Audience, InvalidToken};
use super::wire::{self, Content, Cut, Outgoing};
use super::{metadata, shared_key, sign_in};
use crate::backend::fault::{Answered, Effect, Faults};
use crate::backend::transport::Transport;
use crate::local::answer::Answer;
use crate::local::handlers::storage_accounts;
use crate::local::refusal::Refused;
use crate::local::request::{self, LARGEST_BODY};
use crate::local::service::LocalService;

/// How much of a body that is too large is read, so that the client gets to reading its answer.
const LARGEST_READ: usize = 8 * LARGEST_BODY;
/// Largest form with which anybody may sign in, in bytes.
const LARGEST_FORM: usize = 64 * 1024;
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);

/// What answers the requests of all connections.
pub(super) struct Front {
    pub(super) service: Arc<LocalService>,
    pub(super) identity: Identity,
    pub(super) record: Option<Record>,
    pub(super) faults: Faults,
}

/// What a request is for, as its head tells.
enum Way {
    /// It is for another host, or its client has not signed in.
    Refused(Response<Bytes>),
    /// What clients ask before they have a token, at `https://authority`.
    Open(Open, String),
    Blob(Result<(), Denied>),
    ResourceManager,
}

/// What clients ask before they have a token; beside it the tenant in the path.
enum Open {
    Endpoints,
    Configuration(String),
    Keys(String),
    Token(String),
}

impl Front {
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Response<Outgoing>, Cut> {
        let (head, body) = request.into_parts();
        let method = head.method.clone();
        let correlation = request::correlation(&head.headers);
        let head = Request::from_parts(head, ());
        let way = self.way(&head, &correlation);
        let body = match &way {
            Way::ResourceManager => collect(body, LARGEST_READ).await,
            Way::Open(..) => collect(body, LARGEST_FORM).await,
            Way::Refused(_) | Way::Blob(_) => Some(discard(body).await),
        };
        let Some(body) = body else {
            let refused = Refused::bad_request("InvalidRequestContent", "The body of the request could not be read.");
            let answer = Answer::from(refused).into_response("", "", &correlation);
            return Ok(wire::whole(&method, answer.map(Content::Whole)));
        };
        let request = head.map(|()| body);
        let asked = self.record.is_some().then(|| Asked::of(&request));
        let answer = match self.faults.effect_on(request.method(), request.uri().path()) {
            None => Ok(wire::whole(&method, self.follow(way, request, &correlation).await)),
            Some(effect) => self.fail(way, request, effect, &correlation).await,
        };
        if let (Some(record), Some(asked)) = (&self.record, &asked) {
            record.add(asked, answer.as_ref().ok());
        }
        answer
    }

    /// Answers as a fault has it.
    async fn fail(
        &self,
        way: Way,
        request: Request<Bytes>,
        effect: Effect,
        correlation: &HeaderValue,
    ) -> Result<Response<Outgoing>, Cut> {
        let method = request.method().clone();
        let carried_out = if effect.carried_out {
            Some(self.follow(way, request, correlation).await)
        } else {
            None
        };
        sleep(effect.delay).await;
        match (effect.answer, carried_out) {
            (Answered::Instead(answer), _) => Ok(wire::whole(&method, answer.map(Content::Whole))),
            (Answered::Whole, Some(answer)) => Ok(wire::whole(&method, answer)),
            (Answered::Half, Some(answer)) => Ok(wire::half(answer)),
            _ => Err(Cut),
        }
    }

    /// Looks who may ask what before anything of the body is kept.
    fn way(&self, head: &Request<()>, correlation: &HeaderValue) -> Way {
        let Some(base) = self.base(head) else {
            let text = "The request is for another host; this service answers for localhost, 127.0.0.1 and [::1].";
            let refused = Refused::new(StatusCode::MISDIRECTED_REQUEST, "InvalidHost", text);
            return Way::Refused(Answer::from(refused).into_response("", "", correlation));
        };
        if let Some(open) = open(head) {
            return Way::Open(open, base);
        }
        if let Some(account) = blobs::account_of(head.uri().path()) {
            return Way::Blob(self.allow_blobs(head, account, &base));
        }
        match self.authenticate(head.headers(), Audience::ResourceManager) {
            Ok(()) => Way::ResourceManager,
            Err(reason) => Way::Refused(self.challenge(&base, reason, correlation)),
        }
    }

    async fn follow(&self, way: Way, request: Request<Bytes>, correlation: &HeaderValue) -> Response<Content> {
        let answer = match way {
            Way::Refused(answer) => answer,
            Way::Open(open, base) => self.before_sign_in(&open, &request, &base),
            Way::Blob(allowed) => {
                let service = Arc::clone(&self.service);
                match spawn_blocking(move || blobs::answer(service.shared(), &request, allowed)).await {
                    Ok(answer) => return answer,
                    Err(panic) => {
                        tracing::error!(error = %panic, "reading a blob panicked");
                        let text = "The blob cannot be read.";
                        let refused = Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", text);
                        Answer::from(refused).into_response("", "", correlation)
                    }
                }
            }
            Way::ResourceManager => self.service.send(request).await.unwrap_or_else(|error| {
                let refused = Refused::new(StatusCode::BAD_GATEWAY, "BadGateway", error.to_string());
                Answer::from(refused).into_response("", "", correlation)
            }),
        };
        answer.map(Content::Whole)
    }

    /// `https://authority` under which the request came in; `None` for a name that is not this service's. A page in a browser could
    /// otherwise reach the service under a name of its own.
    fn base(&self, request: &Request<()>) -> Option<String> {
        let header = || request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let authority = request
            .uri()
            .authority()
            .map(http::uri::Authority::as_str)
            .or_else(header)?;
        // The port may be that of whatever leads here.
        let name = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => authority,
        };
        let is_own = ["localhost", "127.0.0.1", "[::1]"].contains(&name.to_lowercase().as_str());
        is_own.then(|| format!("https://{}", authority.to_lowercase()))
    }

    fn before_sign_in(&self, open: &Open, request: &Request<Bytes>, base: &str) -> Response<Bytes> {
        match open {
            Open::Endpoints => {
                let version = api_version(request.uri()).unwrap_or_default();
                json(
                    StatusCode::OK,
                    &metadata::endpoints(base, self.identity.tenant, &version),
                )
            }
            Open::Configuration(tenant) => self.of_tenant(tenant, || {
                Ok(metadata::openid_configuration(base, self.identity.tenant))
            }),
            Open::Keys(tenant) => self.of_tenant(tenant, || Ok(metadata::keys())),
            Open::Token(tenant) => self.of_tenant(tenant, || {
                sign_in::sign_in(&self.identity, base, request.headers(), request.body())
            }),
        }
    }

    fn of_tenant(&self, tenant: &str, answer: impl FnOnce() -> Result<Value, sign_in::Denied>) -> Response<Bytes> {
        let mut answer = match sign_in::tenant(&self.identity, tenant).and_then(|()| answer()) {
            Ok(body) => json(StatusCode::OK, &body),
            Err(denied) => json(denied.status, &denied.body()),
        };
        // RFC 6749, section 5.1: tokens are not to be kept by anybody on the way.
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }

    /// Checks the token of a request; an error is what to tell the client, and `None` in it that there was no token.
    fn authenticate(&self, headers: &HeaderMap, audience: Audience) -> Result<(), Option<InvalidToken>> {
        let header = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let (scheme, token) = header.and_then(|header| header.split_once(' ')).ok_or(None)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(None);
        }
        token::check(&self.identity, token.trim(), audience, Timestamp::now()).map_err(Some)
    }

    /// Blobs are read with a token for storage, or a request that the account's key has signed.
    fn allow_blobs(&self, request: &Request<()>, account: &str, base: &str) -> Result<(), Denied> {
        let header = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|header| header.to_str().ok());
        let Some((scheme, given)) = header.and_then(|header| header.split_once(' ')) else {
            let text = "Server failed to authenticate the request. The 'Authorization' header is missing.";
            let denied = Denied::new(StatusCode::UNAUTHORIZED, "NoAuthenticationInformation", text);
            return Err(denied.challenge(&format!("{base}/{}", self.identity.tenant)));
        };
        let key = storage_accounts::key(self.service.shared(), account);
        let is_signed = |key: hmac::Tag| shared_key::is_signed(request, given, account, key.as_ref(), Timestamp::now());
        let allowed = match scheme.to_lowercase().as_str() {
            "sharedkey" => key.is_some_and(is_signed),
            _ => self.authenticate(request.headers(), Audience::Storage).is_ok(),
        };
        let text = "Server failed to authenticate the request. Make sure the value of the Authorization header is formed correctly.";
        let denied = || Denied::new(StatusCode::FORBIDDEN, "AuthenticationFailed", text);
        allowed.then_some(()).ok_or_else(denied)
    }

    fn challenge(&self, base: &str, reason: Option<InvalidToken>, correlation: &HeaderValue) -> Response<Bytes> {
        let (code, text) = match reason {
            None => (
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            ),
            Some(InvalidToken::Expired) => ("ExpiredAuthenticationToken", "The access token expiry has passed."),
            Some(InvalidToken::Foreign) => ("InvalidAuthenticationToken", "The access token is invalid."),
            Some(InvalidToken::OtherAudience) => (
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for the wrong audience or resource.",
            ),
        };
        let refused = Refused::new(StatusCode::UNAUTHORIZED, code, text);
        let mut answer = Answer::from(refused).into_response("", "", correlation);
        let authority = format!("{base}/{}", self.identity.tenant);
        let challenge =
            format!("Bearer authorization_uri=\"{authority}\", error=\"invalid_token\", error_description=\"{text}\"");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

/// A body of at most `most` bytes; `None` when it is longer, breaks off or takes too long.
async fn collect(body: Incoming, most: usize) -> Option<Bytes> {
    let collected = timeout(ARRIVAL, Limited::new(body, most).collect()).await;
    Some(collected.ok()?.ok()?.to_bytes())
}

/// Lets a body pass by, so that the client gets to reading its answer; nothing of it is kept.
async fn discard(mut body: Incoming) -> Bytes {
    let pass = async { while body.frame().await.is_some_and(|frame| frame.is_ok()) {} };
    drop(timeout(ARRIVAL, pass).await);
    Bytes::new()
}

/// What is answered without a token, if the request is for that.
fn open(head: &Request<()>) -> Option<Open> {
    let path = head.uri().path().to_lowercase();
    let words: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (head.method(), words.as_slice()) {
        (&Method::GET, ["metadata", "endpoints"]) => Some(Open::Endpoints),
        (
            &Method::GET,
            [tenant, "v2.0", ".well-known", "openid-configuration"] | [tenant, ".well-known", "openid-configuration"],
        ) => Some(Open::Configuration((*tenant).to_owned())),
        (&Method::GET, [tenant, "discovery", "v2.0", "keys"]) => Some(Open::Keys((*tenant).to_owned())),
        (&Method::POST, [tenant, "oauth2", "token"] | [tenant, "oauth2", "v2.0", "token"]) => {
            Some(Open::Token((*tenant).to_owned()))
        }
        _ => None,
    }
}

pub(super) fn api_version(uri: &http::Uri) -> Option<String> {
    let mut query = request::query(uri).into_iter();
    query
        .find(|(name, _)| name == "api-version")
        .map(|(_, version)| version)
}

fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}
