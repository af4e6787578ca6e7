//! The same work done by the engine, by buildah and by virt-customize in the same run: one Debian tree and three steps (write a
//! file, install a small package, run a script), cold, and once more with only the last step changed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::harness::answer::Output;
use crate::harness::configuration::{Golden, HEAD, TO_VHD};
use crate::harness::workspace::Workspace;
use crate::other_tools::OtherTools;
use crate::run::Run;
use crate::table::{Figure, Limit};

const DEBIAN: &str =
    r#"{ platform_image = { publisher = "Debian", offer = "debian-12", sku = "12-gen2", version = "latest" } }"#;
const OWN: &str = r#"{ platform_image = { publisher = "Bench", offer = "debian", sku = "12", version = "latest" } }"#;

const WRITE: &str = "echo written > /etc/written";
const INSTALL: &str = "apt-get update && apt-get install -y --no-install-recommends tree";
const SCRIPT: &str = "mkdir -p /opt/app && seq 1000 > /opt/app/numbers";
const CHANGED_SCRIPT: &str = "mkdir -p /opt/app && seq 2000 > /opt/app/numbers";

/// Seconds of one tool: everything anew, and with only the last step changed.
struct Times {
    cold: f64,
    changed: f64,
}

/// Seconds of the engine, until the tree is done as in the others, and with generalization, disk and VHD.
struct Ours {
    tree: Times,
    whole: Times,
}

pub(crate) fn figures() -> Vec<Figure> {
    let what = "the same three steps on a Debian tree";
    let tools = match OtherTools::find() {
        Ok(tools) => tools,
        Err(reason) => return vec![Figure::not_measured(what, reason)],
    };
    if let Err(reason) = make_tree(tools.work()) {
        return vec![Figure::not_measured(what, reason)];
    }
    let ours = ours(&tools.work().join("tree.tar"));
    let mut figures = vec![
        Figure::new(
            "three steps on a Debian tree, cold: engine, to the last step",
            ours.tree.cold,
            "s",
            Limit::None,
        ),
        Figure::new(
            "  engine, with generalization, disk and VHD",
            ours.whole.cold,
            "s",
            Limit::None,
        ),
        Figure::new(
            "only the last step changed: engine, to the last step",
            ours.tree.changed,
            "s",
            Limit::None,
        ),
        Figure::new(
            "  engine, with generalization, disk and VHD",
            ours.whole.changed,
            "s",
            Limit::None,
        ),
    ];
    figures.extend(compared("buildah", buildah(&tools), &ours));
    figures.extend(compared("virt-customize", virt_customize(&tools), &ours));
    figures
}

/// What a tool took, and how many times what the engine took that is. Cold, the engine's disk counts too.
fn compared(tool: &str, times: Result<Times, String>, ours: &Ours) -> Vec<Figure> {
    match times {
        Err(reason) => vec![Figure::not_measured(tool, reason)],
        Ok(times) => vec![
            Figure::new(format!("{tool}, cold"), times.cold, "s", Limit::None),
            Figure::new(
                "  by the engine's, disk and VHD included",
                times.cold / ours.whole.cold,
                "x",
                Limit::AtLeast(1.0),
            ),
            Figure::new(format!("{tool}, last step changed"), times.changed, "s", Limit::None),
            Figure::new(
                "  by the engine's to its last step",
                times.changed / ours.tree.changed,
                "x",
                Limit::AtLeast(20.0),
            ),
        ],
    }
}

