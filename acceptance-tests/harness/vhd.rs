//! The footer of a fixed VHD, read after the published format (Virtual Hard Disk Image Format Specification 1.0), on purpose
//! without any code of ours that writes it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

const FOOTER_BYTES: u64 = 512;
const FIXED: u32 = 2;

/// What the tests ask of a footer.
#[derive(Debug)]
pub(crate) struct Vhd {
    /// Size of the file, footer included.
    pub(crate) file_bytes: u64,
    /// "Current size": of the disk.
    pub(crate) disk_bytes: u64,
    unique_id: [u8; 16],
}

impl Vhd {
    /// Reads the footer and asserts all that the format demands of a fixed disk.
    pub(crate) fn checked(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file_bytes = file.metadata().unwrap().len();
        let mut footer = [0_u8; FOOTER_BYTES as usize];
        file.read_exact_at(&mut footer, file_bytes - FOOTER_BYTES).unwrap();

        let u32_at = |at: usize| u32::from_be_bytes(footer[at..at + 4].try_into().unwrap());
        let u64_at = |at: usize| u64::from_be_bytes(footer[at..at + 8].try_into().unwrap());
        assert_eq!(&footer[0..8], b"conectix", "cookie");
        assert_eq!(u32_at(8) & 2, 2, "the reserved feature bit must be set");
        assert_eq!(u32_at(12), 0x0001_0000, "format version");
        assert_eq!(u64_at(16), u64::MAX, "a fixed disk has no data offset");
        assert_eq!(u32_at(60), FIXED, "disk type");
        let sum: u32 = footer
            .iter()
            .enumerate()
            .filter(|(at, _)| !(64..68).contains(at))
            .map(|(_, byte)| u32::from(*byte))
            .sum();
        assert_eq!(u32_at(64), !sum, "checksum");
        assert_eq!(u64_at(40), u64_at(48), "original and current size");
        let vhd = Self {
            file_bytes,
            disk_bytes: u64_at(48),
            unique_id: footer[68..84].try_into().unwrap(),
        };
        assert_ne!(vhd.unique_id, [0; 16], "unique id");
        vhd
    }
}
