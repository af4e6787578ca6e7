//! What a template costs the provider beyond its start, for up to 5,000 of them: the CPU of the provider's processes alone.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::time::Instant;

use serde_json::Value;

use crate::harness::configuration::{GALLERY, HEAD};
use crate::harness::workspace::Workspace;
use crate::metered::{self, Usage};
use crate::table::{Figure, Limit};
use crate::{median, milliseconds};

pub(crate) const FEW: usize = 100;
pub(crate) const MANY: usize = 1_000;
const MOST: usize = 5_000;
/// Terraform writes the whole state again and again while it applies: more at once would measure Terraform.
const AT_ONCE: usize = 250;
/// Another cost per template among the most than among few means that it grows with their number.
const GROWTH: f64 = 1.3;
const REPETITIONS: usize = 3;

const VALIDATE: &[&str] = &["validate"];
pub(crate) const PLAN: &[&str] = &["plan", "-input=false"];
/// Fails when anything would change.
pub(crate) const REFRESH: &[&str] = &["plan", "-input=false", "-detailed-exitcode"];
pub(crate) const APPLY: &[&str] = &["apply", "-input=false", "-auto-approve"];

/// What some commands cost for the templates in all of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) usage: Usage,
    commands: usize,
    templates: usize,
}

/// A command's costs: for one template, a hundred, a thousand, and five thousand.
struct Costs {
    command: &'static str,
    /// Milliseconds of CPU a template.
    limit: f64,
    one: Cost,
    few: Cost,
    many: Cost,
    most: Cost,
}

pub(crate) fn figures() -> Vec<Figure> {
    let planned = |command: &'static [&'static str]| {
        move |count| {
            let workspace = workspace(&format!("{HEAD}{}", templates(0..count)));
            Cost::of(&workspace, command, count)
        }
    };
    let validated = Costs::new("validate", 0.3, planned(VALIDATE));
    let planned = Costs::new("plan of a creation", 0.6, planned(PLAN));
    let (created, refreshed) = lives();
    let all = [validated, planned, refreshed, created];
    let mut figures: Vec<Figure> = all.iter().flat_map(Costs::figures).collect();
    let memory = all.iter().map(|costs| costs.many.usage.memory).fold(0.0, f64::max);
    figures.push(Figure::new(
        "provider's memory, 1,000 templates",
        memory,
        "MiB",
        Limit::AtMost(30.0),
    ));
    figures.extend(beside_terraform_data());
    figures
}

/// What it costs to create the templates, and to plan them again when they are there.
fn lives() -> (Costs, Costs) {
    let base = workspace(&format!("{HEAD}{GALLERY}"));
    base.apply();
    metered::take();
    let rest = (1 + FEW + MANY..MOST).step_by(AT_ONCE);
    let ranges = [0..1, 1..1 + FEW, 1 + FEW..1 + FEW + MANY]
        .into_iter()
        .chain(rest.map(|start| start..MOST.min(start + AT_ONCE)));
    let mut created = Vec::new();
    let mut workspaces = Vec::new();
    for range in ranges {
        let count = range.len();
        let workspace = beside(&base, &format!("{HEAD}{}", templates(range)));
        created.push(Cost::of(&workspace, APPLY, count));
        workspaces.push(workspace);
    }
    let refreshed = [1, FEW, MANY];
    let refreshed = [0, 1, 2].map(|number| Cost::of(&workspaces[number], REFRESH, refreshed[number]));
    let everything = beside(&base, &format!("{HEAD}{}", templates(0..MOST)));
    fs::write(everything.state_file(), together(&workspaces)).unwrap();
    let most = Cost::of(&everything, REFRESH, MOST);
    (
        Costs {
            command: "apply that creates",
            limit: 3.0,
            one: created[0],
            few: created[1],
            many: created[2],
            most: created[3..].iter().copied().fold(Cost::default(), Cost::and),
        },
        Costs {
            command: "refresh and plan of no change",
            limit: 1.0,
            one: refreshed[0],
            few: refreshed[1],
            many: refreshed[2],
            most,
        },
    )
}

/// One state of all resources in the states of these workspaces.
fn together(workspaces: &[Workspace]) -> String {
    let states = workspaces.iter().map(|workspace| {
        let text = fs::read_to_string(workspace.state_file()).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    });
    let states = states.reduce(|mut all, mut state| {
        let more = state["resources"].as_array_mut().unwrap();
        all["resources"].as_array_mut().unwrap().append(more);
        all
    });
    states.unwrap().to_string()
}

