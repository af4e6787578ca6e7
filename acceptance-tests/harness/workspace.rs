//! A folder in which Terraform works, with its own local root, state of pending calls and settings.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use super::answer::{Answer, Output};
use super::backend::Backend;
use super::far_end::FarEnd;
use super::installation::{Installation, installation};
use super::ordinary_user::OrdinaryUser;
use super::plan::Plan;
use super::process::{Running, wait_until};
use super::settings::LocalSettings;
use super::state::State;

/// One configuration and its state. Several may share a [`Machine`].
pub(crate) struct Workspace {
    pub(crate) directory: PathBuf,
    pub(crate) machine: Arc<Machine>,
    pub(crate) subscription: Uuid,
    /// Where Terraform finds the provider.
    pub(crate) installation: &'static Installation,
}

/// What all configurations of one user on one machine share: the local root, what serves it, and the notes of pending calls.
pub(crate) struct Machine {
    pub(crate) backend: Backend,
    /// Only with [`Backend::Azure`]. It ends before the folder goes.
    pub(super) far_end: Mutex<Option<FarEnd>>,
    pub(super) settings: Mutex<LocalSettings>,
    /// Only with [`Backend::Azure`]: rules for requests that fail on purpose.
    pub(super) faults: Mutex<Option<String>>,
    folder: TempDir,
    user: Option<OrdinaryUser>,
}

impl Machine {
    /// A machine of the user who runs the tests.
    pub(crate) fn new() -> Self {
        Self::with_backend(Backend::chosen())
    }

    /// A machine with this backend, whatever the others have.
    pub(crate) fn with_backend(backend: Backend) -> Self {
        Self {
            backend,
            far_end: Mutex::default(),
            settings: Mutex::default(),
            faults: Mutex::default(),
            folder: tempfile::Builder::new().prefix("ib-").tempdir().unwrap(),
            user: None,
        }
    }

    /// A machine of an ordinary user; root can start what that user does.
    pub(crate) fn of(user: OrdinaryUser) -> Self {
        let machine = Self::new();
        user.give(machine.folder.path());
        Self {
            user: Some(user),
            ..machine
        }
    }

    /// `IMAGEBUILDER_LOCAL_ROOT`.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Everything on this machine.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A folder for files that a configuration refers to.
    pub(crate) fn files(&self) -> PathBuf {
        let files = self.folder.path().join("files");
        fs::create_dir_all(&files).unwrap();
        if let Some(user) = &self.user {
            user.give(&files);
        }
        files
    }

    /// Writes a file that a configuration refers to, and tells its `file://` URI.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.files().join(name);
        fs::write(&path, content).unwrap();
        format!("file://{}", path.display())
    }

    /// The log of every run so far, one after the other.
    pub(crate) fn customization_logs(&self) -> String {
        let mut logs = String::new();
        let mut open = vec![self.root().join("staging")];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if path.ends_with("customization.log") {
                    logs.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()));
                }
            }
        }
        logs
    }

    /// The binary's own command line on this machine's root, e.g. `["images", "list", "--json"]`.
    pub(crate) fn command_line(&self, arguments: &[&str]) -> Output {
        let mut command = self.program(installation().provider.as_os_str());
        command.args(arguments);
        self.environment(&mut command);
        Output::of(command)
    }

    /// The JSON that a command line prints with `--json`.
    pub(crate) fn command_line_json(&self, arguments: &[&str]) -> Value {
        let output = self.command_line(&[arguments, &["--json"]].concat());
        assert!(output.succeeded, "{arguments:?} failed: {output}");
        serde_json::from_str(&output.stdout).unwrap()
    }

    /// The runs of all templates that exist, newest first.
    pub(crate) fn runs(&self) -> Vec<Value> {
        let runs = self.command_line_json(&["runs", "list"]);
        runs.as_array().unwrap().clone()
    }

    /// Waits until some build says this in its log.
    pub(crate) fn wait_for_log(&self, text: &str) {
        wait_until(&format!("a log says {text:?}"), || {
            self.customization_logs().contains(text).then_some(())
        });
    }

    /// Ids of all gallery image versions on this machine.
    pub(crate) fn gallery_versions(&self) -> Vec<String> {
        let images = self.command_line_json(&["images", "list"]);
        let ids = images
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["id"].as_str().unwrap());
        ids.filter(|id| id.contains("/galleries/")).map(str::to_owned).collect()
    }

    /// Names of the staging groups that the service made and that are still there.
    pub(crate) fn staging_groups(&self) -> Vec<String> {
        let folders = fs::read_dir(self.root().join("staging"))
            .into_iter()
            .flatten()
            .flatten();
        folders
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// A program that this machine's user starts.
    pub(super) fn program(&self, name: &OsStr) -> Command {
        match &self.user {
            Some(user) => user.program(name),
            None => Command::new(name),
        }
    }

    pub(super) fn environment(&self, command: &mut Command) {
        let home = self.folder.path();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", std::env::temp_dir())
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("IMAGEBUILDER_LOCAL_ROOT", self.root())
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null());
    }
}

