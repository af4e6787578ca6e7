//! A fixed VHD: in the staging resource group, or where a `file://` URI says.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::{Product, PublishError};
use crate::arm::image_template::VhdTarget;
use crate::local::file_uri;
use crate::local::root::{Root, make_folder, sync_folder};
use crate::local::store::key::Key;
use crate::local::store::outputs::{self, RunOutput};
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

/// `is_last` tells that nobody asks for the disk any more.
pub(super) fn publish(product: &Product<'_>, target: &VhdTarget, is_last: bool) -> Result<(), PublishError> {
    let path = path(product.root, product.spec, target)?;
    let partial = partial_path(&path, product.spec.run);
    let written = write(product, target, &path, &partial, is_last);
    if written.is_err() {
        // It may not have been made at all.
        drop(fs::remove_file(&partial));
    }
    written?;
    let uri = file_uri::format(&path);
    let output = RunOutput {
        name: target.run_output_name.clone(),
        run: product.spec.run,
        artifact_id: None,
        artifact_uri: Some(uri),
    };
    let template = Key::of(&product.spec.template_id);
    product.store.write("register a VHD", |transaction| {
        Ok(outputs::put(transaction, &template, &output)?)
    })
}

fn write(
    product: &Product<'_>,
    target: &VhdTarget,
    path: &Path,
    partial: &Path,
    is_last: bool,
) -> Result<(), PublishError> {
    let fail = |doing: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| PublishError::Io { doing, path, source }
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    if target.uri.as_deref().is_none_or(str::is_empty) {
        make_folder(folder).map_err(fail("make the folder", folder))?;
    }
    if is_last && is_moved(&product.disk, partial) {
        image_engine::turn_into_fixed_vhd(partial)?;
    } else {
        image_engine::write_fixed_vhd(&product.disk, partial)?;
    }
    File::open(partial)
        .and_then(|file| file.sync_all())
        .map_err(fail("write", partial))?;
    fs::rename(partial, path).map_err(fail("publish", path))?;
    sync_folder(folder).map_err(fail("publish", path))
}

/// Moves the disk, unless an image shares it or the other place is on another file system: then it has to be copied.
fn is_moved(disk: &Path, partial: &Path) -> bool {
    fs::metadata(disk).is_ok_and(|found| found.nlink() == 1) && fs::rename(disk, partial).is_ok()
}
