//! Requests as values: what is asked, built without any connection.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde::Serialize;

use super::error::{Error, ErrorKind};
use super::redact;
use crate::arm::id::{ArmId, PlatformImageVersionsId, ResourceId};

/// Header under which the service logs a request of ours.
pub const REQUEST_ID_HEADER: &str = "x-ms-client-request-id";

/// Whether a request may be sent again when it is unknown if the first one was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Sending it twice is the same as sending it once.
    Always,
    /// Only where the first one was provably not accepted.
    OnlyIfNotAccepted,
}

/// One request to Resource Manager.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    target: String,
    body: Option<Bytes>,
    repeat: Repeat,
    request_id: String,
}

impl Request {
    /// Reads a resource.
    pub fn get<I: ArmId>(id: &I) -> Self {
        Self::new(
            Method::GET,
            versioned(&id.as_resource_id().path(), I::API_VERSION),
            Repeat::Always,
        )
    }

    /// Asks whether a resource exists. Only resource groups answer HEAD.
    pub fn head<I: ArmId>(id: &I) -> Self {
        Self::new(
            Method::HEAD,
            versioned(&id.as_resource_id().path(), I::API_VERSION),
            Repeat::Always,
        )
    }

    /// Creates or replaces a resource.
    ///
    /// # Errors
    /// The body cannot be written as JSON.
    pub fn put<I: ArmId>(id: &I, body: &impl Serialize) -> Result<Self, Error> {
        let repeat = if I::PUT_IS_REPEATABLE {
            Repeat::Always
        } else {
            Repeat::OnlyIfNotAccepted
        };
        Self::new(
            Method::PUT,
            versioned(&id.as_resource_id().path(), I::API_VERSION),
            repeat,
        )
        .json(body)
    }

    /// Changes a resource. What is absent in the body stays, so that sending it twice is the same as once.
    ///
    /// # Errors
    /// The body cannot be written as JSON.
    pub fn patch<I: ArmId>(id: &I, body: &impl Serialize) -> Result<Self, Error> {
        Self::new(
            Method::PATCH,
            versioned(&id.as_resource_id().path(), I::API_VERSION),
            Repeat::Always,
        )
        .json(body)
    }

    /// Deletes a resource.
    pub fn delete<I: ArmId>(id: &I) -> Self {
        Self::new(
            Method::DELETE,
            versioned(&id.as_resource_id().path(), I::API_VERSION),
            Repeat::Always,
        )
    }

    /// Carries out an action of a resource, for example `run`.
    pub fn post<I: ArmId>(id: &I, action: &str) -> Self {
        let path = format!("{}/{action}", id.as_resource_id().path());
        Self::new(
            Method::POST,
            versioned(&path, I::API_VERSION),
            Repeat::OnlyIfNotAccepted,
        )
    }

    /// Lists what is below a resource, for example the `runOutputs` of an image template.
    pub fn list<I: ArmId>(parent: &I, collection: &str, api_version: &str) -> Self {
        let path = format!("{}/{collection}", parent.as_resource_id().path());
        Self::new(Method::GET, versioned(&path, api_version), Repeat::Always)
    }

    /// Lists the versions of a marketplace image.
    #[must_use]
    pub fn platform_image_versions(id: &PlatformImageVersionsId) -> Self {
        Self::new(
            Method::GET,
            versioned(&id.path(), PlatformImageVersionsId::API_VERSION),
            Repeat::Always,
        )
    }

    /// Reads a resource of any type.
    #[must_use]
    pub fn get_resource(id: &ResourceId, api_version: &str) -> Self {
        Self::new(Method::GET, versioned(&id.path(), api_version), Repeat::Always)
    }

    /// Deletes a resource of any type.
    #[must_use]
    pub fn delete_resource(id: &ResourceId, api_version: &str) -> Self {
        Self::new(Method::DELETE, versioned(&id.path(), api_version), Repeat::Always)
    }

    /// Reads what is no resource, such as the registration of a resource provider.
    #[must_use]
    pub fn get_path(path: &str, api_version: &str) -> Self {
        Self::new(Method::GET, versioned(path, api_version), Repeat::Always)
    }

    /// Carries out an action of what is no resource.
    #[must_use]
    pub fn post_path(path: &str, api_version: &str) -> Self {
        Self::new(Method::POST, versioned(path, api_version), Repeat::OnlyIfNotAccepted)
    }

    /// Reads a URL that the service gave, as it is: an operation, a next page.
    #[must_use]
    pub fn get_url(url: &str) -> Self {
        Self::new(Method::GET, url.to_owned(), Repeat::Always)
    }

    fn new(method: Method, target: String, repeat: Repeat) -> Self {
        Self {
            method,
            target,
            body: None,
            repeat,
            request_id: uuid::Uuid::new_v4().to_string(),
        }
    }

    fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(body).map_err(|error| {
            Error::new(ErrorKind::Invalid, "the request's body cannot be written as JSON")
                .about(&self)
                .caused_by(error)
        })?;
        self.body = Some(bytes.into());
        Ok(self)
    }

    /// Sets a further query parameter, for example `$expand`.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{separator}{name}={value}", self.target);
        self
    }

    /// Sets the id under which the service logs the request. Without it each request has one of its own.
    #[must_use]
    pub fn with_request_id(self, request_id: impl Into<String>) -> Self {
        Self {
            request_id: request_id.into(),
            ..self
        }
    }

    /// Sets whether it may be sent again when it is unknown if the first one was carried out.
    #[must_use]
    pub fn with_repeat(self, repeat: Repeat) -> Self {
        Self { repeat, ..self }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query, or a whole URL. It may hold secrets; see [`Request::shown`].
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The target without query and secrets, for messages and logs.
    #[must_use]
    pub fn shown(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        redact::text(path).into_owned()
    }

    /// Whether it may be sent again when it is unknown if the first one was carried out.
    #[must_use]
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// The id under which the service logs the request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The message, to be given to a transport.
    ///
    /// # Errors
    /// The target is not a URI, or the request id not a header's value.
    pub fn to_http(&self) -> Result<http::Request<Bytes>, Error> {
        let mut builder = http::Request::builder()
            .method(self.method.clone())
            .uri(self.target.as_str())
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(REQUEST_ID_HEADER, self.request_id.as_str())
            .header("x-ms-return-client-request-id", HeaderValue::from_static("true"));
        if self.body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        builder.body(self.body.clone().unwrap_or_default()).map_err(|error| {
            Error::new(
                ErrorKind::BadAnswer,
                "this is not an address to which a request can be sent",
            )
            .about(self)
            .caused_by(error)
        })
    }
}

fn versioned(path: &str, api_version: &str) -> String {
    format!("{path}?api-version={api_version}")
}
