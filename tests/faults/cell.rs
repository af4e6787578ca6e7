//! One cell of the matrix: a command that meets a fault, and the command after it, when the fault is gone.

use std::sync::Arc;

use http::Method;
use terraform_provider_imagebuilder::backend::fault::Fault;
use tf_provider::testing::{Action, Instance};

use crate::act::Act;
use crate::line::{Asked, Carried, Line};
use crate::noun::Noun;
use crate::tally::Ended;
use crate::world::World;

/// One kind of request that an act makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    pub(crate) method: String,
    /// The end of the path, or a part of it; `{}` stands for the cell's name.
    pub(crate) path: String,
    /// Which of these requests.
    pub(crate) nth: usize,
}

/// How many fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// One.
    Once,
    /// All from the first one on, until the command has ended.
    ThroughTheAct,
}

/// What a cell is about.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) noun: &'static Noun,
    pub(crate) act: Act,
    pub(crate) site: Site,
    pub(crate) fault: Fault,
    pub(crate) lasts: Lasts,
}

/// What an act leaves in the service when nothing fails, with the name masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    inventory: Vec<String>,
    /// Requests that made something.
    makings: Vec<String>,
}

impl Site {
    /// The kinds of requests that an act makes, from what it asked. Polls are many and all alike; the first one stands for them.
    pub(crate) fn all(asked: &[Asked], name: &str) -> Vec<Self> {
        let mut sites: Vec<Self> = Vec::new();
        for Asked { method, path } in asked {
            let is_poll = path.contains("/operations/") || path.contains("/operationresults/");
            let masked = masked(path, name);
            let path = if is_poll {
                "/operation".to_owned()
            } else if let Some(collection) = masked.strip_suffix('*') {
                collection.to_owned()
            } else {
                format!("{masked}$")
            };
            let nth = 1 + sites
                .iter()
                .filter(|site| site.method == *method && site.path == path)
                .count();
            if nth <= if is_poll { 1 } else { 2 } {
                sites.push(Self {
                    method: method.clone(),
                    path,
                    nth,
                });
            }
        }
        sites
    }

    /// Whether a request is of this kind.
    pub(crate) fn is_of(&self, method: &str, path: &str, name: &str) -> bool {
        let wanted = self.path.replace("{}", name);
        let fits = match wanted.strip_suffix('$') {
            Some(end) => path.ends_with(end),
            None => path.contains(&wanted),
        };
        fits && method == self.method
    }

    /// The rules under which it fails.
    pub(crate) fn rules(&self, name: &str, fault: Fault, lasts: Lasts) -> String {
        let path = self.path.replace("{}", name);
        let mut rule = serde_json::json!({"method": self.method, "path": path, "nth": self.nth});
        rule["fault"] = serde_json::Value::from(written(fault));
        if fault == Fault::Slow {
            rule["delay_ms"] = 5.into();
        }
        if lasts == Lasts::ThroughTheAct {
            rule["times"] = u64::MAX.into();
        }
        format!("[{rule}]")
    }

    /// What the matrix counts it under.
    pub(crate) fn verb(&self) -> String {
        let action = ["run", "cancel"]
            .into_iter()
            .find(|action| self.path.ends_with(&format!("/{action}$")));
        match action {
            _ if self.path == "/operation" => "GET (poll)".to_owned(),
            Some(action) => format!("{} {action}", self.method),
            None => self.method.clone(),
        }
    }
}

impl Expected {
    pub(crate) async fn of(world: &World, line: &Line, name: &str) -> Self {
        let mut inventory: Vec<String> = world
            .inventory_of(name)
            .await
            .iter()
            .map(|id| masked(id, name))
            .collect();
        inventory.sort();
        Self {
            inventory,
            makings: makings(&line.take_carried(), name),
        }
    }

    /// What the service has.
    pub(crate) fn inventory(&self) -> &[String] {
        &self.inventory
    }
}

impl Cell {
    pub(crate) fn label(&self) -> String {
        let Site { method, path, nth } = &self.site;
        let Self {
            noun,
            act,
            fault,
            lasts,
            ..
        } = self;
        format!("{} {act:?}: {method} {path} #{nth} {fault:?} {lasts:?}", noun.type_name)
    }

