//! Identities, and the roles that they have.

use serde_json::{Value, json};

use crate::client::{Cloud, SUBSCRIPTION};

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

#[tokio::test]
async fn an_identity_keeps_its_principal_and_counts_as_content_of_its_group() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id =
        format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder?api-version=2023-01-31");
    let made = cloud.put(&id, json!({"location": "West US 2"})).await.expect(201);
    let principal = made.text("/properties/principalId").to_owned();
    assert_eq!(principal.len(), 36, "{}", made.body);
    let body = json!({"location": "westus2", "tags": {"a": "1"}, "properties": {"principalId": "mine"}});
    let again = cloud.put(&id, body).await.expect(200);
    assert_eq!(again.text("/properties/principalId"), principal);
    assert_eq!(again.text("/tags/a"), "1");
    let content = cloud.get(&format!("{group}/resources")).await.expect(200);
    assert_eq!(
        content.text("/value/0/type"),
        "Microsoft.ManagedIdentity/userAssignedIdentities"
    );
    cloud.delete(&id).await.expect(200);
    cloud.get(&id).await.refused(404, "ResourceNotFound");
}

#[tokio::test]
async fn assignments_are_listed_by_principal_from_above_and_below_a_scope() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let other = cloud.group("other").await;
    let scopes = [
        SUBSCRIPTION.to_owned(),
        group.clone(),
        format!("{group}/providers/Microsoft.Compute/galleries/x"),
        other,
    ];
    for (index, scope) in scopes.iter().enumerate() {
        assign(&cloud, scope, index, "one").await.expect(201);
    }
    assign(&cloud, &group, 9, "two").await.expect(201);
    let listed = async |scope: &str, filter: &str| {
        let path = format!(
            "{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter={filter}"
        );
        let answer = cloud.get(&path).await.expect(200);
        let found = answer.body["value"].as_array().unwrap().iter();
        found
            .map(|found| found["properties"]["scope"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(SUBSCRIPTION, "assignedTo('one')").await.len(), 4);
    assert_eq!(listed(&group, "assignedTo('ONE')").await.len(), 3);
    assert_eq!(
        listed(&group, "atScope()%20and%20assignedTo('one')").await,
        [SUBSCRIPTION, &group]
    );
    assert_eq!(
        listed(&group, "principalId%20eq%20'two'").await,
        std::slice::from_ref(&group)
    );
    assign(&cloud, &group, 7, "one")
        .await
        .refused(409, "RoleAssignmentExists");
    let again = assign(&cloud, &group, 9, "two").await.expect(200);
    assert_eq!(again.text("/properties/principalId"), "two");
    assign(&cloud, &group, 9, "one")
        .await
        .refused(409, "RoleAssignmentUpdateNotPermitted");
}

#[tokio::test]
async fn a_role_of_ones_own_can_be_assigned_and_one_that_does_not_exist_cannot() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let own = "11111111-1111-1111-1111-111111111111";
    assign_role(&cloud, &group, 1, "one", own)
        .await
        .refused(404, "RoleDefinitionDoesNotExist");
    let role = |name: &str| {
        format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{name}?api-version=2022-04-01")
    };
    let body = json!({"properties": {"roleName": "Builds", "permissions": [{"actions": ["Microsoft.Compute/galleries/read"]}]}});
    cloud.put(&role(own), body.clone()).await.expect(201);
    cloud
        .put(&role("22222222-2222-2222-2222-222222222222"), body)
        .await
        .refused(409, "RoleDefinitionWithSameNameExists");
    assign_role(&cloud, &group, 1, "one", own).await.expect(201);
    let changed = json!({"properties": {"roleName": "Reads", "permissions": []}});
    cloud
        .put(&role(READER), changed)
        .await
        .refused(400, "InvalidRoleDefinitionId");
    cloud
        .delete(&role(READER))
        .await
        .refused(400, "InvalidRoleDefinitionId");
    let reader = cloud.get(&role(READER)).await.expect(200);
    assert_eq!(reader.text("/properties/roleName"), "Reader");
    assert_eq!(
        reader.body["properties"]["permissions"][0]["actions"],
        json!(["*/read"])
    );
    cloud.get(&assignment(&group, 1)).await.expect(200);
    cloud.delete(&assignment(&group, 1)).await.expect(200);
    cloud
        .get(&assignment(&group, 1))
        .await
        .refused(404, "RoleAssignmentNotFound");
}

async fn assign(cloud: &Cloud, scope: &str, name: usize, principal: &str) -> crate::client::Answer {
    assign_role(cloud, scope, name, principal, READER).await
}

async fn assign_role(cloud: &Cloud, scope: &str, name: usize, principal: &str, role: &str) -> crate::client::Answer {
    let role = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}");
    let body: Value = json!({"properties": {"principalId": principal, "roleDefinitionId": role}});
    cloud.put(&assignment(scope, name), body).await
}

fn assignment(scope: &str, name: usize) -> String {
    let name = uuid::Uuid::from_u128(name as u128);
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01")
}
