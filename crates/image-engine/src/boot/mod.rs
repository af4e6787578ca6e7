//! What starts a machine from the image: a boot loader, the kernels, and the files that tie the image to its disk.
//!
//! ```text
//! tree                                          EFI system partition
//! /etc/fstab          root and ESP by UUID      EFI/BOOT/BOOTX64.EFI, EFI/systemd/systemd-bootx64.efi
//! /etc/kernel/cmdline     root=UUID=.. ro       loader/loader.conf, entries.srel
//! /etc/kernel/entry-token     debian     ---->  loader/entries/debian-6.1.0-56-amd64.conf
//! /etc/kernel/install.conf    BOOT_ROOT  ---->  debian/6.1.0-56-amd64/{linux, initrd.img-6.1.0-56-amd64}
//! ```
//!
//! These are the places in which the distribution's own `kernel-install` puts a kernel (systemd 252 to 257, Debian's and
//! Ubuntu's package systemd-boot with its hooks in `/etc/kernel/postinst.d`), and what it reads when it does so. So it is a
//! guest's own matter to install, upgrade and remove kernels from its first start on.
//!
//! Whatever the tree holds is read by the image's own shell in the sandbox, where a link can lead to nothing but the image
//! itself. What comes out is a stream of bytes, whose names are checked and whose files are written beside the tree.
//!
//! No random seed for the loader is written: all machines would start with the same one. `bootctl` makes it on each machine.

mod entries;
mod stream;
mod version;

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::build::Build;
use crate::disk::EFI_CAPACITY;
use crate::error::{BuildError, ErrorKind};
use crate::generalize::ask;
use crate::log::Heading;
use crate::observer::{Observer, Stage};
use crate::program::mtools::MTOOLS;
use crate::step::own_script;
use entries::Found;
use stream::{Collector, FALLBACK_LOADER, LOADER, create};

const SEAL: &str = include_str!("seal.sh");
const COLLECT: &str = include_str!("collect.sh");

/// systemd-boot of this machine, for images that do not bring their own.
const LOADER_OF_MACHINE: &str = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";

/// What goes on the EFI system partition, in a folder of the scratch area.
#[derive(Debug, Clone)]
pub(crate) struct EfiFiles {
    /// The names in the folder.
    pub(crate) names: Vec<String>,
}

impl EfiFiles {
    /// The folder's name in the scratch area.
    pub(crate) const IN_AREA: &str = "esp";
}

/// Ties the image to its disk, in a layer of its own, and takes out of it what goes on the EFI system partition.
pub(crate) fn seal(
    build: &mut Build,
    heading: (usize, usize),
    observer: &mut dyn Observer,
) -> Result<EfiFiles, BuildError> {
    MTOOLS
        .find()
        .map_err(|missing| missing.during("making the EFI system partition"))?;
    let heading = Heading {
        stage: Stage::Generalize,
        index: heading.0,
        count: heading.1,
        name: "boot configuration",
        provisioner: "shell",
    };
    let ids = [
        build.identity.file_system.to_string(),
        build.identity.efi_volume.to_string(),
    ];
    let prepare = || {
        let mut run = own_script(SEAL)?;
        run.arguments = ids.map(Into::into).into();
        run.resolves_names = false;
        Ok(run)
    };
    build.run_step(heading, prepare, observer)?;
    collect(build)
}

fn collect(build: &mut Build) -> Result<EfiFiles, BuildError> {
    let operation = "taking the kernels out of the image";
    let folder = build.sandbox.area().join(EfiFiles::IN_AREA);
    let failed = |error: io::Error| BuildError::io(error, operation).at(&folder);
    make_empty(&folder).map_err(failed)?;
    let mut collector = Collector::new(&folder, EFI_CAPACITY);
    let image = build.layers.clone();
    let answer = ask(build, &image, COLLECT, operation, &mut |bytes| collector.take(bytes));
    let Collector {
        found,
        has_ended,
        is_too_large,
        ..
    } = collector;
    if is_too_large {
        return Err(too_large(&found));
    }
    let exit_code = answer?;
    if exit_code != 0 || !has_ended {
        let text = format!("{operation}: the image's shell ended with exit code {exit_code} before its list did");
        return Err(BuildError::new(ErrorKind::Io, text));
    }
    if found.kernels.is_empty() {
        let text = "after generalization /boot has no file vmlinuz-VERSION with a version of at most 64 letters, digits and \
                    .+~_-; have a customizer install a kernel's package, or name its file like that";
        return Err(BuildError::new(ErrorKind::NoKernel, text));
    }
    write_texts(&folder, &found).map_err(failed)?;
    add_loader(&folder, &found)?;
    describe(build, &found)?;
    let names = ["EFI", "loader", &found.token].map(str::to_owned).into();
    Ok(EfiFiles { names })
}

fn make_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o777))
}

fn too_large(found: &Found) -> BuildError {
    let text = format!(
        "the image's kernels and initial RAM disks do not fit on the EFI system partition of {} MiB; remove some of them in a \
         customizer. Up to the one that did not fit there are: {}",
        EFI_CAPACITY.div_ceil(1 << 20),
        versions(found)
    );
    BuildError::new(ErrorKind::DiskSizeUnsuitable, text)
}

fn versions(found: &Found) -> String {
    let versions: Vec<&str> = found.kernels.iter().map(|kernel| kernel.version.as_str()).collect();
    versions.join(", ")
}

fn write_texts(folder: &Path, found: &Found) -> io::Result<()> {
    let write = |path: &str, text: &str| create(folder, path)?.write_all(text.as_bytes());
    write("loader/loader.conf", &found.configuration())?;
    // As bootctl: by it kernel-install knows that the entries are of this type.
    write("loader/entries.srel", "type1\n")?;
    for kernel in &found.kernels {
        let (path, text) = found.entry(kernel);
        write(&path, &text)?;
    }
    Ok(())
}

/// The loader of the image is the one whose versions its `bootctl update` compares; this machine's does as well.
fn add_loader(folder: &Path, found: &Found) -> Result<(), BuildError> {
    let operation = "making the EFI system partition";
    if !found.has_loader {
        let mut own = File::open(LOADER_OF_MACHINE).map_err(|error| {
            let kind = ErrorKind::ToolMissing {
                program: "systemd-bootx64.efi",
                package: "systemd-boot-efi",
            };
            BuildError::new(kind, operation).caused_by(error)
        })?;
        let copied = create(folder, LOADER).and_then(|mut file| io::copy(&mut own, &mut file));
        copied.map_err(|error| BuildError::io(error, operation).at(folder))?;
    }
    let copy = || -> io::Result<u64> {
        let mut file = create(folder, FALLBACK_LOADER)?;
        io::copy(&mut File::open(folder.join(LOADER))?, &mut file)
    };
    copy().map_err(|error| BuildError::io(error, operation).at(folder))?;
    Ok(())
}

fn describe(build: &mut Build, found: &Found) -> Result<(), BuildError> {
    build.note(&format!(
        "==> boot: the disk starts with systemd-boot; kernels: {}; default: {}",
        versions(found),
        found.default_entry()
    ))?;
    for kernel in found.kernels.iter().filter(|kernel| !kernel.has_initrd) {
        build.note(&format!(
            "==> boot: the kernel {0} has no initial RAM disk (/boot/initrd.img-{0})",
            kernel.version
        ))?;
    }
    if !found.has_hooks {
        build.note(
            "==> boot: kernels that the guest installs later will not be started: the image has no \
             /etc/kernel/postinst.d/zz-systemd-boot (package systemd-boot)",
        )?;
    }
    Ok(())
}
