//! Connections that break, gateways that give up, tokens that are refused, a provider that is killed while an answer is on its way: the
//! far end is `serve`, whatever the other tests use, and its record of requests shows that nothing was done twice.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::backend::Backend;
use crate::harness::configuration::Golden;
use crate::harness::process::wait_until;
use crate::harness::workspace::{Machine, Workspace};

const TEMPLATE_ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/golden";

const IMAGE_ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden/images/base";

/// Longer than any command of the tests.
const NEVER: u64 = 3_600_000;

#[test]
fn what_is_lost_on_the_way_is_looked_for_and_not_done_again() {
    let workspace = on_azure(&json!([
        { "method": "PUT", "path": "/galleries/golden$", "nth": 1, "fault": "truncated" },
        { "method": "PUT", "path": "/images/base$", "nth": 1, "fault": "reset_before" },
        { "method": "PUT", "path": "/imageTemplates/golden$", "nth": 1, "fault": "reset_after" },
        { "method": "POST", "path": "/run$", "nth": 1, "fault": "gateway_timeout_after" },
        { "method": "DELETE", "path": "/imageTemplates/golden$", "nth": 1, "fault": "gateway_timeout_after" },
        { "method": "GET", "path": "/operations/", "nth": 2, "times": 2, "fault": "unavailable" },
        { "method": "GET", "path": "/runOutputs$", "nth": 1, "fault": "truncated" },
        { "method": "GET", "path": "/imageTemplates/golden$", "nth": 1, "fault": "expired_token" },
        { "method": "GET", "every": 7, "fault": "throttled" },
    ]));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1);
    assert_eq!(workspace.machine.gallery_versions().len(), 1);

    workspace.destroy();
    assert_eq!(workspace.machine.staging_groups(), [""; 0], "nothing is left over");
    // That every fault came, and that nothing was asked a second time. A connection that was cut has no status.
    let changes = [
        ("PUT", "/images/base", json!([null, 201])),
        ("PUT", TEMPLATE_ID, json!([null])),
        ("POST", "/run", json!([504])),
        ("DELETE", TEMPLATE_ID, json!([504])),
    ];
    for (method, path, statuses) in changes {
        assert_eq!(json!(answered(&workspace, method, path)), statuses, "{method} {path}");
    }
    for (path, status) in [("/operations/*", 503), (TEMPLATE_ID, 401), ("", 429)] {
        let statuses = answered(&workspace, "GET", path);
        assert!(statuses.contains(&json!(status)), "GET {path}: {statuses:?}");
    }
}

#[test]
fn a_provider_that_is_killed_or_interrupted_while_an_answer_is_on_its_way_has_done_it_once() {
    let workspace = on_azure(&json!([
        { "method": "PUT", "path": "/imageTemplates/golden$", "nth": 1, "fault": "slow", "delay_ms": NEVER },
        { "method": "POST", "path": "/run$", "nth": 1, "fault": "slow", "delay_ms": NEVER },
        { "method": "DELETE", "path": "/imageTemplates/golden$", "nth": 1, "fault": "slow", "delay_ms": NEVER },
        { "method": "DELETE", "path": "/images/base$", "nth": 1, "fault": "slow", "delay_ms": NEVER },
    ]));
    let service = workspace.machine.service();
    let template = || service.send(http::Method::GET, TEMPLATE_ID, None);
    killed(&workspace, "apply", "the template is there", || {
        template().status == 200
    });
    killed(&workspace, "apply", "the template is run", || {
        !template().body["properties"]["lastRunStatus"].is_null()
    });
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1, "it was taken over, not doubled");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);

    killed(&workspace, "destroy", "the template is gone", || {
        template().status == 404
    });
    let interrupted = workspace.start(&["destroy", "-auto-approve", "-input=false", "-json"]);
    wait_until("the gallery image is gone", || {
        let image = service.send(http::Method::GET, IMAGE_ID, None);
        (image.status == 404).then_some(())
    });
    interrupted.interrupt();
    interrupted.answer().failed();
    workspace.destroy();
    assert_eq!(workspace.machine.staging_groups(), [""; 0], "nothing is left over");
    let changes = [
        ("PUT", TEMPLATE_ID),
        ("POST", "/run"),
        ("DELETE", TEMPLATE_ID),
        ("DELETE", IMAGE_ID),
    ];
    for (method, path) in changes {
        let again = answered(&workspace, method, path);
        assert_eq!(
            again,
            <[Value; 0]>::default(),
            "{method} {path}: only answered requests are recorded"
        );
    }
}

fn on_azure(faults: &Value) -> Workspace {
    let machine = Machine::with_backend(Backend::Azure);
    machine.fail_requests(faults);
    let workspace = Workspace::on(&Arc::new(machine));
    workspace.configure(Golden::new().run("on_destroy = \"delete_images\"").configuration());
    workspace.init();
    workspace
}

/// Starts a command and kills the provider when a condition holds.
fn killed(workspace: &Workspace, command: &str, what: &str, condition: impl Fn() -> bool) {
    let running = workspace.start(&[command, "-auto-approve", "-input=false", "-json"]);
    wait_until(what, || condition().then_some(()));
    running.kill_provider();
    running.answer().failed();
}

/// The statuses of such requests, in their order; null is a connection that was cut.
fn answered(workspace: &Workspace, method: &str, path_end: &str) -> Vec<Value> {
    let record = fs::read_to_string(workspace.machine.record_of_requests()).unwrap();
    let lines = record.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let fits = |line: &Value| {
        let path = line["path"].as_str().unwrap_or_default().to_lowercase();
        line["method"] == method && path.ends_with(&path_end.to_lowercase())
    };
    lines.filter(fits).map(|line| line["status"].clone()).collect()
}
