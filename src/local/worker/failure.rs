//! What a failed run says: the step, its exit code, the end of its log, and where the log is. The text is for people; nobody parses it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use image_engine::{BuildError, ErrorKind, Stage};

use super::spec::RunSpec;
use crate::arm::image_template::{Source, Validator};
use crate::local::error::chain;
use crate::local::root::RunFolder;
use crate::local::store::runs::Run;

/// How much of the log's end is shown.
const LAST_LINES: usize = 20;
/// Longest part of the log that is read for it, in bytes.
const TAIL: u64 = 64 * 1024;

/// The message of a build that did not succeed.
pub(crate) fn build(spec: &RunSpec, error: &BuildError, log: &Path) -> String {
    let headline = match &error.kind {
        // Several steps, of which the image decides.
        ErrorKind::StepFailed {
            stage: Stage::Generalize,
            exit_code,
            ..
        } => {
            let step = error.context.step.as_deref().unwrap_or("unknown step");
            format!("The generalization of the image ({step}) failed with exit code {exit_code}.")
        }
        ErrorKind::StepFailed { stage, step, exit_code } => {
            format!("{} failed with exit code {exit_code}.", step_name(spec, *stage, *step))
        }
        ErrorKind::TimedOut => format!(
            "Failed while waiting for packerizer: Timeout waiting for microservice to complete: 'context deadline exceeded'. The build did not \
             end within {} minutes (buildTimeoutInMinutes).",
            timeout_minutes(spec)
        ),
        _ => format!("The build failed: {}.", chain(error)),
    };
    with_log(&headline, log)
}

/// The message of a build whose source could not be made ready.
pub(crate) fn source(spec: &RunSpec, error: &BuildError, log: &Path) -> String {
    let name = source_name(&spec.template.properties.source);
    let of_source = matches!(
        error.kind,
        ErrorKind::Archive(_)
            | ErrorKind::PackageFailed { .. }
            | ErrorKind::LayerDamaged { .. }
            | ErrorKind::ChecksumMismatch { .. }
            | ErrorKind::SourceMissing
    );
    if of_source {
        with_log(&format!("The source {name} cannot be used: {}.", chain(error)), log)
    } else {
        build(spec, error, log)
    }
}

/// A source as people name it: `Debian:debian-12:12-gen2:latest`, or the id of an image.
pub(crate) fn source_name(source: &Source) -> String {
    let id = match source {
        Source::PlatformImage(image) => {
            let members = [&image.publisher, &image.offer, &image.sku, &image.version];
            members.map(|member| member.as_deref().unwrap_or_default()).join(":")
        }
        Source::ManagedImage(image) => image.image_id.clone(),
        Source::SharedImageVersion(image) => image.image_version_id.clone(),
    };
    format!("'{id}'")
}

/// A message with the end of customization.log and its place.
pub(crate) fn with_log(headline: &str, log: &Path) -> String {
    let lines = last_lines(log);
    let location = format!("Image Build log location: {}", log.display());
    if lines.is_empty() {
        return format!("{headline}\n{location}");
    }
    let count = lines.len();
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("{headline}\nThe last {count} lines of customization.log:\n{lines}{location}")
}

/// The message of a run whose worker has died.
pub(crate) fn worker_died(run: &Run, folder: &RunFolder) -> String {
    let headline = format!(
        "The worker of the run died in the phase {} before it could record an end: it was killed, or the machine was restarted. Its own log is {}.",
        run.sub_state,
        folder.worker_log().display()
    );
    with_log(&headline, Path::new(&run.log))
}

/// Minutes that the build may take: 0 and no number mean 240.
pub(crate) fn timeout_minutes(spec: &RunSpec) -> i64 {
    match spec.template.properties.build_timeout_in_minutes {
        None | Some(0) => 240,
        Some(minutes) => minutes,
    }
}

/// `Customizer 2 (Shell "packages")`, counted from 1.
fn step_name(spec: &RunSpec, stage: Stage, index: usize) -> String {
    let properties = &spec.template.properties;
    let validators: Vec<&Validator> = properties
        .validate
        .iter()
        .flat_map(|validate| validate.in_vm_validations.iter().flatten())
        .collect();
    let (word, kind, name) = match stage {
        Stage::Customize => {
            let step = properties.customize.iter().flatten().nth(index);
            (
                "Customizer",
                step.map(|step| step.kind()),
                step.and_then(|step| step.name()),
            )
        }
        Stage::Validate => {
            let step = validators.get(index);
            (
                "Validator",
                step.map(|step| step.kind()),
                step.and_then(|step| step.name()),
            )
        }
        // The engine makes the source by programs of its own, whose failures are no step's.
        Stage::Source => return format!("The source {}", source_name(&properties.source)),
        Stage::Generalize => return "The generalization of the image".to_owned(),
    };
    let kind = kind.unwrap_or("unknown");
    let name = name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
    format!("{word} {} ({kind}{name})", index + 1)
}

fn last_lines(log: &Path) -> Vec<String> {
    let mut tail = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        file.take(TAIL).read_to_end(&mut tail)
    });
    if read.is_err() {
        return vec![];
    }
    let text = String::from_utf8_lossy(&tail);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_last_twenty_lines_are_shown_and_the_place_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("customization.log");
        let lines: Vec<String> = (1..=30).map(|number| format!("line {number}")).collect();
        std::fs::write(&log, lines.join("\n")).unwrap();
        let message = with_log("It failed.", &log);
        assert!(
            message.contains("  line 11\n") && message.contains("  line 30\n") && !message.contains("line 10\n"),
            "{message}"
        );
        assert!(message.ends_with(&format!("Image Build log location: {}", log.display())));
    }

    #[test]
    fn a_run_that_never_logged_still_says_where_its_log_would_be() {
        assert_eq!(
            with_log("It failed.", Path::new("/none")),
            "It failed.\nImage Build log location: /none"
        );
    }
}