impl Workspace {
    /// A working folder on a machine of its own.
    pub(crate) fn new() -> Self {
        Self::on(&Arc::new(Machine::new()))
    }

    /// Another working folder on the same machine.
    pub(crate) fn beside(&self) -> Self {
        Self::on(&self.machine)
    }

    /// A working folder with this configuration, initialized, on a machine of its own.
    pub(crate) fn with(configuration: impl AsRef<str>) -> Self {
        let workspace = Self::new();
        workspace.configure(configuration);
        workspace.init();
        workspace
    }

    /// Names of this workspace do not meet those of others on the same machine.
    pub(crate) fn in_subscription(self, subscription: u128) -> Self {
        let subscription = Uuid::from_u128(subscription);
        Self { subscription, ..self }
    }

    /// A working folder on a machine that is there.
    pub(crate) fn on(machine: &Arc<Machine>) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("work-")
            .tempdir_in(machine.folder.path())
            .unwrap()
            .keep();
        Self {
            directory,
            machine: Arc::clone(machine),
            subscription: Uuid::nil(),
            installation: installation(),
        }
    }

    /// Replaces the whole configuration.
    pub(crate) fn configure(&self, configuration: impl AsRef<str>) {
        self.configure_with(&LocalSettings::default(), configuration);
    }

    /// Replaces the whole configuration, with these settings in its provider block.
    pub(crate) fn configure_with(&self, settings: &LocalSettings, configuration: impl AsRef<str>) {
        let configuration = settings.written_into(configuration.as_ref());
        fs::write(self.directory.join("main.tf"), configuration).unwrap();
        settings.clone_into(&mut self.machine.settings.lock().unwrap());
    }

    /// Copies the files of a folder, those that a configuration refers to too, into this one; folders in it as well.
    pub(crate) fn copy_configuration(&self, folder: &Path) {
        copy_folder(folder, &self.directory);
    }

    /// `terraform init`, which has to succeed.
    pub(crate) fn init(&self) {
        let output = self.terraform(&["init", "-input=false", "-no-color"]);
        assert!(output.succeeded, "terraform init failed: {output}");
    }

    /// `terraform apply`; success is not required.
    pub(crate) fn try_apply(&self) -> Answer {
        self.answer(&["apply", "-auto-approve", "-input=false", "-json"])
    }

    /// `terraform apply` with another search path for programs; success is not required.
    pub(crate) fn try_apply_with_programs(&self, folder: &Path) -> Answer {
        let arguments = ["apply", "-auto-approve", "-input=false", "-json"];
        // Whoever carries out the runs has to look there, too.
        let mut command = self.command_with(&arguments, Some(folder));
        command.env("PATH", folder);
        Answer::of(Output::of(command))
    }

    /// `terraform apply`, which has to succeed.
    pub(crate) fn apply(&self) -> Answer {
        self.try_apply().succeeded()
    }

    /// `terraform destroy`; success is not required.
    pub(crate) fn try_destroy(&self) -> Answer {
        self.answer(&["destroy", "-auto-approve", "-input=false", "-json"])
    }

    /// `terraform destroy`, which has to succeed.
    pub(crate) fn destroy(&self) -> Answer {
        self.try_destroy().succeeded()
    }

    /// `terraform plan`, which need not succeed.
    pub(crate) fn try_plan(&self) -> Answer {
        self.answer(&["plan", "-input=false", "-json", "-out=plan"])
    }

    /// `terraform plan`, which has to succeed, as data.
    pub(crate) fn plan(&self) -> Plan {
        self.try_plan().succeeded();
        let output = self.terraform(&["show", "-json", "plan"]);
        assert!(output.succeeded, "terraform show plan failed: {output}");
        Plan::parse(&output.stdout)
    }

    /// `terraform plan -detailed-exitcode`: 0 nothing to do, 1 error, 2 changes.
    pub(crate) fn plan_exit_code(&self) -> Option<i32> {
        self.terraform(&["plan", "-detailed-exitcode", "-input=false", "-no-color"])
            .exit_code
    }

    /// Asserts that reality is as configured, telling the plan if not.
    pub(crate) fn assert_nothing_to_do(&self) {
        let output = self.terraform(&["plan", "-detailed-exitcode", "-input=false", "-no-color"]);
        assert_eq!(output.exit_code, Some(0), "the plan is not empty: {output}");
    }

    /// `terraform import`, which has to succeed.
    pub(crate) fn import(&self, address: &str, id: &str) {
        let output = self.terraform(&["import", "-input=false", "-no-color", address, id]);
        assert!(output.succeeded, "importing {address} failed: {output}");
    }

    /// `terraform state rm`, which has to succeed: Terraform forgets, reality stays.
    pub(crate) fn forget(&self, addresses: &[&str]) {
        let output = self.terraform(&[&["state", "rm"], addresses].concat());
        assert!(output.succeeded, "state rm {addresses:?} failed: {output}");
    }

    /// The current state.
    pub(crate) fn state(&self) -> State {
        let output = self.terraform(&["show", "-json"]);
        assert!(output.succeeded, "terraform show failed: {output}");
        State::parse(&output.stdout)
    }

    /// The state file as it lies on the disk.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.directory.join("terraform.tfstate")
    }

    /// Any other terraform command.
    pub(crate) fn terraform(&self, arguments: &[&str]) -> Output {
        Output::of(self.command(arguments))
    }

    /// Starts `terraform apply` in a process group of its own, as a shell does for a command in the foreground.
    pub(crate) fn start_apply(&self) -> Running {
        self.start(&["apply", "-auto-approve", "-input=false", "-json"])
    }

    /// Starts any terraform command in a process group of its own.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments), &self.machine.root())
    }

    fn answer(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.terraform(arguments))
    }

    /// A terraform command that has not been started, in the surroundings of all of them.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_with(arguments, None)
    }

    fn command_with(&self, arguments: &[&str], programs: Option<&Path>) -> Command {
        if let Some(user) = &self.machine.user {
            user.give(&self.directory);
        }
        let mut command = self.machine.program("terraform".as_ref());
        command.args(arguments).current_dir(&self.directory);
        self.machine.environment(&mut command);
        if Machine::is_asked_by(arguments) {
            self.machine.connect(&mut command, self.subscription, programs);
        }
        command
            .env("ARM_SUBSCRIPTION_ID", self.subscription.to_string())
            .env("TF_CLI_CONFIG_FILE", &self.installation.cli_configuration)
            .env("TF_IN_AUTOMATION", "1")
            // Terraform's garbage collection is a sixth of what a short command costs.
            .env("GOGC", "off")
            .env("GOMEMLIMIT", "512MiB")
            .env("CHECKPOINT_DISABLE", "1");
        command
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&copy).unwrap();
            copy_folder(&path, &copy);
        } else {
            fs::copy(&path, &copy).unwrap();
        }
    }
}
