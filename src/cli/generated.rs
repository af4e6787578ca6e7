//! Files that are generated from the code and committed: written, or compared with what is there.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use clap::ValueEnum;

use super::{Outcome, print};

/// What to do with the generated files.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Mode {
    /// Write them.
    Write,
    /// Fail, with a diff, when they are not what would be written.
    Check,
}

/// One file, relative to the repository.
pub(super) struct GeneratedFile {
    pub(super) path: PathBuf,
    pub(super) content: String,
}

/// Writes or checks the files below a repository; `stale` are files that are there and should not be.
pub(super) fn carry_out(mode: Mode, repository: &Path, files: &[GeneratedFile], stale: &[PathBuf]) -> Outcome {
    match mode {
        Mode::Write => {
            for file in files {
                write(&repository.join(&file.path), &file.content)?;
            }
            for path in stale {
                fs::remove_file(repository.join(path)).map_err(|error| at(path, &error))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Mode::Check => {
            let mut report = String::new();
            for file in files {
                let present = read(&repository.join(&file.path))?;
                if present != file.content {
                    let _ = write!(
                        report,
                        "--- {0}\n+++ {0}, generated\n{1}",
                        file.path.display(),
                        difference(&present, &file.content)
                    );
                }
            }
            for path in stale {
                let _ = writeln!(report, "--- {}\nnothing generates this file", path.display());
            }
            if report.is_empty() {
                return Ok(ExitCode::SUCCESS);
            }
            print::text(&report);
            Err("generated files are out of date; bring them up to date with: make docs".into())
        }
    }
}

fn write(path: &Path, content: &str) -> Result<(), io::Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    }
    fs::write(path, content).map_err(|error| at(path, &error))
}

/// The file's text; a file that is not there is empty.
fn read(path: &Path) -> Result<String, io::Error> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| at(path, &error)),
    }
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The lines between the first and the last difference, once as they are and once as they should be.
fn difference(present: &str, wanted: &str) -> String {
    let present: Vec<&str> = present.lines().collect();
    let wanted: Vec<&str> = wanted.lines().collect();
    let same_start = present.iter().zip(&wanted).take_while(|(one, two)| one == two).count();
    let rest = present.len().min(wanted.len()) - same_start;
    let same_end = present
        .iter()
        .rev()
        .zip(wanted.iter().rev())
        .take(rest)
        .take_while(|(one, two)| one == two)
        .count();
    let mut text = format!("@@ line {} @@\n", same_start + 1);
    for line in &present[same_start..present.len() - same_end] {
        let _ = writeln!(text, "-{line}");
    }
    for line in &wanted[same_start..wanted.len() - same_end] {
        let _ = writeln!(text, "+{line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_difference_shows_only_the_lines_that_differ() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\ny\nc\n"), "@@ line 2 @@\n-b\n+x\n+y\n");
    }

    #[test]
    fn a_repeated_line_is_not_counted_for_both_ends() {
        assert_eq!(difference("a\na\n", "a\na\na\n"), "@@ line 3 @@\n+a\n");
    }
}
