//! `autoRun`: runs that nobody asks for.

use serde_json::json;
use terraform_provider_imagebuilder::local::runs;

use crate::client::{Cloud, output, shell, state};

#[tokio::test(flavor = "multi_thread")]
async fn a_template_with_auto_run_is_running_as_soon_as_it_is_provisioned() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let properties = json!({"autoRun": {"state": "Enabled"}, "customize": [shell(&["sleep 600"])]});
    let template = cloud.template(&group, "t", properties).await;
    let provisioned = cloud.get(&template).await.expect(200);
    assert_eq!(provisioned.text("/properties/provisioningState"), "Succeeded");
    assert_eq!(state(&provisioned), "Running", "{}", provisioned.body);
    assert_eq!(provisioned.text("/properties/autoRun/state"), "Enabled");
    cloud
        .post(&format!("{template}/run"))
        .await
        .refused(409, "OperationNotAllowed");
    assert_eq!(runs::list(&cloud.service).unwrap()[0].asked_by, "AutoRun");
    let accepted = cloud.post(&format!("{template}/cancel")).await.expect(202);
    cloud.follow(&accepted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_with_auto_run_runs_again_when_it_is_updated() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"autoRun": {"state": "Enabled"}}))
        .await;
    cloud.until(&template, |now| state(now) == "Succeeded").await;
    output(&cloud, &template, "vhd").await;
    cloud
        .patch(&template, json!({"properties": {"vmProfile": {"osDiskSizeGB": 2}}}))
        .await
        .expect(200);
    assert_eq!(state(&cloud.get(&template).await), "Running");
    cloud.until(&template, |now| state(now) == "Succeeded").await;
    assert_eq!(runs::list(&cloud.service).unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_without_auto_run_waits_to_be_run() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"autoRun": {"state": "Disabled"}}))
        .await;
    cloud.patch(&template, json!({"tags": {"a": "b"}})).await.expect(200);
    let read = cloud.get(&template).await;
    assert_eq!((state(&read), read.text("/properties/autoRun/state")), ("", "Disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_cannot_be_built_here_stands_without_its_automatic_run() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let properties = json!({"autoRun": {"state": "Enabled"}, "additionalDataDisks": [{"sizeGB": 4}]});
    let template = cloud.template(&group, "t", properties).await;
    let read = cloud.get(&template).await;
    assert_eq!(read.text("/properties/provisioningState"), "Succeeded");
    assert_eq!(state(&read), "");
    assert_eq!(std::fs::read_dir(cloud.root().join("runs")).unwrap().count(), 0);
}
