//! Running one step: a script over the image's overlay, in a layer of its own.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use super::layers::{Layers, MERGED, Place};
use super::network::resolver_configuration;
use super::{Job, Sandbox, guest, in_area, in_memory, number};
use crate::cancel::Cancel;
use crate::error::{BuildError, ErrorKind};
use crate::program::Program;
use crate::program::bubblewrap::{BUBBLEWRAP, Bubblewrap, Sight, is_execution_refused};
use crate::program::last_lines;
use crate::spec::Network;
use crate::supervise::Sink;

/// A script to run.
#[derive(Debug)]
pub(crate) struct StepRun {
    /// The script, read from its start.
    pub(crate) script: OwnedFd,
    /// Whether `/bin/sh` runs it; else it runs by itself, as it has a `#!` line or is a program.
    pub(crate) by_shell: bool,
    pub(crate) arguments: Vec<OsString>,
    /// What it reads as standard input.
    pub(crate) input: Option<OwnedFd>,
    /// Whether names must be resolvable in it, where the build's network allows.
    pub(crate) resolves_names: bool,
}

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StepEnd {
    Exited(i32),
    /// Killed from here: [`ErrorKind::Canceled`] or [`ErrorKind::TimedOut`].
    Killed(ErrorKind),
}

impl Sandbox {
    /// Runs a step over `layers`. Its layer, which ends with the build, becomes part of them if it succeeds.
    pub(crate) fn run_step(
        &mut self,
        run: StepRun,
        layers: &mut Layers,
        cancel: &Cancel,
        sink: Sink<'_>,
    ) -> Result<StepEnd, BuildError> {
        let place = layers.scratch();
        self.run_step_at(place, run, layers, cancel, sink)
    }

    /// Runs a step over `layers`. Its layer is made at `place`, and becomes part of them if it succeeds.
    pub(crate) fn run_step_at(
        &mut self,
        place: Place,
        run: StepRun,
        layers: &mut Layers,
        cancel: &Cancel,
        sink: Sink<'_>,
    ) -> Result<StepEnd, BuildError> {
        if let Some(outbound) = &mut self.outbound {
            outbound
                .check()
                .map_err(|error| BuildError::host(error, "using the isolated network"))?;
        }
        let resolver = self.resolver(run.resolves_names)?;
        let acts = layers.begin(place, resolver.as_deref());
        let sudo = in_memory("sudo", guest::SUDO_SCRIPT.as_bytes())?;
        let mut passed = Vec::new();
        for _ in 0..guest::RESOLVER_COPIES {
            if let Some(content) = &resolver {
                passed.push(in_memory("resolv.conf", content.as_bytes())?);
            }
        }
        let resolvers: Vec<i32> = passed.iter().map(number).collect();
        let mut sights = guest::sights(
            &in_area(MERGED),
            &in_area(guest::HOME_IN_AREA),
            number(&sudo),
            &resolvers,
        );
        let script = Sight::Content {
            from: number(&run.script),
            to: guest::SCRIPT.into(),
            mode: 0o755,
        };
        sights.push(script);
        passed.extend([sudo, run.script]);

        let shell = run.by_shell.then(|| OsString::from("/bin/sh"));
        let command = shell
            .into_iter()
            .chain([guest::SCRIPT.into()])
            .chain(run.arguments)
            .collect();
        let bubblewrap = Bubblewrap {
            sights,
            capabilities: &guest::CAPABILITIES,
            environment: &guest::ENVIRONMENT,
            without_network: self.network == Network::None,
            filter: None,
            folder: guest::HOME,
            command,
        };
        let input = run.input.map_or_else(Stdio::null, Stdio::from);
        let job = Job {
            acts,
            with_network: true,
            bubblewrap,
            passed,
            input,
            output: None,
        };
        let mut last = Tail::default();
        let ended = self.run(job, cancel, &mut |bytes| {
            last.add(bytes);
            sink(bytes)
        })?;
        match (ended.killed, ended.exit_code) {
            (Some(ErrorKind::DiskFull), _) => {
                let text = "ending a step that was silent while nothing could be written";
                let folder = self.full_folder().unwrap_or_else(|| self.area());
                Err(BuildError::new(ErrorKind::DiskFull, text).at(folder))
            }
            (Some(kind), _) => Ok(StepEnd::Killed(kind)),
            (None, Some(0)) => {
                layers.finish(place);
                Ok(StepEnd::Exited(0))
            }
            (None, exit_code) if let Some(folder) = self.full_folder() => {
                let text = format!("a step ended with exit code {}", exit_code.unwrap_or(1));
                Err(BuildError::new(ErrorKind::DiskFull, text).at(folder))
            }
            (None, Some(exit_code)) => Ok(StepEnd::Exited(exit_code)),
            // What a shell would return for a script whose interpreter it does not find.
            (None, None) if is_execution_refused(last.bytes()) => Ok(StepEnd::Exited(127)),
            // The script was not reached: the words are bubblewrap's.
            (None, None) => Err(not_reached(BUBBLEWRAP, ended.status.code().unwrap_or(1), last.bytes())),
        }
    }

    /// The resolver configuration of a step, if it needs another one than the image's.
    pub(super) fn resolver(&self, resolves_names: bool) -> Result<Option<String>, BuildError> {
        match self.network {
            Network::Isolated if resolves_names => Ok(Some(resolver_configuration())),
            Network::Host if resolves_names => {
                const FILE: &str = "/etc/resolv.conf";
                let content = std::fs::read_to_string(FILE);
                content
                    .map(Some)
                    .map_err(|error| BuildError::io(error, "reading the resolver configuration").at(FILE))
            }
            _ => Ok(None),
        }
    }
}

fn not_reached(program: Program, exit_code: i32, output: &[u8]) -> BuildError {
    let kind = ErrorKind::ToolFailed {
        program: program.name,
        exit_code,
    };
    BuildError::new(kind, "starting a step").detail(last_lines(output))
}

/// The end of what a process printed, however much that was.
#[derive(Debug, Default)]
pub(crate) struct Tail(Vec<u8>);

impl Tail {
    const LENGTH: usize = 4096;

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(Self::LENGTH)..];
        let surplus = (self.0.len() + bytes.len()).saturating_sub(Self::LENGTH);
        self.0.drain(..surplus);
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_keeps_the_end_and_stays_small() {
        let mut tail = Tail::default();
        for number in 0..10_000 {
            tail.add(format!("line {number}\n").as_bytes());
        }
        assert!(tail.bytes().len() <= Tail::LENGTH);
        assert!(tail.bytes().ends_with(b"line 9999\n"));
        tail.add(&[b'x'; 3 * Tail::LENGTH]);
        assert_eq!(tail.bytes(), [b'x'; Tail::LENGTH]);
    }
}
