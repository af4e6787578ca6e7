//! `kill -9` of the provider, of the worker, of both: the next apply takes over or goes on, and makes nothing twice.

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::process::{Running, kill_worker};
use crate::harness::slow_server::SlowServer;
use crate::harness::workspace::Workspace;

/// A step that a killed run never ends, and that ends by itself when it is left alone long enough.
const LONG: &str = "sleep 12";

const TEMPLATE_ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/golden";

#[test]
fn a_provider_killed_during_a_run_leaves_it_to_the_next_apply() {
    let workspace = Workspace::with(golden().configuration());
    let apply = start_and_wait_for_step(&workspace);
    apply.kill_provider();
    apply.answer().failed();

    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1, "the run that went on was taken over");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn a_worker_killed_during_a_run_is_a_failed_run_and_the_next_apply_runs_again() {
    let workspace = Workspace::with(golden().configuration());
    let apply = start_and_wait_for_step(&workspace);
    kill_worker(&workspace.machine.root());
    apply
        .answer()
        .fails_with(&["worker of the run died", "customization.log"]);
    assert!(workspace.state().of(RUN).tainted);
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());

    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn provider_and_worker_killed_during_a_run_are_made_good_by_the_next_apply() {
    let workspace = Workspace::with(golden().configuration());
    let apply = start_and_wait_for_step(&workspace);
    apply.kill_provider();
    kill_worker(&workspace.machine.root());
    apply.answer().failed();

    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(
        workspace.machine.runs().len(),
        2,
        "the dead run and the one in its place"
    );
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
    assert_eq!(partial_images(&workspace), 0, "nothing half-made is left");
}

#[test]
fn a_provider_killed_while_it_creates_a_template_is_taken_over_by_the_next_apply() {
    let server = SlowServer::start();
    let golden = Golden::new().step(&format!(
        "{{ shell = {{ script_uri = \"{}\" }} }}",
        server.uri("step.sh")
    ));
    let workspace = Workspace::with(golden.configuration());
    let apply = workspace.start_apply();
    server.wait_for_request();
    apply.kill_provider();
    apply.answer().failed();
    assert!(
        workspace.state().find(TEMPLATE).is_none(),
        "Terraform cannot know it yet"
    );

    server.answer_with("echo taken over > /etc/taken-over\n");
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn what_a_killed_provider_was_creating_is_imported_on_a_machine_that_has_no_note_of_it() {
    let server = SlowServer::start();
    let step = format!("{{ shell = {{ script_uri = \"{}\" }} }}", server.uri("step.sh"));
    let workspace = Workspace::with(Golden::new().step(&step).configuration());
    let apply = workspace.start_apply();
    server.wait_for_request();
    apply.kill_provider();
    apply.answer().failed();
    std::fs::remove_dir_all(workspace.machine.folder().join("state")).unwrap();

    server.answer_with("true\n");
    workspace
        .try_apply()
        .fails_with(&["terraform import imagebuilder_image_template.<name>", TEMPLATE_ID]);
    workspace.import(TEMPLATE, TEMPLATE_ID);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn a_provider_killed_during_a_run_again_leaves_it_to_the_next_apply() {
    let workspace = Workspace::with(Golden::new().shell("first", &["true"]).configuration());
    workspace.apply();
    workspace.configure(golden().configuration());
    let apply = start_and_wait_for_step(&workspace);
    apply.kill_provider();
    apply.answer().failed();

    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

fn golden() -> Golden {
    Golden::new().shell("long", &["echo the step is running", LONG])
}

fn start_and_wait_for_step(workspace: &Workspace) -> Running {
    let apply = workspace.start_apply();
    workspace.machine.wait_for_log("the step is running");
    apply
}

fn partial_images(workspace: &Workspace) -> usize {
    let partial = workspace.machine.root().join("images/.partial");
    std::fs::read_dir(partial).map_or(0, Iterator::count)
}
