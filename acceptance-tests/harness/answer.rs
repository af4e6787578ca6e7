//! What a command answered: its streams, and Terraform's diagnostics as data.

use std::fmt;
use std::process::Command;

use serde::Deserialize;

/// The streams and the status of a command that has ended.
pub(crate) struct Output {
    pub(crate) succeeded: bool,
    pub(crate) exit_code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{:?} could not be started: {error}", command.get_program()));
        Self::from(output)
    }
}

impl From<std::process::Output> for Output {
    fn from(output: std::process::Output) -> Self {
        Self {
            succeeded: output.status.success(),
            exit_code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "exit {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.exit_code, self.stdout, self.stderr
        )
    }
}

/// An error or a warning that Terraform showed.
#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) severity: String,
    pub(crate) summary: String,
    #[serde(default)]
    pub(crate) detail: String,
    /// The resource that it is about, e.g. `imagebuilder_image_template.golden`.
    #[serde(default)]
    pub(crate) address: Option<String>,
    /// The piece of the configuration that it points at.
    #[serde(default)]
    snippet: Option<Snippet>,
}

#[derive(Debug, Deserialize)]
struct Snippet {
    code: String,
}

impl Diagnostic {
    /// The line of the configuration that is shown to the user.
    pub(crate) fn code(&self) -> &str {
        self.snippet.as_ref().map_or("", |snippet| &snippet.code)
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    diagnostic: Option<Diagnostic>,
    #[serde(default)]
    hook: Option<Hook>,
}

/// What Terraform tells of one resource while it applies.
#[derive(Deserialize)]
struct Hook {
    resource: Address,
    action: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    addr: String,
}

/// The end of a terraform command that was run with `-json`.
pub(crate) struct Answer {
    pub(crate) output: Output,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Answer {
    /// Reads the diagnostics out of the message stream.
    pub(crate) fn of(output: Output) -> Self {
        let diagnostics = output
            .stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Message>(line).ok()?.diagnostic)
            .collect();
        Self { output, diagnostics }
    }

    /// What an apply has done, in the order in which it was done: the address, and `create`, `update` or `delete`.
    pub(crate) fn completed(&self) -> Vec<(String, String)> {
        let messages = self.output.stdout.lines();
        let messages = messages.filter_map(|line| serde_json::from_str::<Message>(line).ok());
        let hooks = messages.filter(|message| message.kind == "apply_complete");
        let hooks = hooks.filter_map(|message| message.hook);
        hooks
            .filter_map(|hook| Some((hook.resource.addr, hook.action?)))
            .collect()
    }

    /// The answer, if the command succeeded; else the test ends with what was said.
    pub(crate) fn succeeded(self) -> Self {
        assert!(
            self.output.succeeded,
            "terraform failed:\n{}\n{}",
            self.told(),
            self.output.stderr
        );
        self
    }

    /// The only error. A test that provokes one wants no others.
    pub(crate) fn error(&self) -> &Diagnostic {
        self.failed();
        // Terraform adds an error of its own when it was interrupted.
        let mut errors = self
            .diagnostics
            .iter()
            .filter(|one| one.severity == "error" && one.summary != "execution halted");
        let first = errors
            .next()
            .unwrap_or_else(|| panic!("failed without an error: {}", self.output));
        assert!(errors.next().is_none(), "more than one error:\n{}", self.told());
        first
    }

    /// Asserts that the command did not succeed, with whatever errors.
    pub(crate) fn failed(&self) {
        assert!(
            !self.output.succeeded,
            "it was expected to fail, but succeeded: {}",
            self.output
        );
    }

    /// Asserts that there is exactly one error and that it says all of this.
    pub(crate) fn fails_with(&self, parts: &[&str]) -> &Diagnostic {
        let error = self.error();
        let text = format!("{}\n{}", error.summary, error.detail);
        for part in parts {
            assert!(text.contains(part), "the error does not say {part:?}:\n{text}");
        }
        error
    }

    /// Asserts that some warning says all of this.
    pub(crate) fn warns(&self, parts: &[&str]) {
        let found = self
            .diagnostics
            .iter()
            .filter(|one| one.severity == "warning")
            .any(|warning| {
                let text = format!("{}\n{}", warning.summary, warning.detail);
                parts.iter().all(|part| text.contains(part))
            });
        assert!(found, "no warning says {parts:?}:\n{}", self.told());
    }

    fn told(&self) -> String {
        self.diagnostics
            .iter()
            .map(|one| {
                let address = one.address.as_deref().unwrap_or("-");
                format!(
                    "{} at {address}: {}\n{}\n{}",
                    one.severity,
                    one.summary,
                    one.detail,
                    one.code()
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    }
}
