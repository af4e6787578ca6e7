//! A template with `backend = "azure"`, where a `serve` process stands for Azure: the CPU of the provider's processes alone, and how
//! long a thousand take when the service is far away.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::harness::backend::Backend;
use crate::harness::configuration::{GALLERY, HEAD, PROVIDER};
use crate::harness::workspace::{Machine, Workspace};
use crate::table::{Figure, Limit};
use crate::templates::{APPLY, Cost, FEW, MANY, PLAN, REFRESH, beside, templates};
use crate::{delay, metered};

/// Round trips to a region nearby, and to another continent.
const ROUND_TRIPS: [u64; 2] = [10, 100];

pub(crate) fn figures() -> Vec<Figure> {
    let base = beside(
        &Workspace::on(&Arc::new(Machine::with_backend(Backend::Azure))),
        &format!("{HEAD}{GALLERY}"),
    );
    base.apply();
    metered::take();
    let mut figures = cpu(&base);
    figures.extend(ROUND_TRIPS.iter().flat_map(|round_trip| far_away(&base, *round_trip)));
    figures
}

fn cpu(base: &Workspace) -> Vec<Figure> {
    let ranges = [0..1, 1..1 + FEW, 1 + FEW..1 + FEW + MANY];
    let costs = ranges.map(|range| {
        let count = range.len();
        let workspace = beside(base, &format!("{HEAD}{}", templates(range)));
        [PLAN, APPLY, REFRESH].map(|command| Cost::of(&workspace, command, count))
    });
    let commands = [
        ("plan of a creation", 0.6),
        ("apply that creates", 3.0),
        ("refresh and plan of no change", 1.0),
    ];
    let mut figures = Vec::new();
    for (index, (command, limit)) in commands.into_iter().enumerate() {
        let [one, few, many] = costs.map(|costs| costs[index]);
        for (count, cost) in [("100", few), ("1,000", many)] {
            figures.push(Figure::new(
                format!("azure, {command}, {count} templates: CPU for each"),
                cost.beyond(&one),
                "ms",
                Limit::AtMost(limit),
            ));
        }
    }
    let memory = costs[2].map(|cost| cost.usage.memory).into_iter().fold(0.0, f64::max);
    let what = "azure, provider's memory, 1,000 templates";
    figures.push(Figure::new(what, memory, "MiB", Limit::AtMost(30.0)));
    figures
}

/// A thousand templates of a service that is `milliseconds` away. Terraform asks for ten at once.
fn far_away(base: &Workspace, milliseconds: u64) -> [Figure; 2] {
    let address = delay::in_front_of(far_end(&base.machine), Duration::from_millis(milliseconds));
    let endpoint =
        format!("provider \"imagebuilder\" {{\n  endpoint = {{ resource_manager = \"https://{address}\" }}\n}}\n");
    let first = MANY * usize::try_from(milliseconds).unwrap();
    let head = HEAD.replace(PROVIDER, &endpoint);
    let workspace = beside(base, &format!("{head}{}", templates(first..first + MANY)));
    let seconds = |command: &[&str]| {
        let started = Instant::now();
        Cost::of(&workspace, command, MANY);
        started.elapsed().as_secs_f64()
    };
    [
        ("apply that creates", APPLY),
        ("refresh and plan of no change", REFRESH),
    ]
    .map(|(what, command)| {
        Figure::new(
            format!("azure {milliseconds} ms away, {what}, 1,000 templates"),
            seconds(command),
            "s",
            Limit::None,
        )
    })
}

/// Where `serve` listens, by what a command is told.
fn far_end(machine: &Machine) -> SocketAddr {
    let mut command = Command::new("terraform");
    machine.connect(&mut command, uuid::Uuid::nil(), None);
    let mut variables = command.get_envs();
    let host = variables.find_map(|(name, value)| value.filter(|_| name == "ARM_METADATA_HOSTNAME"));
    host.unwrap().to_str().unwrap().parse().unwrap()
}
