//! Generalization: takes out what identifies one machine, and what only the build needed.
//!
//! In this order, each only where the image has it:
//!
//! 1. `/tmp/DeprovisioningScript.sh`, if a customizer left one, *instead of* 2 to 4, as in Image Builder.
//! 2. `cloud-init clean --logs --seed`: the next start is a first start; its logs tell of no machine.
//! 3. `waagent -force -deprovision+user`: host keys, leases, root's password, the agent's state. After cloud-init, whose files
//!    it reads.
//! 4. What these leave behind (`leftovers.sh`), last, as they write themselves:
//!    - SSH host keys, `/etc/machine-id` (left empty, which systemd fills at the first start; without the file it could not on a
//!      read-only root), D-Bus' copy of it, random seeds, the credential secret, DHCP leases: the same on all machines, they
//!      would be no identity, or no secret.
//!    - `/etc/resolv.conf` if it is a file: the resolvers of the machine that built the tree. A link to systemd-resolved is
//!      configuration; it stays, and is made again where waagent removed it.
//!    - Shell histories; the content of the logs, not the files, whose owners and modes services rely on; the journal; core dumps.
//!    - apt's lists and downloaded packages: megabytes that the first `apt-get update` replaces.
//! 5. The boot configuration, where there is a kernel ([`boot`](crate::boot)).
//!
//! Steps run as the image's root, so that there is no build user to delete; users that a customizer made are part of the image.

use std::io;

use crate::boot;
use crate::build::Build;
use crate::error::{BuildError, ErrorKind};
use crate::log::Heading;
use crate::observer::{Observer, Stage};
use crate::sandbox::{Layers, StepEnd};
use crate::step::own_script;
use crate::supervise::Sink;

/// A way to generalize an image.
struct Method {
    /// The word by which the look into the image reports it.
    word: &'static str,
    name: &'static str,
    script: &'static str,
    /// A deprovisioning program removes the image's resolver configuration, which it cannot if ours lies over it.
    resolves_names: bool,
    /// Whether it is a program of the image, or its own script.
    is_program: bool,
}

/// Left by a customizer; it replaces all other methods, and is not part of the image.
const OVERRIDE: Method = Method {
    word: "override",
    name: "/tmp/DeprovisioningScript.sh",
    script: "#!/bin/sh -e\n\
             script=/tmp/DeprovisioningScript.sh\n\
             read -r first < \"$script\" || :\n\
             case $first in '#!'*) chmod +x \"$script\"; \"$script\" ;; *) /bin/sh \"$script\" ;; esac\n\
             rm -f \"$script\"\n",
    resolves_names: true,
    is_program: true,
};

/// The ways of an image without an override, in the order in which they run.
const DEFAULTS: [Method; 3] = [
    Method {
        word: "cloud-init",
        name: "cloud-init clean",
        script: "#!/bin/sh -e\ncloud-init clean --logs --seed\n",
        resolves_names: false,
        is_program: true,
    },
    Method {
        word: "waagent",
        name: "waagent -deprovision+user",
        script: "#!/bin/sh -e\nwaagent -force -deprovision+user\nexport HISTSIZE=0\nsync\n",
        resolves_names: false,
        is_program: true,
    },
    Method {
        word: "leftovers",
        name: "leftovers",
        script: include_str!("leftovers.sh"),
        resolves_names: false,
        is_program: false,
    },
];

/// Says which of the methods the image has, whether it has a kernel, and whether there is anything to sweep.
const LOOK: &str = include_str!("look.sh");

/// Says whether a tree has a kernel.
const LOOK_FOR_KERNEL: &str =
    "#!/bin/sh\nfor kernel in /boot/vmlinuz-*; do [ ! -f \"$kernel\" ] || { echo kernel; exit 0; }; done\n";

pub(crate) fn generalize(build: &mut Build, observer: &mut dyn Observer) -> Result<(), BuildError> {
    let image = build.layers.clone();
    let found = look(build, &image, LOOK)?;
    let has = |word: &str| found.lines().any(|line| line == word);
    let has_kernel = has("kernel");
    if !has_kernel && build.source_may_have_kernel() {
        let source = build.source_layers.clone();
        if look(build, &source, LOOK_FOR_KERNEL)?
            .lines()
            .any(|line| line == "kernel")
        {
            let text = "the source had one in /boot, but a customizer removed it; leave one installed, \
                        or install another (as linux-image-cloud-amd64)";
            return Err(BuildError::new(ErrorKind::NoKernel, text));
        }
    }
    let methods: Vec<&Method> = match has(OVERRIDE.word) {
        true => vec![&OVERRIDE],
        false => DEFAULTS.iter().filter(|method| has(method.word)).collect(),
    };
    if !methods.iter().any(|method| method.is_program) {
        let skipped = if methods.is_empty() { "skipped, as " } else { "" };
        build.note(&format!(
            "==> generalize: {skipped}the image has neither waagent nor cloud-init"
        ))?;
    }
    let count = methods.len() + usize::from(has_kernel);
    for (index, method) in methods.iter().enumerate() {
        let heading = Heading {
            stage: Stage::Generalize,
            index,
            count,
            name: method.name,
            provisioner: "shell",
        };
        let prepare = || {
            let mut run = own_script(method.script)?;
            run.resolves_names = method.resolves_names;
            Ok(run)
        };
        build.run_step(heading, prepare, observer)?;
    }
    if has_kernel {
        build.efi = Some(boot::seal(build, (methods.len(), count), observer)?);
    }
    Ok(())
}

fn look(build: &mut Build, image: &Layers, script: &str) -> Result<String, BuildError> {
    const MOST: usize = 4096;
    let operation = "looking for the image's deprovisioning programs";
    let mut said = Vec::new();
    let exit_code = ask(build, image, script, operation, &mut |bytes| {
        if said.len() + bytes.len() > MOST {
            return Err(io::Error::other("the image's shell prints too much"));
        }
        said.extend_from_slice(bytes);
        Ok(())
    })?;
    if exit_code == 0 {
        return Ok(String::from_utf8_lossy(&said).into_owned());
    }
    let kind = ErrorKind::StepFailed {
        stage: Stage::Generalize,
        step: 0,
        exit_code,
    };
    Err(BuildError::new(kind, operation).in_step(operation))
}

/// Has the image's shell run a script of ours whose changes are dropped, and returns its exit code.
pub(crate) fn ask(
    build: &mut Build,
    image: &Layers,
    script: &str,
    operation: &str,
    sink: Sink<'_>,
) -> Result<i32, BuildError> {
    let mut run = own_script(script)?;
    run.resolves_names = false;
    let now = build.layers.clone();
    build.layers.return_to(image);
    let end = build.sandbox.run_step(run, &mut build.layers, &build.cancel, sink);
    build.layers.return_to(&now);
    match end? {
        StepEnd::Exited(exit_code) => Ok(exit_code),
        StepEnd::Killed(kind) => Err(BuildError::new(kind, operation)),
    }
}
