//! `next_version`.

use tf_provider::{Function, FunctionDefinition, FunctionError, Parameter, Type, Value};

use crate::arm::version::{ImageVersion, next_latest};

const VERSIONS: usize = 0;
const MAJOR: usize = 1;

/// The number that comes after those that are there.
pub(super) struct NextVersion;

impl Function for NextVersion {
    fn name(&self) -> &'static str {
        "next_version"
    }

    fn definition(&self) -> FunctionDefinition {
        FunctionDefinition {
            summary: "The number that the next gallery image version gets",
            description: "The number that a run gives to its gallery image version under `versioning = { scheme = \"Latest\" }`: the \
                highest of `versions`, compared number by number, plus one in its last part. With `major` only versions with this \
                first number count, and where there is none yet, counting starts at `<major>.0.1`. Versions that are excluded from \
                latest count as well, since their numbers are taken.",
            parameters: vec![Parameter::new(
                "versions",
                Type::list(Type::String),
                "The versions that are there, in any order, each three numbers such as `1.0.0`; may be empty.",
            )],
            variadic: Some(Parameter::new(
                "major",
                Type::Number,
                "Optional, at most once: the first number of the version that is to be made.",
            )),
            returns: Type::String,
            deprecated: None,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let existing = versions(arguments.first())?;
        let major = match &arguments[MAJOR.min(arguments.len())..] {
            [] => None,
            [major] => Some(number(major)?),
            _ => {
                return Err(FunctionError::argument(
                    MAJOR + 1,
                    "there is one major number at most: next_version(versions) or next_version(versions, major)",
                ));
            }
        };
        match next_latest(existing, major) {
            Some(next) => Ok(Value::from(next.to_string())),
            None => Err(FunctionError::argument(
                VERSIONS,
                "every number is used up; give a higher major number",
            )),
        }
    }
}

fn versions(argument: Option<&Value>) -> Result<Vec<ImageVersion>, FunctionError> {
    let Some(Value::List(elements)) = argument else {
        return Err(FunctionError::argument(VERSIONS, "a list of versions is needed"));
    };
    let version = |(index, element): (usize, &Value)| match element {
        Value::String(text) => text
            .parse()
            .map_err(|error| FunctionError::argument(VERSIONS, format!("element {index}: {error}"))),
        other => Err(FunctionError::argument(
            VERSIONS,
            format!(
                "element {index} is {}; a version such as \"1.0.0\" is needed",
                other.describe()
            ),
        )),
    };
    elements.iter().enumerate().map(version).collect()
}

fn number(argument: &Value) -> Result<u32, FunctionError> {
    let Value::Number(number) = argument else {
        return Err(FunctionError::argument(MAJOR, "a whole number is needed"));
    };
    let fits = number
        .as_i64()
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number <= ImageVersion::HIGHEST);
    fits.ok_or_else(|| {
        FunctionError::argument(
            MAJOR,
            format!(
                "{number} is no major number: a whole number from 0 to {} is needed",
                ImageVersion::HIGHEST
            ),
        )
    })
}
