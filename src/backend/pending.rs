//! Notes of writes that were sent and not yet answered, so that a crash orphans nothing.
//!
//! A note is written before a request is sent, gets the operation when it is accepted, and is removed when the call has answered.
//! Whoever finds a note later knows that the resource it names is this machine's own. A note is held by a lock for as long as its
//! owner lives; what is not locked was left behind.
//!
//! `<folder>/<sha256 of place and resource id>.json` is the note and its own lock: one file, since a file system can take longer to
//! make a file than to sync it when many were removed just before. It holds [`NoteContent`], and then the operation, as lines of JSON.
//! Half a line counts as none.

mod left_behind;
mod lock;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::lock::LockedFile;
use super::operation::Operation;
use super::origin::{Origin, OriginRelation};
use crate::arm::id::{ArmId, ResourceId};

/// The folder of the notes.
#[derive(Clone, Debug)]
pub struct PendingNotes {
    folder: PathBuf,
}

/// What a note says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteContent {
    /// Id of the resource that is written.
    pub resource_id: String,
    /// Fingerprint of what is written, to be compared by whoever takes it over.
    pub fingerprint: String,
    /// Id of the request.
    pub request_id: String,
    /// Where the request goes.
    pub origin: Origin,
    /// What the service began; absent until it has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
}

/// A note that this process holds. Dropping it leaves it behind; [`Note::done`] removes it.
#[derive(Debug)]
pub struct Note {
    content: NoteContent,
    path: PathBuf,
    file: LockedFile,
}

/// What went wrong with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteErrorKind {
    /// Another process that is alive holds it.
    Held,
    /// The environment names no folder: neither `XDG_STATE_HOME` nor `HOME` is an absolute path.
    NoFolder,
    /// The folder or the note belongs to somebody else.
    Foreign,
    /// Reading or writing failed.
    Io,
}

/// A note that cannot be read or written.
#[derive(Debug)]
pub struct NoteError {
    kind: NoteErrorKind,
    path: PathBuf,
    source: Option<io::Error>,
}

impl PendingNotes {
    /// Notes in this folder, which is made when the first note is written.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Notes in `$XDG_STATE_HOME/imagebuilder/pending`, or `~/.local/state/imagebuilder/pending`.
    ///
    /// # Errors
    /// The environment names no folder.
    pub fn of_user() -> Result<Self, NoteError> {
        let folder = folder_of(
            std::env::var_os("XDG_STATE_HOME").map(PathBuf::from),
            std::env::var_os("HOME").map(PathBuf::from),
        );
        folder.map(Self::in_folder).ok_or_else(|| NoteError {
            kind: NoteErrorKind::NoFolder,
            path: PathBuf::new(),
            source: None,
        })
    }

    /// Writes a note before its request is sent. A note that was left behind for the same resource is replaced.
    ///
    /// # Errors
    /// Another process holds a note of this resource; or the note cannot be written.
    pub fn begin(
        &self,
        resource_id: &impl ArmId,
        fingerprint: impl Into<String>,
        request_id: impl Into<String>,
        origin: &Origin,
    ) -> Result<Note, NoteError> {
        self.make_folder()?;
        let path = self.path(resource_id.as_resource_id(), origin);
        let content = NoteContent {
            resource_id: resource_id.to_string(),
            fingerprint: fingerprint.into(),
            request_id: request_id.into(),
            origin: origin.clone(),
            operation: None,
        };
        let fail = |error| NoteError::io(&path, error);
        let standing = LockedFile::open(&path, OpenOptions::new().create(true))?;
        // After a crash it is the old note or the new one.
        let replaces = standing.metadata().map_err(fail)?.len() > 0;
        let temporary = path.with_extension("new");
        let mut replacement = None;
        if replaces {
            // What a crash left here is ours: the lock is held.
            remove(&temporary)?;
            replacement = Some(LockedFile::open(&temporary, OpenOptions::new().create_new(true))?);
        }
        let mut file: &File = replacement.as_ref().unwrap_or(&standing);
        let written = line(&content).and_then(|line| file.write_all(&line));
        let written = written.and_then(|()| file.sync_all());
        match written {
            Ok(()) if replaces => fs::rename(&temporary, &path).map_err(fail)?,
            Ok(()) => {}
            Err(error) => {
                remove(if replaces { &temporary } else { &path })?;
                return Err(fail(error));
            }
        }
        // Else a power cut could lose the note and not what was sent after it.
        let folder = File::open(&self.folder).and_then(|folder| folder.sync_all());
        folder.map_err(|error| NoteError::io(&self.folder, error))?;
        let file = replacement.unwrap_or(standing);
        Ok(Note { content, path, file })
    }

    /// Takes over the note of a resource; `None` if there is none of this backend, or it is unreadable.
    ///
    /// # Errors
    /// A process that is alive holds it; or it cannot be read.
    pub fn find(&self, resource_id: &impl ArmId, origin: &Origin) -> Result<Option<Note>, NoteError> {
        self.find_by_id(resource_id.as_resource_id(), origin)
    }

