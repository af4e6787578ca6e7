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
    let disk = Disk::open(raw, OpenOptions::new().read(true))?;
    let write = || -> io::Result<()> {
        let footer = disk.footer()?;
        let to = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(vhd)?;
        sparse::copy(&disk.file, &to, disk.size)?;
        to.write_all_at(&footer, disk.size)
    };
    write().map_err(|error| BuildError::io(error, "writing the VHD").at(vhd))
}

/// Makes the raw disk `disk` a fixed VHD where it is: the same bytes that [`write_fixed_vhd`] writes, without a copy.
///
/// # Errors
/// As [`write_fixed_vhd`].
pub fn turn_into_fixed_vhd(disk: &Path) -> Result<(), BuildError> {
    let raw = Disk::open(disk, OpenOptions::new().read(true).write(true))?;
    let write = || raw.file.write_all_at(&raw.footer()?, raw.size);
    write().map_err(|error| BuildError::io(error, "writing the VHD's footer").at(disk))
}

/// A raw disk that can become a VHD.
struct Disk {
    file: File,
    size: u64,
}

impl Disk {
    fn open(raw: &Path, options: &OpenOptions) -> Result<Self, BuildError> {
        let operation = "reading the raw disk";
        let file = options.open(raw).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BuildError::new(ErrorKind::SourceMissing, operation).caused_by(error),
            _ => BuildError::io(error, operation),
        });
        let file = file.map_err(|error| error.at(raw))?;
        let metadata = file.metadata();
        let size = metadata
            .map_err(|error| BuildError::io(error, operation).at(raw))?
            .len();
        if size == 0 || size % MEBIBYTE != 0 {
            let text = format!("a disk of {size} bytes cannot become a VHD: the size must be a whole number of MiB");
            return Err(BuildError::new(ErrorKind::DiskSizeUnsuitable, text).at(raw));
        }
        Ok(Self { file, size })
    }

    fn footer(&self) -> io::Result<[u8; footer::FOOTER_LENGTH]> {
        let created = self.file.metadata()?.modified()?;
        Ok(footer::footer(self.size, created, unique_id(&self.file, self.size)?))
    }
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
