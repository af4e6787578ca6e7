//! States that are not of this build's making: of the release before, of a newer one, and damaged ones.
//!
//! `states/<release>/` holds what that release wrote: the configuration, the state that its apply left, and the database of
//! its local root as SQL. It is never edited; a release that changes the form of states adds a folder.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::backend::LocalOnly;
use crate::harness::configuration::{Golden, TEMPLATE};
use crate::harness::state::file_of;
use crate::harness::workspace::Workspace;

/// What a release left behind.
struct Legacy {
    configuration: &'static str,
    state: &'static str,
    root: &'static str,
}

const RELEASE_0_1_0: Legacy = Legacy {
    configuration: include_str!("states/0.1.0/main.tf"),
    state: include_str!("states/0.1.0/terraform.tfstate"),
    root: include_str!("states/0.1.0/root.sql"),
};

/// Where the releases had their local root when they wrote these files.
const FORMER_ROOT: &str = "/srv/imagebuilder/root";

impl Legacy {
    /// A working folder and a local root as the release left them, but that VHDs are empty files and the disks of images are
    /// not there: only a build would read them. The root has its id in the database, so that it is the same in another folder.
    fn restored(&self) -> Workspace {
        let workspace = Workspace::with(self.configuration);
        let root = workspace.machine.root();
        let here = |text: &str| text.replace(FORMER_ROOT, root.to_str().unwrap());
        fs::DirBuilder::new().mode(0o700).create(&root).unwrap();
        let database = root.join("imagebuilder.sqlite3");
        Connection::open(&database)
            .unwrap()
            .execute_batch(&here(self.root))
            .unwrap();
        fs::set_permissions(&database, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(workspace.state_file(), here(self.state)).unwrap();
        for vhd in here(self.state).split('"').filter(|text| text.ends_with(".vhd")) {
            let vhd = file_of(vhd);
            fs::create_dir_all(vhd.parent().unwrap()).unwrap();
            fs::write(vhd, b"").unwrap();
        }
        workspace
    }
}

#[test]
fn the_plan_after_an_upgrade_from_the_release_before_is_empty_and_refreshing_changes_no_attribute() {
    if LocalOnly::FormerRelease.is_left_out() {
        return;
    }
    let workspace = RELEASE_0_1_0.restored();
    let written = read_state(&workspace);
    workspace.assert_nothing_to_do();
    let refreshed = workspace.terraform(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]);
    assert!(refreshed.succeeded, "{refreshed}");

    let (before, after) = (instances(&written), instances(&read_state(&workspace)));
    assert_eq!(before.len(), after.len());
    for ((address, before), (_, after)) in before.iter().zip(&after) {
        assert_kept(address, before, after);
    }
    workspace.assert_nothing_to_do();
}

