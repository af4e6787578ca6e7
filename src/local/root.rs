//! The root folder of the local backend: who may use it, on which file systems, and where everything lies in it.
//!
//! ```text
//! imagebuilder.sqlite3                       everything that is registered
//! serve.json                                 who `serve` is to its clients, and its keys
//! distributions.json                         versions of Debian and Ubuntu that their archives have told
//! images/<artifact>/disk.raw                 a gallery image version or a managed image
//! images/.partial/<run>/                     what a run has not published yet
//! layers/                                    what steps have built: the content of images, and what later runs take over
//! staging/<group>/{files, vhd, packerlogs}   a staging resource group
//! runs/<id>/{lock, spec.json, journal.jsonl, worker.log, cancel}
//! operations/<id>.lock                       held while somebody carries the operation out
//! slots/<n>                                  held by a run that is being built
//! trash/                                     unlinked as soon as somebody comes by
//! ```

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use image_engine::{BuildError, LayerStore};
use uuid::Uuid;

use super::error::{OpenError, OpenErrorKind};

/// Magic numbers of `statfs(2)` for file systems on which file locks, SQLite's shared memory, or overlay mounts do not
/// work dependably.
const UNSUITABLE: [(i64, &str); 5] = [
    (0x6969, "NFS"),
    (0x0102_1997, "9p"),
    (0x794c_7630, "overlay"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
];

/// A root folder that passed the checks.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    directory: PathBuf,
}

impl Root {
    /// Makes the folder when it is absent (mode 0700), and checks owner and file system.
    pub(crate) fn open(directory: &Path) -> Result<Self, OpenError> {
        let fail = |kind, source: Option<io::Error>| OpenError::new(kind, directory, source.map(Into::into));
        let io_fail = |error| fail(OpenErrorKind::Io, Some(error));
        make_folder(directory).map_err(io_fail)?;
        // Steps are mounted from here by absolute path, from processes with another working directory.
        let directory = fs::canonicalize(directory).map_err(io_fail)?;
        let found = fs::metadata(&directory).map_err(io_fail)?;
        if !found.is_dir() {
            return Err(fail(OpenErrorKind::NotAFolder, None));
        }
        let own = rustix::process::geteuid().as_raw();
        if found.uid() != own {
            return Err(fail(
                OpenErrorKind::OtherOwner {
                    owner: found.uid(),
                    own,
                },
                None,
            ));
        }
        let statistics = rustix::fs::statfs(&directory).map_err(|error| fail(OpenErrorKind::Io, Some(error.into())))?;
        if let Some((_, name)) = UNSUITABLE.iter().find(|(magic, _)| *magic == statistics.f_type) {
            return Err(fail(OpenErrorKind::UnsuitableFileSystem { name }, None));
        }
        let root = Self { directory };
        for folder in ["images/.partial", "staging", "runs", "operations", "slots", "trash"] {
            make_folder(&root.directory.join(folder)).map_err(io_fail)?;
        }
        Ok(root)
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.directory.join("imagebuilder.sqlite3")
    }

    /// The folder of one registered image.
    pub(crate) fn image(&self, artifact: Uuid) -> PathBuf {
        self.directory.join("images").join(artifact.to_string())
    }

    /// The layers, of images and of what later runs can take over.
    pub(crate) fn layers(&self) -> Result<LayerStore, BuildError> {
        LayerStore::open(&self.directory.join("layers"))
    }

    /// Where a run keeps what it has not published yet.
    pub(crate) fn partial(&self, run: Uuid) -> PathBuf {
        self.directory.join("images/.partial").join(run.to_string())
    }

    pub(crate) fn run(&self, run: Uuid) -> RunFolder {
        RunFolder(self.directory.join("runs").join(run.to_string()))
    }

    /// The folder of a staging resource group; see [`staging_folder`] for `folder`.
    pub(crate) fn staging(&self, folder: &str) -> StagingFolder {
        StagingFolder(self.directory.join("staging").join(folder))
    }

    pub(crate) fn operation_lock(&self, operation: Uuid) -> PathBuf {
        self.directory.join("operations").join(format!("{operation}.lock"))
    }

