//! A fixed VHD: in the staging resource group, or where a `file://` URI says.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use uuid::Uuid;

use super::{Product, PublishError};
use crate::arm::image_template::VhdTarget;
use crate::local::file_uri;
use crate::local::root::{Root, make_folder, sync_folder};
use crate::local::store::key::Key;
use crate::local::store::outputs::{self, RunOutput};
use crate::local::store::vhds::{self, Mark};
use crate::local::worker::spec::RunSpec;

/// Where the VHD of a target lies.
pub(crate) fn path(root: &Root, spec: &RunSpec, target: &VhdTarget) -> Result<PathBuf, PublishError> {
    match target.uri.as_deref().filter(|uri| !uri.is_empty()) {
        Some(uri) => file_uri::parse(uri).map_err(PublishError::Target),
        None => Ok(spec.staging(root).vhd(spec.run)),
    }
}

/// Where it is written until it is complete: beside it, so that the rename stays on one file system.
pub(crate) fn partial_path(path: &Path, run: Uuid) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{run}.partial"));
    path.with_file_name(name)
}

/// Fails early when a target can never be written: a build would be in vain. A folder that is not there may still be made.
pub(crate) fn check(view: &Connection, root: &Root, spec: &RunSpec, target: &VhdTarget) -> Result<(), PublishError> {
    let path = path(root, spec, target)?;
    if is_outside(target) {
        check_folder(root, &path)?;
        check_replaceable(view, &path)?;
    }
    Ok(())
}

/// The folder has to be outside the root, whatever links and dots lead to it.
fn check_folder(root: &Root, path: &Path) -> Result<(), PublishError> {
    let refuse = |reason: &str| Err(PublishError::Target(format!("{} {reason}", path.display())));
    if path.as_os_str().as_bytes().ends_with(b"/") {
        return refuse("is a folder; name a file in it");
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let real = match fs::canonicalize(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => folder.to_owned(),
        Err(source) => {
            return Err(PublishError::Io {
                doing: "look at",
                path: folder.to_owned(),
                source,
            });
        }
        Ok(real) => real,
    };
    if real.starts_with(root.directory()) {
        return refuse("is in the root folder of the local backend, which manages its files by itself");
    }
    Ok(())
}

/// Only what a run has written may be replaced.
fn check_replaceable(view: &Connection, path: &Path) -> Result<(), PublishError> {
    let refuse = |reason: &str| Err(PublishError::Target(format!("{} {reason}", path.display())));
    match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
        Err(source) => Err(PublishError::Io {
            doing: "look at",
            path: path.to_owned(),
            source,
        }),
        Ok(found) if found.is_dir() => refuse("is a folder; name a file in it"),
        Ok(found) if vhds::is_known(view, &file_uri::format(path), Mark::of(&found))? => Ok(()),
        Ok(_) => refuse("exists, and no run has written it as it is; move it away, or name another file"),
    }
}

/// Whether the target says where the VHD goes; otherwise it lies in the staging resource group.
fn is_outside(target: &VhdTarget) -> bool {
    target.uri.as_deref().is_some_and(|uri| !uri.is_empty())
}

/// `is_last` tells that nobody asks for the disk any more.
pub(super) fn publish(product: &Product<'_>, target: &VhdTarget, is_last: bool) -> Result<(), PublishError> {
    let path = path(product.root, product.spec, target)?;
    let partial = partial_path(&path, product.spec.run);
    let written = write(product, target, &path, &partial, is_last);
    if written.is_err() {
        // It may not have been made at all.
        drop(fs::remove_file(&partial));
    }
    let mark = written?;
    let uri = file_uri::format(&path);
    let output = RunOutput {
        name: target.run_output_name.clone(),
        run: product.spec.run,
        artifact_id: None,
        artifact_uri: Some(uri.clone()),
    };
    let template = Key::of(&product.spec.template_id);
    product.store.write("register a VHD", |transaction| {
        vhds::forget_others(transaction, &uri, mark)?;
        Ok(outputs::put(transaction, &template, &output)?)
    })
}

/// Writes the file, and returns by what it is known again.
fn write(
    product: &Product<'_>,
    target: &VhdTarget,
    path: &Path,
    partial: &Path,
    is_last: bool,
) -> Result<Mark, PublishError> {
    let fail = |doing: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| PublishError::Io { doing, path, source }
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    if !is_outside(target) {
        make_folder(folder).map_err(fail("make the folder", folder))?;
    } else if folder.is_dir() {
        check_folder(product.root, path)?;
    } else {
        let (path, folder) = (path.display(), folder.display());
        let reason =
            format!("{path} is to be in the folder {folder}, which is not there; make it and run the template again");
        return Err(PublishError::Target(reason));
    }
    if is_last && is_moved(&product.disk, partial) {
        image_engine::turn_into_fixed_vhd(partial)?;
    } else {
        image_engine::write_fixed_vhd(&product.disk, partial)?;
    }
    let file = File::open(partial).map_err(fail("write", partial))?;
    file.sync_all().map_err(fail("write", partial))?;
    let mark = Mark::of(&file.metadata().map_err(fail("write", partial))?);
    if is_outside(target) {
        // Before the rename: after a crash the file in this place is known to be one of ours.
        product.store.write("record a VHD", |transaction| {
            check_replaceable(transaction, path)?;
            Ok::<_, PublishError>(vhds::put(transaction, &file_uri::format(path), mark)?)
        })?;
    }
    fs::rename(partial, path).map_err(fail("publish", path))?;
    sync_folder(folder).map_err(fail("publish", path))?;
    Ok(mark)
}

/// Moves the disk, unless an image shares it or the other place is on another file system: then it has to be copied.
fn is_moved(disk: &Path, partial: &Path) -> bool {
    fs::metadata(disk).is_ok_and(|found| found.nlink() == 1) && fs::rename(disk, partial).is_ok()
}
