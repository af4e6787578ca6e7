//! `@azure/arm-imagebuilder` and `@azure/arm-resources`, signed in by `@azure/identity`.

use std::process::Command;

use crate::client::{installed, made, run, scripts};
use crate::far_end::FarEnd;
use crate::terraform::{Backend, assert_imports_with_an_empty_plan};

#[test]
#[ignore = "npm and the SDK are large; make interop installs them"]
fn an_image_template_lives_from_creation_to_deletion() {
    let Some(sdk) = installed("the JavaScript SDK", "javascript") else {
        return;
    };
    let far_end = FarEnd::start();
    let mut command = Command::new("node");
    command
        .env("NODE_PATH", sdk.join("node_modules"))
        .arg(scripts().join("javascript/image_templates.cjs"));
    let stdout = run(&far_end, &mut command);
    assert_imports_with_an_empty_plan(&far_end, Backend::Azure, &made(&stdout));
}