/// Terraform's own resource of the same size is the floor under every provider.
fn beside_terraform_data() -> [Figure; 3] {
    let seconds = |configuration: String| {
        let workspace = workspace(&configuration);
        let plan = |_| {
            let started = Instant::now();
            run(&workspace, PLAN);
            milliseconds(started.elapsed()) / 1e3
        };
        median((0..REPETITIONS).map(plan))
    };
    let ours = seconds(format!("{HEAD}{}", templates(0..MANY)));
    metered::take();
    let floor = seconds(terraform_data(0..MANY));
    [
        Figure::new("terraform plan of 1,000 templates", ours, "s", Limit::None),
        Figure::new("the same of 1,000 terraform_data", floor, "s", Limit::None),
        Figure::new(
            "  the one as a multiple of the other",
            ours / floor,
            "x",
            Limit::AtMost(2.0),
        ),
    ]
}

impl Costs {
    fn new(command: &'static str, limit: f64, cost: impl Fn(usize) -> Cost) -> Self {
        Self {
            command,
            limit,
            one: cost(1),
            few: cost(FEW),
            many: cost(MANY),
            most: cost(MOST),
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let Self { command, limit, .. } = self;
        let each = |cost: &Cost| cost.beyond(&self.one);
        let what = |count| format!("{command}, {count} templates: CPU for each");
        vec![
            Figure::new(what("100"), each(&self.few), "ms", Limit::AtMost(*limit)),
            Figure::new(what("1,000"), each(&self.many), "ms", Limit::AtMost(*limit)),
            Figure::new(what("5,000"), each(&self.most), "ms", Limit::AtMost(*limit)),
            Figure::new(
                "  the last as a multiple of the first",
                each(&self.most) / each(&self.few),
                "x",
                Limit::AtMost(GROWTH),
            ),
        ]
    }
}

impl Cost {
    pub(crate) fn of(workspace: &Workspace, command: &[&str], templates: usize) -> Self {
        run(workspace, command);
        Self {
            usage: metered::take(),
            commands: 1,
            templates,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            usage: self.usage.and(other.usage),
            commands: self.commands + other.commands,
            templates: self.templates + other.templates,
        }
    }

    /// Milliseconds of CPU for each template beyond the one that a command costs anyhow, with the provider's starts.
    pub(crate) fn beyond(&self, one: &Self) -> f64 {
        let count = |count: usize| f64::from(u32::try_from(count).unwrap());
        let starts = count(self.commands) * one.usage.cpu;
        (self.usage.cpu - starts) / count(self.templates - self.commands)
    }
}

fn workspace(configuration: &str) -> Workspace {
    beside(&Workspace::new(), configuration)
}

pub(crate) fn beside(other: &Workspace, configuration: &str) -> Workspace {
    let workspace = Workspace {
        installation: metered::installation(),
        ..other.beside()
    };
    workspace.configure(configuration);
    workspace.init();
    workspace
}

fn run(workspace: &Workspace, command: &[&str]) {
    let output = workspace.terraform(&[command, &["-no-color"]].concat());
    assert!(output.succeeded, "terraform {command:?} failed: {output}");
}

/// One block each, as people and generators write them.
pub(crate) fn templates(range: Range<usize>) -> String {
    range.fold(String::new(), |mut text, number| {
        let _ = write!(
            text,
            "resource \"imagebuilder_image_template\" \"t{number}\" {{\n{}}}\n",
            arguments(number)
        );
        text
    })
}

fn terraform_data(range: Range<usize>) -> String {
    range.fold(String::new(), |mut text, number| {
        let _ = write!(
            text,
            "resource \"terraform_data\" \"t{number}\" {{\n  input = {{\n{}  }}\n}}\n",
            arguments(number)
        );
        text
    })
}

fn arguments(number: usize) -> String {
    let group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images";
    format!(
        r#"
  name                = "template-{number}"
  resource_group_name = "images"
  location            = "westus2"
  source              = {{ platform_image = {{ publisher = "imagebuilder", offer = "busybox", sku = "tiny", version = "latest" }} }}
  customize = [
    {{ name = "packages", shell = {{ inline = ["sudo apt-get update", "sudo apt-get install -y nginx-light curl"] }} }},
    {{ name = "page", shell = {{ inline = ["echo 'server {number}' | sudo tee /var/www/html/index.html"] }} }},
    {{ name = "clean", shell = {{ inline = ["sudo apt-get clean", "sudo rm -rf /var/lib/apt/lists/*"] }} }},
  ]
  validate = {{ in_vm_validations = [{{ name = "nginx", shell = {{ inline = ["nginx -t"] }} }}] }}
  distribute = [
    {{
      run_output_name = "gallery"
      artifact_tags   = {{ server = "{number}" }}
      gallery_image   = {{ gallery_image_id = "{group}/providers/Microsoft.Compute/galleries/golden/images/base" }}
    }},
  ]
  build_timeout_minutes = 60
  vm_profile            = {{ vm_size = "Standard_D2ds_v5", os_disk_size_gb = 30 }}
  tags                  = {{ environment = "production", team = "images" }}
"#
    )
}
