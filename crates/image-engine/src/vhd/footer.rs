//! The footer of a fixed virtual hard disk, as the Virtual Hard Disk Image Format Specification lays it out.
//!
//! All fields are big-endian. A fixed disk is the raw disk followed by these 512 bytes.

use std::time::{Duration, SystemTime};

/// Length of the footer in bytes.
pub(super) const FOOTER_LENGTH: usize = 512;
/// Bytes in one sector.
const SECTOR: u64 = 512;

/// "Cookie": identifies the creator of the format.
const COOKIE: &[u8; 8] = b"conectix";
/// "Features": the reserved bit, which must always be set.
const FEATURES_RESERVED: u32 = 0x0000_0002;
/// "File Format Version": 1.0.
const FILE_FORMAT_VERSION: u32 = 0x0001_0000;
/// "Data Offset": fixed disks have no further header.
const DATA_OFFSET_FIXED: u64 = u64::MAX;
/// "Creator Application". Readers that know this one take the disk's size from `Current Size`; for a creator that they
/// do not know, older releases of qemu-img take the product of the geometry, which is smaller.
const CREATOR_APPLICATION: &[u8; 4] = b"qem2";
/// "Creator Version".
const CREATOR_VERSION: u32 = 0x0005_0003;
/// "Creator Host OS": Windows.
const CREATOR_HOST_OS: &[u8; 4] = b"Wi2k";
/// "Disk Type": fixed hard disk.
const DISK_TYPE_FIXED: u32 = 2;
/// "Time Stamp" counts seconds from 2000-01-01 00:00 UTC; this is that moment in Unix time.
const TIME_STAMP_EPOCH: Duration = Duration::from_secs(946_684_800);

const FEATURES_AT: usize = 8;
const FILE_FORMAT_VERSION_AT: usize = 12;
const DATA_OFFSET_AT: usize = 16;
const TIME_STAMP_AT: usize = 24;
const CREATOR_APPLICATION_AT: usize = 28;
const CREATOR_VERSION_AT: usize = 32;
const CREATOR_HOST_OS_AT: usize = 36;
const ORIGINAL_SIZE_AT: usize = 40;
const CURRENT_SIZE_AT: usize = 48;
const DISK_GEOMETRY_AT: usize = 56;
const DISK_TYPE_AT: usize = 60;
const CHECKSUM_AT: usize = 64;
const UNIQUE_ID_AT: usize = 68;

/// "Disk Geometry": cylinders, heads, sectors per track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) cylinders: u16,
    pub(super) heads: u8,
    pub(super) sectors_per_track: u8,
}

/// "CHS Calculation" of the specification's appendix, for a disk of `total_sectors` sectors.
pub(super) fn geometry(total_sectors: u64) -> Geometry {
    const MOST_CYLINDERS: u64 = 65_535;
    let sectors = total_sectors.min(MOST_CYLINDERS * 16 * 255);
    let (sectors_per_track, heads, cylinders_times_heads) = if sectors >= MOST_CYLINDERS * 16 * 63 {
        (255, 16, sectors / 255)
    } else {
        let mut chosen = (17, (sectors / 17).div_ceil(1024).max(4), sectors / 17);
        if chosen.2 >= chosen.1 * 1024 || chosen.1 > 16 {
            chosen = (31, 16, sectors / 31);
        }
        if chosen.2 >= chosen.1 * 1024 {
            chosen = (63, 16, sectors / 63);
        }
        chosen
    };
    Geometry {
        cylinders: u16::try_from(cylinders_times_heads / heads).unwrap_or(u16::MAX),
        heads: u8::try_from(heads).unwrap_or(u8::MAX),
        sectors_per_track,
    }
}

/// "Checksum": the one's complement of the sum of all bytes of the footer without the checksum field.
pub(super) fn checksum(footer: &[u8; FOOTER_LENGTH]) -> u32 {
    let sum: u32 = footer
        .iter()
        .enumerate()
        .filter(|(at, _)| !(CHECKSUM_AT..CHECKSUM_AT + 4).contains(at))
        .map(|(_, byte)| u32::from(*byte))
        .sum();
    !sum
}

