//! Builds a busybox image with three steps, as a raw disk and a fixed VHD, and prints what each phase took.
//!
//! `cargo run -p image-engine --example build_busybox -- FOLDER` leaves `disk.raw`, `disk.vhd`, `customization.log`
//! and the layers in FOLDER; a second run reuses them.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use image_engine::{
    Action, Build, BuildSpec, Cancel, DiskSpec, LayerStore, Network, Observer, Reuse, Script, Source, Stage, Step,
    StepOutcome, Workspace, write_fixed_vhd,
};

struct Quiet;

impl Observer for Quiet {
    fn step_started(&mut self, _: Stage, _: usize, _: &str) {}
    fn step_ended(&mut self, _: Stage, _: usize, _: &str, _: &StepOutcome, _: Duration) {}
}

fn step(name: &str, commands: &[&str]) -> Step {
    let commands = commands.iter().map(ToString::to_string).collect();
    Step {
        name: name.to_owned(),
        action: Action::Shell(Script::Inline(commands)),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: build_busybox FOLDER")?);
    let spec = BuildSpec {
        source: Source::Busybox,
        customize: vec![
            step("release", &["echo golden > /etc/release"]),
            step(
                "application",
                &[
                    "mkdir -p /opt/app",
                    "echo two > /opt/app/f",
                    "sudo chown 1000:1000 /opt/app/f",
                ],
            ),
            step("clean", &["grep -q golden /etc/release", "rm /etc/hosts"]),
        ],
        validate: Vec::new(),
        disk: DiskSpec {
            size_bytes: None,
            id: "6b1f6d0e-93f5-4a2b-a0a4-1d9d3d0d0b11".to_owned(),
        },
        network: Network::Isolated,
        reuse: Reuse::default(),
    };
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("customization.log"))?;
    let began = Instant::now();
    let report = |phase: &str| writeln!(stdout(), "{:>8.1} ms  {phase}", began.elapsed().as_secs_f64() * 1000.0);

    let mut build = Build::prepare(
        &spec,
        Workspace {
            directory: folder.clone(),
            log,
            layers: LayerStore::open(&folder.join("layers"))?,
        },
        Cancel::new(),
        &mut Quiet,
    )?;
    report("prepared")?;
    build.customize(&mut Quiet)?;
    report("customized")?;
    build.generalize(&mut Quiet)?;
    report("generalized")?;
    let disk = build.write_disk(&folder.join("disk.raw"))?;
    report("disk written")?;
    write_fixed_vhd(&disk.path, &folder.join("disk.vhd"))?;
    report("VHD written")?;
    build.finish()?;
    report("finished")?;
    Ok(())
}
