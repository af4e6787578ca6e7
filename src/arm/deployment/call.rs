//! Calls of functions: those that need the template or the deployment here, all others in [`builtin`].

use serde_json::{Value, json};

use super::environment::shown;
use super::evaluate::{Evaluator, Stop, wrong};
use super::expression::Expression;
use super::term::{Formula, is_open};
use super::{builtin, parameter};

impl Evaluator<'_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[Expression], path: &str) -> Result<Value, Stop> {
        let lower = name.to_ascii_lowercase();
        if lower == "if" && arguments.len() == 3 {
            let condition = self.evaluate(&arguments[0], path)?;
            let [condition] = self.closed([condition], "if()", path)?;
            return self.evaluate(&arguments[if condition == Value::Bool(true) { 1 } else { 2 }], path);
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.evaluate(argument, path)?);
        }
        match (lower.as_str(), values.as_slice()) {
            ("parameters", [Value::String(name)]) => parameter::value(self, name),
            ("variables", [Value::String(name)]) => self.variable(name),
            ("copyindex", values) => self.copy_index(values),
            ("resourcegroup", []) => {
                let id = self.group_id();
                let [name, location] = [self.known("resource_group_name"), self.known("location")];
                Ok(json!({ "id": id, "name": name, "location": location }))
            }
            ("subscription", []) => {
                let [id, tenant] = [self.known("subscription_id"), self.known("tenant_id")];
                Ok(json!({ "id": format!("/subscriptions/{}", shown(&id)), "subscriptionId": id, "tenantId": tenant }))
            }
            ("tenant", []) => Ok(json!({ "tenantId": self.known("tenant_id") })),
            ("resourceid", values) => self.resource_id(values),
            ("tolower", [Value::String(text)]) if is_open(&values[0]) => self.in_one_case(text, Formula::Lower),
            ("toupper", [Value::String(text)]) if is_open(&values[0]) => self.in_one_case(text, Formula::Upper),
            ("uniquestring" | "guid" | "newguid" | "utcnow", _) => {
                let reason = format!("only a deployment knows the value of {name}()");
                let written = format!("{name}({values:?})");
                Ok(self.unknown(&written, &parameter::snake(name), &reason, path))
            }
            (function, values) if takes_open(function, values) => builtin::call(function, values)
                .unwrap_or(Ok(Value::Null))
                .map_err(wrong),
            _ => {
                let values = self.closed_all(values, &format!("{name}()"), path)?;
                match builtin::call(&lower, &values) {
                    Some(result) => result.map_err(wrong),
                    None => Err(Stop::Open(format!("only a deployment knows the value of {name}()"))),
                }
            }
        }
    }

    /// The case that was asked for last counts, so that formulas are never in one another and cost what their text is long.
    fn in_one_case(&mut self, text: &str, formula: fn(String) -> Formula) -> Result<Value, Stop> {
        let text = self.openings.without_case(text);
        self.charge(text.len())?;
        Ok(Value::from(self.openings.mark(formula(text))))
    }

    pub(super) fn closed<const COUNT: usize>(
        &mut self,
        values: [Value; COUNT],
        what: &str,
        path: &str,
    ) -> Result<[Value; COUNT], Stop> {
        let closed = self.closed_all(values.into(), what, path)?;
        closed
            .try_into()
            .map_err(|_| Stop::Open(format!("the arguments of {what} are not known")))
    }

    /// The values with what is open replaced by its default, which is told.
    fn closed_all(&mut self, values: Vec<Value>, what: &str, path: &str) -> Result<Vec<Value>, Stop> {
        if !values.iter().any(is_open) {
            return Ok(values);
        }
        let closed: Result<Vec<Value>, String> = values.iter().map(|value| self.openings.closed(value)).collect();
        let closed =
            closed.map_err(|name| Stop::Open(format!("{what} depends on \"{name}\", which has no default value")))?;
        let reason = format!("{what} is computed from the default values of parameters and written out");
        self.remark(path, reason);
        Ok(closed)
    }

    fn copy_index(&self, values: &[Value]) -> Result<Value, Stop> {
        let (name, offset) = match values {
            [Value::String(name), offset] => (Some(name), offset.as_i64()),
            [Value::String(name)] => (Some(name), Some(0)),
            [offset] => (None, offset.as_i64()),
            _ => (None, Some(0)),
        };
        let inner_first = self.loops.iter().rev();
        let turn = inner_first
            .into_iter()
            .find(|(of, _)| name.is_none_or(|name| name.eq_ignore_ascii_case(of)));
        match (turn, offset) {
            (Some((_, turn)), Some(offset)) => Ok(json!(turn.saturating_add(offset))),
            _ => Err(wrong("copyIndex() is outside of a loop of this name".to_owned())),
        }
    }
}

/// Whether the function only puts together what it is given, so that references in it may stay.
fn takes_open(function: &str, values: &[Value]) -> bool {
    match function {
        "createarray" | "createobject" => true,
        "format" if !values.first().is_some_and(keeps_values_as_they_are) => no_text_is_open(values),
        "concat" | "format" => {
            !values.iter().any(|value| value.is_array() || value.is_object()) || no_text_is_open(values)
        }
        "array" | "first" | "last" | "length" | "union" => no_text_is_open(values),
        _ => false,
    }
}

/// Whether the form of `format()` is known, and puts in its values without padding them.
fn keeps_values_as_they_are(form: &Value) -> bool {
    let holes = form.as_str().unwrap_or_default().split('{').skip(1);
    let pads = |hole: &str| hole.split('}').next().is_some_and(|hole| hole.contains(':'));
    !is_open(form) && !holes.into_iter().any(pads)
}

/// References deep inside are no matter, but the whole must not be one.
fn no_text_is_open(values: &[Value]) -> bool {
    !values.iter().any(|value| value.is_string() && is_open(value))
}
