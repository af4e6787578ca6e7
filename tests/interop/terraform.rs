//! The real terraform, importing what somebody else has made.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Made;
use crate::far_end::{FarEnd, PROGRAM};

/// How the provider reaches what is on the root.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Backend {
    /// Over TLS from the service.
    Azure,
    /// By itself, beside the service.
    Local,
}

const HEAD: &str =
    "terraform {\n  required_providers {\n    imagebuilder = { source = \"imagebuilder/imagebuilder\" }\n  }\n}\n";

/// Lets Terraform write the configuration for these, imports them, and asserts that nothing would be changed, before and after.
pub(crate) fn assert_imports_with_an_empty_plan(far_end: &FarEnd, backend: Backend, made: &Made) {
    let workspace = Workspace::new(far_end, backend);
    let blocks = made
        .iter()
        .map(|(to, id)| format!("import {{\n  to = {to}\n  id = \"{id}\"\n}}\n"));
    workspace.write("main.tf", &(HEAD.to_owned() + &blocks.collect::<String>()));
    workspace.terraform(&["plan", "-generate-config-out=generated.tf"]);

    let changes = workspace.changes();
    assert_eq!(changes.len(), made.len(), "{backend:?}: {changes:?}");
    for change in &changes {
        let actions = &change["change"]["actions"];
        assert_eq!(*actions, serde_json::json!(["no-op"]), "{backend:?}: {change:#}");
    }
    workspace.terraform(&["apply", "-auto-approve"]);
    let again = workspace.terraform(&["plan", "-detailed-exitcode"]);
    assert!(again.status.success(), "{backend:?}");
}

struct Workspace {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Workspace {
    fn new(far_end: &FarEnd, backend: Backend) -> Self {
        let folder = tempfile::Builder::new().prefix("ib-terraform-").tempdir().unwrap();
        let ready = &far_end.ready;
        let text = |path: &Path| path.display().to_string();
        let mut environment = vec![
            ("TF_CLI_CONFIG_FILE", text(&folder.path().join("terraform.rc"))),
            ("XDG_STATE_HOME", text(&folder.path().join("state"))),
            ("ARM_SUBSCRIPTION_ID", ready.subscription_id.clone()),
        ];
        match backend {
            Backend::Local => environment.extend([
                ("IMAGEBUILDER_BACKEND", "local".to_owned()),
                ("IMAGEBUILDER_LOCAL_ROOT", text(&far_end.root())),
            ]),
            Backend::Azure => environment.extend([
                ("IMAGEBUILDER_BACKEND", "azure".to_owned()),
                (
                    "ARM_METADATA_HOSTNAME",
                    ready.endpoint.trim_start_matches("https://").to_owned(),
                ),
                ("ARM_TENANT_ID", ready.tenant_id.clone()),
                ("ARM_CLIENT_ID", ready.client_id.clone()),
                ("ARM_CLIENT_SECRET", ready.client_secret.clone()),
                ("SSL_CERT_FILE", text(&far_end.authority())),
            ]),
        }
        let workspace = Self { folder, environment };
        let program = Path::new(PROGRAM).parent().unwrap();
        workspace.write(
            "terraform.rc",
            &format!(
                "provider_installation {{\n  dev_overrides {{\n    \"imagebuilder/imagebuilder\" = \"{}\"\n  }}\n}}\n",
                program.display()
            ),
        );
        workspace
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Runs a command that has to succeed.
    fn terraform(&self, arguments: &[&str]) -> Output {
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("TF_CLI_ARGS", "-no-color")
            .env("TF_INPUT", "0")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "terraform {arguments:?}\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// What would be done with each resource.
    fn changes(&self) -> Vec<Value> {
        self.terraform(&["plan", "-out=plan"]);
        let shown = self.terraform(&["show", "-json", "plan"]);
        let plan: Value = serde_json::from_slice(&shown.stdout).unwrap();
        plan["resource_changes"].as_array().cloned().unwrap_or_default()
    }
}
