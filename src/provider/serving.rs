//! The provider as Terraform starts it.

use std::error::Error as _;
use std::process::ExitCode;

use tf_provider::ServeOptions;

use super::Provider;

/// Serves the provider until Terraform ends it. A refusal goes to standard error, with what caused it, and exits 1.
#[must_use]
pub fn serve() -> ExitCode {
    // Terraform asks for ten things at once, each for a millisecond: one thread does them in less time than several need to wake each
    // other. What waits for the disk has threads of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = match runtime {
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
