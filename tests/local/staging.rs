//! Staging resource groups: made, given, claimed, released.

use serde_json::{Value, json};

use crate::client::{Answer, Cloud, SUBSCRIPTION, template_body, template_id};

fn with_staging(name: &str) -> Value {
    json!({"stagingResourceGroup": format!("{SUBSCRIPTION}/resourceGroups/{name}")})
}

async fn refused(cloud: &Cloud, properties: Value) -> Answer {
    let group = cloud.group("g").await;
    let id = template_id(&group, "refused");
    let made = cloud.put(&id, template_body(properties)).await.expect(201);
    cloud.follow(&made).await;
    let template = cloud.get(&id).await;
    assert_eq!(
        template.text("/properties/provisioningError/provisioningErrorCode"),
        "BadStagingResourceGroup",
        "{}",
        template.body
    );
    template
}

async fn delete(cloud: &Cloud, template: &str) {
    let accepted = cloud.delete(template).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
}

#[tokio::test]
async fn a_group_of_the_services_own_is_tagged_and_goes_with_the_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud
        .template(&group, "t", json!({"managedResourceTags": {"cost": "1"}}))
        .await;
    let staging = cloud
        .get(&id)
        .await
        .text("/properties/exactStagingResourceGroup")
        .to_owned();
    assert!(staging.contains("/resourceGroups/IT_g_t_"), "{staging}");
    let made = cloud.get(&staging).await.expect(200);
    let tags = json!({"createdBy": "AzureVMImageBuilder", "imageTemplateName": "t", "imageTemplateResourceGroupName": "g", "cost": "1"});
    assert_eq!(made.body["tags"], tags);
    assert_eq!(made.text("/location"), "westus2");
    delete(&cloud, &id).await;
    cloud.get(&staging).await.refused(404, "ResourceGroupNotFound");
}

#[tokio::test]
async fn a_long_name_keeps_within_ninety_characters() {
    let cloud = Cloud::new();
    let group = cloud.group(&"g".repeat(90)).await;
    let id = cloud.template(&group, &"t".repeat(64), json!({})).await;
    let template = cloud.get(&id).await;
    let name = template
        .text("/properties/exactStagingResourceGroup")
        .rsplit('/')
        .next()
        .unwrap();
    assert!(name.len() <= 90, "{name}");
}

#[tokio::test]
async fn a_given_group_is_claimed_then_released() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let staging = cloud.group("s").await;
    cloud.patch(&staging, json!({"tags": {"own": "1"}})).await.expect(200);
    let id = cloud.template(&group, "t", with_staging("S")).await;
    assert_eq!(
        cloud.get(&id).await.text("/properties/exactStagingResourceGroup"),
        staging
    );
    let claimed = cloud.get(&staging).await;
    let tags = json!({"own": "1", "usedBy": "AzureVMImageBuilder", "imageTemplateName": "t", "imageTemplateResourceGroupName": "g"});
    assert_eq!(claimed.body["tags"], tags);
    delete(&cloud, &id).await;
    assert_eq!(cloud.get(&staging).await.expect(200).body["tags"], json!({"own": "1"}));
}

#[tokio::test]
async fn a_named_group_that_is_absent_is_made_and_goes_with_the_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", with_staging("later")).await;
    let staging = format!("{SUBSCRIPTION}/resourceGroups/later");
    assert_eq!(
        cloud.get(&staging).await.expect(200).text("/tags/createdBy"),
        "AzureVMImageBuilder"
    );
    delete(&cloud, &id).await;
    cloud.get(&staging).await.refused(404, "ResourceGroupNotFound");
}

#[tokio::test]
async fn what_others_put_into_a_made_group_or_into_one_of_its_name_outlives_the_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", with_staging("later")).await;
    let staging = format!("{SUBSCRIPTION}/resourceGroups/later");
    let image = cloud.gallery_image(&staging).await;
    for kept in [&id, &group] {
        let refused = cloud.delete(kept).await.refused(409, "ResourceGroupDeletionBlocked");
        assert!(refused.message().contains(&image), "{}", refused.message());
    }
    let accepted = cloud.delete(&staging).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    cloud.group("later").await;
    let image = cloud.gallery_image(&staging).await;
    let mine = json!({"imageTemplateName": "t", "imageTemplateResourceGroupName": "another"});
    cloud.patch(&staging, json!({"tags": mine})).await.expect(200);
    delete(&cloud, &id).await;
    assert_eq!(cloud.get(&staging).await.expect(200).body["tags"], mine);
    cloud.get(&image).await.expect(200);
}

#[tokio::test]
async fn one_group_serves_one_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    cloud.group("s").await;
    let first = cloud.template(&group, "first", with_staging("s")).await;
    let second = refused(&cloud, with_staging("s")).await;
    assert!(
        second.text("/properties/provisioningError/message").contains("'first'"),
        "{}",
        second.body
    );
    // The failed template has claimed nothing, so its deletion takes nothing away.
    delete(&cloud, second.text("/id")).await;
    cloud.get(&first).await.expect(200);
    cloud.get(&format!("{SUBSCRIPTION}/resourceGroups/s")).await.expect(200);
}

#[tokio::test]
async fn a_given_group_must_be_empty_and_in_the_templates_region() {
    let cloud = Cloud::new();
    let full = cloud.group("full").await;
    cloud.gallery_image(&full).await;
    let template = refused(&cloud, with_staging("full")).await;
    assert!(
        template
            .text("/properties/provisioningError/message")
            .contains("must be empty"),
        "{}",
        template.body
    );
    delete(&cloud, template.text("/id")).await;
    let elsewhere = format!("{SUBSCRIPTION}/resourceGroups/elsewhere");
    cloud.put(&elsewhere, json!({"location": "eastus"})).await.expect(201);
    let template = refused(&cloud, with_staging("elsewhere")).await;
    assert!(
        template
            .text("/properties/provisioningError/message")
            .contains("eastus"),
        "{}",
        template.body
    );
}
