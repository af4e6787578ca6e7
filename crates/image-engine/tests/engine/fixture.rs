//! A workspace, a specification and a recording observer for one test.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use image_engine::{
    Action, Build, BuildError, BuildSpec, Cancel, DiskSpec, LayerStore, Network, Observer, Reuse, Script, Source,
    Stage, Step, StepOutcome, Workspace,
};
use tempfile::TempDir;

/// What an observer was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Started(Stage, usize, String),
    Ended(Stage, usize, StepOutcome),
}

/// Records everything that it is told.
#[derive(Debug, Default)]
pub(crate) struct Recorder(pub(crate) Vec<Event>);

impl Observer for Recorder {
    fn step_started(&mut self, stage: Stage, index: usize, name: &str) {
        self.0.push(Event::Started(stage, index, name.to_owned()));
    }

    fn step_ended(&mut self, stage: Stage, index: usize, _: &str, outcome: &StepOutcome, _: Duration) {
        self.0.push(Event::Ended(stage, index, *outcome));
    }
}

/// One test's folder and what its build is made of.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) spec: BuildSpec,
    /// Where its builds keep their layers, if not in the folder.
    pub(crate) layers: Option<PathBuf>,
}

impl Fixture {
    /// A busybox build without network and without steps.
    pub(crate) fn new() -> Self {
        let parent = std::env::var_os("IMAGEBUILDER_TEST_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = tempfile::Builder::new().prefix("engine-").tempdir_in(parent).unwrap();
        let spec = BuildSpec {
            source: Source::Busybox,
            customize: Vec::new(),
            validate: Vec::new(),
            disk: DiskSpec {
                size_bytes: None,
                id: "6b1f6d0e-93f5-4a2b-a0a4-1d9d3d0d0b11".to_owned(),
            },
            network: Network::None,
            reuse: Reuse::default(),
        };
        Self {
            folder,
            spec,
            layers: None,
        }
    }

    pub(crate) fn network(mut self, network: Network) -> Self {
        self.spec.network = network;
        self
    }

    /// Adds a customizer with inline commands.
    pub(crate) fn step(mut self, commands: &str) -> Self {
        let name = format!("step {}", self.spec.customize.len() + 1);
        self.spec.customize.push(shell(&name, commands));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where its builds keep their layers.
    pub(crate) fn layers(&self) -> LayerStore {
        let folder = self.layers.clone().unwrap_or_else(|| self.path("layers"));
        LayerStore::open(&folder).unwrap()
    }

    pub(crate) fn prepare(&self, cancel: Cancel) -> Result<Build, BuildError> {
        self.prepare_observed(cancel, &mut Recorder::default())
    }

    pub(crate) fn prepare_observed(&self, cancel: Cancel, observer: &mut Recorder) -> Result<Build, BuildError> {
        let log: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        let workspace = Workspace {
            directory: self.folder.path().to_owned(),
            log,
            layers: self.layers(),
        };
        Build::prepare(&self.spec, workspace, cancel, observer)
    }

    /// Prepares and customizes; the build is expected to get that far.
    pub(crate) fn customized(&self) -> Build {
        let mut build = self.prepare(Cancel::new()).unwrap();
        if let Err(error) = build.customize(&mut Recorder::default()) {
            panic!("{error}\n{}", self.log());
        }
        build
    }

    /// Prepares and customizes; a step is expected to fail.
    pub(crate) fn failing(&self) -> BuildError {
        self.prepare(Cancel::new())
            .unwrap()
            .customize(&mut Recorder::default())
            .unwrap_err()
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.path("customization.log")
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap()).into_owned()
    }

    /// Builds it and packs its tree.
    pub(crate) fn write_tree(&self, path: &Path) {
        let build = self.customized();
        self.layers()
            .export_tree(build.image_layer(), path, &Cancel::new())
            .unwrap();
    }

    /// That the build has left nothing but its log, its layers and what the test asked for.
    pub(crate) fn assert_nothing_left_but(&self, names: &[&str]) {
        let found = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let mut found: Vec<String> = found.map(|name| name.into_string().unwrap()).collect();
        found.retain(|name| name != "customization.log" && name != "layers" && !names.contains(&name.as_str()));
        assert_eq!(found, Vec::<String>::new());
    }
}

/// A step with inline commands, one a line.
pub(crate) fn shell(name: &str, commands: &str) -> Step {
    let commands = commands.lines().map(str::to_owned).collect();
    Step {
        name: name.to_owned(),
        action: Action::Shell(Script::Inline(commands)),
    }
}

/// What debugfs says of the root file system of a raw disk or fixed VHD.
pub(crate) fn debugfs(disk: &Path, request: &str) -> String {
    debugfs_at(disk, 1 << 20, request)
}

/// The same, of a root file system that starts elsewhere.
pub(crate) fn debugfs_at(disk: &Path, offset: u64, request: &str) -> String {
    let output = std::process::Command::new("/sbin/debugfs")
        .args(["-R", request])
        .arg(format!("{}?offset={offset}", disk.display()))
        .output()
        .expect("debugfs runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whether the tests run as root; if not, says what is left out.
pub(crate) fn is_root_or_left_out(what: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("LEFT OUT as an ordinary user: {what}");
    }
    is_root
}

/// Runs a program of this machine and returns its standard output; it is expected to succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program)
        .args(arguments)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
