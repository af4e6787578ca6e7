//! When the versions of a source are asked for, and what follows from the answer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::backend::transport::{BoxFuture, Transport, TransportError};
use crate::backend::{BuildLog, BuildLogError, BuildLogs, Origin, PendingNotes};
use crate::resources::runs;

const IMAGE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/base";
const SKU: &str = "/subscriptions/s/providers/Microsoft.Compute/locations/westus2/publishers/Debian/artifacttypes/vmimage/offers/\
    debian-12/skus/12-gen2";

/// A service that knows one template and the versions of its source.
struct Service {
    template: Value,
    versions: (u16, Value),
    asked: Mutex<Vec<String>>,
}

impl Transport for Service {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let path = request.uri().path().to_owned();
        let (status, body) = if path.contains("imageTemplates") {
            (200, &self.template)
        } else {
            self.asked.lock().unwrap().push(path);
            (self.versions.0, &self.versions.1)
        };
        let answer = http::Response::builder().status(status).body(body.to_string().into());
        Box::pin(async move { Ok(answer.unwrap()) })
    }
}

struct NoLogs;

impl BuildLogs for NoLogs {
    fn list<'a>(&'a self, _: &'a ImageTemplateId) -> BoxFuture<'a, Result<Vec<BuildLog>, BuildLogError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn read<'a>(&'a self, _: &'a BuildLog, _: u64) -> BoxFuture<'a, Result<Bytes, BuildLogError>> {
        Box::pin(async { Ok(Bytes::new()) })
    }

    fn longest_pause(&self) -> Duration {
        Duration::from_millis(1)
    }
}

/// What comes of a template with this source, and which lists were asked for.
async fn found(
    source: Value,
    versions: (u16, Value),
    built_from: Option<&str>,
    own: &[&str],
) -> (Result<Option<NewerSource>, Diagnostic>, Vec<String>) {
    let template = json!({
        "location": "West US 2",
        "properties": {
            "source": source,
            "distribute": [],
            "lastRunStatus": {"runState": "Succeeded"},
        },
    });
    let service = Arc::new(Service {
        template,
        versions,
        asked: Mutex::default(),
    });
    let notes = tempfile::tempdir().unwrap();
    let origin = Origin::Local {
        root: uuid::Uuid::nil(),
        directory: PathBuf::from("/"),
    };
    let arm = ArmClient::new(service.clone(), origin, "s", PendingNotes::in_folder(notes.path()));
    let connection = Connection::new(arm, "s".to_owned(), std::collections::BTreeMap::new(), Arc::new(NoLogs));
    let patience = Patience::whatever_happens(Instant::now() + Duration::from_secs(60));
    let id = ImageTemplateId::new("s", "g", "t").unwrap();
    let standing = runs::look(&connection, &id, &patience).await.unwrap().unwrap();
    let own = own.iter().map(ToString::to_string).collect();
    let newer = newer(&connection, &id, &standing, built_from, &own, &patience).await;
    let asked = service.asked.lock().unwrap().clone();
    (newer, asked)
}

fn debian(version: &str) -> Value {
    json!({"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": version})
}

fn gallery(version: &str) -> Value {
    json!({"type": "SharedImageVersion", "imageVersionId": format!("{IMAGE}/versions/{version}")})
}

fn platform_versions(names: &[&str]) -> (u16, Value) {
    let entry = |name: &&str| json!({"name": name, "location": "westus2"});
    (200, names.iter().map(entry).collect())
}

fn gallery_versions(names: &[&str]) -> (u16, Value) {
    let entry = |name: &&str| json!({"name": name, "location": "westus2", "properties": {"storageProfile": {}}});
    (200, json!({"value": names.iter().map(entry).collect::<Vec<_>>()}))
}

#[tokio::test]
async fn the_latest_of_either_kind_is_asked_for_once_and_compared_by_number() {
    let listed = platform_versions(&["0.20261101.930", "0.20261120.1800"]);
    let (newer, asked) = found(debian("latest"), listed, Some("0.20261101.930"), &[]).await;
    let newer = newer.unwrap().unwrap().to_string();
    assert_eq!(
        newer,
        "the source's latest version is 0.20261120.1800, the last run was built from 0.20261101.930"
    );
    assert_eq!(asked, [format!("{SKU}/versions")]);

    let built_from = format!("{IMAGE}/versions/1.0.9");
    let listed = gallery_versions(&["1.0.10", "1.0.9"]);
    let (newer, asked) = found(gallery("latest"), listed, Some(&built_from), &[]).await;
    let newer = newer.unwrap().unwrap();
    assert_eq!((newer.latest.as_str(), newer.built_from.as_str()), ("1.0.10", "1.0.9"));
    assert_eq!(asked, [format!("{IMAGE}/versions")]);
}

#[tokio::test]
async fn the_same_version_an_older_one_and_none_are_not_newer() {
    for listed in [&["1.0.0", "1.1.0"][..], &["1.0.0"], &[]] {
        let built_from = format!("{IMAGE}/versions/1.1.0");
        let (newer, _) = found(gallery("latest"), gallery_versions(listed), Some(&built_from), &[]).await;
        assert_eq!(newer, Ok(None), "{listed:?}");
    }
}

#[tokio::test]
async fn an_image_that_the_run_has_made_of_its_source_is_not_newer_than_that() {
    let own = format!("{IMAGE}/versions/1.1.0").to_uppercase();
    let built_from = format!("{IMAGE}/versions/1.0.0");
    let listed = || gallery_versions(&["1.0.0", "1.1.0"]);
    let (newer, _) = found(gallery("latest"), listed(), Some(&built_from), &[&own]).await;
    assert_eq!(newer, Ok(None));
}

#[tokio::test]
async fn nobody_is_asked_where_the_answer_would_not_count() {
    let managed = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/base";
    for (source, built_from) in [
        (debian("0.20261101.930"), Some("0.20261101.930")),
        (gallery("1.0.0"), Some("1.0.0")),
        (json!({"type": "ManagedImage", "imageId": managed}), Some("1.0.0")),
        (debian("latest"), None),
    ] {
        let (newer, asked) = found(source, platform_versions(&["2.0.0"]), built_from, &[]).await;
        assert_eq!((newer, asked), (Ok(None), Vec::new()));
    }
}

#[tokio::test]
async fn what_the_service_does_not_tell_is_a_warning_with_its_words() {
    for (status, code) in [
        (403, "AuthorizationFailed"),
        (404, "ResourceNotFound"),
        (400, "BadRequest"),
    ] {
        let refusal = json!({"error": {"code": code, "message": "said the service"}});
        let (newer, _) = found(debian("latest"), (status, refusal), Some("1.0.0"), &[]).await;
        let warning = newer.unwrap_err();
        assert_eq!(warning.severity, Severity::Warning);
        assert_eq!(warning.attribute, path!("rebuild_on_source_update"));
        assert!(warning.summary.contains("\"t\""), "{warning}");
        assert!(warning.detail.contains("said the service"), "{warning}");
    }
}
