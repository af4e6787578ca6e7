//! Requests behind the sign-in: operations, many connections, both versions of HTTP, resource providers.

use http::{Method, Version};
use serde_json::{Value, json};

use crate::far_end::{FarEnd, IMAGE_BUILDER, RESOURCES, template_body, trusting};

#[tokio::test]
async fn a_run_over_tls_goes_to_its_end_at_urls_of_the_listener() {
    let far_end = FarEnd::start().await;
    let template = far_end.provision("t", json!([])).await;
    let begun = far_end
        .post(&format!("{template}/Run?api-version={IMAGE_BUILDER}"))
        .await
        .expect(202);
    let operation = begun.header("azure-asyncoperation");
    assert!(
        operation.starts_with(&format!("{}/subscriptions/", far_end.ready.endpoint)),
        "{operation}"
    );
    assert_eq!(begun.header("retry-after"), "1");
    assert_eq!(far_end.follow(&begun).await.text("/status"), "Succeeded");
    let output = format!("{template}/runOutputs/vhd?api-version={IMAGE_BUILDER}");
    assert!(
        far_end
            .get(&output)
            .await
            .expect(200)
            .text("/properties/artifactUri")
            .starts_with("file://")
    );
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_and_a_head_has_no_body() {
    let far_end = FarEnd::start().await;
    far_end.provision("t", json!([])).await;
    let trusting = || trusting(far_end.folder.path());
    for (client, version) in [
        (trusting().http1_only().build().unwrap(), Version::HTTP_11),
        (trusting().build().unwrap(), Version::HTTP_2),
    ] {
        for (group, status) in [("G", 204), ("absent", 404)] {
            let path = format!("{}?api-version={RESOURCES}", far_end.group(group));
            let answer = far_end.request(&client, Method::HEAD, &path).send().await.unwrap();
            assert_eq!(
                (answer.version(), answer.status().as_u16()),
                (version, status),
                "{group}"
            );
            assert_eq!(answer.bytes().await.unwrap().len(), 0);
        }
    }
}

#[tokio::test]
async fn many_clients_on_connections_of_their_own_are_all_answered() {
    let far_end = FarEnd::start().await;
    let clients = (0..32).map(|number| {
        let client = trusting(far_end.folder.path()).build().unwrap();
        let group = format!("{}?api-version={RESOURCES}", far_end.group(&format!("g{number}")));
        let put = far_end
            .request(&client, Method::PUT, &group)
            .body(r#"{"location": "westus2"}"#);
        let gets: Vec<_> = (0..10).map(|_| far_end.request(&client, Method::GET, &group)).collect();
        tokio::spawn(async move {
            let mut statuses = vec![put.send().await.unwrap().status().as_u16()];
            for get in gets {
                statuses.push(get.send().await.unwrap().status().as_u16());
            }
            statuses
        })
    });
    let clients: Vec<_> = clients.collect();
    for client in clients {
        let statuses = client.await.unwrap();
        assert_eq!((statuses[0], &statuses[1..]), (201, [200; 10].as_slice()));
    }
}

#[tokio::test]
async fn nothing_is_made_of_a_provider_that_is_not_registered() {
    let far_end = FarEnd::start().await;
    far_end.provision("t", json!([])).await;
    let subscription = format!("/subscriptions/{}/providers", far_end.ready.subscription_id);
    let provider = format!("{subscription}/microsoft.virtualmachineimages");
    let state = |answer: &crate::far_end::Answer| answer.text("/registrationState").to_owned();
    let shown = far_end
        .get(&format!("{provider}?api-version={RESOURCES}"))
        .await
        .expect(200);
    assert_eq!(state(&shown), "Registered");
    assert_eq!(shown.text("/resourceTypes/0/apiVersions/0"), IMAGE_BUILDER);

    let gone = far_end
        .post(&format!("{provider}/unregister?api-version={RESOURCES}"))
        .await
        .expect(200);
    assert_eq!(state(&gone), "NotRegistered");
    let other = format!("{}?api-version={IMAGE_BUILDER}", far_end.template("other"));
    let body = template_body(json!([]));
    far_end
        .put(&other, &body)
        .await
        .refused(409, "MissingSubscriptionRegistration");
    far_end
        .post(&format!("{provider}/register?api-version={RESOURCES}"))
        .await
        .expect(200);
    far_end.put(&other, &body).await.expect(201);
    let unknown = format!("{subscription}/Microsoft.Nothing?api-version={RESOURCES}");
    far_end.get(&unknown).await.refused(404, "InvalidResourceNamespace");
}

#[tokio::test]
async fn a_subscription_lists_its_resources_by_a_filter() {
    let far_end = FarEnd::start().await;
    far_end.provision("t", json!([])).await;
    let list = |filter: &str| {
        let subscription = &far_end.ready.subscription_id;
        format!("/subscriptions/{subscription}/resources?api-version={RESOURCES}&$filter={filter}")
    };
    let templates = "resourceType%20eq%20'Microsoft.VirtualMachineImages%2FimageTemplates'";
    let names = |found: &Value| {
        found["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&far_end.get(&list(templates)).await.expect(200).body), ["t"]);
    assert_eq!(
        names(&far_end.get(&list("resourceGroup%20eq%20'none'")).await.expect(200).body),
        [(); 0].map(|()| "")
    );
    far_end
        .get(&list("startswith(tagname,'a')"))
        .await
        .refused(400, "InvalidFilterInQueryString");
}