/// The footer of a fixed disk of `size` bytes.
pub(super) fn footer(size: u64, created: SystemTime, unique_id: [u8; 16]) -> [u8; FOOTER_LENGTH] {
    let since_epoch = created
        .duration_since(SystemTime::UNIX_EPOCH + TIME_STAMP_EPOCH)
        .unwrap_or_default();
    let time_stamp = u32::try_from(since_epoch.as_secs()).unwrap_or(u32::MAX);
    let Geometry {
        cylinders,
        heads,
        sectors_per_track,
    } = geometry(size / SECTOR);

    let mut footer = [0; FOOTER_LENGTH];
    let mut put = |at: usize, field: &[u8]| footer[at..at + field.len()].copy_from_slice(field);
    put(0, COOKIE);
    put(FEATURES_AT, &FEATURES_RESERVED.to_be_bytes());
    put(FILE_FORMAT_VERSION_AT, &FILE_FORMAT_VERSION.to_be_bytes());
    put(DATA_OFFSET_AT, &DATA_OFFSET_FIXED.to_be_bytes());
    put(TIME_STAMP_AT, &time_stamp.to_be_bytes());
    put(CREATOR_APPLICATION_AT, CREATOR_APPLICATION);
    put(CREATOR_VERSION_AT, &CREATOR_VERSION.to_be_bytes());
    put(CREATOR_HOST_OS_AT, CREATOR_HOST_OS);
    put(ORIGINAL_SIZE_AT, &size.to_be_bytes());
    put(CURRENT_SIZE_AT, &size.to_be_bytes());
    put(DISK_GEOMETRY_AT, &cylinders.to_be_bytes());
    put(DISK_GEOMETRY_AT + 2, &[heads, sectors_per_track]);
    put(DISK_TYPE_AT, &DISK_TYPE_FIXED.to_be_bytes());
    put(UNIQUE_ID_AT, &unique_id);
    let sum = checksum(&footer);
    footer[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&sum.to_be_bytes());
    footer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chs(megabytes: u64) -> (u16, u8, u8) {
        let found = geometry(megabytes * 1024 * 1024 / SECTOR);
        (found.cylinders, found.heads, found.sectors_per_track)
    }

    #[test]
    fn the_geometry_follows_the_specifications_branches() {
        assert_eq!(chs(16), (481, 4, 17));
        assert_eq!(chs(32), (963, 4, 17));
        assert_eq!(chs(200), (825, 16, 31)); // 17 sectors a track would need more than 16 heads
        assert_eq!(chs(256), (520, 16, 63)); // 31 sectors a track would need more than 1,023 cylinders
        assert_eq!(chs(2048), (4161, 16, 63));
        assert_eq!(chs(40 * 1024), (20560, 16, 255));
        assert_eq!(chs(4 * 1024 * 1024), (65535, 16, 255)); // larger than the field can tell
    }

    #[test]
    fn the_checksum_does_not_cover_itself() {
        let mut bytes = footer(32 << 20, SystemTime::UNIX_EPOCH, [7; 16]);
        let before = checksum(&bytes);
        assert_eq!(bytes[CHECKSUM_AT..CHECKSUM_AT + 4], before.to_be_bytes());
        bytes[CHECKSUM_AT] ^= 0xff;
        assert_eq!(checksum(&bytes), before);
        bytes[CURRENT_SIZE_AT] ^= 0xff;
        assert_ne!(checksum(&bytes), before);
    }

    #[test]
    fn the_checksum_of_nothing_is_all_ones() {
        assert_eq!(checksum(&[0; FOOTER_LENGTH]), 0xffff_ffff);
    }

    #[test]
    fn the_time_stamp_counts_from_the_year_2000() {
        let created = SystemTime::UNIX_EPOCH + TIME_STAMP_EPOCH + Duration::from_secs(0x0102_0304);
        let bytes = footer(1 << 20, created, [0; 16]);
        assert_eq!(bytes[TIME_STAMP_AT..TIME_STAMP_AT + 4], [1, 2, 3, 4]);
    }
}
