//! What the guides show, applied.

use super::destroy_all;
use crate::harness::workspace::Workspace;

const FIRST_IMAGE: &str = include_str!("../../docs/guides/first-image.md");

/// The pieces of a guide in this language, as they stand.
fn pieces<'a>(guide: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    guide
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

#[test]
fn the_first_image_of_the_guide_is_built_changed_and_taken_away() {
    let configuration = pieces(FIRST_IMAGE, "hcl")[0];
    let workspace = Workspace::with(configuration);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().output("version"), "1.0.1");

    workspace.configure(configuration.replace("<h1>golden</h1>", "<h1>more golden</h1>"));
    let plan = workspace.plan();
    let template = plan.of("imagebuilder_image_template.web");
    assert_eq!(template.replaced_because_of(), ["customize"]);
    assert_eq!(plan.of("imagebuilder_image_template_run.web").actions(), ["update"]);
    workspace.apply();
    assert_eq!(workspace.state().output("version"), "1.0.2");

    workspace.configure(configuration.replace("grep golden", "grep silver"));
    let answer = workspace.try_apply();
    answer.fails_with(&[
        "The run of image template \"web\" failed",
        "Validator 1 (Shell \"the page is there\") failed",
    ]);
    assert_eq!(workspace.state().output("version"), "1.0.2");

    destroy_all(&workspace);
}
