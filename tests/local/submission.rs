//! What the submission of a template checks, fetches and fills in.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::client::{Answer, Cloud, file_uri, template_body, template_id};

/// Submits a template that is not right, and returns the template and its operation's end.
async fn failed(cloud: &Cloud, properties: Value) -> (Answer, Answer) {
    let group = cloud.group("g").await;
    let id = template_id(&group, "t");
    let made = cloud.put(&id, template_body(properties)).await.expect(201);
    let end = cloud.follow(&made).await;
    assert_eq!(end.text("/status"), "Failed", "{}", end.body);
    let template = cloud.get(&id).await.expect(200);
    assert_eq!(template.text("/properties/provisioningState"), "Failed");
    (template, end)
}

fn code(template: &Answer) -> &str {
    template.text("/properties/provisioningError/provisioningErrorCode")
}

#[tokio::test]
async fn referenced_files_are_copied_and_their_checksums_filled_in() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let script = cloud.folder().join("script.sh");
    std::fs::write(&script, "#!/bin/sh\n").unwrap();
    let properties = json!({
        "customize": [{"type": "Shell", "scriptUri": file_uri(&script)}],
        "validate": {"inVMValidations": [{"type": "File", "sourceUri": file_uri(&script), "destination": "/tmp/x"}]},
    });
    let id = cloud.template(&group, "t", properties).await;
    let template = cloud.get(&id).await;
    let sum = template.text("/properties/customize/0/sha256Checksum").to_owned();
    assert_eq!(sum.len(), 64);
    assert_eq!(
        template.text("/properties/validate/inVMValidations/0/sha256Checksum"),
        sum
    );
    let staging = template
        .text("/properties/exactStagingResourceGroup")
        .rsplit('/')
        .next()
        .unwrap()
        .to_lowercase();
    let copy = cloud.root().join("staging").join(staging).join("files/customize-0");
    assert_eq!(std::fs::read_to_string(copy).unwrap(), "#!/bin/sh\n");
}

#[tokio::test]
async fn a_script_that_is_not_there_fails_the_template() {
    let cloud = Cloud::new();
    let (template, end) = failed(
        &cloud,
        json!({"customize": [{"type": "Shell", "scriptUri": "file:///no/such/script"}]}),
    )
    .await;
    assert_eq!(code(&template), "NoCustomizerScript");
    assert!(
        template
            .text("/properties/provisioningError/message")
            .contains("/no/such/script")
    );
    assert!(end.text("/error/message").contains("customize[0]"), "{}", end.body);
}

#[tokio::test]
async fn a_checksum_that_differs_fails_the_template() {
    let cloud = Cloud::new();
    let script = cloud.folder().join("script.sh");
    std::fs::write(&script, "true\n").unwrap();
    let step = json!({"type": "Shell", "scriptUri": file_uri(&script), "sha256Checksum": "0".repeat(64)});
    let (_, end) = failed(&cloud, json!({"customize": [step]})).await;
    assert!(
        end.text("/error/message").contains("sha256Checksum says"),
        "{}",
        end.body
    );
}

#[tokio::test]
async fn a_script_of_five_megabytes_is_too_large() {
    let cloud = Cloud::new();
    let script = cloud.folder().join("script.sh");
    std::fs::write(&script, vec![b'#'; 5 << 20]).unwrap();
    let (_, end) = failed(
        &cloud,
        json!({"customize": [{"type": "Shell", "scriptUri": file_uri(&script)}]}),
    )
    .await;
    assert!(end.text("/error/message").contains("too large"), "{}", end.body);
}

#[tokio::test]
async fn a_file_may_have_less_than_twenty_megabytes() {
    let cloud = Cloud::new();
    let file = cloud.folder().join("file");
    std::fs::write(&file, vec![0; 20_000_000]).unwrap();
    let step = json!({"type": "File", "sourceUri": file_uri(&file), "destination": "/tmp/file"});
    let (_, end) = failed(&cloud, json!({"customize": [step]})).await;
    assert!(end.text("/error/message").contains("too large"), "{}", end.body);
}

#[tokio::test]
async fn a_script_over_http_is_fetched_and_a_refused_token_is_not_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for answer in [
            "200 OK\r\nContent-Length: 5\r\n\r\ntrue\n",
            "403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        ] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(format!("HTTP/1.1 {answer}").as_bytes()).unwrap();
        }
    });
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let step = |uri: String| json!({"customize": [{"type": "Shell", "scriptUri": uri}]});
    cloud
        .template(&group, "good", step(format!("http://{address}/s.sh")))
        .await;
    let (_, end) = failed(&cloud, step(format!("http://{address}/s.sh?sig=secret"))).await;
    assert!(end.text("/error/message").contains("HTTP 403"), "{}", end.body);
    assert!(!end.body.to_string().contains("secret"), "{}", end.body);
}

#[tokio::test]
async fn a_step_without_anything_to_do_fails_the_template() {
    let cloud = Cloud::new();
    let (template, _) = failed(&cloud, json!({"customize": [{"type": "Shell"}]})).await;
    assert_eq!(code(&template), "NoCustomizerScript");
}

#[tokio::test]
async fn an_unknown_source_fails_the_template_with_its_code() {
    let version = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b/versions/latest";
    let image =
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Compute/images/a";
    for (source, expected) in [
        (
            json!({"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"}),
            "BadPIRSource",
        ),
        (
            json!({"type": "SharedImageVersion", "imageVersionId": version}),
            "BadSharedImageVersionSource",
        ),
        (
            json!({"type": "ManagedImage", "imageId": image}),
            "BadManagedImageSource",
        ),
    ] {
        let (template, _) = failed(&Cloud::new(), json!({ "source": source })).await;
        assert_eq!(code(&template), expected);
    }
}

#[tokio::test]
async fn a_target_must_be_there_and_agree_with_the_source() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let mut other = crate::client::image_body();
    other["properties"]["identifier"]["sku"] = json!("v1");
    other["properties"]["hyperVGeneration"] = json!("V1");
    let first_generation = format!("{image}v1");
    cloud.put(&first_generation, other).await.expect(201);
    let missing = format!("{image}none");
    for (name, id, word) in [("a", missing, "not found"), ("b", first_generation, "generation V1")] {
        let target = json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": id}]);
        let made = cloud
            .put(
                &template_id(&group, name),
                template_body(json!({ "distribute": target })),
            )
            .await
            .expect(201);
        cloud.follow(&made).await;
        let template = cloud.get(&template_id(&group, name)).await;
        assert_eq!(code(&template), "BadSharedImageDistribute");
        assert!(
            template.text("/properties/provisioningError/message").contains(word),
            "{}",
            template.body
        );
    }
}

#[tokio::test]
async fn a_failed_template_can_only_be_deleted() {
    let cloud = Cloud::new();
    let (template, _) = failed(&cloud, json!({"customize": [{"type": "Shell"}]})).await;
    let id = template.text("/id").to_owned();
    cloud
        .post(&format!("{id}/run"))
        .await
        .refused(409, "OperationNotAllowed");
    cloud
        .patch(&id, json!({"tags": {}}))
        .await
        .refused(409, "OperationNotAllowed");
    cloud.put(&id, template_body(json!({}))).await.refused(409, "Conflict");
    let accepted = cloud.delete(&id).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    cloud.put(&id, template_body(json!({}))).await.expect(201);
}
