//! A cloud's own description, as Resource Manager publishes it.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use reqwest::Url;
use serde::Deserialize;
use tokio::time::Instant;

use super::cloud::{self, Cloud, CloudError, CloudErrorKind, without_slash};
use super::http_client::HttpClient;
use super::unanswered::explained;
use crate::backend::clock::{Clock, SystemClock};
use crate::backend::retry::{Fault, RetryPolicy};
use crate::backend::{TransportError, redact};

/// The version whose answer is one cloud; older ones answer a list.
const API_VERSION: &str = "2022-09-01";

/// Nothing can be asked before the answer, and Terraform shows no progress meanwhile.
const PATIENCE: RetryPolicy = RetryPolicy {
    attempts: 5,
    budget: Duration::from_secs(20),
    first_pause: Duration::from_millis(200),
    longest_pause: Duration::from_secs(5),
};

/// `GET /metadata/endpoints`, as far as it is needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    resource_manager: String,
    authentication: Authentication,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    login_endpoint: String,
    #[serde(default)]
    audiences: Vec<String>,
}

/// Asks a host which cloud it is.
///
/// # Errors
/// It cannot be asked, or what it answers does not describe a cloud.
pub async fn read(host: &str, client: &HttpClient) -> Result<Cloud, CloudError> {
    let base = if host.contains("://") {
        host.to_owned()
    } else {
        format!("https://{host}")
    };
    let mut url = cloud::address(&base)?;
    url.set_path("/metadata/endpoints");
    url.set_query(Some(&format!("api-version={API_VERSION}")));
    let clock = SystemClock;
    let began = Instant::now();
    let mut tried = 0;
    loop {
        tried += 1;
        let outcome = ask(&url, client).await;
        let fault = match &outcome {
            Ok((status, _)) => Fault::of_status(*status),
            Err(error) => Fault::of_transport(error.kind()),
        };
        match fault.and_then(|_| PATIENCE.pause(tried, began.elapsed(), None, clock.chance())) {
            Some(pause) => clock.sleep(pause).await,
            None => return understood(&url, outcome),
        }
    }
}

async fn ask(url: &Url, client: &HttpClient) -> Result<(StatusCode, Bytes), TransportError> {
    let answer = client
        .get()?
        .get(url.clone())
        .send()
        .await
        .map_err(|error| explained(error, url))?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| explained(error, url))?;
    Ok((status, body))
}

fn understood(url: &Url, outcome: Result<(StatusCode, Bytes), TransportError>) -> Result<Cloud, CloudError> {
    let failed = |what: String| {
        CloudError::new(
            CloudErrorKind::Unreachable,
            format!("{url} does not tell which cloud it is: {what}"),
        )
    };
    match outcome {
        Ok((StatusCode::OK, body)) => described(&body),
        Ok((status, _)) => Err(failed(format!("it answers {status}"))),
        Err(error) => Err(match error.source() {
            Some(cause) => failed(error.to_string()).caused_by(redact::error(cause)),
            None => failed(error.to_string()),
        }),
    }
}

/// The clouds that azurerm has names of its own for; the metadata of each has another one.
fn usual_name(name: String) -> String {
    match name.as_str() {
        "AzureCloud" => "public".to_owned(),
        "AzureUSGovernment" => "usgovernment".to_owned(),
        "AzureChinaCloud" => "china".to_owned(),
        _ => name,
    }
}

/// Reads the description.
fn described(body: &[u8]) -> Result<Cloud, CloudError> {
    let metadata: Metadata = serde_json::from_slice(body).map_err(|error| {
        let message = "what the host answers does not describe a cloud (`name`, `resourceManager`, `authentication.loginEndpoint`)";
        CloudError::new(CloudErrorKind::BadMetadata, message).caused_by(error)
    })?;
    let Metadata {
        name,
        resource_manager,
        authentication,
    } = metadata;
    let own = without_slash(&resource_manager);
    // Several audiences are accepted; the one that is the service's own address works in every cloud.
    let audiences: Vec<&str> = authentication
        .audiences
        .iter()
        .map(|audience| without_slash(audience))
        .collect();
    let same = audiences.iter().find(|audience| audience.eq_ignore_ascii_case(own));
    let audience = same.or(audiences.first());
    Ok(Cloud {
        audience: (*audience.unwrap_or(&own)).to_owned(),
        resource_manager: cloud::address(own)?,
        authority: cloud::address(without_slash(&authentication.login_endpoint))?,
        name: usual_name(name),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_audience_is_the_services_own_address_where_it_is_among_them() {
        let document = br#"{"name":"AzureCloud","portal":"https://portal.azure.com","resourceManager":"https://management.azure.com/",
            "authentication":{"loginEndpoint":"https://login.microsoftonline.com/","tenant":"common",
            "audiences":["https://management.core.windows.net/","https://management.azure.com/"]}}"#;
        let cloud = described(document).unwrap();
        assert_eq!(cloud.name, "public");
        assert_eq!(cloud.scope(), "https://management.azure.com/.default");
        assert_eq!(cloud.authority.as_str(), "https://login.microsoftonline.com/");
    }

    #[test]
    fn a_description_that_would_send_tokens_unencrypted_is_refused() {
        let document =
            br#"{"name":"x","resourceManager":"http://arm.example","authentication":{"loginEndpoint":"https://l"}}"#;
        assert_eq!(described(document).unwrap_err().kind(), CloudErrorKind::Unencrypted);
        assert_eq!(described(b"<html>").unwrap_err().kind(), CloudErrorKind::BadMetadata);
    }
}
