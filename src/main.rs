//! Which role of the binary was asked for; nothing else.

use std::process::ExitCode;

use terraform_provider_imagebuilder::{cli, provider};

fn main() -> ExitCode {
    // A worker inherits Terraform's environment from the provider that started it, and is told apart by its arguments.
    if std::env::args_os().len() == 1 && tf_provider::started_by_terraform() {
        return provider::serve();
    }
    cli::main()
}