    /// Whether the fault is a lie that nobody can see through: "not found" about something that is there.
    pub(crate) fn is_a_lie(&self) -> bool {
        let looks_for_it = self.site.method != "GET" || !(self.act == Act::Create && self.site.nth > 1);
        let poll = self.site.path == "/operation";
        let about_what_is_there = matches!(self.site.method.as_str(), "GET" | "DELETE") && looks_for_it && !poll;
        self.fault == Fault::NotFound && about_what_is_there
    }

    /// Goes through it; how the command ended that met the fault, and how many faults it met.
    pub(crate) async fn go_through(&self, world: &Arc<World>, expected: &Expected) -> (Ended, u64) {
        let name = world.name();
        let line = world.line();
        let core = world.process(&line).await;
        let mut foundations = stand_on(&core, self.noun, &name).await;
        let mut instance = self.act.begin(&core, self.noun, &name).await;
        line.take_carried();

        line.fail(&self.site.rules(&name, self.fault, self.lasts));
        let ended = self.act.carry_out(&mut instance, self.noun, &name).await;
        let faults = line.heal();

        let next = world.process(&line).await;
        let mut instance = instance.handed_to(&next);
        let failed = |what: &str, said: &dyn std::fmt::Display| {
            let first = ended.as_ref().err().map(ToString::to_string).unwrap_or_default();
            panic!("{}: {what}: {said}\n--- before: {first}", self.label())
        };
        if let Err(said) = settle(self.act, &mut instance, self.noun, &name).await {
            failed("the next apply fails", &said);
        }
        if let Some(wanted) = self.act.wanted(self.noun, &name) {
            let plan = instance.plan(&wanted).await;
            match plan {
                Ok(plan) if plan.action == Action::NoOp => {}
                other => failed("the next plan is not empty", &format!("{other:?}")),
            }
        }
        let found = Expected::of(world, &line, &name).await;
        if found != *expected {
            failed(
                "the service has something else",
                &format!("{found:#?}\nand not {expected:#?}"),
            );
        }
        if let Err(said) = instance.destroy().await {
            failed("it cannot be destroyed", &said);
        }
        while let Some(foundation) = foundations.pop() {
            if let Err(said) = foundation.handed_to(&next).destroy().await {
                failed("what it stands on cannot be destroyed", &said);
            }
        }
        let ended = match ended {
            _ if faults == 0 => Ended::NotMet,
            Ok(()) => Ended::Well,
            Err(_) => Ended::WithError,
        };
        (ended, faults)
    }
}

/// Makes what a resource stands on.
pub(crate) async fn stand_on(core: &tf_provider::testing::Core, noun: &Noun, name: &str) -> Vec<Instance> {
    let mut made = Vec::new();
    for (type_name, config) in (noun.foundations)(name) {
        made.push(World::make(core, type_name, &config).await);
    }
    made
}

/// The next apply, or the next destroy.
pub(crate) async fn settle(
    act: Act,
    instance: &mut Instance,
    noun: &Noun,
    name: &str,
) -> Result<(), tf_provider::Diagnostics> {
    match act.wanted(noun, name) {
        Some(wanted) => instance.apply(&wanted).await.map(drop),
        None => {
            instance.refresh().await?;
            instance.destroy().await.map(drop)
        }
    }
}

/// The requests that made something, or began a run.
fn makings(carried: &[Carried], name: &str) -> Vec<String> {
    let made = carried.iter().filter(|carried| {
        let made = carried.method == Method::PUT && carried.status == 201;
        made || (carried.method == Method::POST && carried.status == 202 && carried.path.ends_with("/run"))
    });
    let mut made: Vec<String> = made
        .map(|carried| format!("{} {}", carried.method, masked(&carried.path, name)))
        .collect();
    made.sort();
    made
}

/// A path or id without what differs from cell to cell.
fn masked(path: &str, name: &str) -> String {
    let path = path.replace(name, "{}");
    if let Some((image, _)) = path.split_once("/versions/") {
        return format!("{image}/versions/*");
    }
    match path.split_once("IT_") {
        Some((before, group)) => {
            let rest = group.find('/').map_or("", |end| &group[end..]);
            format!("{before}IT_*{rest}")
        }
        None => path,
    }
}

/// Rules for the first request of a method to fail in this way.
pub(crate) fn rule_of(method: &str, fault: Fault) -> String {
    format!(
        "[{}]",
        serde_json::json!({"method": method, "nth": 1, "fault": written(fault)})
    )
}

/// The fault as rules write it.
fn written(fault: Fault) -> String {
    let mut text = String::new();
    for letter in format!("{fault:?}").chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
