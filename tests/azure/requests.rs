//! What requests carry, where they go, and what becomes of a refused token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use terraform_provider_imagebuilder::arm::id::ResourceGroupId;
use terraform_provider_imagebuilder::backend::azure::{
    AccessToken, Caller, CredentialError, CredentialErrorKind, HttpClient, HttpsTransport, TokenCache, TokenSource,
};
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use terraform_provider_imagebuilder::backend::{
    ArmClient, ErrorKind, Origin, PendingNotes, Transport, TransportError, TransportErrorKind,
};

use crate::far_end::{Answer, FarEnd};

/// Gives `token-1`, `token-2`, … for its name.
struct Numbered {
    name: &'static str,
    given: AtomicUsize,
}

impl TokenSource for Numbered {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        assert_eq!(scope, "https://arm.example/.default");
        let number = self.given.fetch_add(1, Ordering::Relaxed) + 1;
        Box::pin(async move {
            Ok(AccessToken::lasting(
                format!("{}-{number}", self.name),
                Duration::from_secs(3600),
            ))
        })
    }
}

/// Gives none.
struct Refused(CredentialErrorKind);

impl TokenSource for Refused {
    fn token<'a>(&'a self, _scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(async { Err(CredentialError::new(self.0, "AADSTS7000215: the secret is wrong")) })
    }
}

fn tokens(name: &'static str) -> TokenCache {
    TokenCache::new(Arc::new(Numbered {
        name,
        given: AtomicUsize::new(0),
    }))
}

pub(crate) fn transport(far_end: &FarEnd) -> HttpsTransport {
    transport_with(far_end, tokens("token"), Vec::new())
}

fn transport_with(far_end: &FarEnd, tokens: TokenCache, auxiliary: Vec<TokenCache>) -> HttpsTransport {
    HttpsTransport::new(far_end.cloud(), far_end.client(), Arc::new(tokens), auxiliary, caller())
}

fn caller() -> Caller {
    Caller {
        user_agent: "HashiCorp Terraform/1.11.4 mine/1".to_owned(),
        correlation_id: "0c0rre1a".to_owned(),
    }
}

/// Asks the far end through a client of one's own.
pub(crate) async fn get_through(
    far_end: &FarEnd,
    client: HttpClient,
    uri: &str,
) -> Result<Response<Bytes>, TransportError> {
    let transport = HttpsTransport::new(far_end.cloud(), client, Arc::new(tokens("token")), Vec::new(), caller());
    get(&transport, uri).await
}

pub(crate) async fn get(transport: &HttpsTransport, uri: &str) -> Result<Response<Bytes>, TransportError> {
    transport.send(Request::get(uri).body(Bytes::new()).unwrap()).await
}

#[tokio::test]
async fn a_request_carries_the_token_who_asks_and_what_it_was_given() {
    let far_end = FarEnd::start([Answer::json(200, "{}")]).await;
    let request = Request::put("/subscriptions/s?api-version=1")
        .header("x-ms-client-request-id", "mine")
        .body(Bytes::from_static(b"{\"a\":1}"))
        .unwrap();
    let answer = transport(&far_end).send(request).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.body().as_ref()),
        (200, b"{}".as_slice())
    );
    let seen = &far_end.seen()[0];
    assert!(
        seen.starts_with("PUT /subscriptions/s?api-version=1 HTTP/1.1\r\n"),
        "{seen}"
    );
    for line in [
        "authorization: Bearer token-1",
        "user-agent: HashiCorp Terraform/1.11.4 mine/1",
        "x-ms-correlation-request-id: 0c0rre1a",
        "x-ms-client-request-id: mine",
    ] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line} in {seen}");
    }
    assert!(seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
}

