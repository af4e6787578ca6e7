//! `convert`: an ARM template as HCL.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fmt, fs, io};

use clap::Args;
use serde_json::{Map, Value};

use super::{Outcome, print};
use crate::conversion::{self, Conversion};

#[derive(Debug, Args)]
pub(super) struct Convert {
    /// The template: a deployment template, a resource as the service shows it, or its properties alone; `-` for standard input.
    file: PathBuf,
    /// Name of the resource in HCL [default: the template's symbolic name, or its name].
    #[arg(long, value_name = "RESOURCE_NAME")]
    name: Option<String>,
    /// Values of parameters, from a parameter file of a deployment; they are written out instead of variables.
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// Exit with 1 when anything was not carried over.
    #[arg(long)]
    strict: bool,
    /// Write into this file, which must not be there yet [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A file that cannot be used, with its name.
#[derive(Debug)]
struct FileError {
    act: &'static str,
    path: PathBuf,
    source: Box<dyn std::error::Error>,
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {} {}", self.act, self.path.display())
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

impl Convert {
    pub(super) fn carry_out(&self) -> Outcome {
        if let Some(name) = self.name.as_deref().filter(|name| !is_name(name)) {
            return Err(
                format!("\"{name}\" is no name in HCL: letters, digits, \"_\" and \"-\", a letter first").into(),
            );
        }
        let fail = |act, path: &Path, source| FileError {
            act,
            path: path.to_owned(),
            source,
        };
        let text = read(&self.file).map_err(|error| fail("read", &self.file, error.into()))?;
        let values = match &self.parameters {
            Some(path) => parameters(path).map_err(|error| fail("read the parameters of", path, error))?,
            None => Map::new(),
        };
        let conversion = conversion::convert(&text, &values, self.name.as_deref())
            .map_err(|error| fail("convert", &self.file, error.into()))?;
        let remarks = remarks(&conversion);
        let comment: String = remarks.lines().map(|line| format!("# {line}\n")).collect();
        let separator = if comment.is_empty() { "" } else { "\n" };
        let hcl = format!("{comment}{separator}{}", conversion.hcl());
        // Without standard error there is nobody to tell.
        let _ = io::stderr().write_all(remarks.as_bytes());
        let printed = match &self.output {
            Some(path) => {
                write(path, &hcl).map_err(|error| fail("write", path, error.into()))?;
                ExitCode::SUCCESS
            }
            None => print::text(&hcl),
        };
        let strict = self.strict && !conversion.not_carried.is_empty();
        Ok(if strict { ExitCode::FAILURE } else { printed })
    }
}

/// What was not carried over, a line each.
fn remarks(conversion: &Conversion) -> String {
    let mut text = String::new();
    if !conversion.not_carried.is_empty() {
        text.push_str("Not carried over from the ARM template:\n");
    }
    for remark in &conversion.not_carried {
        let line: String = format!("{}: {}", remark.path, remark.reason)
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let _ = writeln!(text, "- {line}");
    }
    text
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text)?;
        return Ok(text);
    }
    fs::read(path)
}

/// Writes a new file: what is there may be the template itself, or a configuration that somebody has worked on.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    if is_file {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "there is a file of this name already; move it away, or name another one",
        ));
    }
    fs::write(path, text)
}

/// The values of a parameter file (`{ "parameters": { "name": { "value": … } } }`).
fn parameters(path: &Path) -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let document: Value = serde_json::from_slice(&fs::read(path)?)?;
    let Some(Value::Object(parameters)) = document.get("parameters") else {
        return Err("there is no object \"parameters\" in it".into());
    };
    let value = |(name, entry): (&String, &Value)| match entry.get("value") {
        Some(value) => Ok((name.clone(), value.clone())),
        None => Err(format!(
            "parameter \"{name}\" has no \"value\"; references to key vaults cannot be resolved here"
        )),
    };
    Ok(parameters.iter().map(value).collect::<Result<_, _>>()?)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.tf");
        write(&path, "first").unwrap();
        let error = write(&path, "second").unwrap_err();
        assert!(error.to_string().contains("move it away"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        write(Path::new("/dev/null"), "gone").unwrap();
    }
}
