//! The examples of the reference pages: one a resource, a data source, a function.

use std::fs;

use crate::harness::configuration::HEAD;
use crate::harness::installation::examples;
use crate::harness::workspace::Workspace;

#[test]
fn the_examples_of_all_resources_data_sources_and_functions_are_one_configuration_that_applies() {
    let mut configuration = HEAD.to_owned();
    let folders = [
        ("resources", "resource.tf"),
        ("data-sources", "data-source.tf"),
        ("functions", "function.tf"),
    ];
    for (folder, file) in folders {
        for entry in fs::read_dir(examples().join(folder)).unwrap() {
            configuration.push_str(&fs::read_to_string(entry.unwrap().path().join(file)).unwrap());
        }
    }
    let workspace = Workspace::with(configuration);
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn the_import_examples_import_the_resource_examples() {
    let mut configuration = HEAD.to_owned();
    for entry in fs::read_dir(examples().join("resources")).unwrap() {
        configuration.push_str(&fs::read_to_string(entry.unwrap().path().join("resource.tf")).unwrap());
    }
    let workspace = Workspace::with(&configuration);
    workspace.apply();

    let importing = workspace.beside();
    for address in workspace.state().addresses() {
        let kind = address.split('.').next().unwrap();
        let script = examples().join("resources").join(kind).join("import.sh");
        let script = fs::read_to_string(script).unwrap();
        let lines = script.lines().filter(|line| !line.starts_with('#'));
        let command = lines.collect::<Vec<_>>().join(" ").replace('\\', " ");
        let words: Vec<&str> = command.split_whitespace().collect();
        let ["terraform", "import", named, id] = words[..] else {
            panic!("{kind}/import.sh: {command}");
        };
        assert_eq!(named, address, "{kind}/import.sh");
        // As blocks they are one command of Terraform's in place of one each.
        configuration.push_str(&format!("import {{\n  to = {named}\n  id = \"{id}\"\n}}\n"));
    }
    importing.configure(configuration);
    importing.init();
    // What only Terraform knows is recorded: defaults that are written, and what is a reason to run again.
    let plan = importing.plan();
    let recorded = [
        "imagebuilder_image_template.base",
        "imagebuilder_image_template_run.base",
    ];
    assert_eq!(plan.touched(), recorded);
    assert!(
        recorded.iter().all(|address| plan.of(address).actions() == ["update"]),
        "{plan:#?}"
    );
    importing.apply();
    importing.assert_nothing_to_do();
    assert_eq!(importing.machine.runs().len(), 1, "the run was imported, not repeated");
}
