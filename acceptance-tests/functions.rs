//! The functions, called by the real terraform.

use std::fs;

use crate::harness::configuration::HEAD;
use crate::harness::installation::examples;
use crate::harness::workspace::Workspace;

const GALLERY: &str = "/subscriptions/s/resourceGroups/images/providers/Microsoft.Compute/galleries/golden";

/// The value of `expression`, in which `f::` stands for the provider's functions.
fn evaluated(workspace: &Workspace, expression: &str) -> serde_json::Value {
    workspace.configure(configuration(expression));
    workspace.apply();
    workspace.state().output("value").clone()
}

fn configuration(expression: &str) -> String {
    let expression = expression.replace("f::", "provider::imagebuilder::");
    format!("{HEAD}output \"value\" {{ value = {expression} }}\n")
}

fn refused(workspace: &Workspace, expression: &str, parts: &[&str]) {
    workspace.configure(configuration(expression));
    // Terraform breaks a function's error into lines of its own.
    let answer = workspace.try_plan();
    let error = answer.error();
    let text = format!("{} {}", error.summary, error.detail)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for part in parts {
        assert!(
            text.contains(part),
            "{expression}: the error does not say {part:?}:\n{text}"
        );
    }
}

#[test]
fn the_examples_of_the_functions_are_what_their_comments_say() {
    for (function, outputs) in [
        (
            "parse_resource_id",
            &[
                ("gallery_name", "golden"),
                (
                    "gallery_image_id",
                    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute\
                     /galleries/golden/images/base",
                ),
            ][..],
        ),
        (
            "resource_id",
            &[
                (
                    "managed_image_id",
                    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute\
                     /images/base",
                ),
                (
                    "gallery_image_version_id",
                    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute\
                     /galleries/golden/images/base/versions/latest",
                ),
            ],
        ),
        ("template_from_arm", &[("first_step", "motd")]),
        ("next_version", &[("next", "1.10.4"), ("next_with_major_2", "2.0.1")]),
    ] {
        let example = examples().join("functions").join(function).join("function.tf");
        let workspace = Workspace::with(format!("{HEAD}{}", fs::read_to_string(example).unwrap()));
        workspace.apply();
        let state = workspace.state();
        for (name, value) in outputs {
            assert_eq!(state.output(name), value, "{function}");
        }
    }
}

#[test]
fn an_id_is_taken_apart_and_put_together_again() {
    let workspace = Workspace::with(HEAD);
    let image = format!("{GALLERY}/images/base").replace("resourceGroups", "RESOURCEGROUPS");
    let parts = evaluated(&workspace, &format!("f::parse_resource_id(\"{image}\")"));
    assert_eq!(
        parts,
        serde_json::json!({
            "id": format!("{GALLERY}/images/base"),
            "type": "Microsoft.Compute/galleries/images",
            "name": "base",
            "parent_id": GALLERY,
            "subscription_id": "s",
            "resource_group_name": "images",
            "provider_namespace": "Microsoft.Compute",
            "parts": {
                "subscriptions": "s",
                "resourceGroups": "images",
                "providers": "Microsoft.Compute",
                "galleries": "golden",
                "images": "base",
            },
        })
    );
    let group = evaluated(
        &workspace,
        "f::parse_resource_id(\"/subscriptions/s/resourceGroups/images\")",
    );
    assert_eq!(
        (&group["type"], &group["provider_namespace"]),
        (
            &serde_json::json!("Microsoft.Resources/resourceGroups"),
            &serde_json::Value::Null
        )
    );
    for (call, id) in [
        (
            "\"microsoft.compute/galleries/IMAGES\", \"GALLERY\", \"base\"",
            "GALLERY/images/base",
        ),
        (
            "\"Microsoft.Compute/galleries/images@2025-03-03\", \"/subscriptions/s/resourceGroups/images\", \"golden\", \"base\"",
            "GALLERY/images/base",
        ),
        (
            "\"Microsoft.Resources/resourceGroups\", \"/subscriptions/s\", \"images\"",
            "/subscriptions/s/resourceGroups/images",
        ),
    ] {
        let call = format!("f::resource_id({call})").replace("GALLERY", GALLERY);
        assert_eq!(evaluated(&workspace, &call), id.replace("GALLERY", GALLERY), "{call}");
    }
}

#[test]
fn arguments_that_are_no_ids_are_named_with_the_form_of_one() {
    let workspace = Workspace::with(HEAD);
    for (expression, parts) in [
        (
            "f::parse_resource_id(\"subscriptions/s\")",
            &[
                "\"id\"",
                "\"subscriptions/s\"",
                "an id begins with \"/\"",
                "/subscriptions/{subscription}",
            ][..],
        ),
        (
            "f::resource_id(\"images\", \"/subscriptions/s\", \"base\")",
            &[
                "\"type\"",
                "\"images\" is no type of a resource",
                "\"Microsoft.Compute/galleries/images\"",
            ],
        ),
        (
            "f::resource_id(\"Microsoft.Compute/galleries/images\", \"/subscriptions/s/resourceGroups/g\", \"base\")",
            &["\"names\"", "takes 2 name(s), for galleries and images; 1 given"],
        ),
        (
            "f::resource_id(\"Microsoft.Compute/images\", \"GALLERY\", \"base\")",
            &[
                "\"parent_id\"",
                "cannot hold a Microsoft.Compute/images",
                "a resource group is needed",
            ],
        ),
        (
            "f::resource_id(\"Microsoft.Compute/galleries/images\", \"GALLERY\", \"base/versions/1.0.0\")",
            &["\"names\"", "\"base/versions/1.0.0\" is no name"],
        ),
    ] {
        refused(&workspace, &expression.replace("GALLERY", GALLERY), parts);
    }
}

#[test]
fn the_next_version_follows_the_rule_of_the_scheme_latest() {
    let workspace = Workspace::with(HEAD);
    let versions = "[\"0.1.2\", \"1.9.0\", \"1.10.0\", \"2.0.0\"]";
    let next = evaluated(
        &workspace,
        &format!(
            "[f::next_version([]), f::next_version({versions}), f::next_version({versions}, 1), f::next_version({versions}, 7)]"
        ),
    );
    assert_eq!(next, serde_json::json!(["0.0.1", "2.0.1", "1.10.1", "7.0.1"]));
    for (arguments, parts) in [
        (
            "[\"1.0\"]",
            &["\"versions\"", "element 0", "\"1.0\"", "Major.Minor.Patch"][..],
        ),
        (
            "[\"1.0.0\"], -1",
            &["\"major\"", "-1 is no major number", "0 to 2147483647"],
        ),
        ("[\"1.0.0\"], 1.5", &["\"major\"", "1.5 is no major number"]),
        ("[\"1.0.0\"], 1, 2", &["one major number at most"]),
        (
            "[\"2147483647.2147483647.2147483647\"]",
            &["\"versions\"", "every number is used up"],
        ),
    ] {
        refused(&workspace, &format!("f::next_version({arguments})"), parts);
    }
}
