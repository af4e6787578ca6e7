//! What is said while planning, when the provider knows which backend it has.

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::testing::Core;
use tf_provider::{Diagnostic, Severity};

use crate::frame::{told, write};
use crate::neighbours::{definition, gallery};
use crate::samples::{GROUP, TEMPLATE, from_gallery, id, linux, windows};

async fn local() -> (Core, TempDir) {
    let root = tempfile::tempdir().unwrap();
    let core = Core::start(Provider).await;
    core.configure(json!({ "backend": "local", "local": { "root": root.path() } }))
        .await
        .unwrap();
    (core, root)
}

/// Every message of a plan: `warning: summary (at path): detail`.
async fn said(type_name: &str, config: &Json) -> Vec<String> {
    let (core, _root) = local().await;
    let said = match core.resource(type_name).plan(config).await {
        Ok(planned) => planned.warnings,
        Err(errors) => errors,
    };
    said.iter().map(shown).collect()
}

fn shown(said: &Diagnostic) -> String {
    let (path, detail) = told(said);
    let kind = if said.severity == Severity::Error {
        "error"
    } else {
        "warning"
    };
    format!("{kind}: {} (at {path}): {detail}", said.summary)
}

const ACCEPTED: &str = "The template is accepted, so that its definition can be checked; a run of it is refused.";

#[tokio::test]
async fn the_local_backend_says_what_it_accepts_and_cannot_build() {
    let disks = format!(
        "warning: Not built on the local backend (at additional_data_disks): The local backend builds images with one disk. {ACCEPTED}"
    );
    let region = format!(
        "warning: Not built on the local backend (at distribute[0].gallery_image.target_regions[1].name): The local backend has no other \
         regions than the template's own, \"westus2\". {ACCEPTED}"
    );
    let blob = format!(
        "warning: Not built on the local backend (at distribute[2].vhd.uri): \"https://account.blob.core.windows.net/vhds/golden.vhd\" is no \
         place that the local backend can write to; \"file:///…\" is one. {ACCEPTED}"
    );
    assert_eq!(said(TEMPLATE, &linux()).await, [disks, region, blob]);
    assert_eq!(
        said(TEMPLATE, &windows()).await,
        [format!(
            "warning: Not built on the local backend (at source.platform_image.publisher): Images of the publisher \
             \"MicrosoftWindowsServer\" are Windows, and the local backend builds Linux images only. {ACCEPTED}"
        )]
    );
    let mut unknown_source = from_gallery();
    write(&mut unknown_source, "customize[0].windows_restart", json!({}));
    assert_eq!(
        said(TEMPLATE, &unknown_source).await,
        [format!(
            "warning: Not built on the local backend (at customize[0].windows_restart): `windows_restart` needs Windows, and the local \
             backend builds Linux images only. {ACCEPTED}"
        )]
    );
    assert!(said(TEMPLATE, &from_gallery()).await.is_empty());
}

#[tokio::test]
async fn what_has_to_be_in_the_templates_subscription_is_told_when_it_is_not() {
    let elsewhere = |id: &str| {
        id.replace(
            "00000000-0000-0000-0000-000000000000",
            "11111111-1111-1111-1111-111111111111",
        )
    };
    let mut template = from_gallery();
    write(
        &mut template,
        "staging_resource_group_id",
        json!(elsewhere(&GROUP.replace("images", "staging"))),
    );
    let subscriptions = "It is in the subscription \"11111111-1111-1111-1111-111111111111\", and the template is made in \
                         \"00000000-0000-0000-0000-000000000000\";";
    assert_eq!(
        said(TEMPLATE, &template).await,
        [format!(
            "error: Id in another subscription (at staging_resource_group_id): {subscriptions} a staging resource group has to be in the \
             same."
        )]
    );
    let mut template = linux();
    write(
        &mut template,
        "source",
        json!({ "managed_image_id": elsewhere(&id("Microsoft.Compute/images/base")) }),
    );
    assert_eq!(
        said(TEMPLATE, &template).await.last().unwrap(),
        &format!(
            "error: Id in another subscription (at source.managed_image_id): {subscriptions} a managed image as source has to be in the same."
        )
    );
}

#[tokio::test]
async fn default_tags_count_among_the_tags() {
    let root = tempfile::tempdir().unwrap();
    let core = Core::start(Provider).await;
    let defaults: serde_json::Map<String, Json> = (0..50).map(|each| (format!("d{each}"), json!("v"))).collect();
    core.configure(json!({ "local": { "root": root.path() }, "default_tags": defaults }))
        .await
        .unwrap();
    for (type_name, config) in [
        ("imagebuilder_gallery", gallery()),
        (TEMPLATE, {
            let mut template = from_gallery();
            write(&mut template, "tags", json!({ "own": "1" }));
            template
        }),
    ] {
        let errors = core.resource(type_name).plan(&config).await.unwrap_err();
        assert_eq!(
            errors.to_string(),
            "error: Invalid tags (at tags): With the provider's `default_tags`, 51 tags are too many: a resource has at most 50.",
            "{type_name}"
        );
    }
}

#[tokio::test]
async fn an_end_of_life_lies_ahead() {
    let mut image = definition();
    write(&mut image, "end_of_life_date", json!("2020-01-01T00:00:00Z"));
    assert_eq!(
        said("imagebuilder_gallery_image", &image).await,
        [
            "error: End of life in the past (at end_of_life_date): \"2020-01-01T00:00:00Z\" has passed; the end of life has to be a future \
             date."
        ]
    );
    assert!(said("imagebuilder_gallery_image", &definition()).await.is_empty());
}
