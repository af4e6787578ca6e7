//! What each resource asks of Azure: the requests that `serve` records while Terraform creates, refreshes and deletes it.

use std::fs;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::backend::Backend;
use crate::harness::configuration::{GALLERY, Golden, HEAD, TO_VHD};
use crate::harness::workspace::{Machine, Workspace};
use crate::table::{Figure, Limit};

/// Nothing but the resources of the step itself is asked for.
const APPLY: &[&str] = &["apply", "-input=false", "-auto-approve", "-refresh=false"];
const REFRESH: &[&str] = &["plan", "-input=false", "-detailed-exitcode"];
const RUN: &str = "run";
const TRIGGER: &str = "trigger";
const STAGING_GROUP: &str = r#"
resource "imagebuilder_staging_resource_group" "base" {
  name     = "base-staging"
  location = "westus2"
}
"#;
const TRIGGER_BLOCK: &str = r#"
resource "imagebuilder_image_template_trigger" "source" {
  name              = "source"
  image_template_id = imagebuilder_image_template.golden.id
}
"#;

/// Requests of one command, those for a token and for the cloud's metadata aside.
#[derive(Clone, Copy, Default)]
struct Requests {
    polls: usize,
    others: usize,
}

pub(crate) fn figures() -> Vec<Figure> {
    let resources = resources();
    let workspace = Workspace::on(&Arc::new(Machine::with_backend(Backend::Azure)));
    let configure = |count: usize| {
        let blocks: String = resources[..count].iter().map(|(_, block)| block.as_str()).collect();
        workspace.configure(format!("{HEAD}{blocks}"));
    };
    configure(0);
    workspace.init();
    let mut figures = Vec::new();
    let mut refreshed = 0;
    for (index, (what, _)) in resources.iter().enumerate() {
        configure(index + 1);
        let created = Requests::of(&workspace, APPLY);
        let all = Requests::of(&workspace, REFRESH).others;
        figures.push(created.figure(&format!("{what}: creation"), most_at_creation(what)));
        let one = Requests {
            others: all - refreshed,
            polls: 0,
        };
        // A run shows what it has made.
        let limit = if *what == RUN { 2.0 } else { 1.0 };
        figures.push(one.figure(&format!("{what}: refresh"), Limit::AtMost(limit)));
        refreshed = all;
    }
    for (index, (what, _)) in resources.iter().enumerate().rev() {
        configure(index);
        figures.push(Requests::of(&workspace, APPLY).figure(&format!("{what}: deletion"), Limit::AtMost(3.0)));
    }
    figures
}

/// What they are called and their blocks, each after what it refers to.
fn resources() -> Vec<(&'static str, String)> {
    // A version in the gallery would outlive its run, and keep the gallery image.
    let golden = Golden::new().shell("step", &["true"]).distribute(&[TO_VHD]);
    let template = golden.clone().without_run().resources();
    let run = golden.resources().replacen(&template, "", 1);
    let mut all: Vec<(&str, String)> = ["resource group", "gallery", "gallery image"]
        .into_iter()
        .zip(GALLERY.split_inclusive("\n}\n").map(str::to_owned))
        .collect();
    all.push(("staging group", STAGING_GROUP.to_owned()));
    all.push(("image template", template));
    all.push((RUN, run));
    all.push((TRIGGER, TRIGGER_BLOCK.to_owned()));
    all
}

/// A run is looked at for as long as it takes, and a trigger looks at its template.
fn most_at_creation(what: &str) -> Limit {
    match what {
        RUN => Limit::None,
        TRIGGER => Limit::AtMost(5.0),
        _ => Limit::AtMost(3.0),
    }
}

impl Requests {
    fn of(workspace: &Workspace, command: &[&str]) -> Self {
        let record = workspace.machine.record_of_requests();
        let before = lines(&record).len();
        let output = workspace.terraform(&[command, &["-no-color"]].concat());
        assert!(output.succeeded, "terraform {command:?} failed: {output}");
        let mut found = Self::default();
        for line in &lines(&record)[before..] {
            let path = line["path"].as_str().unwrap();
            if path.contains("/oauth2/") || path.starts_with("/metadata/") {
                continue;
            }
            if path.contains("/operations/") {
                found.polls += 1;
            } else {
                found.others += 1;
            }
        }
        found
    }

    fn figure(self, what: &str, limit: Limit) -> Figure {
        let polls = match self.polls {
            0 => String::new(),
            1 => " (1 poll aside)".to_owned(),
            polls => format!(" ({polls} polls aside)"),
        };
        let others = f64::from(u32::try_from(self.others).unwrap());
        Figure::new(format!("requests, {what}{polls}"), others, "", limit)
    }
}

fn lines(record: &std::path::Path) -> Vec<Value> {
    // The service starts with the first command.
    let text = fs::read_to_string(record).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
