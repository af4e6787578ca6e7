//! `azure-mgmt-imagebuilder`, `azure-mgmt-compute` and `azure-mgmt-resource`, signed in by `azure-identity`.

use std::process::Command;

use crate::client::{installed, made, run, scripts};
use crate::far_end::FarEnd;
use crate::terraform::{Backend, assert_imports_with_an_empty_plan};

/// Runs a script; none when the SDK is not there.
fn python(far_end: &FarEnd, script: &str) -> Option<String> {
    let sdk = installed(script, "sdk")?;
    let script = scripts().join("python").join(script);
    // The repository stays as it is, so no compiled modules beside the scripts.
    let mut command = Command::new(sdk.join("bin/python"));
    Some(run(far_end, command.arg("-B").arg(script)))
}

#[test]
fn an_image_template_lives_from_creation_to_deletion() {
    python(&FarEnd::start(), "image_templates.py");
}

#[test]
fn galleries_images_and_groups_are_made_changed_and_deleted() {
    python(&FarEnd::start(), "galleries_and_groups.py");
}

#[test]
fn refusals_are_the_typed_errors_of_the_sdk() {
    python(&FarEnd::start(), "refusals.py");
}

#[test]
fn terraform_imports_what_the_sdk_made_and_plans_nothing() {
    let far_end = FarEnd::start();
    let Some(stdout) = python(&far_end, "for_terraform.py") else {
        return;
    };
    let made = made(&stdout);
    for backend in [Backend::Azure, Backend::Local] {
        assert_imports_with_an_empty_plan(&far_end, backend, &made);
    }
}
