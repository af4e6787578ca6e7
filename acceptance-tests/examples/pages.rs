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
    let workspace = Workspace::with(configuration);
    workspace.apply();
    let state = workspace.state();
    for address in state.addresses() {
        let kind = address.split('.').next().unwrap();
        let script = examples().join("resources").join(kind).join("import.sh");
        let script = fs::read_to_string(script).unwrap();
        assert!(script.contains(address), "{kind}/import.sh does not name {address}");
        assert!(
            script.contains(state.of(address).text("id")),
            "{kind}/import.sh names another id"
        );
    }
}
