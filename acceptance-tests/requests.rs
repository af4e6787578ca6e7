//! What the provider asks of its backend: the same, whichever transport carries it, and nothing that it does not say in its log.

use std::sync::Arc;

use crate::harness::answer::Output;
use crate::harness::backend::Backend;
use crate::harness::configuration::{Golden, RUN, TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD};
use crate::harness::request_log::{self, Exchanged, folded};
use crate::harness::workspace::{Machine, Workspace};

/// Commands on one machine, one resource at a time, and what they have asked.
struct Life {
    machine: Arc<Machine>,
    workspace: Workspace,
    asked: Vec<Asked>,
}

/// What one terraform command has asked.
struct Asked {
    command: &'static str,
    exchanged: Vec<Exchanged>,
}

const APPLY: &[&str] = &["apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=1"];
const PLAN: &[&str] = &["plan", "-input=false", "-no-color", "-parallelism=1"];
const DESTROY: &[&str] = &[
    "destroy",
    "-auto-approve",
    "-input=false",
    "-no-color",
    "-parallelism=1",
];

#[test]
fn both_backends_are_asked_the_same_for_the_same_configurations() {
    let local = succeeding(Backend::Local);
    let azure = succeeding(Backend::Azure);
    for (local, azure) in local.asked.iter().zip(&azure.asked) {
        assert_eq!(local.exchanged, azure.exchanged, "{}", local.command);
        assert!(!local.exchanged.is_empty(), "{} has asked nothing", local.command);
    }
    azure.log_is_what_came_in();
}

#[test]
fn for_a_run_that_fails_both_backends_are_asked_the_same_but_for_its_log() {
    let local = failing(Backend::Local);
    let azure = failing(Backend::Azure);
    let mut for_its_log = 0;
    for (local, azure) in local.asked.iter().zip(&azure.asked) {
        let all = azure.exchanged.iter().cloned();
        let (of_its_log, others): (Vec<_>, Vec<_>) =
            all.partition(|one| one.target.contains("/providers/Microsoft.Storage/"));
        assert_eq!(local.exchanged, others, "{}", local.command);
        for_its_log += of_its_log.len();
    }
    assert!(for_its_log > 0, "the log of the failed run was not looked for");
    azure.log_is_what_came_in();
}

/// Creates, refreshes, changes, replaces, runs again and destroys.
fn succeeding(backend: Backend) -> Life {
    let golden = golden(&[TO_MANAGED_IMAGE, TO_VHD]);
    let first = golden.clone().shell("step", &["true"]);
    let tagged = first.clone().template("tags = { stage = \"two\" }").configuration();
    let trigger = format!(
        "resource \"imagebuilder_image_template_trigger\" \"source\" {{\n  name = \"source\"\n  \
         image_template_id = imagebuilder_image_template.golden.id\n  depends_on = [{RUN}]\n}}\n"
    );
    let first = first.configuration();
    let changed = format!("{}{trigger}", golden.shell("step", &["echo changed"]).configuration());
    let mut life = Life::on(backend, &first);
    for (command, configuration, arguments) in [
        ("create", &first, APPLY),
        ("refresh", &first, PLAN),
        ("update", &tagged, APPLY),
        ("replace", &changed, APPLY),
        ("refresh with a trigger", &changed, PLAN),
        ("destroy", &changed, DESTROY),
    ] {
        let output = life.terraform(command, configuration, arguments);
        assert!(output.succeeded, "{command}: {output}");
    }
    life
}

/// Creates a template whose run fails, lets it fail once more, mends it and destroys.
fn failing(backend: Backend) -> Life {
    let broken = golden(&[]).shell("step", &["exit 3"]).configuration();
    let mended = golden(&[]).shell("step", &["true"]).configuration();
    let mut life = Life::on(backend, &broken);
    for (command, configuration, arguments, succeeds) in [
        ("a run that fails", &broken, APPLY, false),
        ("refresh", &broken, PLAN, true),
        ("once more", &broken, APPLY, false),
        ("mended", &mended, APPLY, true),
        ("destroy", &mended, DESTROY, true),
    ] {
        let output = life.terraform(command, configuration, arguments);
        assert_eq!(output.succeeded, succeeds, "{command}: {output}");
    }
    life
}

/// A template that goes to a gallery, and there too, and leaves no images behind.
fn golden(also: &[&str]) -> Golden {
    // Without a scheme a version is named after the moment.
    let numbered = TO_GALLERY.replace("base.id }", "base.id, versioning = { scheme = \"Latest\" } }");
    let targets: Vec<&str> = [numbered.as_str()].into_iter().chain(also.iter().copied()).collect();
    Golden::new().distribute(&targets).run("on_destroy = \"delete_images\"")
}

impl Life {
    fn on(backend: Backend, configuration: &str) -> Self {
        let machine = Arc::new(Machine::with_backend(backend));
        let workspace = Workspace::on(&machine);
        workspace.configure(configuration);
        workspace.init();
        let asked = Vec::new();
        Self {
            machine,
            workspace,
            asked,
        }
    }

    fn terraform(&mut self, command: &'static str, configuration: &str, arguments: &[&str]) -> Output {
        self.workspace.configure(configuration);
        let log = self.workspace.directory.join(format!("{}.log", self.asked.len()));
        let mut terraform = self.workspace.command(arguments);
        terraform.env("TF_LOG", "JSON").env("TF_LOG_PATH", &log);
        let output = Output::of(terraform);
        let exchanged = request_log::read(&log);
        // A refresh does not wait for anything, so that each of its requests counts.
        let waits = arguments != PLAN;
        let exchanged = if waits { folded(exchanged) } else { exchanged };
        self.asked.push(Asked { command, exchanged });
        output
    }

    /// The log is true: what it tells is what came in at the other end, no more and no less.
    fn log_is_what_came_in(self) {
        let logged = self.asked.into_iter().flat_map(|asked| asked.exchanged).collect();
        let recorded = request_log::read_record(&self.machine.record_of_requests());
        assert_eq!(folded(logged), folded(recorded));
    }
}
