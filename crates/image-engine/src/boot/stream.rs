//! Taking in what the image's own shell prints about its kernels. The image may say anything: only names of a few characters
//! and files of the announced length get through, into a folder that the image cannot reach.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::entries::{Found, Kernel};

/// The longest line that is taken in: a kernel takes a command line of 2048 bytes.
const LONGEST_LINE: usize = 4096;
/// The smallest unit of the EFI system partition's file system.
const CLUSTER: u64 = 4096;

/// The path of the boot loader where firmware looks for one on any disk ...
pub(super) const FALLBACK_LOADER: &str = "EFI/BOOT/BOOTX64.EFI";
/// ... and where `bootctl` keeps it.
pub(super) const LOADER: &str = "EFI/systemd/systemd-bootx64.efi";

/// Takes in the stream and writes its files below a folder.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    folder: &'a Path,
    pub(super) found: Found,
    /// What the files may take up together, in bytes.
    left: u64,
    line: Vec<u8>,
    file: Option<(File, u64)>,
    pub(super) has_ended: bool,
    pub(super) is_too_large: bool,
}

impl<'a> Collector<'a> {
    pub(super) fn new(folder: &'a Path, most: u64) -> Self {
        Self {
            folder,
            found: Found::default(),
            left: most,
            line: Vec::new(),
            file: None,
            has_ended: false,
            is_too_large: false,
        }
    }

    /// Takes in a piece.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            bytes = match &mut self.file {
                Some((file, missing)) => {
                    let length = usize::try_from(*missing).unwrap_or(usize::MAX).min(bytes.len());
                    let (content, rest) = bytes.split_at(length);
                    file.write_all(content)?;
                    *missing -= length as u64;
                    if *missing == 0 {
                        self.file = None;
                    }
                    rest
                }
                None => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let (part, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
                    self.line.extend_from_slice(part);
                    if self.line.len() > LONGEST_LINE {
                        return Err(unintelligible("a line without an end"));
                    }
                    if end.is_some() {
                        let line = std::mem::take(&mut self.line);
                        self.take_line(&String::from_utf8_lossy(&line))?;
                    }
                    rest
                }
            };
        }
        Ok(())
    }

    fn take_line(&mut self, line: &str) -> io::Result<()> {
        let (word, value) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        let printable = || {
            value
                .chars()
                .filter(|c| !c.is_control())
                .collect::<String>()
                .trim()
                .to_owned()
        };
        match word {
            "title" => self.found.title = printable(),
            "sort-key" => self.found.sort_key = printable(),
            "options" => self.found.options = printable(),
            "link" => self.found.link = printable(),
            "hooks" => self.found.has_hooks = true,
            "token" if is_name(value) => value.clone_into(&mut self.found.token),
            "loader" => {
                // It lies in two places.
                self.reserve(size(value)?)?;
                self.begin_file(LOADER, value)?;
                self.found.has_loader = true;
            }
            "kernel" | "initrd" => self.take_kernel(word, value)?,
            "end" => self.has_ended = true,
            _ => return Err(unintelligible(line)),
        }
        Ok(())
    }

    fn take_kernel(&mut self, word: &str, value: &str) -> io::Result<()> {
        let (version, size) = value.split_once(' ').ok_or_else(|| unintelligible(value))?;
        if !is_name(version) || self.found.token.is_empty() {
            return Err(unintelligible(value));
        }
        let kernel = Kernel {
            version: version.to_owned(),
            has_initrd: false,
        };
        let [linux, initrd] = kernel.paths(&self.found.token);
        if word == "kernel" {
            // A folder and an entry.
            self.reserve(2 * CLUSTER)?;
            self.found.kernels.push(kernel);
            return self.begin_file(&linux, size);
        }
        match self.found.kernels.last_mut().filter(|last| last.version == version) {
            Some(last) => last.has_initrd = true,
            None => return Err(unintelligible(value)),
        }
        self.begin_file(&initrd, size)
    }

    fn begin_file(&mut self, path: &str, length: &str) -> io::Result<()> {
        let length = size(length)?;
        self.reserve(length)?;
        let file = create(self.folder, path)?;
        self.file = (length > 0).then_some((file, length));
        Ok(())
    }

    /// Counts what a file takes up. An empty one counts too: of those the image could name any number.
    fn reserve(&mut self, length: u64) -> io::Result<()> {
        let rounded = length.max(1).checked_next_multiple_of(CLUSTER);
        let Some(left) = rounded.and_then(|length| self.left.checked_sub(length)) else {
            self.is_too_large = true;
            return Err(io::Error::other("the kernels are too large"));
        };
        self.left = left;
        Ok(())
    }
}

fn size(text: &str) -> io::Result<u64> {
    text.parse().map_err(|_| unintelligible(text))
}

/// Makes a file, and the folders above it, that the image's ids can read and remove.
pub(super) fn create(folder: &Path, path: &str) -> io::Result<File> {
    let mut place = PathBuf::from(folder);
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        place.push(part);
        match fs::create_dir(&place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => fs::set_permissions(&place, Permissions::from_mode(0o777))?,
        }
    }
    let file = OpenOptions::new().write(true).create_new(true).open(place.join(name))?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    Ok(file)
}

/// Whether a token or a kernel's version can be the name of a file on any file system.
fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".+~_-".contains(&byte);
    (1..=64).contains(&text.len()) && !text.starts_with('.') && !text.ends_with('.') && text.bytes().all(is_letter)
}

fn unintelligible(said: &str) -> io::Error {
    let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
    io::Error::other(format!("the image's shell says of its kernels: {said}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// Whether the stream is refused as too large where `most` clusters fit.
    fn is_too_large(most: u64, stream: &str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let mut collector = Collector::new(folder.path(), most * CLUSTER);
        let taken = collector.take(stream.as_bytes());
        assert_eq!(taken.is_err(), collector.is_too_large, "{taken:?}");
        collector.is_too_large
    }

    #[test]
    fn all_that_takes_up_space_on_the_partition_counts() {
        let kernel = "token debian\nkernel 6.1 2\nk\nend\n";
        assert!(is_too_large(2, kernel) && !is_too_large(3, kernel));
        let loader = "loader 2\nl\n";
        assert!(is_too_large(1, loader) && !is_too_large(2, loader));
        assert!(is_too_large(u64::MAX / CLUSTER, &format!("loader {}\n", u64::MAX)));
    }

    #[test]
    fn an_image_cannot_name_any_number_of_empty_kernels() {
        let kernels: String = (0..10).map(|number| format!("kernel 6.{number} 0\n")).collect();
        assert!(is_too_large(20, &format!("token debian\n{kernels}")));
    }
}
