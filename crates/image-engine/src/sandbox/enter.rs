//! What a process does on its way into a build's namespaces, between fork and exec.

use std::ffi::{CStr, CString};
use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Gid, Mode, OFlags, ResolveFlags, Uid, chmod, chownat, mkdir, open, openat2, stat};
use rustix::io::{Errno, write};
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags, mount, move_mount, open_tree};
use rustix::process::{chdir, umask};
use rustix::thread::{
    LinkNameSpaceType, UnshareFlags, move_into_link_name_space, set_thread_groups, set_thread_res_gid,
    set_thread_res_uid, unshare_unsafe,
};

use super::namespace::Namespaces;
use super::warden::Kennel;
use crate::child::{Moment, Preparation};

/// Where the scratch area is mounted in a build's mount namespace: a folder that every machine has. What the machine has
/// there is hidden, which no program of a build needs.
pub(crate) const AREA_MOUNT: &CStr = c"/tmp";
/// Where the layers are mounted, in the same way. Short, as the options of a mount have to fit one page.
pub(crate) const LAYERS_MOUNT: &CStr = c"/mnt";

/// One thing to do in the scratch area or among the layers, with the rights of the image's root. Paths are relative to the
/// area or begin with the layers' mount point: short, and free of the characters that mean something in the overlay's options.
#[derive(Debug)]
pub(crate) enum Act {
    /// Makes a folder of mode 0755.
    MakeFolder(CString),
    /// Makes a folder with owner and mode of another one.
    MakeFolderLike { folder: CString, model: CString },
    /// Makes a file of mode 0644.
    MakeFile { file: CString, content: Vec<u8> },
    /// Mounts an overlay, for this process only.
    MountOverlay { options: CString, at: CString },
    /// Puts a file over what the image of the overlay at `root` has as resolver configuration, if it has one.
    CoverResolver { file: CString, root: CString },
}

impl Act {
    fn perform(&self, at: &mut Moment) -> Result<(), Errno> {
        *at = Moment::LayerFolder;
        match self {
            Self::MakeFolder(folder) => mkdir(folder.as_c_str(), Mode::from_raw_mode(0o755)),
            Self::MakeFolderLike { folder, model } => {
                let model = stat(model.as_c_str())?;
                mkdir(folder.as_c_str(), Mode::RWXU)?;
                let (owner, group) = (Uid::from_raw(model.st_uid), Gid::from_raw(model.st_gid));
                chownat(CWD, folder.as_c_str(), Some(owner), Some(group), AtFlags::empty())?;
                chmod(folder.as_c_str(), Mode::from_raw_mode(model.st_mode))
            }
            Self::MakeFile { file, content } => {
                let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
                let made = open(file.as_c_str(), flags, Mode::from_raw_mode(0o644))?;
                let mut left = content.as_slice();
                while !left.is_empty() {
                    left = left.get(write(&made, left)?..).unwrap_or_default();
                }
                Ok(())
            }
            Self::MountOverlay { options, at: place } => {
                *at = Moment::Overlay;
                let flags = MountFlags::NODEV | MountFlags::NOSUID;
                mount(c"overlay", place.as_c_str(), c"overlay", flags, options.as_c_str())
            }
            Self::CoverResolver { file, root } => {
                *at = Moment::Resolver;
                cover_resolver(file, root)
            }
        }
    }
}

/// Where a link has `..` in it, the kernel asks to be asked again (`openat2(2)`, EAGAIN) whenever anything on the machine was
/// renamed or mounted meanwhile. A busy machine does that some times in a row, not this often.
const RESOLVE_ATTEMPTS: u32 = 10_000;

/// The image decides what `/etc/resolv.conf` is: a file, or a symbolic link to anywhere. It is resolved as the image
/// would, and never leads out of it.
fn cover_resolver(file: &CStr, root: &CStr) -> Result<(), Errno> {
    let root = open(root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let mut more_attempts = 0..RESOLVE_ATTEMPTS;
    let target = loop {
        match openat2(&root, c"etc/resolv.conf", flags, Mode::empty(), inside) {
            Ok(target) => break target,
            // A link that leads nowhere, usually into /run, where the sandbox has a file for it.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
            Err(Errno::AGAIN) if more_attempts.next().is_some() => {}
            Err(error) => return Err(error),
        }
    };
    let copy = open_tree(
        CWD,
        file,
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC,
    )?;
    let by_descriptor = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    match move_mount(copy.as_fd(), c"", target.as_fd(), c"", by_descriptor) {
        Err(Errno::NOTDIR) => Ok(()), // the image has a folder there; it has no resolver then
        done => done,
    }
}

/// Enters a build's namespaces as root of the image, with a mount namespace of its own, in the scratch area.
pub(crate) struct Enter {
    pub(crate) namespaces: Arc<Namespaces>,
    pub(crate) with_network: bool,
    pub(crate) acts: Vec<Act>,
    /// Where the process splits into a warden and itself; none for one that ends by itself.
    pub(crate) kennel: Option<Kennel>,
}

// SAFETY: only system calls; strings, contents and descriptors were made before the fork.
unsafe impl Preparation for Enter {
    fn prepare(&self, at: &mut Moment) -> Result<(), Errno> {
        let Namespaces { user, mount, network } = &*self.namespaces;
        *at = Moment::UserNamespace;
        move_into_link_name_space(user.as_fd(), Some(LinkNameSpaceType::User))?;
        *at = Moment::MountNamespace;
        move_into_link_name_space(mount.as_fd(), Some(LinkNameSpaceType::Mount))?;
        // SAFETY: the flag FILES, the only one that could take descriptors away, is not given.
        unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
        if let Some(network) = network.as_ref().filter(|_| self.with_network) {
            *at = Moment::NetworkNamespace;
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
        }
        *at = Moment::Identity;
        set_thread_res_gid(Gid::ROOT, Gid::ROOT, Gid::ROOT)?;
        set_thread_groups(&[])?;
        set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT)?;
        umask(Mode::from_raw_mode(0o022));
        *at = Moment::ScratchArea;
        chdir(AREA_MOUNT)?;
        for act in &self.acts {
            act.perform(at)?;
        }
        match &self.kennel {
            Some(kennel) => {
                *at = Moment::Warden;
                kennel.split()
            }
            None => Ok(()),
        }
    }
}
