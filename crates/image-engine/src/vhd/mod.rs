//! Fixed virtual hard disks: a raw disk and a footer.

mod footer;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{BuildError, ErrorKind};
use crate::sparse;

/// Azure takes only disks of a whole number of MiB.
const MEBIBYTE: u64 = 1 << 20;

/// Writes the raw disk `raw` as the fixed VHD `vhd`, replacing what was there; the file gets mode 0600.
///
/// Holes stay holes. The unique id is derived from the disk's partition table, so that the same disk gives the same
/// file. The file is not synchronised to the disk; who publishes it does that.
///
/// # Errors
/// [`ErrorKind::SourceMissing`] without a raw disk, [`ErrorKind::DiskSizeUnsuitable`] if it is empty or not a whole number
/// of MiB, [`ErrorKind::DiskFull`], [`ErrorKind::Io`].
pub fn write_fixed_vhd(raw: &Path, vhd: &Path) -> Result<(), BuildError> {
    let from = File::open(raw).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BuildError::new(ErrorKind::SourceMissing, "reading the raw disk").caused_by(error),
        _ => BuildError::io(error, "reading the raw disk"),
    });
    let from = from.map_err(|error| error.at(raw))?;
    let metadata = from
        .metadata()
        .map_err(|error| BuildError::io(error, "reading the raw disk").at(raw))?;
    let size = metadata.len();
    if size == 0 || size % MEBIBYTE != 0 {
        let text = format!("a disk of {size} bytes cannot become a VHD: the size must be a whole number of MiB");
        return Err(BuildError::new(ErrorKind::DiskSizeUnsuitable, text).at(raw));
    }

    let write = || -> io::Result<()> {
        let created = metadata.modified()?;
        let unique_id = unique_id(&from, size)?;
        let to = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(vhd)?;
        sparse::copy(&from, &to, size)?;
        to.write_all_at(&footer::footer(size, created, unique_id), size)
    };
    write().map_err(|error| BuildError::io(error, "writing the VHD").at(vhd))
}

/// A name-based UUID (version 8) over the size and the partition table, which holds the disk's own random id.
fn unique_id(raw: &File, size: u64) -> io::Result<[u8; 16]> {
    let mut table = vec![0; usize::try_from(MEBIBYTE).unwrap_or(0)];
    raw.read_exact_at(&mut table, 0)?;
    let digest = Sha256::new()
        .chain_update(b"vhd")
        .chain_update(size.to_be_bytes())
        .chain_update(&table)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ok(uuid::Builder::from_custom_bytes(bytes).into_uuid().into_bytes())
}
