//! An incoming request: taken apart, and refused when its outer form is not right.

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::refusal::Refused;
use super::route::{Provider, Route, Scope};
use crate::arm::image_template::history::{self, Versioned};

/// Largest body that ARM takes, in bytes.
pub(crate) const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// The versions in which clients in the field ask Image Builder, oldest first.
pub(crate) const IMAGE_BUILDER_VERSIONS: [&str; 7] = [
    "2020-02-14",
    "2021-10-01",
    "2022-02-14",
    "2022-07-01",
    "2023-07-01",
    "2024-02-01",
    "2025-10-01",
];
/// The first version with triggers.
const TRIGGERS_SINCE: &str = "2022-07-01";
/// Older bodies have members that the typed ones do not know.
const OLDEST_COMPUTE: &str = "2021-07-01";
const OLDEST_RESOURCES: &str = "2016-06-01";
const OLDEST_IDENTITIES: &str = "2018-11-30";
const OLDEST_AUTHORIZATION: &str = "2018-01-01-preview";
const OLDEST_STORAGE: &str = "2019-06-01";

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) route: Route,
    pub(crate) api_version: String,
    /// `scheme://authority` under which the request came in; operations' URLs begin with it.
    pub(crate) base: String,
    /// As it was sent, for links to further pages.
    uri: http::Uri,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl Request {
    /// Takes a request apart.
    pub(crate) fn parse(request: http::Request<Bytes>) -> Result<Self, Refused> {
        let (head, body) = request.into_parts();
        let path = decode(head.uri.path());
        let query = query(&head.uri);
        let Some(route) = Route::parse(&path) else {
            return Err(Refused::new(
                StatusCode::NOT_FOUND,
                "InvalidResourceType",
                format!("The local backend does not know the path '{path}'."),
            ));
        };
        let api_version = query
            .iter()
            .find(|(name, _)| name == "api-version")
            .map(|(_, value)| value.clone());
        let api_version = check_api_version(api_version, provider(&route))?;
        if matches!(route, Route::Triggers(_) | Route::Trigger(..)) && api_version.as_str() < TRIGGERS_SINCE {
            return Err(Refused::bad_request(
                "InvalidApiVersionParameter",
                format!("The api-version '{api_version}' has no triggers; they came with {TRIGGERS_SINCE}."),
            ));
        }
        if body.len() > LARGEST_BODY {
            return Err(Refused::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestContentTooLarge",
                format!(
                    "The request content size of {} bytes exceeds the maximum of 4 MB. A long script can be given as scriptUri, and a file by a \
                     File customizer.",
                    body.len()
                ),
            ));
        }
        Ok(Self {
            method: head.method,
            route,
            api_version,
            base: base(&head.uri, &head.headers),
            uri: head.uri,
            query,
            body,
        })
    }

    /// The provider whose API version counts.
    pub(crate) fn provider(&self) -> Provider {
        provider(&self.route)
    }

    /// The value of a query parameter; names have no case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The URL of the same list from the item `begin` on.
    pub(crate) fn next_link(&self, begin: usize) -> String {
        let is_kept =
            |pair: &&str| !decode(pair.split('=').next().unwrap_or_default()).eq_ignore_ascii_case("$skiptoken");
        let asked = self.uri.query().unwrap_or_default().split('&').filter(is_kept);
        let asked = asked.collect::<Vec<_>>().join("&");
        format!("{}{}?{asked}&$skiptoken={begin}", self.base, self.uri.path())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Refused> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Refused::bad_request(
                "InvalidRequestContent",
                format!("The request content was invalid and could not be deserialized: '{error}'."),
            )
        })
    }

    /// The body as `T`, read as the request's API version of Image Builder does.
    pub(crate) fn versioned<T: Versioned>(&self) -> Result<T, Refused> {
        history::read(&self.json()?, &self.api_version).map_err(|error| {
            Refused::bad_request(
                "ValidationFailed",
                format!("Unmarshalling entity encountered error: {error}."),
            )
        })
    }

    /// The body as `T`; what `T` does not know is passed over, as Microsoft.Compute does.
    pub(crate) fn lenient<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        serde_path_to_error::deserialize(self.json()?).map_err(|error| {
            let path = error.path().to_string();
            Refused::bad_request(
                "InvalidParameter",
                format!("The value of '{path}' is not right: {}.", error.into_inner()),
            )
        })
    }
}

/// The id under which a client follows a chain of requests, or a new one.
pub(crate) fn correlation(headers: &http::HeaderMap) -> HeaderValue {
    let given = headers.get("x-ms-correlation-request-id").cloned();
    given
        .or_else(|| HeaderValue::from_str(&Uuid::new_v4().to_string()).ok())
        .unwrap_or_else(|| HeaderValue::from_static("00000000-0000-0000-0000-000000000000"))
}

/// The query of a URL: names in lower case, and values.
pub(crate) fn query(uri: &http::Uri) -> Vec<(String, String)> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name).to_lowercase(), decode(value)))
        .collect()
}

pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn base(uri: &http::Uri, headers: &http::HeaderMap) -> String {
    let host = || {
        headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok())
            .map(str::to_owned)
    };
    let authority = uri.authority().map(ToString::to_string).or_else(host);
    // In this process nothing listens, so any authority leads back to this service.
    format!(
        "{}://{}",
        uri.scheme_str().unwrap_or("https"),
        authority.as_deref().unwrap_or("local")
    )
}

