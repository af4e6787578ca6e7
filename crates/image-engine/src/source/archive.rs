//! A root tree that the user has as a tar.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::read_start;
use crate::error::{BuildError, ErrorKind};
use crate::given_file;

/// An open archive, its first bytes read.
pub(super) struct Archive {
    file: File,
    start: Vec<u8>,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self, BuildError> {
        const OPERATION: &str = "opening the source archive";
        let mut file = given_file::open(path, OPERATION)?;
        let mut start = vec![0; 512];
        let count = read_start(&mut file, &mut start).map_err(|error| BuildError::io(error, OPERATION).at(path))?;
        start.truncate(count);
        Ok(Self { file, start })
    }

    pub(super) fn start(&self) -> &[u8] {
        &self.start
    }

    /// Writes the archive to `pipe`, and returns the SHA-256 of the whole file even if the reader stops earlier, as tar does
    /// at the archive's end mark.
    pub(super) fn pass_on(mut self, pipe: &mut dyn Write) -> io::Result<String> {
        let mut digest = Sha256::new();
        let mut chunk = self.start;
        let mut is_read = true;
        let mut buffer = vec![0; 256 * 1024];
        while !chunk.is_empty() {
            digest.update(&chunk);
            if is_read {
                match pipe.write_all(&chunk) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => is_read = false,
                    done => done?,
                }
            }
            let count = self.file.read(&mut buffer)?;
            chunk.clear();
            chunk.extend_from_slice(&buffer[..count]);
        }
        Ok(format!("{:x}", digest.finalize()))
    }
}

/// Compares a digest with the one of the specification.
pub(super) fn check(path: &Path, expected: Option<&str>, actual: &str) -> Result<(), BuildError> {
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(actual) => {
            let kind = ErrorKind::ChecksumMismatch {
                expected: expected.to_owned(),
                actual: actual.to_owned(),
            };
            Err(BuildError::new(kind, "unpacking the source's root tree").at(path))
        }
        _ => Ok(()),
    }
}