/// `tree.tar` and `pristine.raw`: a Debian as the engine makes it, for all of them to start from.
fn make_tree(folder: &Path) -> Result<(), String> {
    let workspace = Workspace::with(Golden::new().source(DEBIAN).configuration());
    let answer = workspace.try_apply();
    if !answer.output.succeeded {
        return Err(answer.error().detail.clone());
    }
    let id = &workspace.machine.gallery_versions()[0];
    let [archive, tree, disk] = ["tree.tar", "tree", "pristine.raw"].map(|name| folder.join(name));
    let [archive, tree, disk] = [&archive, &tree, &disk].map(|path| path.to_str().unwrap());
    let output = workspace
        .machine
        .command_line(&["images", "export", id, archive, "--format", "tar"]);
    assert!(output.succeeded, "{output}");
    // A file system with room for what is installed: an exported disk has none to spare.
    fs::create_dir(tree).unwrap();
    told(
        "tar",
        &[
            "--extract",
            "--numeric-owner",
            "--preserve-permissions",
            "--file",
            archive,
            "--directory",
            tree,
        ],
    );
    told("mke2fs", &["-q", "-t", "ext4", "-d", tree, disk, "3G"]);
    fs::remove_dir_all(tree).unwrap();
    Ok(())
}

fn ours(tree: &Path) -> Ours {
    let sum = told("sha256sum", &[tree.to_str().unwrap()]);
    let image = format!(
        "{{ publisher = \"Bench\", offer = \"debian\", sku = \"12\", version = \"12.0.0\", archive = \"{}\", sha256 = \"{}\" }}",
        tree.display(),
        sum.split_whitespace().next().unwrap()
    );
    let provider = format!("provider \"imagebuilder\" {{\n  local = {{ platform_images = [{image}] }}\n}}\n");
    let configuration = |script: &str| {
        let golden = Golden::new()
            .source(OWN)
            .shell("write", &[WRITE])
            .shell("install", &[INSTALL])
            .shell("script", &[script])
            .distribute(&[TO_VHD]);
        golden
            .configuration()
            .replace("provider \"imagebuilder\" {}\n", &provider)
    };
    assert!(HEAD.contains("provider \"imagebuilder\" {}\n"));
    let workspace = Workspace::with(configuration(SCRIPT));
    workspace.apply();
    let cold = Run::newest(&workspace.machine);
    workspace.configure(configuration(CHANGED_SCRIPT));
    workspace.apply();
    let changed = Run::newest(&workspace.machine);
    Ours {
        tree: Times {
            cold: cold.until_customized(),
            changed: changed.until_customized(),
        },
        whole: Times {
            cold: cold.whole(),
            changed: changed.whole(),
        },
    }
}

fn buildah(tools: &OtherTools) -> Result<Times, String> {
    let build = |script: &str| {
        let steps = [WRITE, INSTALL, script].map(|step| format!("RUN {step}\n")).concat();
        tools.write("Containerfile", &format!("FROM scratch\nADD tree.tar /\n{steps}"));
        tools.buildah()
    };
    Ok(Times {
        cold: build(SCRIPT)?,
        changed: build(CHANGED_SCRIPT)?,
    })
}

/// It keeps nothing of an earlier run: a change of the last step is the whole work on a fresh copy of the disk.
fn virt_customize(tools: &OtherTools) -> Result<Times, String> {
    let customize = |script: &str| {
        tools.write("step.sh", &format!("#!/bin/sh\nset -e\n{script}\n"));
        let [from, to] = ["pristine.raw", "disk.raw"].map(|name| tools.work().join(name));
        let started = Instant::now();
        told("cp", &["--sparse=always", from.to_str().unwrap(), to.to_str().unwrap()]);
        let copied = started.elapsed().as_secs_f64();
        let steps = [
            "--write",
            "/etc/written:written",
            "--run-command",
            INSTALL,
            "--run",
            "/work/step.sh",
        ];
        let customized = tools.virt_customize(&steps)?;
        fs::remove_file(to).unwrap();
        Ok::<_, String>(copied + customized)
    };
    Ok(Times {
        cold: customize(SCRIPT)?,
        changed: customize(CHANGED_SCRIPT)?,
    })
}

fn told(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments);
    let output = Output::of(command);
    assert!(output.succeeded, "{program}: {output}");
    output.stdout
}
