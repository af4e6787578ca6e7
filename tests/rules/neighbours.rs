//! What stands beside a template: groups, galleries, runs, triggers.

use serde_json::{Value as Json, json};

use crate::frame::{bad, check, row, write};
use crate::samples::{gallery_image, id};

pub(crate) fn gallery() -> Json {
    json!({
        "name": "golden", "resource_group_name": "images", "location": "westus2", "description": "Golden images.",
        "tags": { "team": "images" }, "timeouts": { "create": "5m" },
    })
}

pub(crate) fn definition() -> Json {
    json!({
        "name": "base", "gallery_name": "golden", "resource_group_name": "images", "location": "westus2", "os_type": "Linux",
        "identifier": { "publisher": "contoso", "offer": "base", "sku": "1" }, "hyper_v_generation": "V2", "architecture": "x64",
        "security_type": "TrustedLaunchSupported", "description": "The base.", "end_of_life_date": "2099-01-01T00:00:00Z",
    })
}

pub(crate) fn run() -> Json {
    json!({
        "image_template_id": id("Microsoft.VirtualMachineImages/imageTemplates/golden"), "triggers": { "template": "f" },
        "rebuild_after": "168h", "rebuild_on_source_update": true, "on_destroy": "keep", "on_interrupt": "cancel", "wait": true,
        "log_file": "build.log", "timeouts": { "create": "17h" },
    })
}

pub(crate) fn group() -> Json {
    json!({ "name": "images", "location": "westus2", "tags": { "team": "images" } })
}

#[tokio::test]
async fn galleries() {
    let rows = [
        bad(
            "a gallery's name has no dash",
            "name",
            json!("my-gallery"),
            "\"my-gallery\" holds \"-\": a gallery's name has 1 to 80 letters, digits, \"_\" and \".\" (no \"-\"), and begins and ends with a \
             letter or digit; did you mean \"my_gallery\"?",
        ),
        row(
            "a gallery's region is one that there probably is",
            [("location", json!("wesus2"))],
            "location",
            "Unknown region",
            "\"wesus2\" is not among the regions that this version of the provider knows; did you mean \"westus2\"?",
        )
        .warns(),
    ];
    check("imagebuilder_gallery", &gallery(), &rows).await;
}

#[tokio::test]
async fn gallery_images() {
    let rows = [
        row(
            "trusted launch needs generation 2",
            [
                ("hyper_v_generation", json!("V1")),
                ("security_type", json!("TrustedLaunch")),
            ],
            "security_type",
            "Security of another generation",
            "\"TrustedLaunch\" needs generation 2, and `hyper_v_generation` is \"V1\". Write \"Standard\", or leave `hyper_v_generation` out.",
        ),
        row(
            "trusted launch is the default, which needs generation 2 as well",
            [("hyper_v_generation", json!("V1")), ("security_type", json!(null))],
            "hyper_v_generation",
            "Security of another generation",
            "Without `security_type` it is \"TrustedLaunchSupported\", which needs generation 2. Write `security_type = \"Standard\"`, or leave \
             `hyper_v_generation` out.",
        ),
        bad(
            "an operating system is one of two",
            "os_type",
            json!("linux"),
            "\"linux\" is not one of \"Linux\", \"Windows\"; did you mean \"Linux\"?",
        ),
        bad(
            "an offer does not end with a dot",
            "identifier.offer",
            json!("base."),
            "\"base.\" ends with \".\": an offer has 1 to 64 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"; did you mean \
             \"base\"?",
        ),
        bad(
            "the name of the gallery keeps the gallery's rule",
            "gallery_name",
            json!("my-gallery"),
            "\"my-gallery\" holds \"-\": a gallery's name has 1 to 80 letters, digits, \"_\" and \".\" (no \"-\"), and begins and ends with a \
             letter or digit; did you mean \"my_gallery\"?",
        ),
    ];
    check("imagebuilder_gallery_image", &definition(), &rows).await;

    let mut standard = definition();
    write(&mut standard, "security_type", json!("Standard"));
    let rows = [row(
        "the processor Arm64 needs generation 2",
        [("hyper_v_generation", json!("V1")), ("architecture", json!("Arm64"))],
        "architecture",
        "Processor of another generation",
        "Machines with the processor Arm64 are of generation 2, and `hyper_v_generation` is \"V1\". Leave `hyper_v_generation` out.",
    )];
    check("imagebuilder_gallery_image", &standard, &rows).await;
}

#[tokio::test]
async fn runs() {
    let image = gallery_image();
    let rows = [
        bad(
            "what is run is a template",
            "image_template_id",
            json!(image),
            format!(
                "\"{image}\" is the id of a gallery image; an image template is needed; the form is \
                 /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.VirtualMachineImages/imageTemplates/{{image template}}"
            ),
        ),
        bad(
            "what a destroy does is one of two things",
            "on_destroy",
            json!("delete-images"),
            "\"delete-images\" is not one of \"keep\", \"delete_images\"; did you mean \"delete_images\"?",
        ),
        bad(
            "what an interrupt does is one of two things",
            "on_interrupt",
            json!("stop"),
            "\"stop\" is not one of \"cancel\", \"leave_running\"",
        ),
        bad(
            "an age takes time",
            "rebuild_after",
            json!("0h"),
            "\"0h\" is no time at all; write a duration with units, such as \"90s\", \"30m\" or \"1h30m\"",
        ),
    ];
    check("imagebuilder_image_template_run", &run(), &rows).await;
}

#[tokio::test]
async fn groups() {
    for kind in ["imagebuilder_resource_group", "imagebuilder_staging_resource_group"] {
        let rows = [
            bad(
                "a group's name has at most 90 characters",
                "name",
                json!("g".repeat(91)),
                format!(
                    "\"{}\" has 91 characters: a resource group's name has 1 to 90 letters, digits, \"_\", \"(\", \")\", \"-\" and \".\", and does \
                     not end with \".\"",
                    "g".repeat(91)
                ),
            ),
            row(
                "a group's region is one that there probably is",
                [("location", json!("westeurope2"))],
                "location",
                "Unknown region",
                "\"westeurope2\" is not among the regions that this version of the provider knows; did you mean \"westeurope\"?",
            )
            .warns(),
        ];
        check(kind, &group(), &rows).await;
    }
}
