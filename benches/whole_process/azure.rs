//! A template with `backend = "azure"`, where a `serve` process stands for Azure: the CPU of the provider's processes alone.

use std::sync::Arc;

use crate::harness::backend::Backend;
use crate::harness::configuration::{GALLERY, HEAD};
use crate::harness::workspace::{Machine, Workspace};
use crate::metered;
use crate::table::{Figure, Limit};
use crate::templates::{APPLY, Cost, FEW, MANY, PLAN, REFRESH, beside, templates};

pub(crate) fn figures() -> Vec<Figure> {
    let base = beside(
        &Workspace::on(&Arc::new(Machine::with_backend(Backend::Azure))),
        &format!("{HEAD}{GALLERY}"),
    );
    base.apply();
    metered::take();
    cpu(&base)
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
