//! The engine's memory for images of different sizes, and how fast it writes a disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::harness::answer::Output;
use crate::harness::configuration::{Golden, TO_GALLERY, TO_VHD};
use crate::harness::process::workers;
use crate::harness::workspace::Workspace;
use crate::provider::highest_memory_of;
use crate::run::Run;
use crate::table::{Figure, Limit};

const SIZES_MIB: [u32; 3] = [64, 512, 2048];
/// Content for which the engine makes a disk of about 3 GiB.
const FOR_3_GIB_MIB: u32 = 2300;

pub(crate) fn figures() -> Vec<Figure> {
    let memory = SIZES_MIB.iter().map(|&size| {
        let golden = golden(size).distribute(&[TO_GALLERY, TO_VHD]);
        let workspace = Workspace::with(golden.configuration());
        let highest = highest_memory_of(&workspace, workspace.start_apply(), workers);
        let what = format!("engine's memory, image with {size} MiB of content");
        Figure::new(what, highest, "MiB", Limit::AtMost(64.0))
    });
    let mut figures: Vec<Figure> = memory.collect();

    // The second run writes the same disk again, and finds its layers on the machine's disk already.
    let golden = golden(FOR_3_GIB_MIB);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    workspace.configure(golden.shell("more", &["true"]).configuration());
    workspace.apply();
    let gib = f64::from(u32::try_from(fs::metadata(disk(&workspace)).unwrap().len() >> 20).unwrap()) / 1024.0;
    let ours = Run::newest(&workspace.machine).distribution();
    let copied = copy(&disk(&workspace), &workspace.machine.files().join("copy.raw"));
    figures.extend([
        Figure::new(
            format!("writing a disk of {gib:.1} GiB, durably"),
            ours,
            "s",
            Limit::None,
        ),
        Figure::new("cp --sparse=always and fsync of it", copied, "s", Limit::None),
        Figure::new(
            "  the one as a multiple of the other",
            ours / copied,
            "x",
            Limit::AtMost(2.0),
        ),
    ]);
    figures
}

/// A template whose image holds so much that cannot be left out of a sparse file.
fn golden(size_mib: u32) -> Golden {
    let fill = format!("dd if=/dev/urandom of=/srv/content bs=1M count={size_mib}");
    Golden::new().shell("fill", &["mkdir -p /srv", &fill])
}

fn disk(workspace: &Workspace) -> PathBuf {
    let images = workspace.machine.command_line_json(&["images", "list"]);
    let newest = images.as_array().unwrap().last().unwrap();
    PathBuf::from(newest["disk"].as_str().unwrap())
}

/// Seconds that a copy takes until it is as safe as our disk is.
fn copy(from: &Path, to: &Path) -> f64 {
    let mut command = Command::new("cp");
    command.arg("--sparse=always").args([from, to]);
    let started = Instant::now();
    let output = Output::of(command);
    assert!(output.succeeded, "{output}");
    File::open(to).unwrap().sync_all().unwrap();
    started.elapsed().as_secs_f64()
}
