//! Each broken configuration gives one diagnostic, at the attribute that is to be changed.

use tf_provider::{Attr, path};

use super::super::customize::{CustomizeStep, Validation};
use super::super::model::{Identity, Source};
use super::super::samples::{GALLERY_IMAGE, IMAGE, gallery, inline, managed, script, template, vhd};
use super::*;

/// The one diagnostic of a broken template, as path, summary and detail.
fn complaint(change: impl FnOnce(&mut ImageTemplate)) -> (String, String) {
    let mut template = template();
    change(&mut template);
    let found = broken(&template);
    assert_eq!(found.0.len(), 1, "{found}");
    (
        found.0[0].attribute.to_string(),
        format!("{}: {}", found.0[0].summary, found.0[0].detail),
    )
}

fn accepts(change: impl FnOnce(&mut ImageTemplate)) {
    let mut template = template();
    change(&mut template);
    let found = broken(&template);
    assert!(found.is_empty(), "{found}");
}

#[test]
fn a_complete_template_is_accepted() {
    accepts(|_| {});
    accepts(|template| template.distribute = Attr::Known(vec![gallery("a"), managed("b"), vhd("c")]));
}

#[test]
fn what_is_unknown_is_never_complained_about() {
    accepts(|template| {
        template.source = Attr::Known(Source {
            platform_image: Attr::Unknown,
            ..Source::default()
        })
    });
    accepts(|template| template.customize = Attr::Known(vec![Attr::Unknown]));
    accepts(|template| {
        template.customize = Attr::Known(vec![Attr::Known(CustomizeStep {
            file: Attr::Unknown,
            ..CustomizeStep::default()
        })]);
    });
    accepts(|template| template.distribute = Attr::Unknown);
    accepts(|template| {
        template.identity = Attr::Known(Identity {
            identity_ids: Attr::Known(vec![Attr::Unknown]),
            ..Identity::default()
        });
    });
}

#[test]
fn a_source_is_exactly_one_kind() {
    let (path, text) = complaint(|template| template.source = Attr::Known(Source::default()));
    assert_eq!(path, "source");
    assert!(text.contains("`gallery_image_version_id`"), "{text}");
    let (path, text) = complaint(|template| {
        if let Some(source) = template.source.as_known_mut() {
            source.managed_image_id = Attr::from(IMAGE);
        }
    });
    assert_eq!(path, "source");
    assert!(
        text.contains("`platform_image` and `managed_image_id` are set"),
        "{text}"
    );
}

#[test]
fn a_step_is_exactly_one_kind_and_a_shell_has_commands_or_a_script() {
    let (path, _) = complaint(|template| template.customize = Attr::Known(vec![Attr::Known(CustomizeStep::default())]));
    assert_eq!(path, "customize[0]");
    let (path, text) = complaint(|template| {
        template.customize = Attr::Known(vec![
            inline("a", &["true"]),
            Attr::Known(CustomizeStep {
                shell: Attr::Known(Shell::default()),
                ..CustomizeStep::default()
            }),
        ]);
    });
    assert_eq!(path, "customize[1].shell");
    assert!(text.contains("`inline`, `script_uri`"), "{text}");
    let (path, _) = complaint(|template| template.customize = Attr::Known(vec![inline("a", &[])]));
    assert_eq!(path, "customize[0].shell.inline");
}

#[test]
fn a_checksum_needs_a_script() {
    let mut step = inline("a", &["true"]);
    if let Some(shell) = step.as_known_mut().and_then(|step| step.shell.as_known_mut()) {
        shell.sha256_checksum = Attr::from("0");
    }
    let (path, _) = complaint(|template| template.customize = Attr::Known(vec![step]));
    assert_eq!(path, "customize[0].shell.sha256_checksum");
    accepts(|template| template.customize = Attr::Known(vec![script("https://host/a.sh", Some("0"))]));
}

#[test]
fn run_output_names_are_unique_whatever_their_case() {
    let (path, text) =
        complaint(|template| template.distribute = Attr::Known(vec![gallery("image"), managed("IMAGE")]));
    assert_eq!(path, "distribute[1].run_output_name");
    assert!(text.contains("distribute[0]"), "{text}");
    let (path, _) = complaint(|template| template.distribute = Attr::Known(vec![]));
    assert_eq!(path, "distribute");
}

#[test]
fn a_fixed_version_excludes_versioning() {
    let (at, text) = complaint(|template| {
        let mut target = gallery("gallery");
        if let Some(image) = target
            .as_known_mut()
            .and_then(|target| target.gallery_image.as_known_mut())
        {
            image.gallery_image_id = Attr::Known(format!("{GALLERY_IMAGE}/versions/1.0.0"));
        }
        template.distribute = Attr::Known(vec![target]);
    });
    assert_eq!(at, path!("distribute"[0]."gallery_image"."versioning").to_string());
    assert!(text.contains("versions/1.0.0"), "{text}");
}

#[test]
fn validating_the_source_alone_excludes_steps() {
    let validate = || {
        Attr::Known(Validation {
            source_validation_only: Attr::Known(true),
            ..Validation::default()
        })
    };
    let (path, _) = complaint(|template| template.validate = validate());
    assert_eq!(path, "validate.source_validation_only");
    accepts(|template| {
        template.validate = validate();
        template.customize = Attr::Null;
    });
}

#[test]
fn a_template_has_one_identity() {
    let (path, text) = complaint(|template| {
        template.identity = Attr::Known(Identity {
            identity_ids: Attr::Known(vec![]),
            ..Identity::default()
        });
    });
    assert_eq!(path, "identity.identity_ids");
    assert!(text.contains("exactly one"), "{text}");
    let (path, text) = complaint(|template| {
        template.identity = Attr::Known(Identity {
            identity_ids: Attr::Known(vec![Attr::from(IMAGE)]),
            ..Identity::default()
        });
    });
    assert_eq!(path, "identity.identity_ids[0]");
    assert!(text.contains("userAssignedIdentities"), "{text}");
}