#[tokio::test]
async fn tokens_of_further_tenants_go_along_in_a_header_of_their_own() {
    let far_end = FarEnd::start([Answer::json(200, "{}")]).await;
    let transport = transport_with(&far_end, tokens("token"), vec![tokens("one"), tokens("two")]);
    get(&transport, "/").await.unwrap();
    let seen = &far_end.seen()[0];
    assert!(
        seen.contains("\r\nx-ms-authorization-auxiliary: Bearer one-1, Bearer two-1\r\n"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_token_goes_to_resource_manager_alone() {
    let (near, other) = (FarEnd::start([Answer::json(200, "{}")]).await, FarEnd::start([]).await);
    let transport = transport(&near);
    get(&transport, &format!("{}/operations/1?t=2", near.base()))
        .await
        .unwrap();
    assert!(
        near.seen()[0].starts_with("GET /operations/1?t=2 "),
        "{:?}",
        near.seen()
    );
    let plain = format!("http://{}/operations/1", near.address);
    for elsewhere in [other.base(), plain, "https://management.azure.com/x".to_owned()] {
        let error = get(&transport, &elsewhere).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Unusable);
        assert!(error.to_string().contains(&near.base()), "{error}");
    }
    assert_eq!((near.seen().len(), other.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_redirection_is_an_answer_and_is_not_followed() {
    let other = FarEnd::start([]).await;
    let far_end = FarEnd::start([Answer::status(307, &[("location", &other.base())], "")]).await;
    let answer = get(&transport(&far_end), "/").await.unwrap();
    assert_eq!(answer.status().as_u16(), 307);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_request_repeated_once() {
    let refused = || Answer::json(401, "{\"error\":{\"code\":\"ExpiredAuthenticationToken\"}}");
    let far_end = FarEnd::start([refused(), Answer::json(200, "{}"), refused(), refused()]).await;
    let transport = transport_with(&far_end, tokens("token"), vec![tokens("other")]);
    assert_eq!(get(&transport, "/").await.unwrap().status().as_u16(), 200);
    assert_eq!(get(&transport, "/").await.unwrap().status().as_u16(), 401);
    let carried: Vec<bool> = far_end
        .seen()
        .iter()
        .zip(["token-1", "token-2", "token-2", "token-3"])
        .map(|(seen, token)| seen.contains(&format!("authorization: Bearer {token}\r\n")))
        .collect();
    assert_eq!(carried, [true; 4], "{:?}", far_end.seen());
    assert!(far_end.seen()[3].contains("Bearer other-3"), "{:?}", far_end.seen());
}

#[tokio::test]
async fn a_tenant_that_asks_for_a_further_proof_is_told_with_the_command_that_gives_it() {
    let challenge = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0=";
    let header = format!(
        "Bearer realm=\"\", authorization_uri=\"https://login.example/common/oauth2/authorize\", error=\"insufficient_claims\", \
         claims=\"{challenge}\""
    );
    let refused = || Answer::status(401, &[("www-authenticate", &header)], "");
    let far_end = FarEnd::start([refused(), refused()]).await;
    let origin = Origin::Azure {
        cloud: "public".to_owned(),
        tenant: String::new(),
    };
    let notes = PendingNotes::in_folder("/nonexistent");
    let client = ArmClient::new(Arc::new(transport(&far_end)), origin, "s", notes);
    let group = ResourceGroupId::new("s", "g").unwrap();
    let error = client.get_json(&group).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProofMissing, "{error}");
    let command = format!("az login --claims-challenge \"{challenge}\"");
    assert!(error.message().contains(&command), "{error}");
    assert!(error.message().contains("multi-factor"), "{error}");
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_what_was_said_is_told() {
    let far_end = FarEnd::start([]).await;
    for (kind, becomes) in [
        (CredentialErrorKind::Refused, TransportErrorKind::Unusable),
        (CredentialErrorKind::Unavailable, TransportErrorKind::Unusable),
        (CredentialErrorKind::Unreachable, TransportErrorKind::NotSent),
    ] {
        let transport = transport_with(&far_end, TokenCache::new(Arc::new(Refused(kind))), Vec::new());
        let error = get(&transport, "/").await.unwrap_err();
        assert_eq!(error.kind(), becomes);
        assert!(error.to_string().contains("AADSTS7000215"), "{error}");
    }
    assert!(far_end.seen().is_empty());
}
