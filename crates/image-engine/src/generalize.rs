//! Generalization: takes out what identifies one machine.

use std::io;

use crate::build::Build;
use crate::error::{BuildError, ErrorKind};
use crate::log::Heading;
use crate::observer::{Observer, Stage};
use crate::sandbox::StepEnd;
use crate::step::own_script;

/// A way to generalize an image.
struct Method {
    /// The word by which the look into the image reports it.
    word: &'static str,
    name: &'static str,
    script: &'static str,
    /// A deprovisioning program removes the image's resolver configuration, which it cannot if ours lies over it.
    resolves_names: bool,
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
};

/// The deprovisioning programs that Azure's images have, in the order in which they run.
const DEFAULTS: [Method; 2] = [
    Method {
        word: "cloud-init",
        name: "cloud-init clean",
        script: "#!/bin/sh -e\ncloud-init clean --logs --seed\n",
        resolves_names: false,
    },
    Method {
        word: "waagent",
        name: "waagent -deprovision+user",
        script: "#!/bin/sh -e\nwaagent -force -deprovision+user\nexport HISTSIZE=0\nsync\n",
        resolves_names: false,
    },
];

/// Says which of the methods the image has. It runs in the sandbox as all that looks into a tree.
const LOOK: &str = "#!/bin/sh\n\
                    [ ! -f /tmp/DeprovisioningScript.sh ] || echo override\n\
                    for program in cloud-init waagent; do\n\
                    command -v \"$program\" > /dev/null 2>&1 && echo \"$program\"\n\
                    done\nexit 0\n";

pub(crate) fn generalize(build: &mut Build, observer: &mut dyn Observer) -> Result<(), BuildError> {
    let found = look(build)?;
    let has = |method: &&Method| found.lines().any(|line| line == method.word);
    let methods: Vec<&Method> = match Some(&OVERRIDE).filter(has) {
        Some(method) => vec![method],
        None => DEFAULTS.iter().filter(has).collect(),
    };
    if methods.is_empty() {
        build.note("==> generalize: skipped, as the image has neither waagent nor cloud-init")?;
    }
    for (index, method) in methods.iter().enumerate() {
        let heading = Heading {
            stage: Stage::Generalize,
            index,
            count: methods.len(),
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
    Ok(())
}

fn look(build: &mut Build) -> Result<String, BuildError> {
    const MOST: usize = 4096;
    let operation = "looking for the image's deprovisioning programs";
    let mut run = own_script(LOOK)?;
    run.resolves_names = false;
    let mut said = Vec::new();
    let image = build.layers.clone();
    let end = build
        .sandbox
        .run_step(run, &mut build.layers, &build.cancel, &mut |bytes| {
            if said.len() + bytes.len() > MOST {
                return Err(io::Error::other("the image's shell prints too much"));
            }
            said.extend_from_slice(bytes);
            Ok(())
        });
    // A look changes nothing.
    build.layers.return_to(&image);
    match end? {
        StepEnd::Exited(0) => Ok(String::from_utf8_lossy(&said).into_owned()),
        StepEnd::Exited(exit_code) => {
            let kind = ErrorKind::StepFailed {
                stage: Stage::Generalize,
                step: 0,
                exit_code,
            };
            Err(BuildError::new(kind, operation).in_step(operation))
        }
        StepEnd::Killed(kind) => Err(BuildError::new(kind, operation)),
    }
}