fn provider(route: &Route) -> Provider {
    match route {
        Route::Resource(target) => Provider::of(target.kind),
        Route::Collection(_, kind) => Provider::of(*kind),
        Route::GroupContent(_)
        | Route::Tags(_)
        | Route::Tenants
        | Route::Subscriptions
        | Route::Subscription(_)
        | Route::Locations(_)
        | Route::SubscriptionContent(_)
        | Route::Providers(_)
        | Route::ResourceProvider(..)
        | Route::Registration(..) => Provider::Resources,
        Route::StorageAccounts(_) | Route::StorageAccount(..) | Route::StorageKeys(..) => Provider::Storage,
        Route::ProviderOperations => Provider::ImageBuilder,
        Route::Action(..) | Route::RunOutputs(_) | Route::RunOutput(..) | Route::Triggers(_) | Route::Trigger(..) => {
            Provider::ImageBuilder
        }
        Route::Operation { provider, .. } => *provider,
        Route::PlatformNames(_) | Route::PlatformVersions(_) | Route::PlatformVersion(..) => Provider::Compute,
        Route::Authorization(_) => Provider::Authorization,
    }
}

/// The subscription in the path of `route`.
pub(crate) fn subscription(route: &Route) -> Option<&str> {
    Some(match route {
        Route::Resource(target)
        | Route::Tags(target)
        | Route::GroupContent(target)
        | Route::Action(target, _)
        | Route::RunOutputs(target)
        | Route::RunOutput(target, _)
        | Route::Triggers(target)
        | Route::Trigger(target, _)
        | Route::StorageAccount(target, _)
        | Route::StorageKeys(target, _)
        | Route::StorageAccounts(Scope::Group(target) | Scope::Parent(target))
        | Route::Collection(Scope::Group(target) | Scope::Parent(target), _) => &target.subscription,
        Route::Collection(Scope::Subscription(subscription), _)
        | Route::Subscription(subscription)
        | Route::StorageAccounts(Scope::Subscription(subscription))
        | Route::SubscriptionContent(subscription)
        | Route::Providers(subscription)
        | Route::ResourceProvider(subscription, _)
        | Route::Registration(subscription, ..)
        | Route::Locations(subscription) => subscription,
        Route::PlatformNames(names) => &names.subscription,
        Route::PlatformVersions(image) | Route::PlatformVersion(image, _) => &image.subscription,
        Route::Authorization(place) => return place.subscription(),
        Route::Tenants | Route::Subscriptions | Route::ProviderOperations | Route::Operation { .. } => return None,
    })
}

fn check_api_version(version: Option<String>, provider: Provider) -> Result<String, Refused> {
    let Some(version) = version.filter(|version| !version.is_empty()) else {
        return Err(Refused::bad_request(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    };
    let invalid = |supported: &str| {
        let namespace = provider.namespace();
        Err(Refused::bad_request(
            "InvalidApiVersionParameter",
            format!("The api-version '{version}' is invalid for {namespace}. The supported versions are {supported}."),
        ))
    };
    let dated = version.len() >= 10
        && version.is_char_boundary(10)
        && version[..10].parse::<jiff::civil::Date>().is_ok()
        && (version.len() == 10 || version.ends_with("-preview"));
    match provider {
        Provider::ImageBuilder if !IMAGE_BUILDER_VERSIONS.contains(&version.as_str()) => {
            invalid(&IMAGE_BUILDER_VERSIONS.join(", "))
        }
        Provider::Compute if !dated || version.as_str() < OLDEST_COMPUTE => {
            invalid(&format!("those since {OLDEST_COMPUTE}"))
        }
        Provider::Resources if !dated || version.as_str() < OLDEST_RESOURCES => {
            invalid(&format!("those since {OLDEST_RESOURCES}"))
        }
        Provider::ManagedIdentity if !dated || version.as_str() < OLDEST_IDENTITIES => {
            invalid(&format!("those since {OLDEST_IDENTITIES}"))
        }
        Provider::Authorization if !dated || version.as_str() < OLDEST_AUTHORIZATION => {
            invalid(&format!("those since {OLDEST_AUTHORIZATION}"))
        }
        Provider::Storage if !dated || version.as_str() < OLDEST_STORAGE => {
            invalid(&format!("those since {OLDEST_STORAGE}"))
        }
        _ => Ok(version),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn parse(uri: &str) -> Result<Request, Refused> {
        Request::parse(http::Request::get(uri).body(Bytes::new()).unwrap())
    }

    fn code(uri: &str) -> String {
        parse(uri).unwrap_err().body.error.code
    }

    #[test]
    fn the_api_version_is_required_and_checked() {
        let template = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/t";
        assert_eq!(code(template), "MissingApiVersionParameter");
        assert_eq!(
            code(&format!("{template}?api-version=2024-01-01")),
            "InvalidApiVersionParameter"
        );
        for version in IMAGE_BUILDER_VERSIONS {
            assert!(parse(&format!("{template}?API-Version={version}")).is_ok(), "{version}");
        }
    }

    #[test]
    fn triggers_came_with_a_later_version_than_templates() {
        let trigger =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/t/triggers/x";
        assert_eq!(
            code(&format!("{trigger}?api-version=2022-02-14")),
            "InvalidApiVersionParameter"
        );
        assert!(parse(&format!("{trigger}?api-version=2022-07-01")).is_ok());
    }

    #[test]
    fn encoded_names_are_decoded() {
        let request = parse("/subscriptions/s/resourceGroups/g%28r%29?api-version=2025-04-01").unwrap();
        assert!(matches!(request.route, Route::Resource(target) if target.group == "g(r)"));
    }

    #[test]
    fn a_body_over_four_megabytes_is_refused() {
        let uri = "/subscriptions/s/resourceGroups/g?api-version=2025-04-01";
        let request = http::Request::put(uri)
            .body(Bytes::from(vec![b' '; LARGEST_BODY + 1]))
            .unwrap();
        assert_eq!(
            Request::parse(request).unwrap_err().body.error.code,
            "RequestContentTooLarge"
        );
    }
}
