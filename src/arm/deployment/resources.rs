//! The image templates among the resources of a deployment template.

use serde_json::{Map, Value};

use super::error::{DeploymentError, DeploymentErrorKind};
use super::evaluate::Evaluator;
use super::form::{TYPE, join};
use super::{Reading, Template, member};

const TRIGGERS: &str = "Microsoft.VirtualMachineImages/imageTemplates/triggers";

/// Members of a document that say nothing about its resources.
const FORMAL: [&str; 8] = [
    "$schema",
    "contentVersion",
    "languageVersion",
    "apiProfile",
    "metadata",
    "parameters",
    "variables",
    "resources",
];

pub(super) fn read(document: &Value, given: &Map<String, Value>) -> Result<Reading, DeploymentError> {
    let none = Map::new();
    let part = |name| member(document, name).and_then(Value::as_object).unwrap_or(&none);
    let (parameters, variables) = (part("parameters"), part("variables"));
    let mut found = Found {
        evaluator: Evaluator::new(parameters, variables, given),
        templates: Vec::new(),
        triggers: Vec::new(),
    };
    for (place, label, resource) in listed(member(document, "resources"), "resources") {
        found.resource(resource, label, "", &place)?;
    }
    if found.templates.is_empty() {
        let detail = format!("there is no image template ({TYPE}) among the resources");
        return Err(DeploymentError::new(DeploymentErrorKind::NoTemplate, detail).at("resources"));
    }
    found.join_triggers();
    let Found {
        mut evaluator,
        templates,
        ..
    } = found;
    for name in part("outputs").keys() {
        evaluator.remark(
            &format!("outputs.{name}"),
            "outputs are not carried over; write an output block".to_owned(),
        );
    }
    for name in document.as_object().into_iter().flat_map(Map::keys) {
        if !FORMAL.iter().any(|known| known.eq_ignore_ascii_case(name)) && !name.eq_ignore_ascii_case("outputs") {
            evaluator.remark(
                name,
                "this part of a deployment template is not carried over".to_owned(),
            );
        }
    }
    evaluator.tell_unused();
    Ok(Reading {
        templates,
        openings: evaluator.openings,
        remarks: evaluator.remarks,
    })
}

/// Resources with their places: a list of them, or an object in which each has a symbolic name.
fn listed<'v>(resources: Option<&'v Value>, path: &str) -> Vec<(String, Option<&'v str>, &'v Value)> {
    match resources {
        Some(Value::Array(elements)) => {
            let place = |(index, element): (usize, &'v Value)| (format!("{path}[{index}]"), None, element);
            elements.iter().enumerate().map(place).collect()
        }
        Some(Value::Object(members)) => {
            let place = |(name, value): (&'v String, &'v Value)| (join(path, name), Some(name.as_str()), value);
            members.iter().map(place).collect()
        }
        _ => Vec::new(),
    }
}

struct Found<'a> {
    evaluator: Evaluator<'a>,
    templates: Vec<Template>,
    /// Names of triggers, with the template's before a slash, and their places.
    triggers: Vec<(String, String)>,
}

