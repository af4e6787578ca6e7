//! Sizes and identifiers of a disk.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{BuildError, ErrorKind};
use crate::program::find::{Access, Extent};

const MEBIBYTE: u64 = 1 << 20;

/// The smallest disk.
const SMALLEST: u64 = 32 * MEBIBYTE;

/// Where things are on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Of the whole disk, in bytes.
    pub(super) size: u64,
    /// Whether an EFI system partition lies before the root partition.
    pub(super) has_efi: bool,
    /// The number of inodes, where the usual one is too small.
    pub(super) inodes: Option<u64>,
    /// Of the root of the tree.
    pub(super) root_access: Access,
}

impl Layout {
    /// The first partition starts after a whole MiB, as everybody aligns them.
    pub(super) const FIRST_OFFSET: u64 = MEBIBYTE;
    /// Of the EFI system partition: room for several kernels, so that a machine can upgrade its own. Empty space takes up
    /// nothing in the files.
    pub(crate) const EFI_LENGTH: u64 = 512 * MEBIBYTE;
    /// The smallest root partition: with less, ext4 leaves out its journal.
    pub(super) const SMALLEST_ROOT: u64 = SMALLEST - Self::FIRST_OFFSET - Self::TAIL;
    /// The backup partition table needs 33 sectors at the end.
    const TAIL: u64 = MEBIBYTE;

    /// A disk of `size` bytes for a tree that takes up `extent`.
    pub(super) fn of_size(size: u64, has_efi: bool, extent: Extent) -> Self {
        let mut layout = Self {
            size,
            has_efi,
            inodes: None,
            root_access: extent.root,
        };
        let needed = extent.inodes + extent.inodes / 4 + 256;
        let root = layout.root_length();
        layout.inodes = (needed > root / bytes_per_inode(root)).then_some(needed);
        layout
    }

    /// The smallest disk on which a tree fits with a quarter to spare.
    pub(super) fn fitting(has_efi: bool, extent: Extent) -> Self {
        // Inodes of 256 bytes, one more block for the odd extended attribute or folder index in every eighth.
        let content = extent.bytes + extent.inodes * (256 + 512);
        let journal_and_tables = (content / 16).clamp(8 * MEBIBYTE, 192 * MEBIBYTE);
        let root = content + content / 4 + journal_and_tables;
        let rest = Self::root_offset_with(has_efi) + Self::TAIL;
        let size = (root.max(Self::SMALLEST_ROOT) + rest).next_multiple_of(MEBIBYTE);
        Self::of_size(size, has_efi, extent)
    }

    /// Where the root partition starts, in bytes. It is the last one, so that it can grow on a larger disk.
    pub(super) fn root_offset(&self) -> u64 {
        Self::root_offset_with(self.has_efi)
    }

    fn root_offset_with(has_efi: bool) -> u64 {
        Self::FIRST_OFFSET + if has_efi { Self::EFI_LENGTH } else { 0 }
    }

    /// Length of the root partition in bytes.
    pub(super) fn root_length(&self) -> u64 {
        self.size.saturating_sub(self.root_offset() + Self::TAIL)
    }
}

/// mke2fs makes an inode for so many bytes: its types "small", below 512 MiB, and "ext4".
fn bytes_per_inode(size: u64) -> u64 {
    if size < 512 * MEBIBYTE { 4096 } else { 16384 }
}

/// Whether a disk can have the size that was asked for.
pub(crate) fn check_size(size: Option<u64>) -> Result<(), BuildError> {
    match size {
        Some(size) if size % MEBIBYTE != 0 || size < SMALLEST => {
            let least = SMALLEST >> 20;
            let text = format!(
                "a disk of {size} bytes cannot be made: the size must be a whole number of MiB, at least {least}"
            );
            Err(BuildError::new(ErrorKind::DiskSizeUnsuitable, text))
        }
        _ => Ok(()),
    }
}

/// The identifiers on a disk, all derived from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DiskIdentity {
    pub(crate) disk: Uuid,
    pub(crate) partition: Uuid,
    pub(crate) file_system: Uuid,
    pub(crate) efi_partition: Uuid,
    pub(crate) efi_volume: VolumeId,
}

/// The serial number of a FAT file system; Linux shows it as its UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VolumeId(pub(crate) u32);

impl fmt::Display for VolumeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}-{:04X}", self.0 >> 16, self.0 & 0xffff)
    }
}

impl DiskIdentity {
    pub(crate) fn from_seed(seed: &str) -> Result<Self, BuildError> {
        let seed = Uuid::parse_str(seed).map_err(|error| {
            let text = format!("the disk's id \"{seed}\" is not a UUID");
            BuildError::new(ErrorKind::DiskIdInvalid, text).caused_by(error)
        })?;
        let derive = |name: &str| {
            let digest = Sha256::new()
                .chain_update(seed.as_bytes())
                .chain_update(name)
                .finalize();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            uuid::Builder::from_custom_bytes(bytes).into_uuid()
        };
        Ok(Self {
            disk: derive("disk"),
            partition: derive("root partition"),
            file_system: derive("root file system"),
            efi_partition: derive("EFI system partition"),
            efi_volume: VolumeId(derive("EFI file system").as_fields().0),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn extent(inodes: u64, bytes: u64) -> Extent {
        Extent {
            inodes,
            bytes,
            ..Extent::default()
        }
    }

    #[test]
    fn a_small_tree_gets_the_smallest_disk_and_a_large_one_room_to_spare() {
        let small = Layout::fitting(false, extent(300, 2 << 20));
        assert_eq!((small.size, small.inodes), (SMALLEST, None));
        let large = Layout::fitting(false, extent(20_000, 1 << 30));
        assert!(large.size > 5 << 28 && large.size < 3 << 29, "{large:?}");
        assert_eq!(large.size % MEBIBYTE, 0);
    }

    #[test]
    fn a_tree_of_many_tiny_files_gets_an_inode_for_each() {
        assert!(Layout::fitting(false, extent(100_000, 0)).inodes.unwrap() > 100_000);
    }

    #[test]
    fn an_efi_system_partition_comes_on_top_of_what_the_tree_needs() {
        let tree = extent(300, 2 << 20);
        let [without, with] = [false, true].map(|has_efi| Layout::fitting(has_efi, tree));
        assert_eq!(with.root_length(), without.root_length());
        assert_eq!(with.size, without.size + Layout::EFI_LENGTH);
        assert_eq!(with.root_offset(), 513 * MEBIBYTE);
        assert_eq!(Layout::of_size(64 * MEBIBYTE, true, tree).root_length(), 0);
    }

    #[test]
    fn a_volume_id_reads_as_linux_shows_it() {
        assert_eq!(VolumeId(0x0012_abcd).to_string(), "0012-ABCD");
    }

    #[test]
    fn identifiers_come_from_the_seed_and_differ_from_each_other() {
        let seed = "11111111-2222-3333-4444-555555555555";
        let identity = DiskIdentity::from_seed(seed).unwrap();
        assert_eq!(identity, DiskIdentity::from_seed(seed).unwrap());
        assert_ne!(identity.disk, identity.partition);
        assert_ne!(identity.partition, identity.file_system);
        assert_eq!(
            DiskIdentity::from_seed("golden").unwrap_err().kind,
            ErrorKind::DiskIdInvalid
        );
    }

    #[test]
    fn a_size_that_is_no_whole_mebibyte_is_refused() {
        assert!(check_size(None).is_ok());
        assert!(check_size(Some(64 << 20)).is_ok());
        assert!(check_size(Some((64 << 20) + 512)).is_err());
        assert!(check_size(Some(16 << 20)).is_err());
    }
}
