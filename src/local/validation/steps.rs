//! Customizers and validators.

use std::fmt;

use super::{BadField, redact};
use crate::arm::image_template::{
    Customizer, EnabledState, FileCopy, PowerShellScript, ProvisioningErrorCode, ShellScript, Validator, Workload,
};

/// A reference to a file outside the template, which the submission fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) uri: &'a str,
    /// The checksum that the template gives, if any.
    pub(crate) sha256: Option<&'a str>,
    pub(crate) kind: ReferenceKind,
}

/// What a reference is for; it decides how large the file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferenceKind {
    Script,
    File,
}

/// Where a reference stands in a template, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Customizer(usize),
    Validator(usize),
    Workload,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customizer(index) => write!(formatter, "customize[{index}]"),
            Self::Validator(index) => write!(formatter, "validate.inVMValidations[{index}]"),
            Self::Workload => formatter.write_str("optimize.workload"),
        }
    }
}

/// A customizer or a validator: the rules are the same.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Shell(&'a ShellScript),
    PowerShell(&'a PowerShellScript),
    File(&'a FileCopy),
    Windows,
}

impl<'a> From<&'a Customizer> for Step<'a> {
    fn from(customizer: &'a Customizer) -> Self {
        match customizer {
            Customizer::Shell(script) => Self::Shell(script),
            Customizer::PowerShell(script) => Self::PowerShell(script),
            Customizer::File(file) => Self::File(file),
            Customizer::WindowsRestart(_) | Customizer::WindowsUpdate(_) => Self::Windows,
        }
    }
}

impl<'a> From<&'a Validator> for Step<'a> {
    fn from(validator: &'a Validator) -> Self {
        match validator {
            Validator::Shell(script) => Self::Shell(script),
            Validator::PowerShell(script) => Self::PowerShell(script),
            Validator::File(file) => Self::File(file),
        }
    }
}

impl<'a> From<&'a Workload> for Reference<'a> {
    fn from(workload: &'a Workload) -> Self {
        Self {
            uri: workload.script_uri.as_deref().unwrap_or_default(),
            sha256: workload.sha256_checksum.as_deref().filter(|sum| !sum.is_empty()),
            kind: ReferenceKind::Script,
        }
    }
}

impl<'a> Step<'a> {
    /// The file that the step refers to.
    pub(crate) fn reference(self) -> Option<Reference<'a>> {
        let (uri, sha256, kind) = match self {
            Self::Shell(script) => (&script.script_uri, &script.sha256_checksum, ReferenceKind::Script),
            Self::PowerShell(script) => (&script.script_uri, &script.sha256_checksum, ReferenceKind::Script),
            Self::File(file) => (&file.source_uri, &file.sha256_checksum, ReferenceKind::File),
            Self::Windows => return None,
        };
        let sha256 = sha256.as_deref().filter(|sum| !sum.is_empty());
        uri.as_deref()
            .filter(|uri| !uri.is_empty())
            .map(|uri| Reference { uri, sha256, kind })
    }

    /// Whether the step has nothing to do: no script, no file. The service finds that out after it has accepted the template.
    pub(crate) fn is_empty(self) -> bool {
        let inline = match self {
            Self::Shell(script) => &script.inline,
            Self::PowerShell(script) => &script.inline,
            Self::File(_) => &None,
            Self::Windows => return false,
        };
        self.reference().is_none() && inline.as_ref().is_none_or(Vec::is_empty)
    }

    /// Checks the step at `object`, for example `properties.customize[0]`.
    pub(crate) fn check(self, object: &str) -> Result<(), BadField> {
        match self {
            Self::Shell(script) => check_script(object, script.script_uri.as_deref(), script.inline.as_deref())?,
            Self::PowerShell(script) => {
                check_script(object, script.script_uri.as_deref(), script.inline.as_deref())?;
                if script.run_as_system == Some(true) && script.run_elevated != Some(true) {
                    return Err(BadField::bad(object, "runAsSystem", true, "it needs runElevated"));
                }
            }
            Self::File(file) => check_file(object, file)?,
            Self::Windows => {}
        }
        self.reference()
            .map_or(Ok(()), |reference| check_checksum(object, reference))
    }
}

