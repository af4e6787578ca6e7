//! The arguments as a value, for configurations that use parts of them.

use tf_provider::schema::Attribute;
use tf_provider::{Attributes, Model, Name, Type, Value};

use super::{Conversion, ConversionError, Converted};
use crate::arm::deployment::{Openings, Remark};
use crate::resources::image_template::ImageTemplate;

/// What the resource requires, so that leaving it open loses nothing unnoticed.
const NAMES: [&str; 3] = ["name", "resource_group_name", "location"];

/// The type of [`arguments`].
#[must_use]
pub fn argument_type() -> Type {
    let arguments = ImageTemplate::attributes().iter().filter(|each| is_argument(each));
    Type::object(arguments.map(|each| (each.name, each.kind.value_type())))
}

/// The arguments of the only template, with the default values of all parameters.
///
/// Name, resource group and location are null where they depend on what the document does not tell, which is remarked.
///
/// # Errors
/// There is not exactly one template, or anything else depends on what the document does not tell.
pub fn arguments(conversion: &mut Conversion) -> Result<Value, ConversionError> {
    let [converted] = conversion.templates.as_slice() else {
        let labels: Vec<&str> = conversion.templates.iter().map(|each| each.label.as_str()).collect();
        return Err(ConversionError::Count(format!(
            "the function converts one image template; there are {}: {}",
            labels.len(),
            labels.join(", ")
        )));
    };
    let openings = &conversion.openings;
    if let Some((path, (variable, _))) = converted
        .references
        .iter()
        .find(|(_, (name, _))| is_unset(openings, name))
    {
        return Err(ConversionError::Open(path.to_string(), variable.clone()));
    }
    let (values, open) = closed(converted, openings)?;
    conversion.not_carried.extend(open);
    conversion.not_carried.sort();
    Ok(values)
}

fn closed(converted: &Converted, openings: &Openings) -> Result<(Value, Vec<Remark>), ConversionError> {
    let mut remarks = Vec::new();
    let mut values = Attributes::new();
    for each in ImageTemplate::attributes().iter().filter(|each| is_argument(each)) {
        let value = converted.attributes.attribute(each.name);
        let value = match text(value, openings, each.name) {
            Ok(value) => value,
            Err(ConversionError::Open(path, variable)) if NAMES.contains(&each.name) => {
                let reason = format!("it depends on \"{variable}\", which the template does not tell; it is null");
                remarks.push(Remark { path, reason });
                Value::Null
            }
            Err(error) => return Err(error),
        };
        values.insert(each.name.into(), value);
    }
    Ok((Value::Object(values), remarks))
}

/// The value with all its texts closed.
fn text(value: &Value, openings: &Openings, at: &str) -> Result<Value, ConversionError> {
    let open = |variable: String| ConversionError::Open(at.to_owned(), variable);
    Ok(match value {
        Value::String(text) => Value::String(openings.closed_text(text).map_err(open)?),
        Value::List(elements) => Value::List(all(elements, openings, at)?),
        Value::Set(elements) => Value::Set(all(elements, openings, at)?),
        Value::Map(entries) => {
            let entry = |(key, value): (&String, &Value)| {
                Ok((
                    openings.closed_text(key).map_err(open)?,
                    text(value, openings, &format!("{at}[\"{key}\"]"))?,
                ))
            };
            Value::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let member =
                |(name, value): (&Name, &Value)| Ok((name.clone(), text(value, openings, &format!("{at}.{name}"))?));
            Value::Object(members.iter().map(member).collect::<Result<_, _>>()?)
        }
        other => other.clone(),
    })
}

fn all(elements: &[Value], openings: &Openings, at: &str) -> Result<Vec<Value>, ConversionError> {
    let element = |(index, value)| text(value, openings, &format!("{at}[{index}]"));
    elements.iter().enumerate().map(element).collect()
}

fn is_argument(each: &Attribute) -> bool {
    (each.required || each.optional) && !each.state_only
}

fn is_unset(openings: &Openings, name: &str) -> bool {
    openings
        .variable(name)
        .is_none_or(|variable| variable.default.is_none())
}

#[cfg(test)]
mod tests {
    use tf_provider::schema::Kind;

    use super::*;

    #[test]
    fn the_arguments_are_those_of_the_resource_and_no_more() {
        let Type::Object(attributes) = argument_type() else {
            panic!("no object")
        };
        for computed in ["id", "fingerprint", "tags_all", "timeouts"] {
            assert!(!attributes.contains_key(computed), "{computed}");
        }
        assert_eq!(attributes["source"], Kind::value_type(source()));
    }

    fn source() -> &'static Kind {
        let mut all = ImageTemplate::attributes().iter();
        all.find(|each| each.name == "source")
            .map_or(&Kind::String, |each| &each.kind)
    }
}
