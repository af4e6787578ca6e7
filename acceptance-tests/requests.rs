//! What the provider asks of its backend: the same, whichever transport carries it, and nothing that it does not say in its log.

use std::path::PathBuf;
use std::sync::Arc;

use crate::harness::answer::Output;
use crate::harness::backend::Backend;
use crate::harness::configuration::{Golden, RUN, TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD};
use crate::harness::request_log::{self, Exchanged, folded};
use crate::harness::workspace::{Machine, Workspace};

/// What one terraform command has asked.
struct Asked {
    command: &'static str,
    exchanged: Vec<Exchanged>,
}

#[test]
fn both_backends_are_asked_the_same_for_the_same_configurations() {
    let (local, _) = life(Backend::Local);
    let (azure, machine) = life(Backend::Azure);
    for (local, azure) in local.iter().zip(&azure) {
        assert_eq!(local.exchanged, azure.exchanged, "{}", local.command);
        assert!(!local.exchanged.is_empty(), "{} has asked nothing", local.command);
    }
    // The log is true: what it tells is what came in at the other end, no more and no less.
    let logged = azure.into_iter().flat_map(|asked| asked.exchanged).collect();
    let recorded = request_log::read_record(&machine.record_of_requests());
    assert_eq!(folded(logged), folded(recorded));
}

/// Creates, refreshes, changes, replaces, runs again and destroys; one command after the other, one resource at a time.
fn life(backend: Backend) -> (Vec<Asked>, Arc<Machine>) {
    let machine = Arc::new(Machine::with_backend(backend));
    let workspace = Workspace::on(&machine);
    // Without a scheme a version is named after the moment.
    let numbered = TO_GALLERY.replace("base.id }", "base.id, versioning = { scheme = \"Latest\" } }");
    let golden = Golden::new()
        .distribute(&[&numbered, TO_MANAGED_IMAGE, TO_VHD])
        .run("on_destroy = \"delete_images\"");
    let first = golden.clone().shell("step", &["true"]);
    let changed = golden.shell("step", &["echo changed"]);
    let trigger = format!(
        "resource \"imagebuilder_image_template_trigger\" \"source\" {{\n  name = \"source\"\n  \
         image_template_id = imagebuilder_image_template.golden.id\n  depends_on = [{RUN}]\n}}\n"
    );
    let mut asked = Vec::new();
    let mut ask = |command, configuration: &str, arguments: &[&str]| {
        workspace.configure(configuration);
        let log = log(&workspace, asked.len());
        let mut terraform = workspace.command(arguments);
        terraform.env("TF_LOG", "JSON").env("TF_LOG_PATH", &log);
        let output = Output::of(terraform);
        assert!(output.succeeded, "{command}: {output}");
        asked.push(Asked {
            command,
            exchanged: request_log::read(&log),
        });
    };
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=1"];
    let plan = ["plan", "-input=false", "-no-color", "-parallelism=1"];
    let destroy = [
        "destroy",
        "-auto-approve",
        "-input=false",
        "-no-color",
        "-parallelism=1",
    ];
    workspace.configure(first.configuration());
    workspace.init();
    let tagged = first.clone().template("tags = { stage = \"two\" }").configuration();
    ask("create", &first.configuration(), &apply);
    ask("refresh", &first.configuration(), &plan);
    ask("update", &tagged, &apply);
    ask("replace", &format!("{}{trigger}", changed.configuration()), &apply);
    ask(
        "refresh with a trigger",
        &format!("{}{trigger}", changed.configuration()),
        &plan,
    );
    ask("destroy", &format!("{}{trigger}", changed.configuration()), &destroy);
    for asked in &mut asked {
        // A refresh does not wait for anything, so that each of its requests counts.
        if !asked.command.starts_with("refresh") {
            asked.exchanged = folded(std::mem::take(&mut asked.exchanged));
        }
    }
    (asked, machine)
}

fn log(workspace: &Workspace, number: usize) -> PathBuf {
    workspace.directory.join(format!("{number}.log"))
}
