//! Which role of the binary was asked for; nothing else.

use std::process::ExitCode;

use terraform_provider_imagebuilder::cli;

fn main() -> ExitCode {
    cli::main()
}
