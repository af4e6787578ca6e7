//! Processes that die: workers, and services in the middle of an operation.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use terraform_provider_imagebuilder::local::Network;

use crate::client::{Cloud, shell, template_body, template_id};

/// The process that has `argument` on its command line, as soon as there is one.
pub(crate) async fn process_with(argument: &str) -> Pid {
    loop {
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
                continue;
            };
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let mut words = command.split(|byte| *byte == 0);
            if words.any(|word| word == b"worker") && words.any(|word| word == argument.as_bytes()) {
                return Pid::from_raw(number).unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn run_of(root: &Path) -> String {
    let entry = std::fs::read_dir(root.join("runs")).unwrap().next().unwrap().unwrap();
    entry.file_name().into_string().unwrap()
}

fn count(folder: PathBuf) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_is_a_failed_run_and_leaves_nothing_behind() {
    let cloud = Cloud::with(|options| options.network = Network::Isolated);
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["echo alive; sleep 600"])]}))
        .await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    cloud
        .until(&template, |now| {
            now.text("/properties/lastRunStatus/runSubState") == "Customizing"
        })
        .await;
    kill_process(process_with(&run_of(cloud.root())).await, Signal::KILL).unwrap();
    assert_eq!(cloud.follow(&run).await.text("/status"), "Failed");
    let ended = cloud.get(&template).await;
    assert_eq!(ended.text("/properties/lastRunStatus/runState"), "Failed");
    let message = ended.text("/properties/lastRunStatus/message");
    assert!(
        message.contains("The worker of the run died in the phase Customizing"),
        "{message}"
    );
    assert_eq!(count(cloud.root().join("images/.partial")), 0);
    assert_eq!(count(cloud.root().join("trash")), 0);
    // And the template can be run again, or deleted.
    let accepted = cloud.delete(&template).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_that_was_to_be_canceled_is_a_canceled_run() {
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
    let process = process_with(&run_of(cloud.root())).await;
    kill_process(process, Signal::STOP).unwrap();
    cloud.post(&format!("{template}/cancel")).await.expect(202);
    kill_process(process, Signal::KILL).unwrap();
    assert_eq!(cloud.follow(&run).await.text("/status"), "Canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_outlives_the_service_that_started_it() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["true"])]}))
        .await;
    let second = cloud.beside();
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    drop(cloud);
    assert_eq!(second.follow(&run).await.text("/status"), "Succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_worker_was_never_started_is_started_by_the_next_service() {
    let cloud = Cloud::with(|options| options.worker_program = "/bin/true".into());
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    let second = cloud.beside();
    assert_eq!(second.follow(&run).await.text("/status"), "Succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_program_that_does_nothing_is_started_twice_and_no_more() {
    let cloud = Cloud::with(|options| options.worker_program = "/bin/true".into());
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let ran = cloud.run(&template).await;
    let message = ran.text("/properties/lastRunStatus/message");
    assert!(message.contains("died in the phase Queued"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_program_that_is_not_there_fails_the_run_by_its_name() {
    let cloud = Cloud::with(|options| options.worker_program = "/no/such/program".into());
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let ran = cloud.run(&template).await;
    let message = ran.text("/properties/lastRunStatus/message");
    assert!(message.contains("/no/such/program"), "{message}");
}

#[test]
fn a_submission_that_a_dying_service_left_is_carried_on_by_the_next() {
    let first = Cloud::new();
    let second = first.beside();
    // A server that accepts and never answers keeps the job in the middle.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let script = format!("http://{}/never", server.local_addr().unwrap());
    // A runtime that ends at once, as the provider does when it is killed: the answer was given, the job was not done.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (id, made) = runtime.block_on(async {
        let group = first.group("g").await;
        let id = template_id(&group, "t");
        let slow = json!({"customize": [{"type": "Shell", "scriptUri": script}]});
        let made = first.put(&id, template_body(slow)).await.expect(201);
        (id, made)
    });
    runtime.shutdown_background();
    drop(server);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        assert_eq!(second.get(&id).await.text("/properties/provisioningState"), "Creating");
        assert_eq!(second.follow(&made).await.text("/status"), "Failed");
        let template = second.get(&id).await;
        assert!(
            template.text("/properties/provisioningError/message").contains(&script),
            "{}",
            template.body
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_its_lock_does_nothing() {
    let cloud = Cloud::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"))
        .args(["worker", "--root"])
        .arg(cloud.root())
        .args(["--run", "00000000-0000-0000-0000-000000000001"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("hands it the lock of the run"),
        "{output:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_file_without_an_operation_in_progress_is_removed() {
    let cloud = Cloud::new();
    let lock = cloud
        .root()
        .join("operations/00000000-0000-0000-0000-000000000001.lock");
    std::fs::write(&lock, "").unwrap();
    cloud.group("g").await;
    assert!(!lock.exists());
}
