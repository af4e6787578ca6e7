//! The command line of the binary, for when Terraform did not start it. One file a command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

mod convert;
mod docs;
mod doctor;
mod follow;
mod generated;
mod images;
mod layers;
mod packages;
mod print;
mod reach;
mod root;
mod runs;
mod schema;
mod serve;
mod worker;

/// Terraform provider for golden VM images.
///
/// Terraform starts this program by itself: name `imagebuilder/imagebuilder` in `required_providers`. Started by hand,
/// it looks after what the local backend keeps on this machine.
#[derive(Debug, Parser)]
#[command(name = "terraform-provider-imagebuilder", version)]
struct CommandLine {
    /// Folder of the local backend [default: $XDG_DATA_HOME/imagebuilder].
    #[arg(long, global = true, env = "IMAGEBUILDER_LOCAL_ROOT", value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell whether this machine is ready for local builds, and the one command that makes it so.
    Doctor(doctor::Doctor),
    /// List, export and delete the images that the local backend keeps.
    #[command(subcommand)]
    Images(images::Images),
    /// List, show, follow and cancel runs of the local backend.
    #[command(subcommand)]
    Runs(runs::Runs),
    /// List what steps have built, and give its disk space back.
    #[command(subcommand)]
    Layers(layers::Layers),
    /// Serve the local backend over TLS on this machine, for az CLI, SDKs and other clients of Azure.
    Serve(serve::Serve),
    /// Turn an ARM template into HCL, and tell what it could not carry over.
    Convert(convert::Convert),
    /// Generate the registry's pages from the schemas and `examples/`.
    Docs(docs::Docs),
    /// Generate `schemas/provider.json`.
    Schema(schema::Schema),
    /// Carry out one run; started by the local backend.
    #[command(hide = true)]
    Worker(worker::Worker),
}

/// Carries out what the arguments ask for; without any, says what this program is.
#[must_use]
pub fn main() -> ExitCode {
    let line = CommandLine::parse();
    let Some(command) = line.command else {
        return print::text(&CommandLine::command().render_long_help().to_string());
    };
    let outcome = match command {
        Command::Worker(worker) => return worker.carry_out(line.root),
        Command::Doctor(doctor) => doctor.examine(line.root),
        Command::Images(images) => images.carry_out(line.root),
        Command::Layers(layers) => layers.carry_out(line.root),
        Command::Runs(runs) => runs.carry_out(line.root),
        Command::Serve(serve) => serve.carry_out(line.root),
        Command::Convert(convert) => convert.carry_out(),
        Command::Docs(docs) => docs.generate(),
        Command::Schema(schema) => schema.generate(),
    };
    outcome.unwrap_or_else(|failure| print::failure(&*failure))
}

/// What a command ends with; a failure is printed and exits 1.
type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;
