//! The planning rules of a template that the attributes alone cannot say. Pure: prior state and configuration in, plan out.

use std::collections::BTreeSet;

use tf_provider::{Attr, Path};

use super::customize::{CustomizeStep, File, Shell, ValidationStep};
use super::distribute::Distribution;
use super::fingerprint;
use super::model::ImageTemplate;

/// Settles what the service would fill in, and the fingerprint.
pub(super) fn settle(prior: Option<&ImageTemplate>, config: &ImageTemplate, planned: &mut ImageTemplate) {
    settle_checksums(prior, config, planned);
    planned.fingerprint = match prior {
        Some(prior) if covered_alike(prior, planned) => prior.fingerprint.clone(),
        _ => fingerprint::of(planned),
    };
}

/// What replaces the template beyond the attributes that always do: a distribution target that goes or may go.
///
/// The service refuses an update that drops a target, and a name that is not known yet may turn out to be another.
pub(super) fn replacement(prior: &ImageTemplate, planned: &ImageTemplate) -> Option<Path> {
    let path = || Some(Path::root("distribute"));
    let targets = match &planned.distribute {
        Attr::Known(targets) => targets,
        Attr::Unknown => return path(),
        Attr::Null => return None,
    };
    let mut names = BTreeSet::new();
    for target in targets {
        match target {
            Attr::Known(Distribution {
                run_output_name: Attr::Known(name),
                ..
            }) => names.insert(name.to_lowercase()),
            _ => return path(),
        };
    }
    let dropped = run_output_names(prior).any(|name| !names.contains(&name.to_lowercase()));
    if dropped { path() } else { None }
}

/// Steps whose URI changed in its SAS token while nothing vouches for the content: their step is replaced.
///
/// With the same checksum in the configuration a new token is an update of the state alone; without one the service would
/// have to fetch the content again to know it.
pub(super) fn unvouched_uris(prior: &ImageTemplate, config: &ImageTemplate) -> Vec<Path> {
    let mut paths = Vec::new();
    for (list, before, after) in [
        ("customize", customize_content(prior), customize_content(config)),
        ("validate", validate_content(prior), validate_content(config)),
    ] {
        let changed = before.iter().zip(&after).any(|(before, after)| {
            before.uri != after.uri && after.uri.is_known() && after.checksum.as_known().is_none()
        });
        if changed {
            paths.push(Path::root(list));
        }
    }
    paths
}

/// Names of the run outputs of a template, as far as they are known.
pub(super) fn run_output_names(template: &ImageTemplate) -> impl Iterator<Item = &str> {
    let targets = template.distribute.as_known().map(Vec::as_slice).unwrap_or_default();
    targets
        .iter()
        .filter_map(|target| target.as_known()?.run_output_name.as_known().map(String::as_str))
}

/// Content that a step fetches.
#[derive(Default)]
struct Content {
    uri: Attr<String>,
    checksum: Attr<String>,
}

fn customize_content(template: &ImageTemplate) -> Vec<Content> {
    let steps = template.customize.as_known().map(Vec::as_slice).unwrap_or_default();
    steps
        .iter()
        .map(|step| {
            step.as_known()
                .map_or_else(Content::default, |step| content(&step.shell, &step.file))
        })
        .collect()
}

fn validate_content(template: &ImageTemplate) -> Vec<Content> {
    let validation = template
        .validate
        .as_known()
        .and_then(|validate| validate.in_vm_validations.as_known());
    let steps = validation.map(Vec::as_slice).unwrap_or_default();
    steps
        .iter()
        .map(|step| {
            step.as_known()
                .map_or_else(Content::default, |step| content(&step.shell, &step.file))
        })
        .collect()
}

fn content(shell: &Attr<Shell>, file: &Attr<File>) -> Content {
    if let Some(shell) = shell.as_known() {
        return Content {
            uri: shell.script_uri.clone(),
            checksum: shell.sha256_checksum.clone(),
        };
    }
    let content = |file: &File| Content {
        uri: file.source_uri.clone(),
        checksum: file.sha256_checksum.clone(),
    };
    file.as_known().map(content).unwrap_or_default()
}

/// A checksum that the configuration leaves open stays what it was while the step at the same place has the same URI, is
/// null where nothing is fetched, and else is only known once the service has fetched the content.
fn settle_checksums(prior: Option<&ImageTemplate>, config: &ImageTemplate, planned: &mut ImageTemplate) {
    let before = prior.map(customize_content).unwrap_or_default();
    let written = customize_content(config);
    if let Attr::Known(steps) = &mut planned.customize {
        for (index, step) in steps.iter_mut().enumerate() {
            if let Attr::Known(CustomizeStep { shell, file, .. }) = step {
                settle_checksum(before.get(index), written.get(index), shell, file);
            }
        }
    }
    let before = prior.map(validate_content).unwrap_or_default();
    let written = validate_content(config);
    let validations = planned
        .validate
        .as_known_mut()
        .and_then(|validate| validate.in_vm_validations.as_known_mut());
    for (index, step) in validations.into_iter().flatten().enumerate() {
        if let Attr::Known(ValidationStep { shell, file, .. }) = step {
            settle_checksum(before.get(index), written.get(index), shell, file);
        }
    }
}

fn settle_checksum(
    before: Option<&Content>,
    written: Option<&Content>,
    shell: &mut Attr<Shell>,
    file: &mut Attr<File>,
) {
    let Some(written) = written.filter(|written| written.checksum.is_null()) else {
        return;
    };
    let settled = match before {
        _ if written.uri.is_null() => Attr::Null,
        Some(before) if before.uri == written.uri && before.checksum.is_known() => before.checksum.clone(),
        _ => Attr::Unknown,
    };
    if let Attr::Known(shell) = shell {
        shell.sha256_checksum = settled;
    } else if let Attr::Known(file) = file {
        file.sha256_checksum = settled;
    }
}

/// Whether everything that the fingerprint covers is as it was, so that it is kept even if a later version of the provider
/// should compute it otherwise.
fn covered_alike(prior: &ImageTemplate, planned: &ImageTemplate) -> bool {
    prior.fingerprint.is_known()
        && match (fingerprint::of(prior), fingerprint::of(planned)) {
            (Attr::Known(prior), Attr::Known(planned)) => prior == planned,
            _ => false,
        }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
