//! Running one of this machine's programs that fills a tree: the one kind of tool that reaches the network.
//!
//! It has the capabilities of a step and no others. Programs of the tree run below it in a changed root; for them the
//! sandbox has mounted `/proc` and harmless devices in the tree before, as mounting takes a capability that is withheld.
//!
//! The changed root holds nobody back: a package's script can leave it, as it has `CAP_SYS_CHROOT` like the program that
//! runs it. Outside it finds what a tool finds, this machine's programs for reading as nobody in particular, and besides
//! the certificates, and the network of a build's steps, or an isolated one if they have none.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use super::enter::Act;
use super::layers::MERGED;
use super::network::{Outbound, resolver_configuration};
use super::tool::program_sights;
use super::{Job, Sandbox, ToolFailure, guest, in_area, in_memory, number};
use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::program::Program;
use crate::program::bubblewrap::{Bubblewrap, Sight};
use crate::spec::Network;
use crate::supervise::Sink;

/// What a program in the tree can find below `/dev`; the same that a step has, in single pieces.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// Of this machine, for reading: the certificates by which a server with https is told.
const CERTIFICATES: &str = "/etc/ssl/certs";
/// Names that the machine gives to addresses; they hold where its own network is used.
const HOSTS: &str = "/etc/hosts";
const RESOLVER: &str = "/etc/resolv.conf";

/// Where the tree is seen.
pub(crate) const TREE: &str = "/tree";

/// A file that the program finds.
#[derive(Debug)]
pub(crate) struct Provided<'a> {
    pub(crate) path: &'a str,
    pub(crate) content: &'a [u8],
    pub(crate) mode: u32,
}

/// A run of a program that fills a tree.
#[derive(Debug)]
pub(crate) struct Bootstrap<'a> {
    pub(crate) program: Program,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: &'a [(&'a str, &'a str)],
    pub(crate) files: &'a [Provided<'a>],
    /// What to do before; it mounts the folder to fill at [`MERGED`].
    pub(crate) acts: Vec<Act>,
    /// The words for an error message.
    pub(crate) operation: &'a str,
}

impl Sandbox {
    /// Runs a program that fills a tree to its success, with a network even in a build that has none for its steps.
    pub(crate) fn run_bootstrap(
        &mut self,
        run: Bootstrap<'_>,
        cancel: &Cancel,
        sink: Sink<'_>,
    ) -> Result<(), ToolFailure> {
        let path = run.program.find().map_err(|missing| missing.during(run.operation))?;
        // It ends with this function, and so never outlives the program that it is for.
        let _own = self.connect()?;
        let resolver = self.resolver(true)?.unwrap_or_else(resolver_configuration);

        let mut sights = program_sights();
        let mut passed: Vec<OwnedFd> = Vec::new();
        let resolver = Provided {
            path: RESOLVER,
            content: resolver.as_bytes(),
            mode: 0o644,
        };
        for file in run.files.iter().chain([&resolver]) {
            let content = in_memory("bootstrap", file.content)?;
            sights.push(Sight::Content {
                from: number(&content),
                to: file.path.into(),
                mode: file.mode,
            });
            passed.push(content);
        }
        let hosts = (self.network == Network::Host).then_some(HOSTS);
        sights.extend(
            [CERTIFICATES]
                .into_iter()
                .chain(hosts)
                .map(|path| Sight::ReadOnlyIfThere {
                    from: path.into(),
                    to: path.into(),
                }),
        );
        sights.extend(tree_sights());
        let bubblewrap = Bubblewrap {
            sights,
            capabilities: &guest::CAPABILITIES,
            environment: run.environment,
            without_network: false,
            filter: None,
            folder: "/",
            command: [path.into_os_string()].into_iter().chain(run.arguments).collect(),
        };
        let job = Job {
            acts: run.acts,
            with_network: true,
            bubblewrap,
            passed,
            input: Stdio::null(),
            output: None,
        };
        self.run_job(job, run.program, run.operation, cancel, sink)
    }

    /// A connection of its own for a build whose steps have none.
    fn connect(&mut self) -> Result<Option<Outbound>, BuildError> {
        let failed = |error| BuildError::host(error, "starting the isolated network");
        match self.network {
            Network::Host => Ok(None),
            Network::Isolated => self.await_network().map(|()| None),
            Network::None => {
                let mut outbound = Outbound::start(&self.namespaces).map_err(failed)?;
                outbound.await_ready().map_err(failed)?;
                Ok(Some(outbound))
            }
        }
    }
}

fn tree_sights() -> Vec<Sight> {
    let inside = |path: &str| OsString::from(format!("{TREE}{path}"));
    let mut sights = vec![
        Sight::Bind {
            from: in_area(MERGED).into(),
            to: TREE.into(),
        },
        Sight::Processes { to: inside("/proc") },
        Sight::Memory { to: inside("/dev") },
    ];
    sights.extend(DEVICES.map(|name| Sight::Device {
        from: format!("/dev/{name}").into(),
        to: inside(&format!("/dev/{name}")),
    }));
    sights
}
