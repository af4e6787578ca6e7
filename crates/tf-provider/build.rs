//! Compiles the protocol definitions, in Rust: no protoc on the build machine.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/tfplugin6");
    let files = [folder.join("tfplugin6.proto"), folder.join("plugin.proto")];
    println!("cargo::rerun-if-changed={}", folder.display());
    let descriptors = protox::compile(&files, [&folder])?;
    // Default stubs answer Unimplemented, which is what a newer core expects of a call that is not written here.
    tonic_prost_build::configure()
        .generate_default_stubs(true)
        .compile_fds(descriptors)?;
    Ok(())
}