#[test]
fn what_the_release_before_has_made_can_be_changed_and_destroyed() {
    if LocalOnly::FormerRelease.is_left_out() {
        return;
    }
    let workspace = RELEASE_0_1_0.restored();
    let changed = RELEASE_0_1_0
        .configuration
        .replace(r#"stage = "release""#, r#"stage = "after""#);
    workspace.configure(changed);
    let plan = workspace.plan();
    for address in plan.touched() {
        assert_eq!(plan.of(address).actions(), ["update"], "{address}: only tags changed");
    }
    assert!(plan.touched().contains(&"imagebuilder_image_template.full"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}

#[test]
fn a_state_of_a_newer_release_is_refused_and_kept() {
    let workspace = applied();
    let newer = edited(&workspace, |instance| instance["schema_version"] = json!(99));
    fs::write(workspace.state_file(), &newer).unwrap();
    let answer = workspace.try_plan();
    answer.failed();
    assert!(
        answer.output.stdout.contains("newer provider version"),
        "{}",
        answer.output
    );
    assert_eq!(read_state(&workspace), newer);
}

#[test]
fn what_a_state_has_beyond_the_schema_is_passed_over() {
    let workspace = applied();
    let extended = edited(&workspace, |instance| {
        instance["attributes"]["of_a_later_release"] = json!({ "deep": [1, null] });
        instance["attributes"]["distribute"][0]["of_a_later_release"] = json!("kept by nobody");
    });
    fs::write(workspace.state_file(), extended).unwrap();
    workspace.assert_nothing_to_do();
}

#[test]
fn what_a_nested_object_of_an_old_state_lacks_is_null() {
    let workspace = applied();
    let reduced = edited(&workspace, |instance| {
        let target = instance["attributes"]["distribute"][0].as_object_mut().unwrap();
        target.retain(|name, _| ["run_output_name", "vhd"].contains(&name.as_str()));
        let template = instance["attributes"].as_object_mut().unwrap();
        template.retain(|_, value| !value.is_null());
    });
    fs::write(workspace.state_file(), reduced).unwrap();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_damaged_state_is_an_error_that_names_the_attribute_and_loses_nothing() {
    let workspace = applied();
    let sound = read_state(&workspace);
    let (target, minutes) = ("\"run_output_name\": \"vhd\"", "\"build_timeout_minutes\": 30");
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let cases: [(&str, &str, &[u8], &str); 5] = [
        (target, "\"vhd\"", b"[\"vhd\"]", "distribute[0].run_output_name"),
        (target, "\"vhd\"", b"\"v\xffd\"", "distribute[0].run_output_name"),
        (minutes, "30", b"\"soon\"", "build_timeout_minutes"),
        (minutes, "30", b"1e999", "build_timeout_minutes"),
        (minutes, "30", deep.as_bytes(), "build_timeout_minutes"),
    ];
    for (attribute, value, damage, path) in cases {
        let at = sound
            .find(attribute)
            .unwrap_or_else(|| panic!("the state has no {attribute}"));
        let (end, start) = (at + attribute.len(), at + attribute.len() - value.len());
        let damaged = [&sound.as_bytes()[..start], damage, &sound.as_bytes()[end..]].concat();
        fs::write(workspace.state_file(), &damaged).unwrap();
        let answer = workspace.try_plan();
        let error = answer.fails_with(&["Stored state cannot be read", path]);
        assert!(
            error.address.as_deref().is_none_or(|address| address == TEMPLATE),
            "{error:?}"
        );
        assert_eq!(
            fs::read(workspace.state_file()).unwrap(),
            damaged,
            "the state is as it was"
        );
    }
    fs::write(workspace.state_file(), sound).unwrap();
    workspace.assert_nothing_to_do();
}

/// A template without a run, applied.
fn applied() -> Workspace {
    let golden = Golden::new()
        .without_run()
        .distribute(&[r#"{ run_output_name = "vhd", vhd = {} }"#])
        .template("build_timeout_minutes = 30");
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    workspace
}

fn read_state(workspace: &Workspace) -> String {
    fs::read_to_string(workspace.state_file()).unwrap()
}

/// The state with the template's instance changed.
fn edited(workspace: &Workspace, change: impl Fn(&mut Value)) -> String {
    let mut state: Value = serde_json::from_str(&read_state(workspace)).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        if resource["type"] == "imagebuilder_image_template" {
            change(&mut resource["instances"][0]);
        }
    }
    format!("{state:#}")
}

/// The attributes of every instance, by address.
fn instances(state: &str) -> Vec<(String, Value)> {
    let state: Value = serde_json::from_str(state).unwrap();
    let resources = state["resources"].as_array().unwrap();
    let instance = |resource: &Value| {
        let address = format!("{}.{}", resource["type"], resource["name"]);
        (address, resource["instances"][0]["attributes"].clone())
    };
    resources.iter().map(instance).collect()
}

/// Every attribute that the old state has is in the new one with the same value; what is new there is null.
fn assert_kept(path: &str, before: &Value, after: &Value) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, after) in after {
                match before.get(name) {
                    Some(before) => assert_kept(&format!("{path}.{name}"), before, after),
                    None => assert_eq!(*after, Value::Null, "{path}.{name} is new and has a value"),
                }
            }
            for name in before.keys() {
                assert!(after.contains_key(name), "{path}.{name} is gone");
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len(), "{path}");
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                assert_kept(&format!("{path}[{index}]"), before, after);
            }
        }
        (before, after) => assert_eq!(before, after, "{path}"),
    }
}
