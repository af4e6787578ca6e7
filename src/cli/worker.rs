//! `worker`: carries out one run. The local backend starts it, with the run's lock as standard input.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::local;

#[derive(Debug, Args)]
pub(super) struct Worker {
    /// Id of the run.
    #[arg(long)]
    run: String,
}

impl Worker {
    pub(super) fn carry_out(&self, root: Option<PathBuf>) -> ExitCode {
        match root {
            Some(root) => local::worker::main(&root, &self.run),
            None => {
                eprintln!("worker: --root is missing; a worker is started by the local backend");
                ExitCode::FAILURE
            }
        }
    }
}
