//! The smallest root tree: this machine's static busybox and the files without which nothing works.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;

use tar::{Builder, EntryType, Header};

use crate::program::busybox::Busybox;

/// Folders with their modes. Those where a kernel mounts something must be there.
const FOLDERS: [(&str, u32); 22] = [
    ("", 0o755),
    ("bin", 0o755),
    ("dev", 0o755),
    ("etc", 0o755),
    ("home", 0o755),
    ("mnt", 0o755),
    ("opt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("sbin", 0o755),
    ("srv", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("usr", 0o755),
    ("usr/bin", 0o755),
    ("usr/sbin", 0o755),
    ("usr/local", 0o755),
    ("var", 0o755),
    ("var/lib", 0o755),
    ("var/log", 0o755),
    ("var/tmp", 0o1777),
];

/// Writes the tree as a tar. Its content depends on the busybox alone.
pub(super) fn write(busybox: &Busybox, pipe: &mut dyn Write) -> io::Result<()> {
    let metadata = busybox.file.metadata()?;
    let mut tree = Tree {
        archive: Builder::new(pipe),
        modified: u64::try_from(metadata.mtime()).unwrap_or(0),
    };
    for (path, mode) in FOLDERS {
        tree.folder(path, mode)?;
    }
    let mut program = &busybox.file;
    program.rewind()?;
    tree.file("bin/busybox", 0o755, metadata.len(), &mut program)?;
    // A set: a name twice would be an error only when the tree is unpacked.
    for applet in busybox.applets.iter().collect::<BTreeSet<_>>() {
        tree.link(applet, "/bin/busybox")?;
    }
    let version = &busybox.version;
    let release = format!("NAME=\"BusyBox\"\nID=busybox\nVERSION_ID={version}\nPRETTY_NAME=\"BusyBox {version}\"\n");
    for (path, mode, content) in [
        (
            "etc/passwd",
            0o644,
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
        ),
        ("etc/group", 0o644, "root:x:0:\nnogroup:x:65534:\n"),
        (
            "etc/shadow",
            0o600,
            "root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n",
        ),
        ("etc/hostname", 0o644, "busybox\n"),
        ("etc/hosts", 0o644, "127.0.0.1\tlocalhost\n"),
        ("etc/os-release", 0o644, release.as_str()),
    ] {
        tree.file(path, mode, content.len() as u64, &mut content.as_bytes())?;
    }
    tree.archive.finish()
}

struct Tree<'a> {
    archive: Builder<&'a mut dyn Write>,
    modified: u64,
}

impl Tree<'_> {
    /// A header whose owner is root, as all of the tree.
    fn header(&self, kind: EntryType, mode: u32, size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(size);
        header.set_mtime(self.modified);
        header.set_uid(0);
        header.set_gid(0);
        header
    }

    fn folder(&mut self, path: &str, mode: u32) -> io::Result<()> {
        let mut header = self.header(EntryType::Directory, mode, 0);
        self.archive.append_data(&mut header, format!("./{path}"), io::empty())
    }

    fn file(&mut self, path: &str, mode: u32, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut header = self.header(EntryType::Regular, mode, size);
        self.archive.append_data(&mut header, format!("./{path}"), content)
    }

    fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
        let mut header = self.header(EntryType::Symlink, 0o777, 0);
        self.archive.append_link(&mut header, format!("./{path}"), target)
    }
}
