//! The logs of builds, read from an account that answers on a real socket.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;

use http::{Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::backend::azure::token::{AccessToken, CredentialError, TokenSource};
use crate::backend::{Origin, PendingNotes, Transport, TransportError};

const LOG: &str = "first line\nlast line\n";
const KEY: &str = "dG9wc2VjcmV0";

/// Who is let in to the blobs.
#[derive(Clone, Copy, PartialEq)]
enum Admits {
    Tokens,
    Keys,
    Nobody,
}

/// A storage account, and what it was asked for: the path with its query, and the scheme of the authorization.
struct Account {
    endpoint: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Account {
    async fn new(admits: Admits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/account", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let noted = noted.clone();
                let answer = service_fn(move |request: Request<Incoming>| {
                    let noted = noted.clone();
                    async move { Ok::<_, Infallible>(answer(admits, &request, &noted)) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        Self { endpoint, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn answer(admits: Admits, request: &Request<Incoming>, asked: &Mutex<Vec<String>>) -> Response<Full<Bytes>> {
    let text = |name: header::HeaderName| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let authorization = text(header::AUTHORIZATION).unwrap();
    let scheme = authorization.split(' ').next().unwrap();
    asked.lock().unwrap().push(format!("{scheme} {}", request.uri()));
    let admitted = match admits {
        Admits::Tokens => authorization == "Bearer for https://storage.azure.com/.default",
        Admits::Keys => authorization.starts_with("SharedKey account:"),
        Admits::Nobody => false,
    };
    let status = |status: u16, body: String| Response::builder().status(status).body(Full::from(body)).unwrap();
    if !admitted {
        return status(
            403,
            "<Error><Code>AuthorizationPermissionMismatch</Code></Error>".to_owned(),
        );
    }
    if request.uri().query().is_some() {
        let blob = |run: &str, time: &str| {
            format!(
                "<Blob><Name>{run}/customization.log</Name><Properties><Last-Modified>Fri, 20 Nov 2026 {time} GMT</Last-Modified>\
                 <Content-Length>{}</Content-Length></Properties></Blob>",
                LOG.len()
            )
        };
        let blobs = [
            blob("old", "10:00:00"),
            blob("new", "11:00:00"),
            "<Blob><Name>new/other</Name><Properties>\
            <Last-Modified>x</Last-Modified><Content-Length>1</Content-Length></Properties></Blob>"
                .to_owned(),
        ];
        return status(
            200,
            format!(
                "<EnumerationResults><Blobs>{}</Blobs><NextMarker/></EnumerationResults>",
                blobs.concat()
            ),
        );
    }
    let range = text(header::RANGE).unwrap();
    let from: usize = range
        .strip_prefix("bytes=")
        .unwrap()
        .split('-')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    match LOG.get(from..).filter(|rest| !rest.is_empty()) {
        Some(rest) => status(206, rest.to_owned()),
        None => status(416, String::new()),
    }
}

/// Resource Manager with one template, whose staging group has one account.
struct ResourceManager {
    endpoint: String,
    gives_keys: bool,
}

impl Transport for ResourceManager {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let group = "/subscriptions/s/resourceGroups/IT_g_t";
        let path = request.uri().path();
        let (status, body): (u16, Value) = if path.ends_with("/listKeys") && self.gives_keys {
            (200, json!({"keys": [{"keyName": "key1", "value": KEY}]}))
        } else if path.ends_with("/listKeys") {
            (403, json!({"error": {"code": "AuthorizationFailed", "message": "no"}}))
        } else if path.ends_with("/storageAccounts") {
            let account = json!({
                "id": format!("{group}/providers/Microsoft.Storage/storageAccounts/account"),
                "properties": {"primaryEndpoints": {"blob": format!("{}/", self.endpoint)}},
            });
            (200, json!({"value": [account]}))
        } else {
            let properties = json!({
                "source": {"type": "ManagedImage", "imageId": "/x"}, "distribute": [], "exactStagingResourceGroup": group,
            });
            (200, json!({"location": "westus2", "properties": properties}))
        };
        let answer = Response::builder().status(status).body(Bytes::from(body.to_string()));
        Box::pin(async move { Ok(answer.unwrap()) })
    }
}

struct Tokens;

impl TokenSource for Tokens {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(async move { Ok(AccessToken::lasting(format!("for {scope}"), Duration::from_secs(3600))) })
    }
}

fn logs(account: &Account, gives_keys: bool) -> StagingLogs {
    let transport = ResourceManager {
        endpoint: account.endpoint.clone(),
        gives_keys,
    };
    let origin = Origin::Azure {
        cloud: "public".to_owned(),
        tenant: "t".to_owned(),
    };
    let notes = PendingNotes::in_folder("/nowhere");
    let arm = ArmClient::new(Arc::new(transport), origin, "s", notes);
    StagingLogs::new(arm, HttpClient::default(), Arc::new(TokenCache::new(Arc::new(Tokens))))
}

fn template() -> ImageTemplateId {
    ImageTemplateId::new("s", "g", "t").unwrap()
}

#[tokio::test]
async fn the_newest_log_comes_first_and_is_read_from_any_byte_with_a_token() {
    let account = Account::new(Admits::Tokens).await;
    let logs = logs(&account, false);
    let found = logs.list(&template()).await.unwrap();
    let places: Vec<&str> = found.iter().map(|log| log.location.as_str()).collect();
    let place = |run: &str| format!("{}/packerlogs/{run}/customization.log", account.endpoint);
    assert_eq!(places, [place("new"), place("old")]);
    assert_eq!(found[0].length, LOG.len() as u64);
    assert_eq!(logs.read(&found[0], 0).await.unwrap(), LOG);
    assert_eq!(logs.read(&found[0], 11).await.unwrap(), "last line\n");
    assert_eq!(logs.read(&found[0], found[0].length).await.unwrap(), "");
    let asked = account.asked();
    assert_eq!(asked[0], "Bearer /account/packerlogs?restype=container&comp=list");
    assert_eq!(asked[1..], vec!["Bearer /account/packerlogs/new/customization.log"; 3]);
}

#[tokio::test]
async fn where_tokens_are_refused_the_accounts_key_is_asked_for_once() {
    let account = Account::new(Admits::Keys).await;
    let logs = logs(&account, true);
    let found = logs.list(&template()).await.unwrap();
    assert_eq!(logs.read(&found[0], 0).await.unwrap(), LOG);
    let schemes: Vec<String> = account
        .asked()
        .iter()
        .map(|asked| asked.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(schemes, ["Bearer", "SharedKey", "SharedKey"]);
}

#[tokio::test]
async fn what_must_not_be_read_is_told_with_its_place_and_the_role_that_opens_it() {
    let account = Account::new(Admits::Nobody).await;
    for gives_keys in [false, true] {
        let error = logs(&account, gives_keys).list(&template()).await.unwrap_err();
        assert_eq!(error.kind(), BuildLogErrorKind::Forbidden);
        let text = error.to_string();
        for part in [
            &format!("{}/packerlogs", account.endpoint),
            "az role assignment create --role \"Storage Blob Data Reader\"",
            "--scope \"/subscriptions/s/resourceGroups/IT_g_t/providers/Microsoft.Storage/storageAccounts/account\"",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains(KEY), "{text}");
    }
}

#[tokio::test]
async fn no_other_place_is_asked_than_the_accounts_that_resource_manager_names() {
    let account = Account::new(Admits::Tokens).await;
    let logs = logs(&account, false);
    logs.list(&template()).await.unwrap();
    account.asked();
    let elsewhere = BuildLog {
        location: format!("{}/other/packerlogs/new/customization.log", account.endpoint),
        length: 1,
        modified: None,
    };
    assert_eq!(
        logs.read(&elsewhere, 0).await.unwrap_err().kind(),
        BuildLogErrorKind::Unavailable
    );
    assert!(account.asked().is_empty());
}
