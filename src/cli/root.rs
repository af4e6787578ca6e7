//! Which root folder a command is about, and the local backend on it.

use std::error::Error;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::local::{LocalOptions, LocalService};

/// The folder that was asked for, else the local backend's usual one.
///
/// # Errors
/// When nothing tells where that would be.
pub(super) fn folder(asked_for: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(folder) = asked_for {
        return std::path::absolute(&folder).map_err(|error| format!("{}: {error}", folder.display()));
    }
    // The XDG base directory specification: relative values are to be ignored.
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
    };
    absolute("XDG_DATA_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".local/share")))
        .map(|data| data.join("imagebuilder"))
        .ok_or_else(|| "neither XDG_DATA_HOME nor HOME is set; name the folder with --root".to_owned())
}

/// Makes the folder as the local backend does, for its owner alone: whoever comes later leaves it as it is.
///
/// # Errors
/// When it cannot be made; the message names it.
pub(super) fn make(folder: &Path) -> Result<(), String> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| format!("{}: {error}", folder.display()))
}

/// Opens the local backend on a folder that it has been used on before: looking must not make anything.
///
/// # Errors
/// When there is no such folder, or it cannot be opened.
pub(super) fn open(asked_for: Option<PathBuf>) -> Result<Arc<LocalService>, Box<dyn Error>> {
    let folder = folder(asked_for)?;
    if !folder.is_dir() {
        let text = format!(
            "there is no local backend in {}; name its folder with --root",
            folder.display()
        );
        return Err(text.into());
    }
    Ok(LocalService::open(LocalOptions::new(folder, std::env::current_exe()?))?)
}
