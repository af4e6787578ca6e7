//! A small provider over files: one note is one JSON file. It shows what a provider consists of, and it is what the tests of
//! handshake, connections and signals start.

mod note;
mod provider;

use std::process::ExitCode;

use tf_provider::{Reattach, ServeOptions, serve};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = match runtime {
        Ok(runtime) => runtime.block_on(serve(provider::Notebook, options())),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// `notebook --reattach SOCKET` serves a Terraform that someone else starts.
fn options() -> ServeOptions {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(flag), Some(socket)) if flag == "--reattach" => ServeOptions::default().reattach(Reattach {
            address: "registry.terraform.io/example/notebook".to_owned(),
            socket: socket.into(),
        }),
        _ => ServeOptions::default(),
    }
}
