//! `make release` with the program that is there: the registry's layout, and that Terraform installs from it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::{PROGRAM, repository, succeeded, text};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn pack(program: &Path, files: &Path) -> Command {
    let mut command = Command::new(repository().join("build/release"));
    command.args([program, files]).env_remove("IMAGEBUILDER_SIGNING_KEY");
    command
}

fn platform() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "linux_arm64",
        _ => "linux_amd64",
    }
}

fn named(rest: &str) -> String {
    format!("terraform-provider-imagebuilder_{VERSION}_{rest}")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A program that is packed in no time.
fn small_program(folder: &Path) -> std::path::PathBuf {
    let program = folder.join("program");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    program
}

#[test]
fn terraform_installs_the_archive_from_a_mirror_and_starts_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("mirror");
    let package = mirror.join("registry.terraform.io/imagebuilder/imagebuilder");
    let archive = named(&format!("{}.zip", platform()));
    succeeded(&mut pack(Path::new(PROGRAM), &folder.path().join("files")));
    fs::create_dir_all(&package).unwrap();
    fs::copy(folder.path().join("files").join(&archive), package.join(&archive)).unwrap();

    let work = folder.path().join("work");
    fs::create_dir(&work).unwrap();
    let settings = folder.path().join("terraform.rc");
    let installation = format!("filesystem_mirror {{\n path = \"{}\"\n}}", mirror.display());
    fs::write(&settings, format!("provider_installation {{\n{installation}\n}}\n")).unwrap();
    let provider = "imagebuilder = { source = \"imagebuilder/imagebuilder\" }";
    fs::write(
        work.join("main.tf"),
        format!("terraform {{\n required_providers {{\n {provider}\n }}\n}}\n"),
    )
    .unwrap();
    let terraform = |arguments: &[&str]| {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(&work);
        command
            .env("TF_CLI_CONFIG_FILE", &settings)
            .env("CHECKPOINT_DISABLE", "1");
        text(&succeeded(&mut command))
    };
    terraform(&["init", "-input=false", "-no-color"]);
    let schemas = terraform(&["providers", "schema", "-json"]);
    assert!(schemas.contains("imagebuilder_image_template"), "{schemas}");

    let unpacked = work
        .join(".terraform/providers/registry.terraform.io/imagebuilder/imagebuilder")
        .join(VERSION)
        .join(platform());
    let program = format!("terraform-provider-imagebuilder_v{VERSION}");
    assert_eq!(names(&unpacked), ["LICENSE", &program]);
    let mode = fs::metadata(unpacked.join(program)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn the_checksums_are_those_of_archive_and_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    let output = succeeded(&mut pack(&small_program(folder.path()), &files));
    assert!(text(&output).contains("unsigned"), "{}", text(&output));
    let (archive, manifest) = (named(&format!("{}.zip", platform())), named("manifest.json"));
    assert_eq!(names(&files), [named("SHA256SUMS"), archive.clone(), manifest.clone()]);

    let sum = |name: &String| {
        let digest = Sha256::digest(fs::read(files.join(name)).unwrap());
        let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hexadecimal}  {name}\n")
    };
    let sums = fs::read_to_string(files.join(named("SHA256SUMS"))).unwrap();
    assert_eq!(sums, sum(&archive) + &sum(&manifest));

    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(files.join(manifest)).unwrap()).unwrap();
    assert_eq!(manifest["version"], 1);
    assert_eq!(manifest["metadata"]["protocol_versions"], serde_json::json!(["6.0"]));
}

#[test]
fn the_same_program_gives_the_same_archive_byte_by_byte() {
    let folder = tempfile::tempdir().unwrap();
    let program = small_program(folder.path());
    let archive = |name: &str| {
        let files = folder.path().join(name);
        let mut pack = pack(&program, &files);
        succeeded(pack.env("TZ", if name == "one" { "Asia/Tokyo" } else { "America/Lima" }));
        fs::read(files.join(named(&format!("{}.zip", platform())))).unwrap()
    };
    let one = archive("one");
    // Another time of the file is not another program.
    fs::write(&program, fs::read(&program).unwrap()).unwrap();
    assert_eq!(one, archive("two"));
}

#[test]
fn a_key_of_gpg_signs_the_checksums() {
    let folder = tempfile::Builder::new().prefix("gpg-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let files = folder.path().join("files");
    let gpg = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        succeeded(command.args(arguments).env("GNUPGHOME", folder.path()))
    };
    let key = "release@imagebuilder.invalid";
    gpg(
        "gpg",
        &[
            "--batch",
            "--passphrase",
            "",
            "--quick-gen-key",
            key,
            "rsa2048",
            "sign",
            "1d",
        ],
    );
    let mut pack = pack(&small_program(folder.path()), &files);
    pack.env("IMAGEBUILDER_SIGNING_KEY", key)
        .env("GNUPGHOME", folder.path());
    succeeded(&mut pack);

    let sums = files.join(named("SHA256SUMS"));
    let signature = files.join(named("SHA256SUMS.sig"));
    let paths = [&signature, &sums].map(|path| path.to_str().unwrap());
    gpg("gpg", &["--batch", "--verify", paths[0], paths[1]]);
    assert_ne!(fs::read(&signature).unwrap()[0], b'-', "the registry takes no armour");
    gpg("gpgconf", &["--kill", "all"]);
}
