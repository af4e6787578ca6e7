//! Errors of the client: a small kind to match on, the request they are about, and what the service said.

use std::error::Error as StdError;
use std::fmt;

use http::{HeaderMap, Method, StatusCode, header};

use super::clock;
use super::operation::Answer;
use super::redact;
use super::request::Request;
use super::retry::Fault;
use super::transport::{TransportError, TransportErrorKind};
use crate::arm::error::ErrorDetail;

/// What an error means to whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 404.
    NotFound,
    /// 409 and 412: the resource exists already, or somebody else is at it.
    Conflict,
    /// `OperationNotAllowed`: the resource's state forbids it now, for example a run in progress.
    NotAllowed,
    /// 400 and its kin: the request is wrong, or could not be written.
    Invalid,
    /// 401.
    Unauthorized,
    /// 401, because the tenant asks for more than a token: multi-factor authentication, or what conditional access demands.
    ProofMissing,
    /// 403: for want of a right.
    Forbidden,
    /// 403: by a policy, whatever rights one has.
    Disallowed,
    /// 429, and the retries are used up.
    Throttled,
    /// 5xx, and the retries are used up.
    ServerFault,
    /// A long-running operation, or the provisioning of a resource, ended in Failed.
    OperationFailed,
    /// A long-running operation ended in Canceled, though not by us.
    OperationCanceled,
    /// No answer.
    Transport,
    /// An answer that makes no sense.
    BadAnswer,
    /// Waiting was given up because it was asked to; the operation goes on.
    Canceled,
    /// Waiting was given up at the deadline; the operation goes on.
    TimedOut,
}

/// An error of the client.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    context: ErrorContext,
    code: Option<String>,
    message: String,
    details: Vec<ErrorDetail>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    outcome_unknown: bool,
}

/// The request that an error is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorContext {
    /// Method.
    pub method: Option<Method>,
    /// Path, without query and secrets.
    pub path: String,
    /// Status of the answer.
    pub status: Option<StatusCode>,
    /// Our id of the request.
    pub request_id: Option<String>,
    /// The service's id of it, under which its support finds it.
    pub correlation_id: Option<String>,
}

