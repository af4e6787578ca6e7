//! Functions of the expression language whose value depends on their arguments alone.

use serde_json::{Map, Value, json};

use super::member;

type Outcome = Result<Value, String>;

/// Calls a function, its name in lower case; `None` when there is no such function here.
pub(super) fn call(name: &str, values: &[Value]) -> Option<Outcome> {
    let outcome = match (name, values) {
        ("true", []) => Ok(json!(true)),
        ("false", []) => Ok(json!(false)),
        ("null", []) => Ok(Value::Null),
        ("concat", [Value::Array(_), ..]) => Ok(values.iter().flat_map(elements).collect()),
        ("concat", values) => Ok(values.iter().map(shown).collect::<String>().into()),
        ("format", [Value::String(form), values @ ..]) => format(form, values),
        ("tolower", [Value::String(text)]) => Ok(text.to_lowercase().into()),
        ("toupper", [Value::String(text)]) => Ok(text.to_uppercase().into()),
        ("trim", [Value::String(text)]) => Ok(text.trim().into()),
        ("replace", [Value::String(text), Value::String(old), Value::String(new)]) => Ok(text.replace(old, new).into()),
        ("substring", [Value::String(text), rest @ ..]) => substring(text, rest),
        ("string", [value]) => Ok(shown(value).into()),
        ("int", [value]) => integer(value),
        ("bool", [value]) => Ok(json!(shown(value).eq_ignore_ascii_case("true") || *value == json!(1))),
        ("json", [Value::String(text)]) => {
            serde_json::from_str(text).map_err(|error| format!("json() of a text that is none: {error}"))
        }
        ("createarray", values) => Ok(values.to_vec().into()),
        ("createobject", values) if values.len() % 2 == 0 => object(values),
        ("array", [Value::Array(elements)]) => Ok(elements.clone().into()),
        ("array", [value]) => Ok(vec![value.clone()].into()),
        ("split", [Value::String(text), Value::String(by)]) => Ok(text.split(by.as_str()).map(Value::from).collect()),
        ("join", [Value::Array(elements), Value::String(by)]) => {
            Ok(elements.iter().map(shown).collect::<Vec<_>>().join(by).into())
        }
        ("first", [Value::Array(elements)]) => Ok(elements.first().cloned().unwrap_or_default()),
        ("first", [Value::String(text)]) => Ok(text.chars().take(1).collect::<String>().into()),
        ("last", [Value::Array(elements)]) => Ok(elements.last().cloned().unwrap_or_default()),
        ("last", [Value::String(text)]) => Ok(text.chars().next_back().map(String::from).unwrap_or_default().into()),
        ("length", [value]) => Ok(json!(length(value))),
        ("empty", [value]) => Ok(json!(value.is_null() || length(value) == 0)),
        ("contains", [Value::String(text), Value::String(part)]) => Ok(text.contains(part.as_str()).into()),
        ("contains", [Value::Array(elements), value]) => Ok(elements.contains(value).into()),
        ("contains", [object @ Value::Object(_), Value::String(name)]) => Ok(member(object, name).is_some().into()),
        ("startswith", [Value::String(text), Value::String(part)]) => {
            Ok(text.to_lowercase().starts_with(&part.to_lowercase()).into())
        }
        ("endswith", [Value::String(text), Value::String(part)]) => {
            Ok(text.to_lowercase().ends_with(&part.to_lowercase()).into())
        }
        ("equals", [left, right]) => Ok(json!(left == right)),
        ("not", [Value::Bool(value)]) => Ok(json!(!value)),
        ("and", values) => Ok(json!(values.iter().all(|value| *value == json!(true)))),
        ("or", values) => Ok(json!(values.contains(&json!(true)))),
        ("coalesce", values) => Ok(values
            .iter()
            .find(|value| !value.is_null())
            .cloned()
            .unwrap_or_default()),
        ("union", values) => Ok(union(values)),
        ("add" | "sub" | "mul" | "div" | "mod", [left, right]) => arithmetic(name, left, right),
        _ => return None,
    };
    Some(outcome)
}

/// A member of an object, or an element of an array.
pub(super) fn part(whole: &Value, part: &Value) -> Outcome {
    let found = match (whole, part) {
        (Value::Object(_), Value::String(name)) => member(whole, name),
        (Value::Array(elements), part) => part
            .as_i64()
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| elements.get(index)),
        _ => None,
    };
    found.cloned().ok_or_else(|| format!("a value has no part {part}"))
}

/// How much memory a value is worth, roughly: texts by their length, anything else by its parts.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(|element| size(element) + 1).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + size(value) + 1).sum(),
        _ => 1,
    }
}

/// A value within a text.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        // Resource Manager writes these with capitals.
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}

fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(elements) => elements.clone(),
        other => vec![other.clone()],
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(elements) => elements.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

