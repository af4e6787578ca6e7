//! The provider as Terraform starts it.

use std::error::Error as _;
use std::process::ExitCode;

use tf_provider::ServeOptions;

use super::Provider;

/// Serves the provider until Terraform ends it. A refusal goes to standard error, with what caused it, and exits 1.
#[must_use]
pub fn serve() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The provider cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(tf_provider::serve(Provider, ServeOptions::default())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
