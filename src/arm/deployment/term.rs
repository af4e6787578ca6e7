//! What expressions come to: JSON whose texts may hold references to what only the deployment knows.
//!
//! A reference stands in a text as a number between two [`MARK`]s, so that joining texts needs no thought; what it stands for is
//! kept in [`Openings`].

use std::collections::BTreeMap;

use serde_json::Value;

/// A noncharacter: Unicode keeps it out of every text.
pub(super) const MARK: char = '\u{fdd0}';

/// What is referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// The value of a variable.
    Variable(String),
    /// A text in lower case.
    Lower(String),
    /// A text in upper case.
    Upper(String),
}

/// The type that a variable has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// Text.
    String,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Bool,
    /// An array.
    List,
    /// An object.
    Object,
}

/// A value that a template leaves open: a parameter, or what only a deployment knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name in lower case with underscores.
    pub name: String,
    /// Its type.
    pub kind: VariableKind,
    /// What it is for.
    pub description: Option<String>,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// Whether it is a secret.
    pub sensitive: bool,
    /// The values that it may have; any when empty.
    pub allowed: Vec<Value>,
    /// Lowest and highest value of a number, or length of a text or an array.
    pub limits: (Option<i64>, Option<i64>),
}

/// The variables that a template needs, and what the marks in its texts stand for.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    variables: BTreeMap<String, Variable>,
    formulas: Vec<Formula>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Literal(&'a str),
    /// What it stands for.
    Reference(&'a Formula),
}

impl Openings {
    /// The variables that were referred to, by name.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.variables.values()
    }

    /// A variable that was referred to.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// The text that refers to this variable.
    pub(super) fn refer(&mut self, variable: Variable) -> Value {
        let formula = Formula::Variable(variable.name.clone());
        self.variables.entry(variable.name.clone()).or_insert(variable);
        Value::String(self.mark(formula))
    }

    /// As [`Openings::refer`], where the template says more about the variable than is known already.
    pub(super) fn define(&mut self, variable: Variable) -> Value {
        self.variables.insert(variable.name.clone(), variable.clone());
        self.refer(variable)
    }

    /// The text that stands for this formula.
    pub(super) fn mark(&mut self, formula: Formula) -> String {
        let place = self.formulas.iter().position(|known| *known == formula);
        let place = place.unwrap_or_else(|| {
            self.formulas.push(formula);
            self.formulas.len() - 1
        });
        format!("{MARK}{place}{MARK}")
    }

    /// The text with what is in its lower and upper cases in their places.
    pub(super) fn without_case(&self, text: &str) -> String {
        let part = |(position, part): (usize, &str)| {
            let formula = part.parse::<usize>().ok().and_then(|at| self.formulas.get(at));
            match formula.filter(|_| position % 2 == 1) {
                Some(Formula::Lower(inner) | Formula::Upper(inner)) => inner.clone(),
                Some(Formula::Variable(_)) => format!("{MARK}{part}{MARK}"),
                None => part.to_owned(),
            }
        };
        text.split(MARK).enumerate().map(part).collect()
    }

    /// The pieces of a text.
    #[must_use]
    pub fn pieces<'a>(&'a self, text: &'a str) -> Vec<Piece<'a>> {
        let piece = |(position, part): (usize, &'a str)| match part
            .parse::<usize>()
            .ok()
            .and_then(|at| self.formulas.get(at))
        {
            Some(formula) if position % 2 == 1 => Some(Piece::Reference(formula)),
            _ => (!part.is_empty()).then_some(Piece::Literal(part)),
        };
        text.split(MARK).enumerate().filter_map(piece).collect()
    }

    /// The variable that the whole text is.
    #[must_use]
    pub fn whole<'a>(&'a self, text: &'a str) -> Option<&'a Variable> {
        match self.pieces(text).as_slice() {
            [Piece::Reference(Formula::Variable(name))] => self.variables.get(name),
            _ => None,
        }
    }

    /// The value with the defaults of all variables put in.
    ///
    /// # Errors
    /// The name of a variable that has none.
    pub fn closed(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) if !text.contains(MARK) => value.clone(),
            Value::String(text) => match self.whole(text) {
                Some(variable) => variable.default.clone().ok_or_else(|| variable.name.clone())?,
                None => Value::String(self.closed_text(text)?),
            },
            Value::Array(elements) => elements
                .iter()
                .map(|element| self.closed(element))
                .collect::<Result<_, _>>()?,
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| Ok((self.closed_text(name)?, self.closed(value)?));
                Value::Object(members.iter().map(member).collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    /// As [`Openings::closed`], of a text.
    ///
    /// # Errors
    /// The name of a variable that has no default value.
    pub fn closed_text(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        for piece in self.pieces(text) {
            match piece {
                Piece::Literal(literal) => out.push_str(literal),
                Piece::Reference(Formula::Lower(inner)) => out.push_str(&self.closed_text(inner)?.to_lowercase()),
                Piece::Reference(Formula::Upper(inner)) => out.push_str(&self.closed_text(inner)?.to_uppercase()),
                Piece::Reference(Formula::Variable(name)) => {
                    let default = self.variables.get(name).and_then(|variable| variable.default.as_ref());
                    match default.ok_or_else(|| name.clone())? {
                        Value::String(text) => out.push_str(text),
                        other => out.push_str(&other.to_string()),
                    }
                }
            }
        }
        Ok(out)
    }
}

/// Whether any text in it refers to something.
#[must_use]
pub fn is_open(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(MARK),
        Value::Array(elements) => elements.iter().any(is_open),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains(MARK) || is_open(value)),
        _ => false,
    }
}