    /// The operations that have a lock file.
    pub(crate) fn operation_locks(&self) -> Vec<Uuid> {
        let entries = fs::read_dir(self.directory.join("operations"))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".lock")?.parse().ok())
            .collect()
    }

    pub(crate) fn slot(&self, number: usize) -> PathBuf {
        self.directory.join("slots").join(number.to_string())
    }

    /// Moves `path` out of the way; what is absent already counts as moved. The disk space is given back by
    /// [`Self::empty_trash`].
    pub(crate) fn discard(&self, path: &Path) -> io::Result<()> {
        match fs::rename(path, self.directory.join("trash").join(Uuid::new_v4().to_string())) {
            Ok(()) => path.parent().map_or(Ok(()), sync_folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Unlinks whatever was discarded, by whom ever. Several processes may do so at once. What cannot be removed keeps nothing else on
    /// the disk; the first such error is returned.
    pub(crate) fn empty_trash(&self) -> io::Result<()> {
        empty(&self.directory.join("trash"), |path| {
            if path.is_dir() {
                remove_folder(path)
            } else {
                fs::remove_file(path)
            }
        })
    }
}

/// `runs/<id>`.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder(PathBuf);

impl RunFolder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }
    pub(crate) fn spec(&self) -> PathBuf {
        self.0.join("spec.json")
    }
    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("journal.jsonl")
    }
    pub(crate) fn worker_log(&self) -> PathBuf {
        self.0.join("worker.log")
    }
    /// Present once somebody asked for cancellation.
    pub(crate) fn cancel(&self) -> PathBuf {
        self.0.join("cancel")
    }
}

/// `staging/<group>`.
#[derive(Debug, Clone)]
pub(crate) struct StagingFolder(PathBuf);

impl StagingFolder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
    /// Copies of what the template references, made when it was submitted.
    pub(crate) fn files(&self) -> PathBuf {
        self.0.join("files")
    }
    pub(crate) fn vhd(&self, run: Uuid) -> PathBuf {
        self.0.join("vhd").join(format!("{run}.vhd"))
    }
    pub(crate) fn customization_log(&self, run: Uuid) -> PathBuf {
        self.0
            .join("packerlogs")
            .join(run.to_string())
            .join("customization.log")
    }
}

/// Name of the folder of a staging resource group. Group names are unique in one subscription only, and `@` occurs in none.
pub(crate) fn staging_folder(subscription: &str, group: &str) -> String {
    let group = group.to_lowercase();
    if subscription == Uuid::nil().to_string() {
        group
    } else {
        format!("{group}@{}", subscription.to_lowercase())
    }
}

/// Removes each entry of a folder; the first error is returned when all have been tried.
fn empty(folder: &Path, remove: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut first = Ok(());
    for entry in fs::read_dir(folder)? {
        match remove(&entry?.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound && first.is_ok() => first = Err(error),
            _ => {}
        }
    }
    first
}

/// Removes a folder. Of the scratch of a dead run the files may belong to subordinate ids: then the engine removes them first.
fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            image_engine::remove_scratch(path).map_err(io::Error::other)?;
            fs::remove_dir_all(path)
        }
        removed => removed,
    }
}

/// Makes a folder and its parents with mode 0700; an existing one is left as it is.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes renames in the folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes a folder durable that may be new, and its parents up to `top`.
pub(crate) fn sync_path(path: &Path, top: &Path) -> io::Result<()> {
    path.ancestors()
        .take_while(|folder| folder.starts_with(top))
        .try_for_each(sync_folder)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_root_is_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("a/b")).unwrap();
        assert_eq!(
            fs::metadata(root.directory()).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }

    #[test]
    fn a_root_of_somebody_else_is_refused_by_both_ids() {
        let folder = tempfile::tempdir().unwrap();
        let own = rustix::process::geteuid().as_raw();
        // Only root can give a folder away; everybody else finds one of root's.
        let (foreign, owner) = if own == 0 {
            std::os::unix::fs::chown(folder.path(), Some(1), None).unwrap();
            (folder.path(), 1)
        } else {
            (Path::new("/usr"), 0)
        };
        let error = Root::open(foreign).unwrap_err();
        assert_eq!(*error.kind(), OpenErrorKind::OtherOwner { owner, own });
    }

    #[test]
    fn a_file_in_the_place_of_the_root_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Root::open(file.path()).is_err());
    }

    #[test]
    fn the_proc_file_system_cannot_hold_a_root() {
        assert!(Root::open(Path::new("/proc/imagebuilder")).is_err());
    }

    #[test]
    fn discarded_things_leave_the_disk_when_the_trash_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(folder.path()).unwrap();
        let image = root.image(Uuid::new_v4());
        make_folder(&image).unwrap();
        fs::write(image.join("disk.raw"), b"x").unwrap();
        root.discard(&image).unwrap();
        root.discard(&image).unwrap();
        assert!(!image.exists());
        root.empty_trash().unwrap();
        assert_eq!(fs::read_dir(root.directory().join("trash")).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_removed_keeps_nothing_else_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let kept = folder.path().join("b");
        let ended = empty(folder.path(), |path| match path == kept {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => fs::remove_file(path),
        });
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(
            (ended.unwrap_err().kind(), left),
            (io::ErrorKind::PermissionDenied, vec![kept])
        );
    }

    #[test]
    fn equal_group_names_of_two_subscriptions_get_two_folders() {
        let nil = Uuid::nil().to_string();
        assert_eq!(staging_folder(&nil, "IT_Rg"), "it_rg");
        assert_ne!(
            staging_folder(&nil, "a"),
            staging_folder("11111111-0000-0000-0000-000000000000", "a")
        );
    }
}
