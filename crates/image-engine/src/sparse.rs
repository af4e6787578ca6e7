//! Copying files without filling their holes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use rustix::fs::{SeekFrom as Position, copy_file_range, ftruncate, seek};
use rustix::io::Errno;

/// Copies `length` bytes from the start of `from` to the start of the empty file `to`; holes stay holes, and file systems that can
/// share data share it.
///
/// # Errors
/// What the operating system says; `UnexpectedEof` when `from` is shorter.
pub fn copy(from: &File, to: &File, length: u64) -> io::Result<()> {
    ftruncate(to, length)?;
    let mut offset = 0;
    while offset < length {
        let start = match seek(from, Position::Data(offset)) {
            Ok(start) => start,
            Err(Errno::NXIO) => break, // nothing but a hole up to the end
            Err(error) => return Err(error.into()),
        };
        if start >= length {
            break;
        }
        let end = seek(from, Position::Hole(start))?.min(length);
        copy_extent(from, to, start, end)?;
        offset = end;
    }
    Ok(())
}

fn copy_extent(from: &File, to: &File, start: u64, end: u64) -> io::Result<()> {
    let (mut read_at, mut write_at) = (start, start);
    while read_at < end {
        let left = usize::try_from(end - read_at).unwrap_or(usize::MAX);
        match copy_file_range(from, Some(&mut read_at), to, Some(&mut write_at), left) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(Errno::INTR) => {}
            // Between these two file systems the kernel cannot copy by itself.
            Err(Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                return copy_by_hand(from, to, read_at, end);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn copy_by_hand(mut from: &File, mut to: &File, start: u64, end: u64) -> io::Result<()> {
    from.seek(SeekFrom::Start(start))?;
    to.seek(SeekFrom::Start(start))?;
    let copied = io::copy(&mut from.take(end - start), &mut to)?;
    if copied != end - start {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::*;

    #[test]
    fn holes_stay_holes_and_data_stays_data() {
        let from = tempfile::tempfile().unwrap();
        from.set_len(8 << 20).unwrap();
        from.write_all_at(b"in the middle", 3 << 20).unwrap();
        from.write_all_at(b"the end", (8 << 20) - 7).unwrap();
        let to = tempfile::tempfile().unwrap();
        copy(&from, &to, 8 << 20).unwrap();

        let metadata = to.metadata().unwrap();
        assert_eq!(metadata.len(), 8 << 20);
        assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
        let mut middle = [0; 13];
        to.read_exact_at(&mut middle, 3 << 20).unwrap();
        assert_eq!(&middle, b"in the middle");
        let mut end = [0; 7];
        to.read_exact_at(&mut end, (8 << 20) - 7).unwrap();
        assert_eq!(&end, b"the end");
    }

    #[test]
    fn a_file_of_nothing_but_a_hole_is_copied() {
        let from = tempfile::tempfile().unwrap();
        from.set_len(1 << 30).unwrap();
        let to = tempfile::tempfile().unwrap();
        copy(&from, &to, 1 << 30).unwrap();
        assert_eq!(to.metadata().unwrap().len(), 1 << 30);
        assert_eq!(to.metadata().unwrap().blocks(), 0);
    }
}
