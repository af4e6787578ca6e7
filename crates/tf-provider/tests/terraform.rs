//! Stored states under the real terraform: of earlier versions of the notebook, and of another provider's resource.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A folder in which terraform works, with the notebook as the provider of every name in its mirror.
struct Workspace {
    folder: TempDir,
}

const NOTE: &str = r#"
terraform {
  required_providers {
    notebook = { source = "example/notebook" }
  }
}
resource "notebook_note" "first" {
  title  = "First"
  labels = ["a", "b"]
  pages  = [{ heading = "one" }]
}
"#;

impl Workspace {
    /// A folder in which the note was made.
    fn with_note() -> Self {
        let workspace = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        // Terraform wants a plugin for every provider that a state names, though it asks it for nothing here.
        for name in ["notebook", "jotter"] {
            workspace.install(name);
        }
        let mirror = workspace.folder.path().join("mirror");
        let rc = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        fs::write(workspace.folder.path().join("terraform.rc"), rc).unwrap();
        workspace.configure("");
        workspace.succeed(&["init"]);
        workspace.succeed(&["apply", "-auto-approve"]);
        workspace
    }

    fn install(&self, name: &str) {
        let platform = match std::env::consts::ARCH {
            "aarch64" => "linux_arm64",
            _ => "linux_amd64",
        };
        let package = format!("mirror/registry.terraform.io/example/{name}/1.0.0/{platform}");
        let package = self.folder.path().join(package);
        fs::create_dir_all(&package).unwrap();
        symlink(notebook(), package.join(format!("terraform-provider-{name}_v1.0.0"))).unwrap();
    }

    fn configure(&self, more: &str) {
        let provider = format!("provider \"notebook\" {{\n  folder = {:?}\n}}\n", self.folder.path());
        fs::write(self.folder.path().join("main.tf"), format!("{NOTE}{provider}{more}")).unwrap();
    }

    fn terraform(&self, arguments: &[&str]) -> Output {
        Command::new("terraform")
            .args(arguments)
            .args(["-input=false", "-no-color"])
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap()
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.terraform(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Rewrites the note as it is stored.
    fn rewrite(&self, change: impl FnOnce(&mut Json)) {
        let place = self.folder.path().join("terraform.tfstate");
        let mut state: Json = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
        change(&mut state["resources"][0]);
        fs::write(place, state.to_string()).unwrap();
    }
}

/// The example's program, which cargo builds together with the tests.
fn notebook() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples/notebook");
    assert!(
        program.exists(),
        "{} is missing: cargo build -p tf-provider --examples",
        program.display()
    );
    program
}

#[test]
fn terraform_plans_nothing_for_a_state_of_the_first_version() {
    let workspace = Workspace::with_note();
    workspace.rewrite(|note| {
        let instance = &mut note["instances"][0];
        instance["schema_version"] = json!(0);
        let attributes = instance["attributes"].as_object_mut().unwrap();
        let title = attributes.remove("title").unwrap();
        attributes.insert("name".to_owned(), title);
        attributes.insert("labels".to_owned(), json!("a, b"));
    });
    workspace.succeed(&["plan", "-detailed-exitcode"]);
}

#[test]
fn terraform_moves_the_state_of_another_provider_and_changes_nothing() {
    let workspace = Workspace::with_note();
    workspace.rewrite(|note| {
        note["type"] = json!("jotter_memo");
        note["provider"] = json!("provider[\"registry.terraform.io/example/jotter\"]");
        note["instances"][0] = json!({ "schema_version": 3, "attributes": { "subject": "First", "sheets": ["one"] } });
    });
    workspace.configure("moved {\n  from = jotter_memo.first\n  to   = notebook_note.first\n}\n");
    workspace.succeed(&["init"]);
    let plan = workspace.succeed(&["plan"]);
    assert!(
        plan.contains("jotter_memo.first has moved to notebook_note.first"),
        "{plan}"
    );
    assert!(plan.contains("0 to add, 0 to change, 0 to destroy"), "{plan}");
    workspace.succeed(&["apply", "-auto-approve"]);
    workspace.succeed(&["plan", "-detailed-exitcode"]);
}
