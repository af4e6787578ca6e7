//! Many at once.

use crate::harness::configuration::{GALLERY, Golden, HEAD};
use crate::harness::workspace::Workspace;

const MANY: usize = 20;

#[test]
fn twenty_templates_with_runs_succeed_in_one_apply() {
    let workspace = Workspace::with(many("t", MANY));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), MANY);
    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}

#[test]
fn two_terraform_processes_share_one_local_root() {
    let first = Workspace::with(many("a", MANY / 2));
    let second = first.beside();
    // The second brings its own group and gallery, under other names.
    let renamed = many("b", MANY / 2)
        .replace("\"images\"\n", "\"others\"\n")
        .replace("\"golden\"\n", "\"other\"\n");
    second.configure(renamed);
    second.init();

    let (one, two) = (first.start_apply(), second.start_apply());
    one.answer().succeeded();
    two.answer().succeeded();
    first.assert_nothing_to_do();
    second.assert_nothing_to_do();
    assert_eq!(first.machine.gallery_versions().len(), MANY);
}

fn many(prefix: &str, count: usize) -> String {
    let templates: String = (0..count)
        .map(|number| {
            Golden::new()
                .named(&format!("{prefix}{number}"))
                .shell("step", &[&format!("echo {number} > /etc/number")])
                .run("on_destroy = \"delete_images\"")
                .resources()
        })
        .collect();
    format!("{HEAD}{GALLERY}{templates}")
}
