//! Making the tree: one run of mmdebstrap in the sandbox, straight into the folder of the layer.

use std::io;
use std::path::Path;

use super::{Distribution, recipe};
use crate::cancel::Cancel;
use crate::error::{ArchiveFault, BuildError, ErrorKind};
use crate::program::PATH;
use crate::program::mmdebstrap::{APT_GET, Complaints, GPGV, MMDEBSTRAP, Mmdebstrap};
use crate::sandbox::{Act, Bootstrap, Provided, Sandbox, TREE};
use crate::supervise::Sink;

/// Completes the tree before mmdebstrap clears away what it needed itself.
pub(super) const COMPLETION: &str = include_str!("complete.sh");

/// Where mmdebstrap finds what belongs to this run.
const COMPLETION_AT: &str = "/imagebuilder/complete";

impl Distribution {
    /// Fills the layer that `acts` make and mount. What mmdebstrap prints goes to `log`.
    pub(crate) fn make(
        &self,
        sandbox: &mut Sandbox,
        acts: Vec<Act>,
        log: Sink<'_>,
        cancel: &Cancel,
    ) -> Result<(), BuildError> {
        let operation = format!("making the root tree of {}", self.release);
        self.check_machine(&operation)?;
        let sources = recipe::sources(self.release, &self.mirrors);
        // mmdebstrap tells the format by the ending.
        let sources_at = match sources.place.rsplit_once('.') {
            Some((_, ending)) => format!("/imagebuilder/distribution.{ending}"),
            None => "/imagebuilder/distribution.list".to_owned(),
        };
        let arguments = Mmdebstrap {
            suite: recipe::codename(self.release),
            packages: &self.packages,
            tree: TREE,
            sources: &sources_at,
            completion: COMPLETION_AT,
        };
        let date = self.date.to_string();
        let run = Bootstrap {
            program: MMDEBSTRAP,
            arguments: arguments.arguments(),
            environment: &[
                ("PATH", PATH),
                ("LC_ALL", "C"),
                ("HOME", "/tmp"),
                ("DEBIAN_FRONTEND", "noninteractive"),
                ("SOURCE_DATE_EPOCH", &date),
                ("IMAGE_SOURCES", sources.place),
            ],
            files: &[
                Provided {
                    path: &sources_at,
                    content: sources.content.as_bytes(),
                    mode: 0o644,
                },
                Provided {
                    path: COMPLETION_AT,
                    content: COMPLETION.as_bytes(),
                    mode: 0o755,
                },
            ],
            acts,
            operation: &operation,
        };
        let mut complaints = Complaints::default();
        let mut dates = Dates::default();
        let made = sandbox.run_bootstrap(run, cancel, &mut |bytes: &[u8]| -> io::Result<()> {
            complaints.hear(bytes);
            dates.hear(bytes);
            log(bytes)
        });
        match made {
            Ok(()) if dates.newest == Some(self.date) => Ok(()),
            Ok(()) => Err(BuildError::new(ErrorKind::Archive(ArchiveFault::Changed), operation)),
            Err(failure) => Err(told(failure.error, complaints)),
        }
    }

    /// Finds out what is missing before anything is downloaded.
    fn check_machine(&self, operation: &str) -> Result<(), BuildError> {
        for program in [MMDEBSTRAP, APT_GET, GPGV] {
            program.find().map_err(|missing| missing.during(operation))?;
        }
        let recipe::Keyring { file, package } = recipe::keyring(self.release);
        if Path::new(file).is_file() {
            return Ok(());
        }
        let fault = ArchiveFault::KeyringMissing { file, package };
        Err(BuildError::new(ErrorKind::Archive(fault), operation))
    }
}

/// What is known of a failed run goes before what its exit code says. A build that was stopped, or a full disk, explains itself.
fn told(error: BuildError, complaints: Complaints) -> BuildError {
    match (&error.kind, complaints.reason()) {
        (ErrorKind::ToolFailed { .. }, Some(kind)) => {
            let operation = error.context.operation.clone();
            BuildError::new(kind, operation).caused_by(error)
        }
        _ => error,
    }
}

/// The dates of the indexes that were used, which the completion prints.
#[derive(Debug, Default)]
struct Dates {
    line: Vec<u8>,
    newest: Option<u64>,
}

impl Dates {
    fn hear(&mut self, bytes: &[u8]) {
        const LONGEST_LINE: usize = 256;
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                let date = line
                    .strip_prefix(b"archive-date ")
                    .and_then(|date| str::from_utf8(date).ok());
                self.newest = self.newest.max(date.and_then(|date| date.parse().ok()));
            } else if self.line.len() < LONGEST_LINE {
                self.line.push(*byte);
            }
        }
    }
}
