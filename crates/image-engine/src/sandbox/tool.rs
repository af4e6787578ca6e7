//! Running one of this machine's programs on trees and disks: in the same namespaces as the steps, seeing nothing but
//! itself and what it works on, with no network.

use std::ffi::OsString;
use std::fs::File;
use std::process::Stdio;

use super::enter::{Act, LAYERS_MOUNT};
use super::guest::HOME_IN_AREA;
use super::layers::{Layers, MERGED, Place};
use super::step::Tail;
use super::{Job, Sandbox, guest, in_area, in_memory, number, unsynced};
use crate::cancel::Cancel;
use crate::error::{BuildError, ErrorKind};
use crate::layer::LayerId;
use crate::program::bubblewrap::{Bubblewrap, Sight};
use crate::program::{PATH, Program, rm};
use crate::supervise::Sink;

/// Where programs and their libraries are on the usual distributions.
const PROGRAM_FOLDERS: [&str; 10] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/nix",
    "/gnu",
];

/// What a tool sees besides programs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum View<'a> {
    /// The name in the scratch area, for reading and writing.
    Area { name: &'a str, at: &'a str },
    /// The image's whole tree, for reading.
    Image { layers: &'a Layers, at: &'a str },
    /// The folder in which the next step would start, for reading, if earlier steps may have left something in it.
    Home { layers: &'a Layers, at: &'a str },
    /// One layer's folder, for reading and writing.
    Layer { id: LayerId, at: &'a str },
    /// All layers, for reading.
    Layers { at: &'a str },
    /// All layers, for removing some.
    LayersForWriting { at: &'a str },
    /// The whole scratch area.
    WholeArea { at: &'a str },
}

/// A run of a tool.
#[derive(Debug)]
pub(crate) struct ToolRun<'a> {
    pub(crate) program: Program,
    pub(crate) arguments: Vec<OsString>,
    /// What to do in the scratch area before.
    pub(crate) acts: Vec<Act>,
    pub(crate) views: &'a [View<'a>],
    /// The standard input.
    pub(crate) input: Stdio,
    /// Where the standard output goes; otherwise to the sink.
    pub(crate) output: Option<File>,
    /// The words for an error message.
    pub(crate) operation: &'a str,
}

/// A tool that failed, and what it said.
pub(crate) struct ToolFailure {
    pub(crate) said: Vec<u8>,
    pub(crate) error: BuildError,
}

impl From<BuildError> for ToolFailure {
    fn from(error: BuildError) -> Self {
        Self {
            said: Vec::new(),
            error,
        }
    }
}

impl From<ToolFailure> for BuildError {
    fn from(failure: ToolFailure) -> Self {
        failure.error
    }
}

impl Sandbox {
    /// Runs a tool to its success.
    pub(crate) fn run_tool(&self, run: ToolRun<'_>, cancel: &Cancel) -> Result<(), ToolFailure> {
        self.run_tool_reading(run, cancel, &mut |_| Ok(()))
    }

    /// Runs a tool to its success and hands what it prints to `sink`.
    pub(crate) fn run_tool_reading(
        &self,
        run: ToolRun<'_>,
        cancel: &Cancel,
        sink: Sink<'_>,
    ) -> Result<(), ToolFailure> {
        let ToolRun {
            program,
            arguments,
            mut acts,
            views,
            input,
            output,
            operation,
        } = run;
        let path = program.find().map_err(|missing| missing.during(operation))?;
        let mut sights = program_sights();
        let layers_mount = || OsString::from(LAYERS_MOUNT.to_string_lossy().into_owned());
        for view in views {
            match view {
                View::Layer { id, at } => sights.push(Sight::Bind {
                    from: Place::Kept(*id).folder().into(),
                    to: at.into(),
                }),
                View::Layers { at } => sights.push(Sight::ReadOnly {
                    from: layers_mount(),
                    to: at.into(),
                }),
                View::LayersForWriting { at } => sights.push(Sight::Bind {
                    from: layers_mount(),
                    to: at.into(),
                }),
                View::Home { layers, at } => {
                    if let Some(mounts) = layers.merged_home() {
                        acts.extend(mounts);
                        sights.push(Sight::ReadOnly {
                            from: in_area(HOME_IN_AREA).into(),
                            to: at.into(),
                        });
                    }
                }
                View::Area { name, at } => sights.push(Sight::Bind {
                    from: in_area(name).into(),
                    to: at.into(),
                }),
                View::WholeArea { at } => sights.push(Sight::Bind {
                    from: in_area("").into(),
                    to: at.into(),
                }),
                View::Image { layers, at } => {
                    acts.extend(layers.merged());
                    sights.push(Sight::ReadOnly {
                        from: in_area(MERGED).into(),
                        to: at.into(),
                    });
                }
            }
        }
        let bubblewrap = Bubblewrap {
            sights,
            capabilities: &guest::CAPABILITIES,
            environment: &[("PATH", PATH), ("LC_ALL", "C")],
            without_network: true,
            filter: None,
            folder: "/",
            command: [path.into_os_string()].into_iter().chain(arguments).collect(),
        };
        let job = Job {
            acts,
            with_network: false,
            bubblewrap,
            passed: Vec::new(),
            input,
            output,
        };
        self.run_job(job, program, operation, cancel, sink)
    }

    /// Runs a job to its program's success. Nothing it writes waits for the disk.
    pub(super) fn run_job(
        &self,
        mut job: Job<'_>,
        program: Program,
        operation: &str,
        cancel: &Cancel,
        sink: Sink<'_>,
    ) -> Result<(), ToolFailure> {
        let filter = in_memory("filter", &unsynced::filter())?;
        job.bubblewrap.filter = Some(number(&filter));
        job.passed.push(filter);
        let mut said = Tail::default();
        let ended = self.run(job, cancel, &mut |bytes| {
            said.add(bytes);
            sink(bytes)
        })?;
        if let Some(kind) = ended.killed {
            return Err(BuildError::new(kind, operation).at(self.area()).into());
        }
        match ended.exit_code {
            Some(0) => Ok(()),
            _ => Err(self.failure(
                program,
                operation,
                ended.exit_code.or(ended.status.code()).unwrap_or(1),
                &said,
            )),
        }
    }

    fn failure(&self, program: Program, operation: &str, exit_code: i32, said: &Tail) -> ToolFailure {
        let said = said.bytes();
        let failed = program.failed(exit_code, operation, said);
        let full = self
            .full_folder()
            .or_else(|| is_out_of_space(said).then(|| self.area()));
        let error = match full {
            Some(folder) => BuildError::new(ErrorKind::DiskFull, operation)
                .at(folder)
                .caused_by(failed),
            None => failed,
        };
        ToolFailure {
            said: said.to_vec(),
            error,
        }
    }
}

/// This machine's programs, and what most of them need.
pub(super) fn program_sights() -> Vec<Sight> {
    let programs = PROGRAM_FOLDERS.map(|folder| Sight::ReadOnlyIfThere {
        from: folder.into(),
        to: folder.into(),
    });
    let others = [
        Sight::Processes { to: "/proc".into() },
        Sight::Devices { to: "/dev".into() },
        Sight::Memory { to: "/tmp".into() },
    ];
    programs.into_iter().chain(others).collect()
}

/// The C library's words, in the C locale, for ENOSPC and EDQUOT.
fn is_out_of_space(said: &[u8]) -> bool {
    let text = String::from_utf8_lossy(said);
    text.contains("No space left on device") || text.contains("Disk quota exceeded")
}

/// Removes everything in the scratch area, whoever owns it, and the area.
pub(super) fn remove_all(sandbox: &Sandbox) -> Result<(), BuildError> {
    const SEEN_AT: &str = "/area";
    let failed = |error| BuildError::io(error, "removing the scratch area").at(sandbox.area());
    let names = sandbox.area.names().map_err(failed)?;
    if !names.is_empty() {
        let paths = names.into_iter().map(|name| {
            let mut path = OsString::from(format!("{SEEN_AT}/"));
            path.push(name);
            path
        });
        let run = ToolRun {
            program: rm::RM,
            arguments: rm::arguments(paths),
            acts: Vec::new(),
            views: &[View::WholeArea { at: SEEN_AT }],
            input: Stdio::null(),
            output: None,
            operation: "removing the scratch area",
        };
        sandbox.run_tool(run, &Cancel::new()).map_err(BuildError::from)?;
    }
    sandbox.area.remove().map_err(failed)
}
