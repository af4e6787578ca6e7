//! API versions of image templates, and what differs between them.

use serde_json::json;

use crate::far_end::{FarEnd, template_body};

#[tokio::test]
async fn unknown_members_are_refused_since_2024_and_errors_were_flat_until_2020() {
    let far_end = FarEnd::start().await;
    far_end.provision("made", json!([])).await;
    let mut body = template_body(json!([]));
    body["properties"]["madeUp"] = json!(true);
    for version in ["2020-02-14", "2021-10-01", "2022-02-14", "2022-07-01", "2023-07-01"] {
        let path = format!("{}?api-version={version}", far_end.template(&format!("t{version}")));
        far_end.put(&path, &body).await.expect(201);
    }
    for version in ["2024-02-01", "2025-10-01"] {
        let path = format!("{}?api-version={version}", far_end.template("t"));
        let refused = far_end.put(&path, &body).await.refused(400, "ValidationFailed");
        assert!(refused.text("/error/message").contains("madeUp"), "{}", refused.body);
    }
    let absent = |version: &str| format!("{}?api-version={version}", far_end.template("absent"));
    let flat = far_end.get(&absent("2020-02-14")).await.expect(404);
    assert_eq!(flat.text("/code"), "ResourceNotFound", "{}", flat.body);
    far_end
        .get(&absent("2021-10-01"))
        .await
        .refused(404, "ResourceNotFound");
}

#[tokio::test]
async fn what_came_with_a_later_version_is_not_shown_by_an_earlier_one() {
    let far_end = FarEnd::start().await;
    let template = far_end.provision("t", json!([])).await;
    for (version, shown) in [("2021-10-01", false), ("2022-02-14", true)] {
        let now = far_end
            .get(&format!("{template}?api-version={version}"))
            .await
            .expect(200);
        assert_eq!(now.text("/properties/provisioningState"), "Succeeded");
        assert_eq!(
            !now.text("/properties/exactStagingResourceGroup").is_empty(),
            shown,
            "{version}: {}",
            now.body
        );
    }
}
