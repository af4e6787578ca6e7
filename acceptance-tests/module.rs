//! The module `examples/modules/golden-image`: its own tests, and many images of it.

use crate::harness::installation::examples;
use crate::harness::workspace::Workspace;

/// A workspace in `folder` of a copy of `examples/`, initialized: configurations refer to modules by relative paths.
fn in_examples(folder: &str) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.copy_configuration(&examples());
    workspace.directory.push(folder);
    workspace.init();
    workspace
}

#[test]
fn the_tests_of_the_module_pass_and_leave_nothing_behind() {
    let workspace = in_examples("modules/golden-image");
    let output = workspace.terraform(&["test", "-no-color"]);
    assert!(output.succeeded, "terraform test failed: {output}");
    // Without test files `terraform test` succeeds, too.
    assert!(output.stdout.contains("Success!"), "{output}");
    for file in ["build", "variables"] {
        let passed = format!("tests/{file}.tftest.hcl... pass");
        assert!(output.stdout.contains(&passed), "{output}");
    }
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());
    assert_eq!(workspace.machine.staging_groups(), <[&str; 0]>::default());
}

#[test]
fn images_are_added_changed_and_taken_away_each_for_itself() {
    let workspace = in_examples("golden-images");
    let images = |images: &str| std::fs::write(workspace.directory.join("images.auto.tfvars"), images).unwrap();
    workspace.apply();
    workspace.assert_nothing_to_do();
    let first = workspace.state().output("version_ids").clone();
    assert_eq!(workspace.machine.gallery_versions().len(), 3, "{first}");

    images(
        r#"images = {
            base  = { description = "What every machine has" }
            web   = { description = "Serves pages", commands = ["sudo mkdir -p /srv/other"] }
            queue = { description = "Holds jobs" }
        }"#,
    );
    let touched = workspace.plan();
    let mut touched = touched.touched();
    touched.sort_unstable();
    assert_eq!(
        touched,
        [
            "module.image[\"queue\"].imagebuilder_gallery_image.this",
            "module.image[\"queue\"].imagebuilder_image_template.this",
            "module.image[\"queue\"].imagebuilder_image_template_run.this",
            "module.image[\"web\"].imagebuilder_image_template.this",
            "module.image[\"web\"].imagebuilder_image_template_run.this",
            "module.image[\"worker\"].imagebuilder_gallery_image.this",
            "module.image[\"worker\"].imagebuilder_image_template.this",
            "module.image[\"worker\"].imagebuilder_image_template_run.this",
        ]
    );
    workspace.apply();
    workspace.assert_nothing_to_do();
    let second = workspace.state().output("version_ids").clone();
    assert_eq!(second["base"], first["base"]);
    assert_ne!(second["web"], first["web"]);
    assert_eq!(second["worker"], serde_json::Value::Null);

    workspace.destroy();
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());
}

#[test]
fn the_readme_of_the_module_tells_every_variable_and_output() {
    let folder = examples().join("modules/golden-image");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let readme = read("README.md");
    for (file, kind) in [("variables.tf", "variable"), ("outputs.tf", "output")] {
        let text = read(file);
        let head = format!("{kind} \"");
        let names = text
            .lines()
            .filter_map(|line| line.strip_prefix(&head)?.strip_suffix("\" {"));
        let untold: Vec<&str> = names
            .filter(|name| !readme.contains(&format!("\n| `{name}` |")))
            .collect();
        assert!(untold.is_empty(), "README.md does not tell the {kind}s {untold:?}");
    }
}
