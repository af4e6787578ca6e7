//! `mke2fs`: makes the root file system, filled, inside the disk's file.

use std::ffi::OsString;

use uuid::Uuid;

use super::Program;

pub(crate) const MKE2FS: Program = Program {
    name: "mke2fs",
    package: "e2fsprogs",
};

/// The file system's block size in bytes.
pub(crate) const BLOCK: u64 = 4096;

/// The features, all named: which ones are the default depends on the machine's configuration and release, but the
/// file system must be mountable by the image's own, maybe much older, kernel.
const FEATURES: &str = "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,\
                        large_file,huge_file,dir_nlink,extra_isize,metadata_csum";

/// The arguments of one run.
#[derive(Debug)]
pub(crate) struct Mke2fs<'a> {
    /// The disk's file.
    pub(crate) disk: &'a str,
    /// Where in it the file system starts, in bytes.
    pub(crate) offset: u64,
    /// The file system's length in bytes.
    pub(crate) length: u64,
    /// The number of inodes, where the usual one is too small.
    pub(crate) inodes: Option<u64>,
    /// The tree that is copied into it.
    pub(crate) tree: &'a str,
    /// The file system's UUID, and the seed of its folder hashes.
    pub(crate) id: Uuid,
}

impl Mke2fs<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let Self {
            disk,
            offset,
            length,
            inodes,
            tree,
            id,
        } = self;
        let mut line: Vec<OsString> = ["-q", "-F", "-t", "ext4", "-I", "256", "-O", FEATURES]
            .map(Into::into)
            .into();
        line.extend(["-b".into(), BLOCK.to_string().into()]);
        if let Some(inodes) = inodes {
            line.extend(["-N".into(), inodes.to_string().into()]);
        }
        line.extend(["-d".into(), tree.into(), "-U".into(), id.to_string().into()]);
        line.extend([
            "-E".into(),
            format!("offset={offset},root_owner=0:0,hash_seed={id},nodiscard").into(),
        ]);
        // A bare number would count blocks or KiB, depending on the other options.
        line.extend([disk.into(), format!("{}k", length / 1024).into()]);
        line
    }
}

/// Whether a failed run found the new file system, not the machine's disk, too small for the tree.
pub(crate) fn is_too_small(output: &[u8]) -> bool {
    let text = String::from_utf8_lossy(output);
    let out_of_blocks = text.contains("Could not allocate block in ext2 filesystem");
    out_of_blocks || text.contains("Could not allocate inode in ext2 filesystem") || text.contains("too small")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_carries_its_unit() {
        let arguments = Mke2fs {
            disk: "disk",
            offset: 1 << 20,
            length: 30 << 20,
            inodes: None,
            tree: "tree",
            id: Uuid::nil(),
        };
        assert_eq!(arguments.arguments().pop(), Some("30720k".into()));
    }

    #[test]
    fn a_file_system_that_is_too_small_is_told_from_a_full_disk() {
        let captured = b"__populate_fs: Could not allocate block in ext2 filesystem while writing file \"big\"\n\
                         mke2fs: Could not allocate block in ext2 filesystem while populating file system\n";
        assert!(is_too_small(captured));
        assert!(!is_too_small(
            b"mke2fs: No space left on device while writing inode table\n"
        ));
    }
}
