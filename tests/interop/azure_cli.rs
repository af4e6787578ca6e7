//! The az command line.

use std::io::{self, Write as _};
use std::process::Command;

use crate::client::{installed, made, run, scripts};
use crate::far_end::FarEnd;
use crate::terraform::{Backend, assert_imports_with_an_empty_plan};

#[test]
#[ignore = "az is large; make interop installs it"]
fn az_does_all_that_its_image_builder_group_can_and_terraform_imports_it() {
    let Some(az) = installed("az", "azure-cli") else {
        return;
    };
    let far_end = FarEnd::start();
    let mut command = Command::new(az.join("bin/python"));
    command
        .arg("-B")
        .arg(scripts().join("azure_cli.py"))
        .arg(far_end.folder());
    let stdout = run(&far_end, &mut command);
    io::stderr().write_all(stdout.as_bytes()).unwrap();
    for backend in [Backend::Azure, Backend::Local] {
        assert_imports_with_an_empty_plan(&far_end, backend, &made(&stdout));
    }
}
