//! Where the result of a run goes.

use serde_json::json;

use crate::frame::{bad, check, row};
use crate::samples::{GROUP, TEMPLATE, from_gallery, gallery_image, id, linux};

const IMAGE: &str = "distribute[0].gallery_image.gallery_image_id";

#[tokio::test]
async fn targets() {
    let rows = [
        row(
            "there is a target",
            [("distribute", json!([]))],
            "distribute",
            "No distribution target",
            "A run needs at least one place for its result: a `gallery_image`, a `managed_image` or a `vhd`.",
        ),
        row(
            "a target is of one kind",
            [("distribute[0].vhd", json!({}))],
            "distribute[0]",
            "Too many arguments",
            "`gallery_image` and `vhd` are set; keep one of `gallery_image`, `managed_image`, `vhd`.",
        ),
        row(
            "a target is of some kind",
            [("distribute[2].vhd", json!(null))],
            "distribute[2]",
            "Missing argument",
            "Set exactly one of `gallery_image`, `managed_image`, `vhd`.",
        ),
        row(
            "names of run outputs differ in more than case",
            [("distribute[2].run_output_name", json!("GALLERY"))],
            "distribute[2].run_output_name",
            "Run output name used twice",
            "\"GALLERY\" is already the name of distribute[0]; names of run outputs are unique within a template, whatever their case.",
        ),
        row(
            "two VHDs go to two places",
            [(
                "distribute[0]",
                json!({ "run_output_name": "other", "vhd": { "uri": "https://account.blob.core.windows.net/vhds/golden.vhd" } }),
            )],
            "distribute[2].vhd.uri",
            "Place of a VHD used twice",
            "\"https://account.blob.core.windows.net/vhds/golden.vhd\" is already the place of distribute[0], whose VHD this one would \
             overwrite; name another.",
        ),
        bad(
            "a VHD goes to a blob or a file",
            "distribute[2].vhd.uri",
            json!("http://host/golden.vhd"),
            "\"http://host/golden.vhd\" is no place for a VHD; write the URI of a blob, which begins with \"https://\", or of a file \
             (\"file:///\", local backend), or leave the argument out for the staging group",
        ),
        bad(
            "a managed image has a name under which it can be made",
            "distribute[1].managed_image.image_id",
            json!(id("Microsoft.Compute/images/golden-")),
            format!(
                "\"{}\": \"golden-\" ends with \"-\": a managed image's name has 1 to 80 letters, digits, \"-\", \"_\" and \".\", begins with \
                 a letter or digit and ends with a letter, digit or \"_\"; did you mean \"golden\"?",
                id("Microsoft.Compute/images/golden-")
            ),
        ),
        row(
            "the region of a managed image is one that there probably is",
            [("distribute[1].managed_image.location", json!("westeurop"))],
            "distribute[1].managed_image.location",
            "Unknown region",
            "\"westeurop\" is not among the regions that this version of the provider knows; did you mean \"westeurope\"?",
        )
        .warns(),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn ids_of_gallery_images() {
    let (image, gallery) = (gallery_image(), id("Microsoft.Compute/galleries/golden"));
    let managed = id("Microsoft.Compute/images/golden");
    let rows = [
        bad(
            "a gallery is no gallery image, and the error says what is to be appended",
            IMAGE,
            json!(gallery),
            format!(
                "\"{gallery}\" is the id of a gallery; a gallery image is needed: append \"/images/{{gallery image}}\""
            ),
        ),
        bad(
            "a resource group is no gallery image",
            IMAGE,
            json!(GROUP),
            format!(
                "\"{GROUP}\" is the id of a resource group; a gallery image is needed: append \
                 \"/providers/Microsoft.Compute/galleries/{{gallery}}/images/{{gallery image}}\""
            ),
        ),
        bad(
            "a managed image is no gallery image",
            IMAGE,
            json!(managed),
            format!(
                "\"{managed}\" is the id of a managed image; a gallery image is needed; the form is \
                 /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.Compute/galleries/{{gallery}}/images/{{gallery image}}"
            ),
        ),
        bad(
            "no version can be made that is named latest",
            IMAGE,
            json!(format!("{image}/versions/latest")),
            format!(
                "\"{image}/versions/latest\": a run cannot make a version named \"latest\"; write \"{image}\", and `versioning` for how the \
                 number is found"
            ),
        ),
        bad(
            "an id that ends early is told what is missing",
            IMAGE,
            json!(format!("{gallery}/images")),
            format!(
                "\"{gallery}/images\" is not the id of a gallery image: it ends before the name of the gallery image; the form is \
                 /subscriptions/{{subscription}}/resourceGroups/{{resource group}}/providers/Microsoft.Compute/galleries/{{gallery}}/images/{{gallery image}}"
            ),
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn numbers_of_versions() {
    let fixed = format!("{}/versions/1.2.0", gallery_image());
    let rows = [
        row(
            "a fixed version excludes another way to find its number",
            [(IMAGE, json!(fixed))],
            "distribute[0].gallery_image.versioning",
            "Two version numbers",
            format!(
                "`gallery_image_id` already says which version is made (1.2.0). Take `versioning` out, or write \"{}\".",
                gallery_image()
            ),
        ),
        bad(
            "a first number is not negative",
            "distribute[0].gallery_image.versioning.major",
            json!(-1),
            "-1 is no first number of a version; write 0 to 2147483647, or leave the argument out for the newest version of all",
        ),
        row(
            "a number that is taken over has no first number of its own",
            [
                ("distribute[0].gallery_image.versioning.scheme", json!("Source")),
                ("distribute[0].gallery_image.versioning.major", json!(2)),
            ],
            "distribute[0].gallery_image.versioning.major",
            "Number without use",
            "With the scheme \"Source\" the number is that of the source's version, whatever `major` says (2). Take `major` out, or write \
             the scheme \"Latest\".",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
    let rows = [row(
        "a managed image has no number to take over",
        [(
            "source",
            json!({ "managed_image_id": id("Microsoft.Compute/images/golden") }),
        )],
        "distribute[0].gallery_image.versioning.scheme",
        "No number to take over",
        "The scheme \"Source\" takes over the number of the source's version, and a managed image has none. Write the scheme \"Latest\".",
    )];
    check(TEMPLATE, &from_gallery(), &rows).await;
}

#[tokio::test]
async fn target_regions() {
    const REGIONS: &str = "distribute[0].gallery_image.target_regions";
    let rows = [
        row(
            "there is a region",
            [(REGIONS, json!([]))],
            REGIONS,
            "No target region",
            "There is no region. Name those that are to hold the version, the gallery image's own among them, or leave the argument out \
             for that one alone.",
        ),
        row(
            "a region is named once, whatever its spelling",
            [
                ("distribute[0].gallery_image.target_regions[0].name", json!("westus2")),
                ("distribute[0].gallery_image.target_regions[1].name", json!("West US 2")),
            ],
            "distribute[0].gallery_image.target_regions[1].name",
            "Region named twice",
            "\"West US 2\" is the region of target_regions[0] already; keep one of them.",
        ),
        row(
            "a region is one that there probably is",
            [("distribute[0].gallery_image.target_regions[1].name", json!("norteurope"))],
            "distribute[0].gallery_image.target_regions[1].name",
            "Unknown region",
            "\"norteurope\" is not among the regions that this version of the provider knows; did you mean \"northeurope\"?",
        )
        .warns(),
        bad(
            "a region holds at least one replica",
            "distribute[0].gallery_image.target_regions[0].replica_count",
            json!(0),
            "0 replicas; write 1 to 100, or leave the argument out for 1",
        ),
        row(
            "a version has at most 100 replicas in all",
            [
                ("distribute[0].gallery_image.target_regions[0].replica_count", json!(60)),
                ("distribute[0].gallery_image.target_regions[1].replica_count", json!(41)),
            ],
            REGIONS,
            "Too many replicas",
            "101 replicas in all regions; a version has at most 100.",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}
