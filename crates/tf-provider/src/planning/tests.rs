#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::Model;
use crate::attr::Attr;
use crate::path;
use crate::path::Path;
use crate::rules::{check_applied, check_plan};
use crate::value::Value;

/// A machine.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Machine {
    /// Name.
    #[attribute(required, replace, same = loosely)]
    name: Attr<String>,
    /// Size.
    #[attribute(default = "small", replace)]
    size: Attr<String>,
    /// Disks.
    #[attribute(optional)]
    disks: Attr<Vec<Attr<Disk>>>,
    /// Zone.
    #[attribute(optional, computed, replace)]
    zone: Attr<String>,
    /// Secret.
    #[attribute(optional, write_only)]
    secret: Attr<String>,
    /// Id.
    #[attribute(computed, keep)]
    id: Attr<String>,
    /// Changed.
    #[attribute(computed)]
    changed: Attr<String>,
}

/// A disk.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Disk {
    /// Kind.
    #[attribute(optional, replace)]
    kind: Attr<String>,
    /// Gigabytes.
    #[attribute(default = 1)]
    size: Attr<i64>,
    /// Serial.
    #[attribute(computed, keep)]
    serial: Attr<String>,
}

fn loosely(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn disk(kind: &str, serial: Attr<String>) -> Attr<Disk> {
    Attr::Known(Disk {
        kind: kind.into(),
        size: Attr::Null,
        serial,
    })
}

fn prior() -> Machine {
    Machine {
        name: "one".into(),
        size: "small".into(),
        disks: Attr::Known(vec![Attr::Known(Disk {
            kind: "a".into(),
            size: 1.into(),
            serial: "s1".into(),
        })]),
        zone: "z".into(),
        secret: Attr::Null,
        id: "i".into(),
        changed: "yesterday".into(),
    }
}

/// The configuration that led to [`prior`], and Terraform's proposal for it.
fn config() -> Machine {
    Machine {
        name: "one".into(),
        disks: Attr::Known(vec![disk("a", Attr::Null)]),
        secret: "x".into(),
        ..Machine::default()
    }
}

fn planned(prior: Option<&Machine>, proposed: &Machine, config: &Machine) -> (Machine, bool, Vec<Path>) {
    let prior = prior.map(Model::to_value);
    let config = config.to_value();
    let proposal = propose(Machine::attributes(), prior.as_ref(), proposed.to_value(), &config);
    let null = Value::Null;
    let violations = check_plan(
        Machine::attributes(),
        prior.as_ref().unwrap_or(&null),
        &config,
        &proposal.planned,
    );
    assert_eq!(violations, []);
    let replace = prior
        .as_ref()
        .map(|prior| replacements(Machine::attributes(), prior, &proposal.planned, &config))
        .unwrap_or_default();
    (
        Machine::from_value(&proposal.planned).unwrap(),
        proposal.differs,
        replace,
    )
}

#[test]
fn a_create_takes_defaults_and_leaves_everything_computed_to_apply() {
    let (planned, differs, _) = planned(None, &config(), &config());
    assert!(differs);
    assert_eq!(planned.size, "small".into());
    assert_eq!(planned.secret, Attr::Null);
    assert_eq!(
        (planned.id, planned.zone, planned.changed),
        (Attr::Unknown, Attr::Unknown, Attr::Unknown)
    );
    let expected = Disk {
        kind: "a".into(),
        size: 1.into(),
        serial: Attr::Unknown,
    };
    assert_eq!(planned.disks, Attr::Known(vec![Attr::Known(expected)]));
}

#[test]
fn nothing_changed_is_planned_as_the_prior_state() {
    let (planned, differs, replace) = planned(Some(&prior()), &prior(), &config());
    assert_eq!((planned, differs, replace), (prior(), false, vec![]));
}

#[test]
fn another_spelling_is_planned_without_touching_what_is_computed() {
    let (mut proposed, mut config) = (prior(), config());
    proposed.name = "ONE".into();
    config.name = "ONE".into();
    let (planned, differs, replace) = planned(Some(&prior()), &proposed, &config);
    assert_eq!((planned, differs, replace), (proposed, false, vec![]));
}

#[test]
fn an_update_keeps_what_is_marked_so_and_leaves_the_rest_to_apply() {
    let (mut proposed, mut config) = (prior(), config());
    let kept = Attr::Known(Disk {
        kind: "a".into(),
        size: 1.into(),
        serial: "s1".into(),
    });
    proposed.disks = Attr::Known(vec![kept.clone(), disk("b", Attr::Null)]);
    config.disks = Attr::Known(vec![disk("a", Attr::Null), disk("b", Attr::Null)]);
    let (planned, differs, replace) = planned(Some(&prior()), &proposed, &config);
    assert!(differs);
    assert_eq!(planned.id, "i".into());
    assert_eq!((planned.changed, planned.zone), (Attr::Unknown, Attr::Unknown));
    let added = Attr::Known(Disk {
        kind: "b".into(),
        size: 1.into(),
        serial: Attr::Unknown,
    });
    assert_eq!(planned.disks, Attr::Known(vec![kept, added]));
    assert_eq!(replace, [path!("disks"[1]."kind")]);
}

#[test]
fn a_difference_an_unknown_value_and_a_return_to_the_default_force_replacement() {
    let (mut proposed, mut config) = (prior(), config());
    proposed.name = Attr::Unknown;
    config.name = Attr::Unknown;
    let (_, _, replace) = planned(Some(&prior()), &proposed, &config);
    assert_eq!(replace, [path!("name")]);

    let mut large = prior();
    large.size = "large".into();
    let (back, _, replace) = planned(Some(&large), &large, &self::config());
    assert_eq!((back.size, replace), ("small".into(), vec![path!("size")]));
}

#[test]
fn what_the_provider_fills_in_never_forces_replacement() {
    let (mut proposed, mut config) = (prior(), config());
    config.disks = Attr::Null;
    proposed.disks = Attr::Null;
    let (planned, _, replace) = planned(Some(&prior()), &proposed, &config);
    assert_eq!(planned.zone, Attr::Unknown);
    assert_eq!(replace, [path!("disks"[0]."kind")]);
}

#[test]
fn broken_plans_and_results_are_found() {
    let (config, mut wrong) = (config().to_value(), prior());
    wrong.name = "two".into();
    wrong.secret = "x".into();
    wrong.disks = Attr::Known(vec![]);
    let paths: Vec<String> = check_plan(Machine::attributes(), &Value::Null, &config, &wrong.to_value())
        .into_iter()
        .map(|violation| violation.path.to_string())
        .collect();
    assert_eq!(paths, ["name", "disks", "secret"]);

    let mut result = prior();
    result.id = Attr::Unknown;
    result.size = "large".into();
    let paths: Vec<String> = check_applied(Machine::attributes(), &prior().to_value(), &result.to_value())
        .into_iter()
        .map(|violation| violation.path.to_string())
        .collect();
    assert_eq!(paths, ["size", "id"]);
}
