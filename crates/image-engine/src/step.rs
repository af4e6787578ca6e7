//! From a step of the specification to a script in the sandbox.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use rustix::fs::{MemfdFlags, memfd_create};

use crate::error::{BuildError, ErrorKind};
use crate::given_file;
use crate::observer::Stage;
use crate::sandbox::StepRun;
use crate::spec::{Action, Script, Step};

/// Copies the standard input to the path given. It runs inside the sandbox, so that whatever the path leads to is the
/// image's. What is there already is replaced, but its owner and mode stay.
const COPY_SCRIPT: &str =
    "#!/bin/sh\nset -e\nnew=yes\n[ -e \"$1\" ] && new=\ncat > \"$1\"\n[ -z \"$new\" ] || chmod 0644 \"$1\"\n";

/// Turns a step into what the sandbox runs, or says why it cannot be done.
pub(crate) fn run_of(step: &Step, stage: Stage, index: usize) -> Result<StepRun, BuildError> {
    let prepared = match &step.action {
        Action::Shell(Script::Inline(commands)) => inline(commands),
        Action::Shell(Script::File(path)) => script_file(path),
        Action::File { content, destination } => file(content, destination, stage, index),
    };
    prepared.map_err(|error| error.in_step(&step.name))
}

/// A script of our own, run by the image's shell.
pub(crate) fn own_script(text: &str) -> Result<StepRun, BuildError> {
    let write = || -> io::Result<File> {
        let mut script = File::from(memfd_create(c"script", MemfdFlags::CLOEXEC)?);
        script.write_all(text.as_bytes())?;
        script.rewind()?;
        Ok(script)
    };
    let script = write().map_err(|error| BuildError::io(error, "writing a step's script"))?;
    Ok(StepRun {
        script: script.into(),
        by_shell: false,
        arguments: Vec::new(),
        input: None,
        resolves_names: true,
    })
}

/// Image Builder's way with inline commands: one script, which the first failing command ends.
fn inline(commands: &[String]) -> Result<StepRun, BuildError> {
    let length = commands.iter().map(|command| command.len() + 1).sum::<usize>();
    let mut text = String::with_capacity(length + 16);
    text.push_str("#!/bin/sh -e\n");
    for command in commands {
        text.push_str(command);
        text.push('\n');
    }
    own_script(&text)
}

fn script_file(path: &Path) -> Result<StepRun, BuildError> {
    let mut script = given_file::open(path, "opening a step's script")?;
    let mut start = Vec::new();
    let read = (&mut script)
        .take(4)
        .read_to_end(&mut start)
        .and_then(|_| script.rewind());
    read.map_err(|error| BuildError::io(error, "reading a step's script").at(path))?;
    let runs_by_itself = start.starts_with(b"#!") || start.starts_with(b"\x7fELF");
    Ok(StepRun {
        script: script.into(),
        by_shell: !runs_by_itself,
        arguments: Vec::new(),
        input: None,
        resolves_names: true,
    })
}

fn file(content: &Path, destination: &str, stage: Stage, index: usize) -> Result<StepRun, BuildError> {
    check_destination(destination).map_err(|reason| {
        let text = format!("the destination \"{destination}\" {reason}");
        BuildError::new(ErrorKind::StepInvalid { stage, step: index }, text)
    })?;
    let content = given_file::open(content, "opening the file to copy")?;
    let mut run = own_script(COPY_SCRIPT)?;
    run.arguments = vec![destination.into()];
    run.input = Some(content.into());
    run.resolves_names = false;
    Ok(run)
}

/// Image Builder's rule for Linux.
fn check_destination(destination: &str) -> Result<(), &'static str> {
    let Some(below) = destination.strip_prefix("/tmp/") else {
        return Err("is not below /tmp; copy it from there with a shell step");
    };
    if below.is_empty() || below.ends_with('/') {
        return Err("names a folder; give the whole path of the file");
    }
    if below.split('/').any(|part| part == "..") {
        return Err("leads out of /tmp");
    }
    if destination.contains('\0') {
        return Err("holds a NUL character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_below_tmp_and_nowhere_else() {
        for good in ["/tmp/a", "/tmp/a/b.html", "/tmp/..a"] {
            assert_eq!(check_destination(good), Ok(()), "{good}");
        }
        for bad in [
            "/etc/passwd",
            "/tmp",
            "/tmp/",
            "/tmp/a/",
            "/tmp/../etc/passwd",
            "tmp/a",
            "/tmpfile",
            "/tmp/a\0b",
        ] {
            assert!(check_destination(bad).is_err(), "{bad}");
        }
    }
}