impl Found<'_> {
    /// Takes a resource in, or says that it is not carried over. `above` is the type and the name of the one that holds it.
    fn resource(
        &mut self,
        resource: &Value,
        label: Option<&str>,
        above: &str,
        path: &str,
    ) -> Result<(), DeploymentError> {
        let written = member(resource, "type").and_then(Value::as_str).unwrap_or_default();
        let relative = !above.is_empty() && !written.contains('.');
        let kind = if relative {
            format!("{TYPE}/{written}")
        } else {
            written.to_owned()
        };
        if member(resource, "existing") == Some(&Value::Bool(true)) {
            let reason = "it is there already, and this document only refers to it; a data source reads it";
            self.evaluator.remark(path, reason.to_owned());
            return Ok(());
        }
        if kind.eq_ignore_ascii_case(TRIGGERS) {
            return self.trigger(resource, if relative { above } else { "" }, path);
        }
        if !kind.eq_ignore_ascii_case(TYPE) {
            let way_out = if kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
                "; convert the template in it by itself"
            } else {
                ""
            };
            let reason = format!("a resource of type {kind} is not carried over{way_out}");
            self.evaluator.remark(path, reason);
            return Ok(());
        }
        match member(resource, "copy") {
            None => {
                let evaluated = self.evaluated(resource, path)?;
                self.template(resource, &evaluated, label, path)
            }
            Some(copy) => {
                let name = member(copy, "name").and_then(Value::as_str).unwrap_or_default();
                let count = member(copy, "count").unwrap_or(&Value::Null);
                let count = self.evaluator.count(count, &join(path, "copy"))?;
                let input = members_of_resource(resource);
                for turn in 0..count {
                    let evaluated = self.evaluator.turn(name, turn, &input, path)?;
                    self.template(resource, &evaluated, label, path)?;
                }
                Ok(())
            }
        }
    }

    fn evaluated(&mut self, resource: &Value, path: &str) -> Result<Value, DeploymentError> {
        self.evaluator.value(&members_of_resource(resource), path)
    }

    fn template(
        &mut self,
        resource: &Value,
        evaluated: &Value,
        label: Option<&str>,
        path: &str,
    ) -> Result<(), DeploymentError> {
        let name = member(evaluated, "name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let mut template = Template {
            path: path.to_owned(),
            label: label.map(str::to_owned),
            name: Some(name.clone()).filter(|name| !name.is_empty()),
            ..Template::default()
        };
        if let Some(text) = self.evaluator.known("resource_group_name").as_str() {
            template.resource_group = Some(text.to_owned());
        }
        for known in ["location", "identity", "tags", "properties"] {
            if let Some(value) = member(evaluated, known) {
                template.body.insert(known.to_owned(), value.clone());
            }
        }
        self.templates.push(template);
        for member_name in resource.as_object().into_iter().flat_map(Map::keys) {
            if let Some(reason) = why_not(member_name) {
                self.evaluator.remark(&join(path, member_name), reason.to_owned());
            }
        }
        let below = join(path, "resources");
        for (place, label, child) in listed(member(resource, "resources"), &below) {
            self.resource(child, label, &name, &place)?;
        }
        Ok(())
    }

    fn trigger(&mut self, resource: &Value, above: &str, path: &str) -> Result<(), DeploymentError> {
        if member(resource, "copy").is_some() {
            let reason = "triggers that a loop makes are not carried over; write for_each";
            self.evaluator.remark(path, reason.to_owned());
            return Ok(());
        }
        let kept =
            ["name", "properties"].map(|name| (name.to_owned(), member(resource, name).cloned().unwrap_or_default()));
        let evaluated = self.evaluator.value(&Value::Object(kept.into_iter().collect()), path)?;
        let name = evaluated["name"].as_str().unwrap_or_default();
        let name = if above.is_empty() {
            name.to_owned()
        } else {
            format!("{above}/{name}")
        };
        let kind = member(&evaluated["properties"], "kind")
            .and_then(Value::as_str)
            .unwrap_or("SourceImage");
        if !kind.eq_ignore_ascii_case("SourceImage") {
            let reason = format!("triggers of kind {kind} are not known; there is SourceImage");
            self.evaluator.remark(path, reason);
            return Ok(());
        }
        for member_name in resource.as_object().into_iter().flat_map(Map::keys) {
            if let Some(reason) = why_not(member_name).filter(|_| !member_name.eq_ignore_ascii_case("dependsOn")) {
                self.evaluator.remark(&join(path, member_name), reason.to_owned());
            }
        }
        self.triggers.push((name, path.to_owned()));
        Ok(())
    }

    /// Gives each trigger to the template whose name it begins with.
    fn join_triggers(&mut self) {
        for (full, path) in std::mem::take(&mut self.triggers) {
            let (above, name) = full.rsplit_once('/').unwrap_or(("", &full));
            let mut templates = self.templates.iter_mut();
            match templates.find(|template| {
                template
                    .name
                    .as_deref()
                    .is_some_and(|name| name.eq_ignore_ascii_case(above))
            }) {
                Some(template) => template.triggers.push(name.to_owned()),
                None => {
                    let reason = "a trigger of an image template that is not in this document is not carried over";
                    self.evaluator.remark(&path, reason.to_owned());
                }
            }
        }
    }
}

/// The members that an image template is made of, for evaluation.
fn members_of_resource(resource: &Value) -> Value {
    let kept = ["name", "location", "identity", "tags", "properties"];
    let kept = kept
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), member(resource, name)?.clone())));
    Value::Object(kept.collect())
}

/// Why a member of a resource is not carried over; nothing for those that are, or that say nothing.
fn why_not(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "name" | "type" | "apiversion" | "location" | "identity" | "tags" | "properties" | "copy" | "resources" => {
            return None;
        }
        "dependson" => "Terraform orders by references; refer to what the template needs, or write depends_on",
        "condition" => "Terraform has no conditions of resources; write count = … ? 1 : 0",
        "comments" | "metadata" => "remarks for people are not carried over",
        _ => "a resource of a deployment has this, an argument for it there is not",
    })
}
