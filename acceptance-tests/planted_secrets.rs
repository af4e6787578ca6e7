//! Secrets that are planted in the login and in the configuration are nowhere to be read: not in the logs at their finest level, not
//! in what is told, not in notes, and in files only where their owner put them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::answer::Output;
use crate::harness::backend::Backend;
use crate::harness::configuration::{Golden, PROVIDER, TEMPLATE};
use crate::harness::process::Running;
use crate::harness::slow_server::SlowServer;
use crate::harness::workspace::{Machine, Workspace};

/// Query of a SAS token with this signature.
const SIGNATURE: &str = "cGxhbnRlZHNpZ25hdHVyZQ";
/// A password in a command of a step.
const PASSWORD: &str = "planted-password-of-a-step";
/// Begin the JSON Web Tokens of this world: `{"alg":` and `{"typ":` in Base64.
const TOKENS: [&str; 2] = ["eyJhbGciOi", "eyJ0eXAiOi"];

#[test]
fn secrets_of_a_whole_life_are_in_no_log_no_message_no_note_and_no_record() {
    let machine = Arc::new(Machine::with_backend(Backend::Azure));
    let workspace = Workspace::on(&machine);
    let server = SlowServer::start();
    server.answer_with("echo fetched\n");
    let script = format!("{}?sv=2024-11-04&sp=r&sig={SIGNATURE}", server.uri("step.sh"));
    let golden = |last: &str| {
        Golden::new()
            .step(&format!(
                "{{ name = \"fetched\", shell = {{ script_uri = \"{script}\" }} }}"
            ))
            .shell("secret", &[&format!("test {PASSWORD} != x"), last])
            .run("on_destroy = \"delete_images\"")
            .configuration()
    };
    let mut told = Told::default();
    workspace.configure(golden("exit 3"));
    workspace.init();
    told.failed(&workspace, &["apply", "-auto-approve", "-input=false", "-json"]);
    workspace.configure(golden("echo the step is running; sleep 300"));
    told.killed(&workspace);
    machine.service().cancel(workspace.state().of(TEMPLATE).text("id"));
    workspace.configure(golden("echo the step is quick"));
    told.succeeded(&workspace, &["apply", "-auto-approve", "-input=false", "-json"]);
    told.succeeded(&workspace, &["plan", "-input=false", "-json"]);

    let of_login = [machine.client_secret(), TOKENS[0].to_owned(), TOKENS[1].to_owned()];
    let of_steps = [SIGNATURE.to_owned(), PASSWORD.to_owned()];
    let all = [&of_login[..], &of_steps].concat();
    told.asserts_nothing_of(&all);
    let record = fs::read(machine.record_of_requests()).unwrap();
    assert_absent("the record of requests", &record, &all);
    let identity = machine.root().join("serve.json");
    assert_private(&identity);
    for file in files_with(machine.folder(), &of_login) {
        assert_eq!(file, identity, "a secret of the login is in a file");
    }
    // What a build needs has to be there, for its owner alone.
    for file in files_with(&machine.root(), &of_steps) {
        assert_private(&file);
    }
    assert_eq!(in_state(&workspace), 1, "the signature is where the user put it");
    workspace.destroy();
}

#[test]
fn a_login_that_fails_repeats_no_secret() {
    let machine = Arc::new(Machine::with_backend(Backend::Azure));
    let workspace = Workspace::on(&machine);
    let certificate = machine.files().join("login.pfx");
    fs::write(&certificate, b"planted-certificate").unwrap();
    let token_file = machine.files().join("token");
    fs::write(&token_file, "eyJhbGciOiJub25lIn0.cGxhbnRlZA.planted-token-file").unwrap();
    let configuration = Golden::new().without_run().configuration();
    workspace.configure(&configuration);
    workspace.init();
    let mut told = Told::default();
    for arguments in [
        "client_secret = \"planted-client-secret\"".to_owned(),
        "use_oidc = true\n  oidc_token = \"eyJhbGciOiJub25lIn0.cGxhbnRlZA.planted-oidc-token\"".to_owned(),
        format!("use_oidc = true\n  oidc_token_file_path = \"{}\"", token_file.display()),
        format!(
            "client_certificate_path = \"{}\"\n  client_certificate_password = \"planted-certificate-password\"",
            certificate.display()
        ),
        format!(
            "use_oidc = true\n  oidc_request_url = \"{}?sig={SIGNATURE}\"\n  oidc_request_token = \"planted-request-token\"",
            "http://127.0.0.1:9/"
        ),
    ] {
        let block = format!("provider \"imagebuilder\" {{\n  {arguments}\n}}\n");
        workspace.configure(configuration.replace(PROVIDER, &block));
        let mut command = workspace.command(&["apply", "-auto-approve", "-input=false", "-json"]);
        if !arguments.starts_with("client_secret") {
            command.env_remove("ARM_CLIENT_SECRET");
        }
        let log = told.next_log(&workspace);
        command.env("TF_LOG", "TRACE").env("TF_LOG_PATH", &log);
        let output = Output::of(command);
        assert!(!output.succeeded, "{arguments}: {output}");
        assert!(
            output.stdout.contains("Signing in"),
            "{arguments}: it is the login that fails: {output}"
        );
        told.of(&output);
    }
    let secrets = ["planted", "cGxhbnRlZA", SIGNATURE, &machine.client_secret()].map(str::to_owned);
    told.asserts_nothing_of(&secrets);
    let record = fs::read(machine.record_of_requests()).unwrap();
    assert_absent("the record of requests", &record, &secrets);
    for file in files_with(&machine.root(), &secrets) {
        assert_eq!(
            file,
            machine.root().join("serve.json"),
            "a secret of the login is in a file"
        );
    }
}

