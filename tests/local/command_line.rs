//! The command line beside a service on the same root: what a person sees of runs and images, and takes out.

use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::client::{Answer, Cloud, output, shell, state};

/// The binary on the cloud's root.
fn command(cloud: &Cloud, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
    command.arg("--root").arg(cloud.root()).args(arguments);
    command.stdin(Stdio::null());
    command
}

/// Runs the binary beside the runtime, which has to serve in the meantime.
async fn ran(cloud: &Cloud, arguments: &[&str]) -> Output {
    let mut command = command(cloud, arguments);
    tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap()
}

async fn json_of(cloud: &Cloud, arguments: &[&str]) -> Value {
    let output = ran(cloud, arguments).await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn newest_run(cloud: &Cloud) -> String {
    let runs = json_of(cloud, &["runs", "list", "--json"]).await;
    runs[0]["id"].as_str().unwrap().to_owned()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn following_a_log_ends_with_the_run_and_misses_nothing() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let customize = json!([shell(&["echo one; sleep 1; echo two"]), shell(&["echo three; exit 7"])]);
    let template = cloud.template(&group, "t", json!({ "customize": customize })).await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    let id = newest_run(&cloud).await;
    // The log need not be there yet.
    let followed = ran(&cloud, &["runs", "log", "--follow", &id]).await;
    assert!(followed.status.success(), "{followed:?}");
    assert_eq!(cloud.follow(&run).await.text("/status"), "Failed");
    let whole = ran(&cloud, &["runs", "log", &id]).await;
    assert_eq!(said(&followed.stdout), said(&whole.stdout));
    assert!(said(&whole.stdout).contains("three"), "{whole:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn following_ends_when_the_reader_goes() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(
            &group,
            "t",
            json!({"customize": [shell(&["while true; do echo tick; sleep 0.1; done"])]}),
        )
        .await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    let id = newest_run(&cloud).await;
    let mut following = command(&cloud, &["runs", "log", "-f", &id])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(following.stdout.take());
    let ended = tokio::task::spawn_blocking(move || following.wait())
        .await
        .unwrap()
        .unwrap();
    assert!(ended.success(), "{ended}");
    cloud.post(&format!("{template}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&run).await.text("/status"), "Canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_came_to_no_step_has_its_reason_in_the_log() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({"buildTimeoutInMinutes": 5})).await;
    assert_eq!(state(&cloud.run(&template).await), "Failed");
    let id = newest_run(&cloud).await;
    for arguments in [&["runs", "log", &id][..], &["runs", "log", "--follow", &id]] {
        let output = ran(&cloud, arguments).await;
        assert!(output.status.success(), "{output:?}");
        assert!(
            said(&output.stdout).contains("buildTimeoutInMinutes is 5"),
            "{output:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_before_its_turn_says_that_it_has_no_log() {
    let cloud = Cloud::with(|options| options.max_parallel_runs = NonZeroUsize::new(1));
    let group = cloud.group("g").await;
    let sleeping = json!({"customize": [shell(&["sleep 600"])]});
    let first = cloud.template(&group, "first", sleeping).await;
    let running = cloud.post(&format!("{first}/run")).await.expect(202);
    let customizes = |now: &Answer| now.text("/properties/lastRunStatus/runSubState") == "Customizing";
    cloud.until(&first, customizes).await;
    let second = cloud.template(&group, "second", json!({})).await;
    let waiting = cloud.post(&format!("{second}/run")).await.expect(202);
    let id = newest_run(&cloud).await;
    for (template, run) in [(&second, &waiting), (&first, &running)] {
        cloud.post(&format!("{template}/cancel")).await.expect(202);
        assert_eq!(cloud.follow(run).await.text("/status"), "Canceled");
    }
    for arguments in [&["runs", "log", &id][..], &["runs", "log", "--follow", &id]] {
        let output = ran(&cloud, arguments).await;
        assert!(!output.status.success(), "{output:?}");
        assert!(
            said(&output.stderr).contains("ended as Canceled before it wrote a log"),
            "{output:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shown_run_lists_its_steps_with_outcome_and_time() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let failing = json!({"type": "Shell", "name": "breaks", "inline": ["exit 3"]});
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["true"]), failing]}))
        .await;
    cloud.run(&template).await;
    let id = newest_run(&cloud).await;
    let shown = json_of(&cloud, &["runs", "show", &id, "--json"]).await;
    let steps = shown["steps"].as_array().unwrap();
    let customizers: Vec<&Value> = steps.iter().filter(|step| step["stage"] == "customize").collect();
    assert_eq!(customizers[0]["outcome"], "succeeded", "{shown}");
    assert_eq!(
        (
            &customizers[1]["name"],
            &customizers[1]["outcome"],
            &customizers[1]["exit_code"]
        ),
        (&json!("breaks"), &json!("failed"), &json!(3)),
        "{shown}"
    );
    assert!(customizers[1]["seconds"].as_f64().unwrap() > 0.0, "{shown}");
    let phases: Vec<&Value> = shown["phases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phase| &phase["phase"])
        .collect();
    assert_eq!(phases, ["Building", "Customizing"], "{shown}");
    assert_eq!(shown["asked_by"], "User", "{shown}");
    let text = said(&ran(&cloud, &["runs", "show", &id]).await.stdout);
    assert!(text.contains("customize 2") && text.contains("breaks"), "{text}");
    let table = said(&ran(&cloud, &["runs", "list"]).await.stdout);
    assert!(
        table.starts_with("RUN ") && table.contains("ASKED BY") && table.contains(" User "),
        "{table}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_image_equals_the_disk_and_overwrites_nothing() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let distribute = json!([
        {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image},
        {"type": "VHD", "runOutputName": "vhd"},
    ]);
    let template = cloud
        .template(
            &group,
            "t",
            json!({"customize": [shell(&["echo exported > /etc/exported"])], "distribute": distribute}),
        )
        .await;
    assert_eq!(state(&cloud.run(&template).await), "Succeeded");
    let images = json_of(&cloud, &["images", "list", "--json"]).await;
    let (id, disk) = (images[0]["id"].as_str().unwrap(), images[0]["disk"].as_str().unwrap());
    let vhd = output(&cloud, &template, "vhd").await;
    let vhd = vhd.text("/properties/artifactUri").strip_prefix("file://").unwrap();

    for (format, original) in [("raw", disk), ("vhd", vhd)] {
        let file = cloud.folder().join(format);
        let arguments = ["images", "export", id, file.to_str().unwrap(), "--format", format];
        let exported = ran(&cloud, &arguments).await;
        assert!(exported.status.success(), "{exported:?}");
        let (copy, original) = (fs::metadata(&file).unwrap(), fs::metadata(original).unwrap());
        assert_eq!(copy.permissions().mode() & 0o777, 0o600);
        assert!(copy.blocks() <= original.blocks() + 64, "{copy:?} of {original:?}");
        let again = ran(&cloud, &arguments).await;
        assert!(!again.status.success(), "{again:?}");
        assert!(said(&again.stderr).contains("exists already"), "{again:?}");
    }
    assert!(fs::read(cloud.folder().join("raw")).unwrap() == fs::read(disk).unwrap());
    assert!(fs::read(cloud.folder().join("vhd")).unwrap() == fs::read(vhd).unwrap());

    let tar = cloud.folder().join("tree.tar");
    // The file's name alone says what is wanted.
    let exported = ran(&cloud, &["images", "export", id, tar.to_str().unwrap()]).await;
    assert!(exported.status.success(), "{exported:?}");
    let listing = Command::new("tar").arg("-tf").arg(&tar).output().unwrap();
    assert!(
        said(&listing.stdout).lines().any(|line| line == "./etc/exported"),
        "{listing:?}"
    );
    let left: Vec<String> = fs::read_dir(cloud.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".partial"))
        .collect();
    assert_eq!(left, <[String; 0]>::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_there_is_not_exported() {
    let cloud = Cloud::new();
    let file = cloud.folder().join("x.raw");
    let output = ran(
        &cloud,
        &["images", "export", "/subscriptions/none", file.to_str().unwrap()],
    )
    .await;
    assert!(!output.status.success(), "{output:?}");
    assert!(said(&output.stderr).contains("/subscriptions/none"), "{output:?}");
    assert!(!file.exists());
}

#[test]
fn the_doctor_makes_a_root_that_nobody_else_can_look_into() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
    let output = doctor.arg("--root").arg(&root).arg("doctor").output().unwrap();
    let mode = fs::metadata(&root).map(|root| root.permissions().mode() & 0o777);
    assert_eq!(mode.unwrap(), 0o700, "{output:?}");
}
