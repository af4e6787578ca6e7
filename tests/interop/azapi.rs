//! azapi, from the provider registry.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::client::{Made, scripts};
use crate::far_end::FarEnd;
use crate::skipped::skip;
use crate::terraform::{Backend, assert_imports_with_an_empty_plan};

#[test]
#[ignore = "azapi comes from the provider registry; make interop fetches it"]
fn azapi_creates_and_runs_a_template_and_terraform_imports_it() {
    let far_end = FarEnd::start();
    let folder = tempfile::Builder::new().prefix("ib-azapi-").tempdir().unwrap();
    fs::copy(scripts().join("azapi/main.tf"), folder.path().join("main.tf")).unwrap();
    let init = terraform(&far_end, folder.path(), &["init"]);
    if !init.status.success() {
        let reason = String::from_utf8_lossy(&init.stderr);
        skip(
            "azapi",
            &format!("the provider registry gave no azapi: {}", reason.trim()),
        );
        return;
    }
    for arguments in [["apply", "-auto-approve"], ["plan", "-detailed-exitcode"]] {
        let output = terraform(&far_end, folder.path(), &arguments);
        assert!(output.status.success(), "{}", text(&output));
    }
    let output = terraform(&far_end, folder.path(), &["output", "-raw", "template_id"]);
    let id = String::from_utf8_lossy(&output.stdout).into_owned();
    let made = Made::from([("imagebuilder_image_template.azapi".to_owned(), id)]);
    assert_imports_with_an_empty_plan(&far_end, Backend::Azure, &made);
    let destroyed = terraform(&far_end, folder.path(), &["destroy", "-auto-approve"]);
    assert!(destroyed.status.success(), "{}", text(&destroyed));
}

fn terraform(far_end: &FarEnd, folder: &Path, arguments: &[&str]) -> Output {
    let ready = &far_end.ready;
    let mut command = Command::new("terraform");
    if arguments != ["init"] {
        // Replaces the system's authorities, which vouch for the registry.
        command.env("SSL_CERT_FILE", far_end.authority());
    }
    command
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_ARGS", "-no-color")
        .env("TF_INPUT", "0")
        .env("ARM_TENANT_ID", &ready.tenant_id)
        .env("ARM_CLIENT_ID", &ready.client_id)
        .env("ARM_CLIENT_SECRET", &ready.client_secret)
        .env("ARM_SUBSCRIPTION_ID", &ready.subscription_id)
        .env("TF_VAR_endpoint", &ready.endpoint)
        .env("TF_VAR_audience", &ready.endpoint)
        .env("TF_VAR_authority", &ready.endpoint)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams.map(|stream| String::from_utf8_lossy(stream)).join("\n")
}
