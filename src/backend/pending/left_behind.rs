//! Looking for what was left behind where the name of the resource is not known any more.

use std::{fs, io};

use super::{Note, NoteContent, NoteError, NoteErrorKind, PendingNotes};
use crate::arm::id::ResourceId;
use crate::backend::origin::Origin;

impl PendingNotes {
    /// Takes over a note of this backend that was left behind, whatever its resource: of those that have a rank the first by
    /// it. Notes that are held by the living, or cannot be read, are passed over.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn left_behind<R: Ord>(
        &self,
        origin: &Origin,
        rank: impl Fn(&NoteContent) -> Option<R>,
    ) -> Result<Option<Note>, NoteError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(NoteError::io(&self.folder, error)),
        };
        let mut candidates = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| NoteError::io(&self.folder, error))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let content = fs::read(&path).ok().and_then(|bytes| NoteContent::read(&bytes));
            let content = content.filter(|content| content.is_of(origin));
            if let Some((rank, id)) = content.and_then(|content| Some((rank(&content)?, content.resource_id))) {
                candidates.push((rank, id));
            }
        }
        candidates.sort();
        for (_, id) in candidates {
            let Ok(id) = ResourceId::parse(&id) else { continue };
            match self.find_by_id(&id, origin) {
                Ok(Some(note)) => return Ok(Some(note)),
                Ok(None) => {}
                Err(error) if error.kind() == NoteErrorKind::Held => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
