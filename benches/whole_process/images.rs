//! The engine's memory for images of different sizes, and how fast it writes a disk.

use std::fs::File;
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

pub(crate) fn figures() -> Vec<Figure> {
    let memory = SIZES_MIB.iter().map(|&size| {
        let workspace = workspace(size, "");
        let highest = highest_memory_of(&workspace, workspace.start_apply(), workers);
        let what = format!("engine's memory, image with {size} MiB of content");
        Figure::new(what, highest, "MiB", Limit::AtMost(64.0))
    });
    let mut figures: Vec<Figure> = memory.collect();

    let workspace = workspace(2048, "vm_profile = { os_disk_size_gb = 3 }");
    workspace.apply();
    let ours = Run::newest(&workspace.machine).distribution();
    let copied = copy(&disk(&workspace), &workspace.machine.files().join("copy.raw"));
    figures.extend([
        Figure::new("writing a 3 GiB disk with 2 GiB of content", ours, "s", Limit::None),
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
fn workspace(size_mib: u32, attributes: &str) -> Workspace {
    let fill = format!("dd if=/dev/urandom of=/srv/content bs=1M count={size_mib}");
    let mut golden = Golden::new()
        .shell("fill", &["mkdir -p /srv", &fill])
        .template(attributes);
    if attributes.is_empty() {
        golden = golden.distribute(&[TO_GALLERY, TO_VHD]);
    }
    Workspace::with(golden.configuration())
}

fn disk(workspace: &Workspace) -> PathBuf {
    let images = workspace.machine.command_line_json(&["images", "list"]);
    PathBuf::from(images[0]["disk"].as_str().unwrap())
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