impl Error {
    /// An error of this kind; secrets in the message are replaced.
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        Self(Box::new(Inner {
            kind,
            context: ErrorContext::default(),
            code: None,
            message: redact::text(message.as_ref()).into_owned(),
            details: Vec::new(),
            source: None,
            outcome_unknown: false,
        }))
    }

    /// An error with the service's code, text and causes; the causes are told in the message.
    #[must_use]
    pub fn reported(kind: ErrorKind, detail: &ErrorDetail) -> Self {
        let mut error = Self::new(kind, detail.readable());
        error.0.code = Some(detail.code.clone()).filter(|code| !code.is_empty());
        error.0.details.clone_from(&detail.details);
        error
    }

    /// No answer came.
    #[must_use]
    pub fn unanswered(transport: TransportError, request: &Request) -> Self {
        let reading = *request.method() == Method::GET || *request.method() == Method::HEAD;
        let outcome_unknown = transport.may_have_arrived() && !reading;
        let remedy = match transport.kind() {
            TransportErrorKind::NotSent | TransportErrorKind::Unusable => "nothing was changed",
            _ if outcome_unknown => "it is not known whether the service carried it out",
            _ => "reading can be repeated",
        };
        let mut error = Self::new(ErrorKind::Transport, format!("{transport} ({remedy})")).about(request);
        error.0.outcome_unknown = outcome_unknown;
        error.0.source = Some(Box::new(transport));
        error
    }

    /// Adds the request that the error is about.
    #[must_use]
    pub fn about(mut self, request: &Request) -> Self {
        let context = &mut self.0.context;
        context.method = Some(request.method().clone());
        context.path = request.shown();
        context.request_id = Some(request.request_id().to_owned());
        self
    }

    /// Adds what the answer's head says.
    pub(super) fn found(mut self, answer: &Answer) -> Self {
        self.0.context.status = Some(answer.status);
        self.0.context.correlation_id = correlation_id(&answer.headers).map(str::to_owned);
        let reads = matches!(self.0.context.method, None | Some(Method::GET | Method::HEAD));
        let perhaps = Fault::of_status(answer.status).is_some_and(Fault::may_have_been_accepted);
        self.0.outcome_unknown |= !reads && (perhaps || answer.perhaps_accepted_before);
        if let Some(challenge) = claims_challenge(answer) {
            self = self.with_proof_asked_for(challenge);
        }
        match answer.clock_ahead.and_then(|ahead| clock::skew(ahead, "the service")) {
            Some(hint) => self.with_hint(&hint),
            None => self,
        }
    }

    /// A fresh token of the same sign-in meets the same refusal. The challenge is no secret: it says what the token lacks.
    fn with_proof_asked_for(mut self, challenge: &str) -> Self {
        self.0.kind = ErrorKind::ProofMissing;
        // It goes into a command line.
        let is_base64 = |character: char| character.is_ascii_alphanumeric() || "+/-_=".contains(character);
        let option = if challenge.chars().all(is_base64) {
            format!(" --claims-challenge \"{challenge}\"")
        } else {
            String::new()
        };
        self.with_hint(&format!(
            "The tenant asks for a further proof of who signs in: multi-factor authentication, or what conditional access demands. \
             With the Azure CLI, sign in anew by these commands, adding `--tenant` where there are several:\n\n  az logout\n  \
             az login{option}\n\nAnother sign-in has to be renewed in its own way; an application cannot give such a proof, and needs a \
             policy of the tenant that lets it in."
        ))
    }

    /// Adds what is to be done about it, or what may be behind it.
    pub(super) fn with_hint(mut self, hint: &str) -> Self {
        self.0.message = format!("{}\n{hint}", self.0.message);
        self
    }

    /// Says that the error is about a request of another method, for example the one which began what was waited for.
    pub(super) fn of_method(mut self, method: Method) -> Self {
        self.0.context.method = Some(method);
        self
    }

    /// Adds the error beneath.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Marks that a write may have been carried out although no answer says so.
    #[must_use]
    pub fn with_unknown_outcome(mut self) -> Self {
        self.0.outcome_unknown = true;
        self
    }

    /// What it means.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The request it is about.
    #[must_use]
    pub fn context(&self) -> &ErrorContext {
        &self.0.context
    }

    /// The service's code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The text for people: the service's message and all its causes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The service's causes as they came.
    #[must_use]
    pub fn details(&self) -> &[ErrorDetail] {
        &self.0.details
    }

    /// Whether a write may have been carried out although the call failed. Whoever wrote must look before writing again.
    #[must_use]
    pub fn outcome_is_unknown(&self) -> bool {
        self.0.outcome_unknown
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            context, code, message, ..
        } = &*self.0;
        if let Some(method) = &context.method {
            write!(formatter, "{method} {}: ", context.path)?;
        }
        if let Some(status) = context.status.filter(|status| !status.is_success()) {
            write!(formatter, "{status}: ")?;
        }
        if let Some(code) = code {
            write!(formatter, "{code}: ")?;
        }
        formatter.write_str(message)?;
        match (&context.request_id, &context.correlation_id) {
            (Some(request_id), Some(correlation_id)) => {
                write!(
                    formatter,
                    "\n(request id {request_id}, correlation id {correlation_id})"
                )
            }
            (Some(request_id), None) => write!(formatter, "\n(request id {request_id})"),
            (None, Some(correlation_id)) => write!(formatter, "\n(correlation id {correlation_id})"),
            (None, None) => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The transport's own words are in the message; what is beneath it is the source.
        let source = self.0.source.as_deref()?;
        match source.downcast_ref::<TransportError>() {
            Some(transport) => transport.source(),
            None => Some(source),
        }
    }
}

/// The service's id of a request.
pub(super) fn correlation_id(headers: &HeaderMap) -> Option<&str> {
    ["x-ms-correlation-request-id", "x-ms-request-id"]
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| value.to_str().ok())
}

/// What a 401 asks for beside a token, in Base64 (<https://learn.microsoft.com/entra/identity-platform/claims-challenge>).
fn claims_challenge(answer: &Answer) -> Option<&str> {
    if answer.status != StatusCode::UNAUTHORIZED {
        return None;
    }
    let mut challenges = answer.headers.get_all(header::WWW_AUTHENTICATE).iter();
    challenges.find_map(|challenge| {
        let (_, claims) = challenge.to_str().ok()?.split_once("claims=\"")?;
        claims.split_once('"').map(|(claims, _)| claims)
    })
}

/// What a status and the service's code mean.
pub(super) fn kind_of(status: StatusCode, code: Option<&str>) -> ErrorKind {
    let is = |word: &str| code.is_some_and(|code| code.eq_ignore_ascii_case(word));
    match status.as_u16() {
        // One service was seen to say it with 405.
        400 | 405 | 409 if is("OperationNotAllowed") => ErrorKind::NotAllowed,
        401 => ErrorKind::Unauthorized,
        403 if is("RequestDisallowedByPolicy") || is("RequestDisallowedByAzure") => ErrorKind::Disallowed,
        403 => ErrorKind::Forbidden,
        // These answers are about the request, not about a resource that is gone.
        404 if is("SubscriptionNotFound") || is("InvalidResourceNamespace") || is("InvalidResourceType") => {
            ErrorKind::Invalid
        }
        404 | 410 => ErrorKind::NotFound,
        409 | 412 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        400..=499 => ErrorKind::Invalid,
        500..=599 => ErrorKind::ServerFault,
        _ => ErrorKind::BadAnswer,
    }
}
