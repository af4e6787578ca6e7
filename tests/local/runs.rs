//! Runs from the request to the end, by real worker processes.

use serde_json::json;

use crate::client::{Cloud, file_uri, message, shell, state};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_step_is_told_with_its_name_exit_code_and_log() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let failing = json!({"type": "Shell", "name": "breaks", "inline": ["echo the reason", "exit 3"]});
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["true"]), failing]}))
        .await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert_eq!(ran.text("/properties/lastRunStatus/runSubState"), "Customizing");
    assert_eq!(ran.text("/properties/provisioningState"), "Succeeded");
    let text = message(&ran);
    assert!(
        text.starts_with("Customizer 2 (Shell \"breaks\") failed with exit code 3."),
        "{text}"
    );
    assert!(text.contains("the reason"), "{text}");
    let log = text.rsplit("Image Build log location: ").next().unwrap();
    assert!(std::fs::read_to_string(log).unwrap().contains("the reason"));
    cloud
        .get(&format!("{template}/runOutputs/vhd"))
        .await
        .refused(404, "ResourceNotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_fails_its_operation() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["exit 1"])]}))
        .await;
    let accepted = cloud.post(&format!("{template}/run")).await.expect(202);
    let end = cloud.follow(&accepted).await;
    assert_eq!(end.text("/status"), "Failed");
    assert!(end.text("/error/message").contains("exit code 1"), "{}", end.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_and_files_are_those_of_the_submission() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (script, file) = (cloud.folder().join("script.sh"), cloud.folder().join("file"));
    std::fs::write(&script, "#!/bin/sh\ngrep as-submitted /tmp/file\n").unwrap();
    std::fs::write(&file, "as-submitted\n").unwrap();
    let customize = json!([
        {"type": "File", "sourceUri": file_uri(&file), "destination": "/tmp/file"},
        {"type": "Shell", "scriptUri": file_uri(&script)},
    ]);
    let template = cloud.template(&group, "t", json!({ "customize": customize })).await;
    std::fs::write(&script, "#!/bin/sh\nexit 9\n").unwrap();
    std::fs::remove_file(&file).unwrap();
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_validation_fails_the_run_and_may_still_distribute() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let validate = |go_on: bool| json!({"validate": {"continueDistributeOnFailure": go_on, "inVMValidations": [shell(&["exit 4"])]}});
    for (name, go_on, distributed) in [("strict", false, 404), ("lenient", true, 200)] {
        let template = cloud.template(&group, name, validate(go_on)).await;
        let ran = cloud.run(&template).await;
        assert_eq!(state(&ran), "Failed");
        assert!(
            message(&ran).starts_with("Validator 1 (Shell) failed with exit code 4."),
            "{}",
            message(&ran)
        );
        cloud
            .get(&format!("{template}/runOutputs/vhd"))
            .await
            .expect(distributed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_alone_can_be_validated() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let properties = json!({
        "customize": [shell(&["exit 1"])],
        "validate": {"sourceValidationOnly": true, "inVMValidations": [shell(&["test -x /bin/busybox"])]},
    });
    let template = cloud.template(&group, "t", properties).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    cloud.get(&format!("{template}/runOutputs/vhd")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_time_of_less_than_six_minutes_fails_as_in_the_service() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({"buildTimeoutInMinutes": 5})).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(
        message(&ran).contains("client_jwt will expire within 5 minutes"),
        "{}",
        message(&ran)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_canceled_in_the_middle_of_a_step() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["sleep 600"])]}))
        .await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    cloud
        .until(&template, |now| {
            now.text("/properties/lastRunStatus/runSubState") == "Customizing"
        })
        .await;
    for path in ["run", "cancel"] {
        let refused = if path == "run" {
            cloud.post(&format!("{template}/run")).await
        } else {
            cloud.post(&format!("{template}/cancel")).await.expect(202);
            cloud.post(&format!("{template}/cancel")).await
        };
        let refused = refused.refused(409, "OperationNotAllowed");
        assert!(
            refused
                .message()
                .contains(&format!("imageTemplates/{path}/action is not allowed")),
            "{}",
            refused.message()
        );
    }
    assert_eq!(cloud.follow(&run).await.text("/status"), "Canceled");
    let ended = cloud.get(&template).await;
    assert_eq!(state(&ended), "Canceled");
    cloud
        .post(&format!("{template}/cancel"))
        .await
        .refused(409, "OperationNotAllowed");
    cloud.get(&format!("{template}/runOutputs/vhd")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_template_is_not_deleted_in_the_services_words() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["sleep 600"])]}))
        .await;
    cloud.post(&format!("{template}/run")).await.expect(202);
    let refused = cloud.delete(&template).await.refused(409, "OperationNotAllowed");
    let words = "Operation Microsoft.VirtualMachineImages/imageTemplates/delete is not allowed in provisioning state: provisioned or run state: running.";
    assert_eq!(refused.message(), words);
    let accepted = cloud.post(&format!("{template}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&accepted).await.text("/status"), "Succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_a_staging_group_of_somebody_else_fails() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let staging = cloud
        .get(&template)
        .await
        .text("/properties/exactStagingResourceGroup")
        .to_owned();
    cloud.patch(&staging, json!({"tags": {}})).await.expect(200);
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(message(&ran).contains("imageTemplateName"), "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_counterpart_here_stands_at_the_begin_of_the_log() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let properties = json!({
        "errorHandling": {"onCustomizerError": "abort", "onValidationError": "cleanup"},
        "optimize": {"vmBoot": {"state": "Enabled"}},
        "customize": [shell(&["exit 3"])],
    });
    let template = cloud.template(&group, "t", properties).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    let log = message(&ran).rsplit("Image Build log location: ").next().unwrap();
    let log = std::fs::read_to_string(log).unwrap();
    let begin: Vec<&str> = log.lines().take(2).collect();
    assert!(begin[0].starts_with("optimize.vmBoot is Enabled"), "{log}");
    assert!(
        begin[1].starts_with("errorHandling.onCustomizerError is abort"),
        "{log}"
    );
    assert!(!log.contains("onValidationError"), "{log}");
}