    fn find_by_id(&self, resource_id: &ResourceId, origin: &Origin) -> Result<Option<Note>, NoteError> {
        let path = self.path(resource_id, origin);
        let file = match LockedFile::open(&path, &mut OpenOptions::new()) {
            Ok(file) => file,
            Err(error) if error.is_absence() => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        let read = (&*file).read_to_end(&mut bytes);
        read.map_err(|error| NoteError::io(&path, error))?;
        // A note that cannot be understood claims nothing. It is left for the next `begin` to replace.
        let Some(content) = NoteContent::read(&bytes) else {
            tracing::warn!(path = %path.display(), "a pending note cannot be read and is passed over");
            return Ok(None);
        };
        if !content.is_of(origin) {
            return Ok(None);
        }
        Ok(Some(Note { content, path, file }))
    }

    /// One note for each resource of each place: two backends can have the same id.
    fn path(&self, resource_id: &ResourceId, origin: &Origin) -> PathBuf {
        let name = Sha256::digest(format!("{}\n{}", origin.place(), resource_id.key()));
        self.folder.join(format!("{name:x}.json"))
    }

    fn make_folder(&self) -> Result<(), NoteError> {
        let fail = |error| NoteError::io(&self.folder, error);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(fail)?;
        let metadata = fs::symlink_metadata(&self.folder).map_err(fail)?;
        if !metadata.is_dir() || metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(NoteError {
                kind: NoteErrorKind::Foreign,
                path: self.folder.clone(),
                source: None,
            });
        }
        if metadata.mode() & 0o077 != 0 {
            fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700)).map_err(fail)?;
        }
        Ok(())
    }
}

impl NoteContent {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let mut content: Self = serde_json::from_slice(lines.next()?).ok()?;
        let mut operations = lines.filter_map(|line| serde_json::from_slice(line).ok());
        content.operation = operations.next_back().or(content.operation);
        Some(content)
    }

    /// Whether it is about a resource of this backend.
    fn is_of(&self, origin: &Origin) -> bool {
        self.origin.relation_to(origin) == OriginRelation::Same
    }
}

impl Note {
    /// What it says.
    #[must_use]
    pub fn content(&self) -> &NoteContent {
        &self.content
    }

    /// Adds what the service began. It survives this process; after a power cut only the resource itself may tell.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn operation(&mut self, operation: &Operation) -> Result<(), NoteError> {
        self.content.operation = Some(operation.clone());
        // In one write, and on a line of its own whatever a crash has left before it.
        let written = line(operation).and_then(|line| (&*self.file).write_all(&[b"\n", &*line].concat()));
        written.map_err(|error| NoteError::io(&self.path, error))
    }

    /// Removes it: the call has answered.
    ///
    /// # Errors
    /// The note cannot be removed.
    pub fn done(self) -> Result<(), NoteError> {
        // While it is locked still.
        remove(&self.path)
    }
}

fn line(content: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(content)?)
}

fn folder_of(state_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    // The XDG base directory specification has relative paths ignored.
    let absolute = |path: &PathBuf| path.is_absolute();
    let state = state_home
        .filter(absolute)
        .or_else(|| Some(home.filter(absolute)?.join(".local/state")))?;
    Some(state.join("imagebuilder/pending"))
}

fn remove(path: &Path) -> Result<(), NoteError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(NoteError::io(path, error)),
        _ => Ok(()),
    }
}

impl NoteError {
    fn io(path: &Path, error: io::Error) -> Self {
        Self {
            kind: NoteErrorKind::Io,
            path: path.to_owned(),
            source: Some(error),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> NoteErrorKind {
        self.kind
    }

    fn is_absence(&self) -> bool {
        let source = self.source.as_ref();
        source.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }
}

impl std::fmt::Display for NoteError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        match self.kind {
            NoteErrorKind::Held => write!(
                formatter,
                "another process is writing this resource now (it holds {path}); wait for its end"
            ),
            NoteErrorKind::NoFolder => formatter.write_str(
                "there is no folder for notes of pending writes: set XDG_STATE_HOME or HOME to an absolute path",
            ),
            NoteErrorKind::Foreign => write!(
                formatter,
                "{path}, the folder for notes of pending writes, is not a folder of this user; set XDG_STATE_HOME to one that is"
            ),
            NoteErrorKind::Io => write!(formatter, "a note of a pending write cannot be kept at {path}"),
        }
    }
}

impl std::error::Error for NoteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_follows_the_base_directory_specification() {
        let folder =
            |state: Option<&str>, home: Option<&str>| folder_of(state.map(PathBuf::from), home.map(PathBuf::from));
        assert_eq!(
            folder(Some("/state"), Some("/home/u")),
            Some("/state/imagebuilder/pending".into())
        );
        assert_eq!(
            folder(None, Some("/home/u")),
            Some("/home/u/.local/state/imagebuilder/pending".into())
        );
        assert_eq!(
            folder(Some("relative"), Some("/home/u")),
            Some("/home/u/.local/state/imagebuilder/pending".into())
        );
        assert_eq!(folder(None, Some("")), None);
        assert_eq!(folder(None, None), None);
    }
}
