//! VHDs outside the root: where they may go, and which files they may replace.

use serde_json::{Value, json};

use crate::client::{Cloud, file_uri, message, output, shell, state};

fn to(uri: &str) -> Value {
    json!({"distribute": [{"type": "VHD", "runOutputName": "vhd", "uri": uri}], "customize": [shell(&["true"])]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_somebody_else_is_left_alone() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let path = cloud.folder().join("image.vhd");
    std::fs::write(&path, "precious").unwrap();
    let template = cloud.template(&group, "t", to(&file_uri(&path))).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert_eq!(
        ran.text("/properties/lastRunStatus/runSubState"),
        "Building",
        "before a step is carried out"
    );
    assert!(
        message(&ran).contains("image.vhd exists, and no run has written it"),
        "{}",
        message(&ran)
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wrote_into_the_file_of_a_run_is_left_alone() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let path = cloud.folder().join("image.vhd");
    let template = cloud.template(&group, "t", to(&file_uri(&path))).await;
    assert_eq!(state(&cloud.run(&template).await), "Succeeded");
    std::fs::write(&path, "precious").unwrap();
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(message(&ran).contains("as it is"), "{}", message(&ran));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_replaces_what_an_earlier_one_has_written_even_of_a_template_that_is_gone() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let path = cloud.folder().join("image.vhd");
    let first = cloud.template(&group, "first", to(&file_uri(&path))).await;
    for _ in 0..2 {
        let ran = cloud.run(&first).await;
        assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    }
    let accepted = cloud.delete(&first).await.expect(202);
    cloud.follow(&accepted).await;
    assert!(path.is_file());
    let second = cloud.template(&group, "second", to(&file_uri(&path))).await;
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    assert_eq!(
        output(&cloud, &second, "vhd").await.text("/properties/artifactUri"),
        file_uri(&path)
    );
    let left: Vec<_> = std::fs::read_dir(cloud.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "the root and the VHD: {left:?}");
    // A copy that somebody has put in its place is theirs.
    std::fs::write(cloud.folder().join("copy"), "mine").unwrap();
    std::fs::rename(cloud.folder().join("copy"), &path).unwrap();
    assert_eq!(state(&cloud.run(&second).await), "Failed");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_where_no_vhd_can_be_is_told_with_its_reason() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let in_root = file_uri(&cloud.root().join("images/image.vhd"));
    let folder = file_uri(cloud.folder());
    let nowhere = file_uri(&cloud.folder().join("no/folder/image.vhd"));
    let around = file_uri(
        &cloud
            .root()
            .join("../x/../")
            .join(cloud.root().file_name().unwrap())
            .join("image.vhd"),
    );
    std::fs::create_dir(cloud.folder().join("x")).unwrap();
    std::os::unix::fs::symlink(cloud.root(), cloud.folder().join("link")).unwrap();
    let linked = file_uri(&cloud.folder().join("link/image.vhd"));
    let slash = format!("{folder}/image.vhd/");
    for (name, uri, reason) in [
        ("relative", "file://relative/image.vhd", "three slashes"),
        ("pathless", "file:image.vhd", "is not a file:// URI"),
        ("root", in_root.as_str(), "is in the root folder of the local backend"),
        ("folder", folder.as_str(), "is a folder"),
        ("around", around.as_str(), "is in the root folder of the local backend"),
        ("linked", linked.as_str(), "is in the root folder of the local backend"),
        ("slash", slash.as_str(), "is a folder"),
    ] {
        let template = cloud.template(&group, name, to(uri)).await;
        let ran = cloud.run(&template).await;
        assert_eq!(state(&ran), "Failed", "{name}");
        let phase = ran.text("/properties/lastRunStatus/runSubState");
        assert_eq!(phase, "Building", "{name}: before a step is carried out");
        assert!(message(&ran).contains(reason), "{name}: {}", message(&ran));
    }
    let template = cloud.template(&group, "nowhere", to(&nowhere)).await;
    let ran = cloud.run(&template).await;
    assert!(
        message(&ran).contains("no/folder, which is not there"),
        "{}",
        message(&ran)
    );
}
