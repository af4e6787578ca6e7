//! Planning: what is kept, what is only known after apply, what replaces.

use tf_provider::Attr;

use super::super::samples::{SCRIPT, disk_of, file, gallery, inline, managed, script, template, vhd};
use super::*;

const CHECKSUM: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The state after the template was made: the service has filled in the checksum of the script.
fn state() -> ImageTemplate {
    let mut state = template();
    state.customize = Attr::Known(vec![inline("packages", &["echo one"]), script(SCRIPT, Some(CHECKSUM))]);
    state.fingerprint = fingerprint::of(&state);
    state
}

/// A plan of the changed configuration, as it comes out of the pipeline: computed values without configuration are unknown.
fn planned(prior: Option<&ImageTemplate>, change: impl FnOnce(&mut ImageTemplate)) -> ImageTemplate {
    let mut config = template();
    change(&mut config);
    let mut planned = config.clone();
    for part in PARTS {
        for content in part.of_mut(&mut planned).into_iter().flatten() {
            if content.checksum().is_null() {
                *content.checksum_mut() = Attr::Unknown;
            }
        }
    }
    planned.fingerprint = Attr::Unknown;
    settle(prior, &config, &mut planned);
    planned
}

fn checksum(template: &ImageTemplate, index: usize) -> Attr<String> {
    Part::Customize.of(template)[index].map_or(Attr::Null, |content| content.checksum().clone())
}

#[test]
fn a_change_of_tags_keeps_checksums_and_fingerprint() {
    let prior = state();
    let planned = planned(Some(&prior), |template| {
        template.tags = Attr::Known([("a".to_owned(), Attr::from("b"))].into())
    });
    assert_eq!(planned.fingerprint, prior.fingerprint);
    assert_eq!(
        (checksum(&planned, 0), checksum(&planned, 1)),
        (Attr::Null, Attr::from(CHECKSUM))
    );
}

#[test]
fn a_checksum_is_open_until_the_service_has_fetched_the_content() {
    let first = planned(None, |_| {});
    assert_eq!((checksum(&first, 0), checksum(&first, 1)), (Attr::Null, Attr::Unknown));
    assert_eq!(first.fingerprint, Attr::Unknown);
}

#[test]
fn a_checksum_that_the_service_never_told_is_not_waited_for_again() {
    let mut prior = state();
    prior.customize = Attr::Known(vec![inline("packages", &["echo one"]), script(SCRIPT, None)]);
    let planned = planned(Some(&prior), |_| {});
    assert_eq!(checksum(&planned, 1), Attr::Null);
    assert_eq!(planned.customize, prior.customize, "nothing is replaced");
}

#[test]
fn a_step_that_moved_or_has_another_uri_is_fetched_anew() {
    let prior = state();
    let moved = planned(Some(&prior), |template| {
        template.customize = Attr::Known(vec![script(SCRIPT, None)])
    });
    assert_eq!(checksum(&moved, 0), Attr::Unknown);
    let other = planned(Some(&prior), |template| {
        template.customize = Attr::Known(vec![
            inline("packages", &["echo one"]),
            script("https://host/other.sh", None),
        ]);
    });
    assert_eq!(checksum(&other, 1), Attr::Unknown);
    let written = planned(Some(&prior), |template| {
        template.customize = Attr::Known(vec![script(SCRIPT, Some(CHECKSUM))])
    });
    assert_eq!(checksum(&written, 0), Attr::from(CHECKSUM));
}

#[test]
fn a_changed_step_whose_inputs_are_known_has_a_known_fingerprint() {
    let prior = state();
    let planned = planned(Some(&prior), |template| {
        template.customize = Attr::Known(vec![inline("packages", &["echo two"])])
    });
    assert!(planned.fingerprint.is_known());
    assert_ne!(planned.fingerprint, prior.fingerprint);
}

#[test]
fn another_disk_size_has_another_fingerprint_and_replaces_nothing() {
    let prior = ImageTemplate {
        vm_profile: disk_of(1),
        ..state()
    };
    let prior = ImageTemplate {
        fingerprint: fingerprint::of(&prior),
        ..prior
    };
    let larger = planned(Some(&prior), |template| template.vm_profile = disk_of(2));
    assert!(larger.fingerprint.is_known());
    assert_ne!(larger.fingerprint, prior.fingerprint);
    assert_eq!(replacement(&prior, &larger), None);
    let without = planned(Some(&prior), |_| {});
    assert_eq!(without.fingerprint, state().fingerprint, "the block may go again");
}

#[test]
fn a_fingerprint_of_another_release_is_kept_while_nothing_it_covers_changes() {
    let mut prior = state();
    prior.fingerprint = Attr::from("made by another release");
    assert_eq!(planned(Some(&prior), |_| {}).fingerprint, prior.fingerprint);
}

#[test]
fn a_target_may_be_added_or_altered_but_not_dropped() {
    let prior = state();
    let with = |targets: Vec<_>| ImageTemplate {
        distribute: Attr::Known(targets),
        ..template()
    };
    assert_eq!(replacement(&prior, &with(vec![gallery("gallery"), vhd("disk")])), None);
    assert_eq!(replacement(&prior, &with(vec![managed("GALLERY")])), None);
    assert_eq!(
        replacement(&prior, &with(vec![gallery("other")])),
        Some(Path::root("distribute"))
    );
}

#[test]
fn a_target_whose_name_is_not_known_yet_replaces() {
    let mut target = gallery("gallery");
    if let Some(target) = target.as_known_mut() {
        target.run_output_name = Attr::Unknown;
    }
    let unnamed = ImageTemplate {
        distribute: Attr::Known(vec![target]),
        ..template()
    };
    assert_eq!(replacement(&state(), &unnamed), Some(Path::root("distribute")));
    let unknown = ImageTemplate {
        distribute: Attr::Unknown,
        ..template()
    };
    assert_eq!(replacement(&state(), &unknown), Some(Path::root("distribute")));
}

#[test]
fn a_new_token_replaces_unless_a_checksum_vouches_for_the_content() {
    let token = format!("{SCRIPT}?sv=2024-01-01&sig=new");
    let with = |checksum| ImageTemplate {
        customize: Attr::Known(vec![inline("packages", &["echo one"]), script(&token, checksum)]),
        ..template()
    };
    assert_eq!(unvouched_uris(&state(), &with(Some(CHECKSUM))), vec![]);
    assert_eq!(unvouched_uris(&state(), &with(None)), vec![Path::root("customize")]);
}

#[test]
fn a_file_keeps_its_checksum_too() {
    let mut prior = template();
    prior.customize = Attr::Known(vec![file(SCRIPT, "/tmp/a")]);
    if let Some(Attr::Known(step)) = prior.customize.as_known_mut().and_then(|steps| steps.first_mut())
        && let Attr::Known(file) = &mut step.file
    {
        file.sha256_checksum = Attr::from(CHECKSUM);
    }
    let planned = planned(Some(&prior), |template| {
        template.customize = Attr::Known(vec![file(SCRIPT, "/tmp/b")])
    });
    assert_eq!(checksum(&planned, 0), Attr::from(CHECKSUM));
}
