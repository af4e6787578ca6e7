//! `--record`: which requests came.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::far_end::FarEnd;

#[tokio::test]
async fn each_request_is_one_line_without_secrets() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let record = folder.path().join("record");
    let far_end = FarEnd::on(folder, &["--record", record.to_str().unwrap()]).await;
    far_end
        .provision("t", json!([{"type": "Shell", "inline": ["echo planted-value"]}]))
        .await;
    far_end
        .get("/subscriptions?api-version=2022-12-01&sig=planted-signature")
        .await
        .expect(200);

    let invented =
        "providers/Microsoft.VirtualMachineImages/locations/westus2/operations/11111111-1111-1111-1111-111111111111";
    let invented = format!(
        "/subscriptions/{}/{invented}?api-version=2025-10-01",
        far_end.ready.subscription_id
    );
    far_end.get(&invented).await.expect(404);

    assert_eq!(fs::metadata(&record).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&record).unwrap();
    for secret in [
        "planted-value",
        "planted-signature",
        far_end.ready.client_secret.as_str(),
    ] {
        assert!(!text.contains(secret), "{text}");
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |line: &Value| {
        format!(
            "{} {}",
            line["method"].as_str().unwrap(),
            line["path"].as_str().unwrap()
        )
    };
    let put = lines
        .iter()
        .find(|line| told(line).ends_with("/imageTemplates/t"))
        .unwrap();
    assert_eq!(
        (&put["status"], &put["api_version"]),
        (&json!(201), &json!("2025-10-01"))
    );
    assert!(put["request_id"].is_string() && put["body_sha256"].is_string(), "{put}");
    let poll = lines.iter().find(|line| told(line).ends_with("/operations/*")).unwrap();
    assert_eq!((&poll["operation"], &put["operation"]), (&json!(1), &json!(1)));
    let invented = lines.last().unwrap();
    assert_eq!(
        (&invented["status"], &invented["operation"]),
        (&json!(404), &Value::Null),
        "{invented}"
    );
    let signed_in = lines
        .iter()
        .find(|line| told(line).ends_with("/oauth2/v2.0/token"))
        .unwrap();
    assert!(
        signed_in["body_sha256"].is_null(),
        "a digest of the secret lets guesses be tried"
    );
}
