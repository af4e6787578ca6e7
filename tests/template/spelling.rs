//! Other spellings of ids, regions and words, and another order of what has names, are no difference.

use serde_json::{Value, json};
use tf_provider::testing::Action;

use crate::cases::Case;
use crate::cloud::Cloud;
use crate::round_trip::id;

#[tokio::test]
async fn spellings_and_orders_of_the_service_do_not_show() {
    let cloud = Cloud::new().await;
    let config = cloud.filled(Case::Linux.configuration());
    let mut template = cloud.template();
    template.apply(&config).await.unwrap();
    template.refresh().await.unwrap();
    let before = template.state().unwrap();

    let body = cloud.get(&id()).await;
    let mut distribute = body["properties"]["distribute"].clone();
    let targets = distribute.as_array_mut().unwrap();
    for target in targets.iter_mut() {
        for word in ["imageId", "galleryImageId"] {
            if let Some(id) = target.get_mut(word) {
                *id = json!(id.as_str().unwrap().to_uppercase());
            }
        }
        if let Some(location) = target.get_mut("location") {
            *location = json!("West US 2");
        }
        for region in target
            .get_mut("targetRegions")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            region["name"] = json!(region["name"].as_str().unwrap().to_uppercase());
        }
        if let Some(regions) = target.get_mut("targetRegions").and_then(Value::as_array_mut) {
            regions.reverse();
        }
    }
    targets.reverse();
    let mut profile = body["properties"]["vmProfile"].clone();
    for pointer in ["/vmSize", "/vnetConfig/subnetId", "/userAssignedIdentities/0"] {
        let text = profile.pointer_mut(pointer).unwrap();
        *text = json!(text.as_str().unwrap().to_uppercase());
    }
    let changes = json!({ "properties": { "distribute": distribute, "vmProfile": profile } });
    cloud.patched(&id(), changes).await;

    let planned = template.plan(&config).await.unwrap();
    assert_eq!(template.state().unwrap(), before);
    assert_eq!(planned.action, Action::NoOp);
    template.destroy().await.unwrap();
}
