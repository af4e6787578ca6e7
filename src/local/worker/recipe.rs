//! A template's content in the engine's words.

use std::path::PathBuf;

use image_engine::{Action, BuildSpec, DiskSpec, Reuse, Script, Step};

use super::source::Resolved;
use super::spec::{RunSpec, copy_name};
use crate::local::root::Root;
use crate::local::validation::steps::{self, Place};

/// What the engine is asked for.
pub(super) fn build_spec(root: &Root, run: &RunSpec, resolved: &Resolved) -> BuildSpec {
    let properties = &run.template.properties;
    let files = run.staging(root).files();
    let step = |step, name: Option<&str>, kind: &str, index: usize, place: fn(usize) -> Place| {
        let name = name.map_or_else(|| format!("{kind} {}", index + 1), str::to_owned);
        action(step, files.join(copy_name(place(index)))).map(|action| Step { name, action })
    };
    let customizers = properties.customize.iter().flatten().enumerate();
    let validators = properties
        .validate
        .iter()
        .flat_map(|validate| validate.in_vm_validations.iter().flatten())
        .enumerate();
    let gigabytes = properties
        .vm_profile
        .as_ref()
        .and_then(|profile| profile.os_disk_size_gb)
        .filter(|size| *size > 0);
    BuildSpec {
        source: resolved.tree.clone(),
        customize: customizers
            .filter_map(|(index, entry)| step(entry.into(), entry.name(), entry.kind(), index, Place::Customizer))
            .collect(),
        validate: validators
            .filter_map(|(index, entry)| step(entry.into(), entry.name(), entry.kind(), index, Place::Validator))
            .collect(),
        disk: DiskSpec {
            size_bytes: gigabytes.map(|size| size.unsigned_abs() << 30),
            id: run.run.to_string(),
        },
        network: run.network,
        reuse: Reuse {
            steps: run.reuse_steps,
            max_age: run.layer_max_age,
        },
    }
}

/// What a step does. A referenced file is the copy that the submission has made. `None` for a Windows step: a run with one was
/// refused before.
fn action(step: steps::Step<'_>, copy: PathBuf) -> Option<Action> {
    match step {
        steps::Step::Shell(script) if step.reference().is_some() => {
            debug_assert!(script.inline.as_ref().is_none_or(Vec::is_empty));
            Some(Action::Shell(Script::File(copy)))
        }
        steps::Step::Shell(script) => Some(Action::Shell(Script::Inline(script.inline.clone().unwrap_or_default()))),
        steps::Step::File(file) => Some(Action::File {
            content: copy,
            destination: file.destination.clone().unwrap_or_default(),
        }),
        steps::Step::PowerShell(_) | steps::Step::Windows => None,
    }
}