/// Everything that was said: streams, and logs at TRACE.
#[derive(Default)]
struct Told {
    texts: Vec<String>,
    logs: Vec<PathBuf>,
}

impl Told {
    fn next_log(&mut self, workspace: &Workspace) -> PathBuf {
        let log = workspace.directory.join(format!("trace-{}.log", self.logs.len()));
        self.logs.push(log.clone());
        log
    }

    fn of(&mut self, output: &Output) {
        self.texts.push(format!("{}\n{}", output.stdout, output.stderr));
    }

    fn logged(&mut self, workspace: &Workspace, arguments: &[&str]) -> Output {
        let log = self.next_log(workspace);
        let mut command = workspace.command(arguments);
        command.env("TF_LOG", "TRACE").env("TF_LOG_PATH", log);
        let output = Output::of(command);
        self.of(&output);
        output
    }

    fn succeeded(&mut self, workspace: &Workspace, arguments: &[&str]) {
        let output = self.logged(workspace, arguments);
        assert!(output.succeeded, "{output}");
    }

    fn failed(&mut self, workspace: &Workspace, arguments: &[&str]) {
        let output = self.logged(workspace, arguments);
        assert!(!output.succeeded, "{output}");
    }

    /// An apply whose provider is killed in the middle of a run, so that its notes are left.
    fn killed(&mut self, workspace: &Workspace) {
        let log = self.next_log(workspace);
        let mut command = workspace.command(&["apply", "-auto-approve", "-input=false", "-json"]);
        command.env("TF_LOG", "TRACE").env("TF_LOG_PATH", log);
        let apply = Running::start(command, &workspace.machine.root());
        workspace.machine.wait_for_log("the step is running");
        apply.kill_provider();
        let answer = apply.answer();
        answer.failed();
        self.of(&answer.output);
        let notes = files(&workspace.machine.root().with_file_name("state"));
        assert!(!notes.is_empty(), "no note is left");
        for note in notes {
            assert_private(&note);
            self.texts.push(fs::read_to_string(note).unwrap());
        }
    }

    fn asserts_nothing_of(&self, secrets: &[String]) {
        for text in &self.texts {
            assert_absent("what was told", text.as_bytes(), secrets);
        }
        for log in &self.logs {
            let text = fs::read_to_string(log).unwrap();
            assert!(text.contains("request_id"), "{} tells no request", log.display());
            assert_absent(&log.display().to_string(), text.as_bytes(), secrets);
        }
    }
}

/// How many times the signature is in the template's attributes.
fn in_state(workspace: &Workspace) -> usize {
    let state = workspace.state();
    let steps: &Value = state.of(TEMPLATE).value("customize");
    steps.to_string().matches(SIGNATURE).count()
}

/// The files below a folder in which one of the secrets is.
fn files_with(folder: &Path, secrets: &[String]) -> Vec<PathBuf> {
    let mut command = Command::new("grep");
    command.args(["--recursive", "--text", "--files-with-matches", "--fixed-strings"]);
    for secret in secrets {
        command.arg("--regexp").arg(secret);
    }
    command.arg("--").arg(folder).env("LC_ALL", "C");
    let output = Output::of(command);
    // In an ordinary user's layers are files of the image's users, which only they can read.
    let mut complaints = output.stderr.lines();
    assert!(complaints.all(|line| line.ends_with("Permission denied")), "{output}");
    output.stdout.lines().map(PathBuf::from).collect()
}

fn assert_absent(place: &str, content: &[u8], secrets: &[String]) {
    for secret in secrets {
        let found = content
            .windows(secret.len())
            .position(|window| window == secret.as_bytes());
        if let Some(at) = found {
            let around = String::from_utf8_lossy(&content[at.saturating_sub(200)..(at + 100).min(content.len())]);
            panic!("{secret:?} is in {place}: …{around}…");
        }
    }
}

/// Only the owner can read it.
fn assert_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode & 0o077, 0, "{} has the mode {mode:o}", file.display());
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let kind = entry.file_type().unwrap();
            match kind {
                kind if kind.is_dir() => open.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found
}