/// `{0}` and the like, braces doubled for themselves; a form of numbers (`{0:D2}`) pads with zeros.
fn format(form: &str, values: &[Value]) -> Outcome {
    let mut out = String::new();
    let mut rest = form;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let (brace, behind) = rest[at..].split_at(1);
        if behind.starts_with(brace) {
            out.push_str(brace);
            rest = &behind[1..];
            continue;
        }
        let (hole, behind) = behind
            .split_once('}')
            .ok_or_else(|| format!("format() of \"{form}\": a brace is alone"))?;
        let (index, digits) = hole.split_once(':').unwrap_or((hole, ""));
        let value = index.trim().parse::<usize>().ok().and_then(|index| values.get(index));
        let value = value.ok_or_else(|| format!("format() of \"{form}\" has no value for {{{hole}}}"))?;
        match digits.strip_prefix(['D', 'd']).map(str::parse::<usize>) {
            None if digits.is_empty() => out.push_str(&shown(value)),
            Some(Ok(width)) if width <= 64 => out.push_str(&format!("{:0>width$}", shown(value))),
            _ => {
                return Err(format!(
                    "format() of \"{form}\": the form {digits} of a value is not known here"
                ));
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out.into())
}

fn substring(text: &str, rest: &[Value]) -> Outcome {
    let number = |at: usize| {
        rest.get(at)
            .and_then(Value::as_u64)
            .and_then(|number| usize::try_from(number).ok())
    };
    let start = number(0).ok_or("substring() needs where to begin")?;
    let count = number(1).unwrap_or_else(|| text.chars().count().saturating_sub(start));
    if start.saturating_add(count) > text.chars().count() {
        return Err(format!("substring() reaches beyond the end of \"{text}\""));
    }
    Ok(text.chars().skip(start).take(count).collect::<String>().into())
}

fn integer(value: &Value) -> Outcome {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    };
    number
        .map(|number: i64| json!(number))
        .ok_or_else(|| format!("int() of {value}, which is no whole number"))
}

fn object(values: &[Value]) -> Outcome {
    let pair = |pair: &[Value]| match &pair[0] {
        Value::String(name) => Ok((name.clone(), pair[1].clone())),
        other => Err(format!("createObject() has {other} as a name")),
    };
    Ok(Value::Object(
        values.chunks_exact(2).map(pair).collect::<Result<Map<_, _>, _>>()?,
    ))
}

fn union(values: &[Value]) -> Value {
    let mut objects = Map::new();
    let mut list: Vec<Value> = Vec::new();
    for value in values {
        match value {
            Value::Object(members) => merge(&mut objects, members),
            other => {
                for element in elements(other) {
                    if !list.contains(&element) {
                        list.push(element);
                    }
                }
            }
        }
    }
    if matches!(values.first(), Some(Value::Object(_))) {
        Value::Object(objects)
    } else {
        list.into()
    }
}

/// Objects in both are merged, too; of anything else the later counts.
fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (Some(Value::Object(earlier)), Value::Object(later)) => merge(earlier, later),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

fn arithmetic(name: &str, left: &Value, right: &Value) -> Outcome {
    let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) else {
        return Err(format!("{name}() takes whole numbers"));
    };
    let result = match name {
        "add" => left.checked_add(right),
        "sub" => left.checked_sub(right),
        "mul" => left.checked_mul(right),
        "div" => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result
        .map(|number| json!(number))
        .ok_or_else(|| format!("{name}({left}, {right}) has no result"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_resource_manager() {
        for (name, arguments, value) in [
            ("concat", json!(["a", 1, true]), json!("a1True")),
            ("concat", json!([["a"], ["b"]]), json!(["a", "b"])),
            ("format", json!(["{0}-{1:D3}-{{x}}", "a", 7]), json!("a-007-{x}")),
            ("substring", json!(["größe", 2, 2]), json!("öß")),
            (
                "union",
                json!([{ "a": 1 }, { "a": 2, "b": 3 }]),
                json!({ "a": 2, "b": 3 }),
            ),
            ("split", json!(["a,b", ","]), json!(["a", "b"])),
            ("int", json!(["12"]), json!(12)),
            ("contains", json!([{ "Name": 1 }, "name"]), json!(true)),
            ("last", json!(["abc"]), json!("c")),
            ("empty", json!([[]]), json!(true)),
        ] {
            let arguments = arguments.as_array().cloned().unwrap_or_default();
            assert_eq!(call(name, &arguments), Some(Ok(value)), "{name}");
        }
    }

    #[test]
    fn arguments_without_a_result_are_errors() {
        for (name, arguments) in [
            ("div", json!([1, 0])),
            ("add", json!([i64::MAX, 1])),
            ("substring", json!(["abc", 2, 2])),
            ("format", json!(["{1}", "a"])),
            ("format", json!(["{0:D99999999999}", "a"])),
            ("json", json!(["{"])),
        ] {
            let arguments = arguments.as_array().cloned().unwrap_or_default();
            assert!(matches!(call(name, &arguments), Some(Err(_))), "{name}");
        }
        assert_eq!(call("reference", &[json!("x")]), None);
    }
}
