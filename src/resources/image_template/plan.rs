//! The planning rules of a template that the attributes alone cannot say. Pure: prior state and configuration in, plan out.

use std::collections::BTreeSet;

use tf_provider::{Attr, Path};

use super::distribute::Distribution;
use super::fetched::{Fetched, PARTS, Part};
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

/// Parts of which a URI changed in its SAS token while nothing vouches for the content: they are replaced.
///
/// With the same checksum in the configuration a new token is an update of the state alone; without one the service would
/// have to fetch the content again to know it.
pub(super) fn unvouched_uris(prior: &ImageTemplate, config: &ImageTemplate) -> Vec<Path> {
    let changed = |part: &Part| {
        let mut pairs = part.of(prior).into_iter().zip(part.of(config));
        pairs.any(|pair| match pair {
            (Some(before), Some(after)) => {
                before.uri() != after.uri() && after.uri().is_known() && !after.checksum().is_known()
            }
            _ => false,
        })
    };
    PARTS.into_iter().filter(changed).map(Part::path).collect()
}

/// Names of the run outputs of a template, as far as they are known.
pub(super) fn run_output_names(template: &ImageTemplate) -> impl Iterator<Item = &str> {
    let targets = template.distribute.as_known().map(Vec::as_slice).unwrap_or_default();
    targets
        .iter()
        .filter_map(|target| target.as_known()?.run_output_name.as_known().map(String::as_str))
}

/// A checksum that the configuration leaves open stays what it was while the step at the same place has the same URI (null,
/// when the service told none: waiting for it would replace the template again and again), is null where nothing is fetched,
/// and else is only known once the service has fetched the content.
fn settle_checksums(prior: Option<&ImageTemplate>, config: &ImageTemplate, planned: &mut ImageTemplate) {
    for part in PARTS {
        let before = prior.map(|prior| part.of(prior)).unwrap_or_default();
        let written = part.of(config);
        for (index, planned) in part.of_mut(planned).into_iter().enumerate() {
            let (Some(planned), Some(Some(written))) = (planned, written.get(index)) else {
                continue;
            };
            if written.checksum().is_null() {
                let before = before.get(index).copied().flatten();
                *planned.checksum_mut() = settled_checksum(before, written.uri());
            }
        }
    }
}

fn settled_checksum(before: Option<&dyn Fetched>, uri: &Attr<String>) -> Attr<String> {
    match before {
        _ if uri.is_null() => Attr::Null,
        Some(before) if before.uri() == uri => before.checksum().clone(),
        _ => Attr::Unknown,
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
