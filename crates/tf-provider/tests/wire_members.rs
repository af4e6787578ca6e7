//! Members of bodies that are not what their attribute is: words for a bool, constants, elements with names, and what only the
//! service knows.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use tf_provider::{Attr, Model, wire};

/// A build.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Build {
    /// Start at once.
    #[attribute(optional, wire = "autoRun.state", words = ("Enabled", "Disabled"), service_default = false)]
    auto_run: Attr<bool>,
    /// Workload.
    #[attribute(optional, wire = "optimize.workload", constant = ("state", "Enabled"))]
    workload: Attr<Workload>,
    /// Most updates.
    #[attribute(optional, wire = "limit", service_default = 0 | 1000)]
    limit: Attr<i64>,
    /// Exit codes.
    #[attribute(optional, wire = "codes", service_default = [0])]
    codes: Attr<Vec<Attr<i64>>>,
    /// Targets.
    #[attribute(optional, wire = "targets")]
    targets: Attr<Vec<Attr<Target>>>,
}

/// A workload.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Workload {
    /// Script.
    #[attribute(optional, wire = "script")]
    script: Attr<String>,
}

/// A target.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Target {
    /// Name.
    #[attribute(required, identifies, wire = "name", same = loosely)]
    name: Attr<String>,
    /// Disk.
    #[attribute(optional, variant = "Disk")]
    disk: Attr<Disk>,
}

/// A disk.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Disk {
    /// Size.
    #[attribute(optional, wire = "profile.size")]
    size: Attr<i64>,
    /// Cache.
    #[attribute(optional, wire = "profile.cache")]
    cache: Attr<String>,
}

fn loosely(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn target(name: &str, size: i64) -> Attr<Target> {
    let disk = Disk {
        size: Attr::Known(size),
        ..Disk::default()
    };
    Attr::Known(Target {
        name: Attr::from(name),
        disk: Attr::Known(disk),
    })
}

fn read(body: &serde_json::Value, prior: Option<&Build>) -> Build {
    wire::decode(body, prior).unwrap()
}

#[test]
fn a_bool_is_written_and_read_as_its_words() {
    let on = Build {
        auto_run: Attr::Known(true),
        ..Build::default()
    };
    assert_eq!(wire::encode(&on), json!({ "autoRun": { "state": "Enabled" } }));
    assert_eq!(read(&json!({ "autoRun": { "state": "enabled" } }), None), on);
    assert_eq!(
        read(&json!({ "autoRun": { "state": "Disabled" } }), None),
        Build::default()
    );
    let error = wire::decode::<Build>(&json!({ "autoRun": { "state": "Sometimes" } }), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "auto_run: expected \"Enabled\" or \"Disabled\", the service answered a string"
    );
}

#[test]
fn an_object_with_a_constant_is_there_only_where_that_is() {
    let workload = Workload {
        script: Attr::from("x"),
    };
    let with = Build {
        workload: Attr::Known(workload),
        ..Build::default()
    };
    let body = json!({ "optimize": { "workload": { "state": "Enabled", "script": "x" } } });
    assert_eq!(wire::encode(&with), body);
    assert_eq!(read(&body, None), with);
    let off = json!({ "optimize": { "workload": { "state": "Disabled", "script": "x" } } });
    assert_eq!(read(&off, Some(&with)), Build::default());
}

#[test]
fn all_defaults_of_the_service_mean_the_same() {
    let written = |limit, codes: &[i64]| Build {
        limit,
        codes: Attr::Known(codes.iter().copied().map(Attr::Known).collect()),
        ..Build::default()
    };
    let shown = json!({ "limit": 1000, "codes": [0] });
    assert_eq!(read(&shown, None), Build::default());
    for prior in [written(Attr::Known(0), &[0]), written(Attr::Known(1000), &[])] {
        assert_eq!(read(&shown, Some(&prior)), prior, "the user's way of saying it stays");
        assert_eq!(read(&json!({}), Some(&prior)), prior);
        assert_eq!(wire::encode_changes(&prior, &Build::default()), None);
    }
    assert_eq!(
        read(&json!({ "codes": [0, 3010] }), None),
        written(Attr::Null, &[0, 3010])
    );
}

#[test]
fn elements_with_names_keep_the_order_in_which_they_were_written() {
    let written = Build {
        targets: Attr::Known(vec![target("B", 1), target("a", 2)]),
        ..Build::default()
    };
    let shown = json!({ "targets": [
        { "type": "Disk", "name": "new", "profile": { "size": 3 } },
        { "type": "Disk", "name": "a", "profile": { "size": 2 } },
        { "type": "Disk", "name": "b", "profile": { "size": 1 } },
    ] });
    let expected = vec![target("B", 1), target("a", 2), target("new", 3)];
    assert_eq!(read(&shown, Some(&written)).targets, Attr::Known(expected));
}

#[test]
fn what_only_the_service_knows_survives_and_what_was_taken_away_does_not() {
    let planned = Build {
        targets: Attr::Known(vec![target("a", 2), target("another", 1)]),
        ..Build::default()
    };
    let mut changes = wire::encode(&planned);
    let shown = json!({ "state": "Succeeded", "targets": [
        { "type": "Tape", "name": "another", "future": 1 },
        { "type": "Disk", "name": "A", "future": { "x": 1 }, "profile": { "size": 9, "cache": "old", "tier": "P10" } },
    ] });
    wire::keep_unknown::<Build>("targets", &mut changes, &shown);
    let expected = json!({ "targets": [
        { "type": "Disk", "name": "a", "future": { "x": 1 }, "profile": { "size": 2, "tier": "P10" } },
        { "type": "Disk", "name": "another", "profile": { "size": 1 } },
    ] });
    assert_eq!(changes, expected);
    let mut nothing = json!({});
    wire::keep_unknown::<Build>("targets", &mut nothing, &shown);
    assert_eq!(nothing, json!({}));
}
