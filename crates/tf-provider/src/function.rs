//! [`Function`]: a function that configurations can call (`provider::name::function(…)`).

use crate::types::Type;
use crate::value::Value;

/// A provider function: pure, without a configured provider.
pub trait Function: Send + Sync + 'static {
    /// The name by which it is called.
    fn name(&self) -> &'static str;

    /// Parameters, result and documentation.
    fn definition(&self) -> FunctionDefinition;

    /// Computes the result. Arguments are as many as parameters, those of a variadic parameter following; a dynamic
    /// argument is a [`Value::Dynamic`].
    ///
    /// # Errors
    /// What is wrong with the arguments.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// A function's parameters, result and documentation.
#[derive(Clone, Debug)]
pub struct FunctionDefinition {
    /// One line.
    pub summary: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// A last parameter that takes any number of arguments.
    pub variadic: Option<Parameter>,
    /// The result's type.
    pub returns: Type,
    /// Why it is deprecated and what to use.
    pub deprecated: Option<&'static str>,
}

/// One parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the documentation and in error messages.
    pub name: &'static str,
    /// The type that arguments are converted to.
    pub value_type: Type,
    /// Markdown.
    pub description: &'static str,
    /// Whether null may be passed; otherwise Terraform refuses it.
    pub allow_null: bool,
    /// Whether unknown values may be passed; otherwise Terraform answers unknown without a call.
    pub allow_unknown: bool,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown.
    pub const fn new(name: &'static str, value_type: Type, description: &'static str) -> Self {
        Self {
            name,
            value_type,
            description,
            allow_null: false,
            allow_unknown: false,
        }
    }
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The message to the user.
    pub text: String,
    /// The position of the argument at fault, from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// An error of one argument; positions count from 0.
    pub fn argument(position: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(position),
        }
    }
}