/// Checks the script of an optimization for a workload.
pub(crate) fn check_workload(workload: &Workload) -> Result<(), BadField> {
    const OBJECT: &str = "properties.optimize.workload";
    let reference = Reference::from(workload);
    if reference.uri.is_empty() && workload.state == Some(EnabledState::Enabled) {
        return Err(BadField::missing(OBJECT, "scriptUri"));
    }
    check_checksum(OBJECT, reference)
}

fn check_checksum(object: &str, reference: Reference<'_>) -> Result<(), BadField> {
    match reference.sha256.filter(|sum| !is_sha256(sum)) {
        Some(sum) => Err(BadField::bad(
            object,
            "sha256Checksum",
            sum,
            "64 hexadecimal digits in lower case are expected",
        )),
        None => Ok(()),
    }
}

/// The code of a step that has nothing to do.
pub(crate) fn empty_step_code(stage_is_validation: bool) -> ProvisioningErrorCode {
    if stage_is_validation {
        ProvisioningErrorCode::NoValidatorScript
    } else {
        ProvisioningErrorCode::NoCustomizerScript
    }
}

fn check_script(object: &str, uri: Option<&str>, inline: Option<&[String]>) -> Result<(), BadField> {
    match (
        uri.filter(|uri| !uri.is_empty()),
        inline.filter(|lines| !lines.is_empty()),
    ) {
        (Some(uri), Some(_)) => Err(BadField::bad(
            object,
            "scriptUri",
            redact(uri),
            "exactly one of scriptUri and inline is expected",
        )),
        _ => Ok(()),
    }
}

fn check_file(object: &str, file: &FileCopy) -> Result<(), BadField> {
    if file.source_uri.as_deref().is_none_or(str::is_empty) {
        return Err(BadField::missing(object, "sourceUri"));
    }
    let Some(destination) = file.destination.as_deref().filter(|path| !path.is_empty()) else {
        return Err(BadField::missing(object, "destination"));
    };
    let windows = destination.as_bytes().get(1) == Some(&b':');
    let under_tmp = destination
        .strip_prefix("/tmp/")
        .is_some_and(|rest| !rest.is_empty() && !rest.split('/').any(|name| name == ".."));
    if windows || under_tmp {
        Ok(())
    } else {
        Err(BadField::bad(
            object,
            "destination",
            destination,
            "on Linux a file can only be put under /tmp; a step can move it from there",
        ))
    }
}

/// Whether `text` is a SHA-256 as the service writes it.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn file(destination: &str) -> FileCopy {
        FileCopy {
            source_uri: Some("file:///x".into()),
            destination: Some(destination.into()),
            ..FileCopy::default()
        }
    }

    #[test]
    fn a_file_goes_under_tmp_only() {
        assert_eq!(Step::File(&file("/tmp/a/b")).check("properties.customize[0]"), Ok(()));
        for destination in ["/etc/passwd", "/tmp/../etc/passwd", "/tmp/", "relative"] {
            assert!(
                Step::File(&file(destination)).check("properties.customize[0]").is_err(),
                "{destination}"
            );
        }
    }

    #[test]
    fn a_script_is_inline_or_at_a_uri_and_the_error_keeps_its_token() {
        let script = ShellScript {
            script_uri: Some("https://a.example/s?sig=secret".into()),
            inline: Some(vec!["true".into()]),
            ..ShellScript::default()
        };
        let error = Step::Shell(&script)
            .check("properties.customize[3]")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("properties.customize[3]") && error.contains("scriptUri"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn an_upper_case_checksum_is_refused() {
        let script = ShellScript {
            script_uri: Some("file:///x".into()),
            sha256_checksum: Some("A".repeat(64)),
            ..ShellScript::default()
        };
        assert!(Step::Shell(&script).check("properties.customize[0]").is_err());
    }

    #[test]
    fn a_step_without_script_has_nothing_to_do() {
        assert!(Step::Shell(&ShellScript::default()).is_empty());
        assert!(
            !Step::Shell(&ShellScript {
                inline: Some(vec!["true".into()]),
                ..ShellScript::default()
            })
            .is_empty()
        );
    }
}
