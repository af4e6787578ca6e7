//! Names, regions, words and tags.

use serde_json::{Value as Json, json};

use crate::frame::{bad, check, row};
use crate::samples::{GROUP, TEMPLATE, from_gallery, gallery_image, id, linux, windows};

const NAME: &str = "an image template's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"";

#[tokio::test]
async fn names_of_a_template() {
    let long = "a".repeat(65);
    let rows = [
        bad(
            "a name has at most 64 characters",
            "name",
            json!(long),
            format!("\"{long}\" has 65 characters: {NAME}"),
        ),
        bad(
            "a name is not empty",
            "name",
            json!(""),
            format!("the name is empty: {NAME}"),
        ),
        bad(
            "a name holds no space, and the one that was meant is told",
            "name",
            json!("golden image"),
            format!("\"golden image\" holds a space: {NAME}; did you mean \"golden-image\"?"),
        ),
        bad(
            "a name holds letters of ASCII alone",
            "name",
            json!("größe"),
            format!("\"größe\" holds \"ö\": {NAME}"),
        ),
        bad(
            "no text holds a NUL",
            "name",
            json!("gol\0den"),
            "Character 4 of the text is a NUL (\"\\u0000\"), which no text can hold.",
        ),
        bad(
            "a name holds nothing that a terminal obeys, and it is shown so that it does not",
            "name",
            json!("\u{1b}[31mred"),
            format!("\"\\u001b[31mred\" holds \"\\u001b\": {NAME}"),
        ),
        row(
            "a template has a name or a prefix of one, not both",
            [("name", json!("golden")), ("name_prefix", json!("golden"))],
            "",
            "Too many arguments",
            "`name` and `name_prefix` are set; keep one of `name`, `name_prefix`.",
        ),
        row(
            "a template has a name or a prefix of one",
            [("name", Json::Null)],
            "",
            "Missing argument",
            "Set exactly one of `name`, `name_prefix`.",
        ),
        bad(
            "a resource group's name does not end with a dot",
            "resource_group_name",
            json!("images."),
            "\"images.\" ends with \".\": a resource group's name has 1 to 90 letters, digits, \"_\", \"(\", \")\", \"-\" and \".\", and \
             does not end with \".\"; did you mean \"images\"?",
        ),
        bad(
            "a step's name is one line",
            "customize[0].name",
            json!("two\nlines"),
            "\"two\\u000alines\" holds \"\\u000a\": a step's name is one line of text",
        ),
        bad(
            "a step's name is one line",
            "validate.in_vm_validations[0].name",
            json!("two\nlines"),
            "\"two\\u000alines\" holds \"\\u000a\": a step's name is one line of text",
        ),
        bad(
            "a run output's name has the characters of a template's",
            "distribute[0].run_output_name",
            json!("gallery/1"),
            "\"gallery/1\" holds \"/\": a run output's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"; did you mean \
             \"gallery-1\"?",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;

    let long = "a".repeat(56);
    let rows = [bad(
        "a prefix leaves room for what follows it",
        "name_prefix",
        json!(long),
        format!(
            "\"{long}\" has 56 characters: the prefix of an image template's name has 1 to 55 letters, digits, \"-\", \"_\" and \".\" \
             (a \"-\" and 8 digits follow, and the whole name has at most 64)"
        ),
    )];
    check(TEMPLATE, &windows(), &rows).await;
}

#[tokio::test]
async fn regions() {
    let rows = [
        bad(
            "what cannot be a region is refused with the one that was meant",
            "location",
            json!("west-us-2"),
            "\"west-us-2\" cannot be a region, which has letters, digits and spaces only; did you mean \"westus2\"?",
        ),
        row(
            "a region that almost is one is warned of and never refused",
            [("location", json!("westus22"))],
            "location",
            "Unknown region",
            "\"westus22\" is not among the regions that this version of the provider knows; did you mean \"westus2\"?",
        )
        .warns(),
    ];
    check(TEMPLATE, &from_gallery(), &rows).await;
}

#[tokio::test]
async fn the_source() {
    let rows = [
        row(
            "a source is of one kind",
            [("source.managed_image_id", json!(id("Microsoft.Compute/images/golden")))],
            "source",
            "Too many arguments",
            "`platform_image` and `managed_image_id` are set; keep one of `platform_image`, `managed_image_id`, \
             `gallery_image_version_id`.",
        ),
        row(
            "a source is of some kind",
            [("source", json!({}))],
            "source",
            "Missing argument",
            "Set exactly one of `platform_image`, `managed_image_id`, `gallery_image_version_id`.",
        ),
        bad(
            "a version is numbers or latest",
            "source.platform_image.version",
            json!("lastest"),
            "\"lastest\" is no version, which is made of numbers, such as \"12.0.20260901\", or \"latest\"; did you mean \"latest\"?",
        ),
        bad(
            "a publisher has a name",
            "source.platform_image.publisher",
            json!(" "),
            "the name is empty; write it as the marketplace does",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;

    let rows = [
        "source.platform_image.publisher",
        "source.platform_image.offer",
        "source.platform_image.sku",
        "source.platform_image.plan.name",
        "source.platform_image.plan.product",
        "source.platform_image.plan.publisher",
    ]
    .map(|place| {
        bad(
            "a name of the marketplace has no space at an end",
            place,
            json!("p "),
            "\"p \" has a space at an end; did you mean \"p\"?",
        )
    });
    check(TEMPLATE, &linux(), &rows).await;

    let disk = id("Microsoft.Compute/disks/golden");
    let rows = [row(
        "a disk is no managed image",
        [("source", json!({ "managed_image_id": disk }))],
        "source.managed_image_id",
        "Invalid value for \"managed_image_id\"",
        format!(
            "\"{disk}\" is the id of a managed disk; a managed image is needed; the form is \
             /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.Compute/images/{{managed image}}"
        ),
    )];
    check(TEMPLATE, &linux(), &rows).await;

    let image = gallery_image();
    let rows = [
        bad(
            "a gallery image is no version of it",
            "source.gallery_image_version_id",
            json!(image),
            format!(
                "\"{image}\" is the id of a gallery image; a gallery image version is needed: append \"/versions/{{version}}\""
            ),
        ),
        bad(
            "a version has three numbers",
            "source.gallery_image_version_id",
            json!(format!("{image}/versions/1.0")),
            format!(
                "\"{image}/versions/1.0\" is not the id of a gallery image version: \"1.0\" is not a gallery image version: a version is \
                 three numbers, Major.Minor.Patch, each at most 2147483647, for example 1.0.0, or \"latest\"; the form is \
                 /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.Compute/galleries/{{gallery}}\
                 /images/{{gallery image}}/versions/{{version}}"
            ),
        ),
    ];
    check(TEMPLATE, &from_gallery(), &rows).await;
}

#[tokio::test]
async fn words() {
    let mut rows = Vec::new();
    for (path, value, detail) in [
        (
            "identity.type",
            "SystemAssigned",
            "\"SystemAssigned\" is not \"UserAssigned\"",
        ),
        (
            "error_handling.on_customizer_error",
            "Cleanup",
            "\"Cleanup\" is not one of \"cleanup\", \"abort\"; did you mean \"cleanup\"?",
        ),
        (
            "error_handling.on_validation_error",
            "keep",
            "\"keep\" is not one of \"cleanup\", \"abort\"",
        ),
        (
            "distribute[0].gallery_image.versioning.scheme",
            "latest",
            "\"latest\" is not one of \"Latest\", \"Source\"; did you mean \"Latest\"?",
        ),
        (
            "distribute[0].gallery_image.replication_mode",
            "shalow",
            "\"shalow\" is not one of \"Full\", \"Shallow\"; did you mean \"Shallow\"?",
        ),
        (
            "distribute[0].gallery_image.target_regions[0].storage_account_type",
            "StandardLRS",
            "\"StandardLRS\" is not one of \"Standard_LRS\", \"Standard_ZRS\", \"Premium_LRS\"; did you mean \"Standard_LRS\"?",
        ),
        (
            "vm_profile.vm_size",
            "Standard D2ds v4",
            "\"Standard D2ds v4\" is not the name of a size of virtual machine; did you mean \"Standard_D2ds_v4\"?",
        ),
    ] {
        rows.push(bad("a word is one of those that there are", path, json!(value), detail));
    }
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn tags() {
    let many: serde_json::Map<String, Json> = (0..51).map(|each| (format!("k{each}"), json!("v"))).collect();
    let mut rows = Vec::new();
    for (place, at) in [
        ("tags", ["tags[\"a/b\"]", "tags[\"a\"]", "tags"]),
        (
            "managed_resource_tags",
            [
                "managed_resource_tags[\"a/b\"]",
                "managed_resource_tags[\"a\"]",
                "managed_resource_tags",
            ],
        ),
        (
            "distribute[0].artifact_tags",
            [
                "distribute[0].artifact_tags[\"a/b\"]",
                "distribute[0].artifact_tags[\"a\"]",
                "distribute[0].artifact_tags",
            ],
        ),
    ] {
        rows.push(row(
            "a tag's name has none of the reserved characters",
            [(place, json!({ "a/b": "c" }))],
            at[0],
            "Invalid tag",
            "\"a/b\" holds \"/\": a tag's name has 1 to 512 characters and none of < > % & \\ ? /",
        ));
        rows.push(row(
            "a tag's value has at most 256 characters",
            [(place, json!({ "a": "x".repeat(257) }))],
            at[1],
            "Invalid tag",
            "the value of the tag \"a\" has 257 characters; a tag's value has at most 256",
        ));
        rows.push(row(
            "names of tags differ in more than case",
            [(place, json!({ "A": "1", "a": "2" }))],
            at[1],
            "Invalid tag",
            "\"a\" is there in another case already, and Azure does not tell the case of tags apart; keep one of them",
        ));
        rows.push(row(
            "there are at most 50 tags",
            [(place, Json::Object(many.clone()))],
            at[2],
            "Invalid tags",
            "51 tags are too many: a resource has at most 50",
        ));
    }
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn the_staging_group() {
    let rows = [
        bad(
            "a staging group is a resource group",
            "staging_resource_group_id",
            json!(gallery_image()),
            format!(
                "\"{}\" is the id of a gallery image; a resource group is needed: write \"{GROUP}\"",
                gallery_image()
            ),
        ),
        bad(
            "a staging group has a name under which it can be made",
            "staging_resource_group_id",
            json!(format!("{GROUP}.")),
            format!(
                "\"{GROUP}.\": \"images.\" ends with \".\": a resource group's name has 1 to 90 letters, digits, \"_\", \"(\", \")\", \"-\" \
                 and \".\", and does not end with \".\"; did you mean \"images\"?"
            ),
        ),
        bad(
            "a subscription is a UUID",
            "staging_resource_group_id",
            json!("/subscriptions/production/resourceGroups/staging"),
            "\"/subscriptions/production/resourceGroups/staging\": \"production\" is not a subscription id: a subscription id is a UUID",
        ),
        row(
            "a template does not stage in its own group",
            [
                ("staging_resource_group_id", json!(GROUP)),
                ("resource_group_name", json!("Images")),
            ],
            "staging_resource_group_id",
            "Staging in the template's own group",
            "\"Images\" is the template's own resource group, and a staging group holds nothing but what the service puts there. Give \
             another one, or leave the argument out: the service then makes one.",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}
