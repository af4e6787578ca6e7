//! Values of a template's expressions, as far as they are known before a deployment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::builtin;
use super::environment::ENVIRONMENT;
use super::error::{DeploymentError, DeploymentErrorKind};
use super::expression::{self, Expression};
use super::parameter;
use super::term::{Openings, Variable, VariableKind};
use super::{Remark, member};

/// How much text and how many values all expressions together may make: far more than a deployment's 4 MB, far less than memory.
const BUDGET: usize = 64 << 20;
/// Resource Manager's own limit of a loop.
const LOOP_LIMIT: i64 = 800;

/// How deep values and expressions may be in one another, over all variables on the way: far beyond what people write.
const DEPTH: usize = 256;

/// Why an expression has no value.
pub(super) enum Stop {
    /// The template is wrong.
    Error(DeploymentError),
    /// Only a deployment knows; this says what.
    Open(String),
}

impl From<DeploymentError> for Stop {
    fn from(error: DeploymentError) -> Self {
        Self::Error(error)
    }
}

/// Evaluates the expressions of one template. What is asked for twice is computed once.
pub(super) struct Evaluator<'a> {
    pub(super) parameters: &'a Map<String, Value>,
    /// The names of the parameters' variables, by those of the parameters.
    pub(super) variable_names: BTreeMap<&'a str, String>,
    pub(super) variables: &'a Map<String, Value>,
    /// Values that the caller has for parameters and for what a deployment knows, by the names of their variables.
    pub(super) given: &'a Map<String, Value>,
    pub(super) openings: Openings,
    pub(super) remarks: Vec<Remark>,
    /// Names of the parameters that were asked for, in lower case.
    pub(super) used: BTreeSet<String>,
    known: BTreeMap<String, Value>,
    under_way: Vec<String>,
    unknown: BTreeMap<String, String>,
    pub(super) loops: Vec<(String, i64)>,
    budget: usize,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        parameters: &'a Map<String, Value>,
        variables: &'a Map<String, Value>,
        given: &'a Map<String, Value>,
    ) -> Self {
        Self {
            parameters,
            variable_names: parameter::variable_names(parameters),
            variables,
            given,
            openings: Openings::default(),
            remarks: Vec::new(),
            used: BTreeSet::new(),
            known: BTreeMap::new(),
            under_way: Vec::new(),
            unknown: BTreeMap::new(),
            loops: Vec::new(),
            budget: BUDGET,
            depth: 0,
        }
    }

    /// The value of a piece of the template; what only a deployment knows becomes a variable.
    pub(super) fn value(&mut self, value: &Value, path: &str) -> Result<Value, DeploymentError> {
        self.charge(1)?;
        self.deeper(|this| this.value_of(value, path))
    }

    fn value_of(&mut self, value: &Value, path: &str) -> Result<Value, DeploymentError> {
        match value {
            Value::String(text) => self.text(text, path),
            Value::Array(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                for (index, element) in elements.iter().enumerate() {
                    values.push(self.value(element, &format!("{path}[{index}]"))?);
                }
                Ok(Value::Array(values))
            }
            Value::Object(members) => {
                let mut values = Map::new();
                for (name, value) in members {
                    let place = if path.is_empty() {
                        name.clone()
                    } else {
                        format!("{path}.{name}")
                    };
                    if let (true, Value::Array(loops)) = (name == "copy", value) {
                        self.copies(loops, &place, &mut values)?;
                        continue;
                    }
                    let Value::String(name) = self.text(name, &place)? else {
                        let detail = format!("the name of a member is a text; \"{name}\" is none");
                        return Err(DeploymentError::new(DeploymentErrorKind::Expression, detail).at(&place));
                    };
                    values.insert(name, self.value(value, &place)?);
                }
                Ok(Value::Object(values))
            }
            other => Ok(other.clone()),
        }
    }

    /// The members that the loops of an object make.
    fn copies(&mut self, loops: &[Value], path: &str, into: &mut Map<String, Value>) -> Result<(), DeploymentError> {
        for (index, each) in loops.iter().enumerate() {
            let place = format!("{path}[{index}]");
            let part = |name| member(each, name).unwrap_or(&Value::Null);
            let Value::String(name) = part("name") else {
                let detail = "a loop of a property needs its \"name\"";
                return Err(DeploymentError::new(DeploymentErrorKind::Expression, detail).at(&place));
            };
            let count = self.count(part("count"), &place)?;
            let elements = (0..count).map(|turn| self.turn(name, turn, part("input"), &place));
            into.insert(name.clone(), elements.collect::<Result<_, _>>()?);
        }
        Ok(())
    }

    /// How often a loop runs.
    pub(super) fn count(&mut self, count: &Value, path: &str) -> Result<i64, DeploymentError> {
        let value = self.value(count, path)?;
        let value = self.openings.closed(&value).unwrap_or(Value::Null);
        value
            .as_i64()
            .filter(|count| (0..=LOOP_LIMIT).contains(count))
            .ok_or_else(|| {
                let detail = format!("the count of a loop has to be known and from 0 to {LOOP_LIMIT}; it is {count}");
                DeploymentError::new(DeploymentErrorKind::Expression, detail).at(path)
            })
    }

    /// The value of `input` in one turn of a loop.
    pub(super) fn turn(&mut self, name: &str, turn: i64, input: &Value, path: &str) -> Result<Value, DeploymentError> {
        self.loops.push((name.to_owned(), turn));
        let value = self.value(input, path);
        self.loops.pop();
        value
    }

    fn text(&mut self, text: &str, path: &str) -> Result<Value, DeploymentError> {
        let Some(inside) = expression::inside(text) else {
            let text = text
                .strip_prefix('[')
                .filter(|rest| rest.starts_with('['))
                .unwrap_or(text);
            return Ok(Value::from(text));
        };
        let parsed = expression::parse(inside).map_err(|error| error.at(path))?;
        match self.evaluate(&parsed, path) {
            Ok(value) => Ok(value),
            Err(Stop::Error(error)) => Err(error.at(path)),
            Err(Stop::Open(reason)) => Ok(self.unknown(inside, &last_name(path), &reason, path)),
        }
    }

    pub(super) fn evaluate(&mut self, expression: &Expression, path: &str) -> Result<Value, Stop> {
        let value = self.deeper(|this| this.value_of_expression(expression, path))?;
        self.charge(builtin::size(&value))?;
        Ok(value)
    }

    fn value_of_expression(&mut self, expression: &Expression, path: &str) -> Result<Value, Stop> {
        Ok(match expression {
            Expression::Text(text) => Value::from(text.as_str()),
            Expression::Number(number) => json!(number),
            Expression::Part(whole, part) => {
                let mut whole = self.evaluate(whole, path)?;
                let part = self.evaluate(part, path)?;
                if whole.is_string() {
                    [whole] = self.closed([whole], "a part", path)?;
                }
                let [part] = self.closed([part], "a part", path)?;
                builtin::part(&whole, &part).map_err(wrong)?
            }
            Expression::Call(name, arguments) => self.call(name, arguments, path)?,
        })
    }

    /// One level deeper; an error where the stack would not last.
    fn deeper<T, E: From<DeploymentError>>(&mut self, step: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if self.depth == DEPTH {
            let detail = format!("values, expressions and variables are in one another deeper than {DEPTH} levels");
            return Err(DeploymentError::new(DeploymentErrorKind::TooLarge, detail).into());
        }
        self.depth += 1;
        let outcome = step(self);
        self.depth -= 1;
        outcome
    }

    pub(super) fn variable(&mut self, name: &str) -> Result<Value, Stop> {
        let all = self.variables;
        if let Some((written, value)) = all.iter().find(|(written, _)| written.eq_ignore_ascii_case(name)) {
            return self.once(&format!("variables.{written}"), |this, place| this.value(value, place));
        }
        // A loop of variables makes an array under its own name.
        let loops = all
            .get("copy")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate();
        for (index, each) in loops {
            if member(each, "name")
                .and_then(Value::as_str)
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
            {
                return self.once(&format!("variables.copy[{index}]"), |this, place| {
                    let mut made = Map::new();
                    this.copies(std::slice::from_ref(each), place, &mut made)?;
                    Ok(made.into_iter().next().map_or(Value::Null, |(_, value)| value))
                });
            }
        }
        Err(missing("variable", name, all.keys()))
    }

    /// A value that may be asked for again; one that needs itself is an error.
    pub(super) fn once(
        &mut self,
        place: &str,
        compute: impl FnOnce(&mut Self, &str) -> Result<Value, DeploymentError>,
    ) -> Result<Value, Stop> {
        if let Some(value) = self.known.get(place) {
            return Ok(value.clone());
        }
        if let Some(start) = self.under_way.iter().position(|other| other == place) {
            let detail = format!("{} need each other", self.under_way[start..].join(" and "));
            return Err(DeploymentError::new(DeploymentErrorKind::Cycle, detail)
                .at(place)
                .into());
        }
        self.under_way.push(place.to_owned());
        let value = compute(self, place);
        self.under_way.pop();
        let value = value?;
        self.known.insert(place.to_owned(), value.clone());
        Ok(value)
    }

    /// A variable for what nobody but a deployment knows; equal expressions share one.
    pub(super) fn unknown(&mut self, written: &str, wanted: &str, reason: &str, path: &str) -> Value {
        let name = match self.unknown.get(written) {
            Some(name) => name.clone(),
            None => {
                let taken = |name: &str| {
                    self.unknown.values().any(|other| other == name)
                        || self.variable_names.values().any(|other| other == name)
                        || ENVIRONMENT.contains(&name)
                };
                let numbered = (2..).map(|number| format!("{wanted}_{number}"));
                let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
                let name = names.find(|name| !taken(name)).unwrap_or_default();
                self.unknown.insert(written.to_owned(), name.clone());
                name
            }
        };
        if let Some(value) = self.given.get(&name) {
            return value.clone();
        }
        self.remark(path, format!("{reason}; it became the variable \"{name}\""));
        self.openings.refer(Variable {
            description: Some(format!("Stands for what the template computes: {reason}.")),
            ..Variable::text(name)
        })
    }

    /// Tells which parameters and variables no image template asked for, and which given values nothing can ask for.
    pub(super) fn tell_unused(&mut self) {
        let (parameters, variables, given) = (self.parameters, self.variables, self.given);
        for name in given.keys() {
            let names = self.variable_names.values().chain(self.unknown.values());
            let is_known = ENVIRONMENT.contains(&name.as_str())
                || names.into_iter().any(|known| known == name)
                || parameters.keys().any(|known| known.eq_ignore_ascii_case(name));
            if !is_known {
                self.remark(
                    name,
                    "a value was given for it, and the template has nothing of this name".to_owned(),
                );
            }
        }
        for name in parameters
            .keys()
            .filter(|name| !self.used.contains(&name.to_lowercase()))
            .collect::<Vec<_>>()
        {
            self.remark(
                &format!("parameters.{name}"),
                "no image template uses this parameter".to_owned(),
            );
        }
        for name in variables.keys().filter(|name| *name != "copy") {
            if !self.known.contains_key(&format!("variables.{name}")) {
                self.remark(
                    &format!("variables.{name}"),
                    "no image template uses this variable".to_owned(),
                );
            }
        }
    }

    pub(super) fn remark(&mut self, path: &str, reason: String) {
        let remark = Remark {
            path: path.to_owned(),
            reason,
        };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    pub(super) fn charge(&mut self, size: usize) -> Result<(), DeploymentError> {
        let left = self.budget.checked_sub(size);
        self.budget = left.ok_or_else(|| {
            let detail = format!("the expressions of the template grow beyond {} MiB", BUDGET >> 20);
            DeploymentError::new(DeploymentErrorKind::TooLarge, detail)
        })?;
        Ok(())
    }
}

impl Variable {
    /// A text without a default value.
    pub(super) fn text(name: String) -> Self {
        Self {
            name,
            kind: VariableKind::String,
            description: None,
            default: None,
            sensitive: false,
            allowed: Vec::new(),
            limits: (None, None),
        }
    }
}

pub(super) fn wrong(detail: String) -> Stop {
    DeploymentError::new(DeploymentErrorKind::Expression, detail).into()
}

/// The error of a name that nothing has.
pub(super) fn missing<'a>(what: &str, name: &str, there: impl Iterator<Item = &'a String>) -> Stop {
    let there: Vec<&str> = there.map(String::as_str).collect();
    let there = if there.is_empty() {
        "none".to_owned()
    } else {
        there.join(", ")
    };
    wrong(format!("the template has no {what} \"{name}\"; it has {there}"))
}

/// The last name of a path, as a variable's name: `resources[0].properties.customize[1].scriptUri` is `script_uri`.
fn last_name(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    parameter::snake(if last.is_empty() { "value" } else { last })
}
