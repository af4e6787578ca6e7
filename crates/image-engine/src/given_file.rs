//! Files of this machine that a specification names.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::{BuildError, ErrorKind};

/// Opens a regular file for reading. Whatever hinders that is [`ErrorKind::SourceMissing`].
pub(crate) fn open(path: &Path, operation: &str) -> Result<File, BuildError> {
    let missing = |error: io::Error| {
        BuildError::new(ErrorKind::SourceMissing, operation)
            .at(path)
            .caused_by(error)
    };
    let file = File::open(path).map_err(missing)?;
    if !file.metadata().map_err(missing)?.is_file() {
        return Err(missing(io::Error::other("it is not a regular file")));
    }
    Ok(file)
}
