//! The expression language of templates, parsed.

use super::error::{DeploymentError, DeploymentErrorKind};

/// How deep calls may be nested; far beyond what people write.
const DEPTH: usize = 64;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// `'text'`
    Text(String),
    /// A whole number.
    Number(i64),
    /// `name(…)`; names are compared without case.
    Call(String, Vec<Expression>),
    /// `….name`, and `…[index]`, whose index may be a name, too.
    Part(Box<Expression>, Box<Expression>),
}

/// The expression that a text of a template is; `None` for text that stands for itself.
pub(super) fn inside(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    (!inside.starts_with('[')).then_some(inside)
}

/// Parses what stands between the brackets.
pub(super) fn parse(text: &str) -> Result<Expression, DeploymentError> {
    let mut parser = Parser { text, rest: text };
    let expression = parser.expression(0)?;
    if parser.next().is_some() {
        return Err(parser.wrong("the end of the expression"));
    }
    Ok(expression)
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn expression(&mut self, depth: usize) -> Result<Expression, DeploymentError> {
        if depth > DEPTH {
            return Err(self.nested_too_deep());
        }
        let mut expression = self.simple(depth)?;
        // Each part is around all before it, so that they are as deep as calls in one another.
        for _ in depth..=DEPTH {
            let part = if self.take('.') {
                Expression::Text(self.word()?.to_owned())
            } else if self.take('[') {
                let index = self.expression(depth + 1)?;
                self.require(']')?;
                index
            } else {
                return Ok(expression);
            };
            expression = Expression::Part(Box::new(expression), Box::new(part));
        }
        Err(self.nested_too_deep())
    }

    fn simple(&mut self, depth: usize) -> Result<Expression, DeploymentError> {
        match self.next() {
            Some('\'') => self.text().map(Expression::Text),
            Some(first) if first == '-' || first.is_ascii_digit() => self.number(),
            Some(first) if first.is_alphabetic() || first == '_' => {
                let mut name = self.word()?.to_owned();
                while self.take('.') {
                    name = format!("{name}.{}", self.word()?);
                }
                self.require('(')?;
                let mut arguments = Vec::new();
                while !self.take(')') {
                    if !arguments.is_empty() {
                        self.require(',')?;
                    }
                    arguments.push(self.expression(depth + 1)?);
                }
                Ok(Expression::Call(name, arguments))
            }
            _ => Err(self.wrong("a value")),
        }
    }

    /// A text in single quotes; a quote in it is written twice.
    fn text(&mut self) -> Result<String, DeploymentError> {
        let mut text = String::new();
        self.take('\'');
        loop {
            let Some(end) = self.rest.find('\'') else {
                return Err(self.wrong("the quote at the end of a text"));
            };
            text.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('\'') {
                Some(rest) => {
                    text.push('\'');
                    self.rest = rest;
                }
                None => return Ok(text),
            }
        }
    }

    fn number(&mut self) -> Result<Expression, DeploymentError> {
        let end = self.rest.find(|c: char| c != '-' && !c.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let number = digits.parse().map_err(|_| self.wrong("a whole number"))?;
        self.rest = rest;
        Ok(Expression::Number(number))
    }

    fn word(&mut self) -> Result<&'a str, DeploymentError> {
        self.next();
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '-'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if word.is_empty() {
            return Err(self.wrong("a name"));
        }
        self.rest = rest;
        Ok(word)
    }

    /// The next character behind blanks, not taken yet.
    fn next(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.next() == Some(wanted);
        if found {
            self.rest = &self.rest[wanted.len_utf8()..];
        }
        found
    }

    fn require(&mut self, wanted: char) -> Result<(), DeploymentError> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.wrong(&format!("\"{wanted}\"")))
        }
    }

    fn wrong(&self, expected: &str) -> DeploymentError {
        let position = self.text.len() - self.rest.len();
        let found: String = self.rest.chars().take(20).collect();
        let found = if found.is_empty() {
            "it ends".to_owned()
        } else {
            format!("there is \"{found}\"")
        };
        self.fail(&format!(
            "behind character {position}, where {expected} belongs, {found}"
        ))
    }

    fn nested_too_deep(&self) -> DeploymentError {
        self.fail(&format!("it is nested deeper than {DEPTH} levels"))
    }

    fn fail(&self, reason: &str) -> DeploymentError {
        let shown: String = self.text.chars().take(120).collect();
        let detail = format!("the expression \"[{shown}]\" cannot be read: {reason}");
        DeploymentError::new(DeploymentErrorKind::Expression, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: Vec<Expression>) -> Expression {
        Expression::Call(name.to_owned(), arguments)
    }

    #[test]
    fn calls_parts_and_quotes_are_read() {
        let text = |text: &str| Expression::Text(text.to_owned());
        let variable = call("variables", vec![text("x")]);
        let part = Expression::Part(Box::new(variable), Box::new(text("y")));
        let indexed = Expression::Part(Box::new(part), Box::new(Expression::Number(-1)));
        assert_eq!(
            parse(" concat( variables('x').y[-1] ,'it''s') "),
            Ok(call("concat", vec![indexed, text("it's")]))
        );
        assert_eq!(inside("[[not an expression]"), None);
        assert_eq!(inside("[concat()]"), Some("concat()"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, says) in [
            ("concat('a'", "where \",\" belongs, it ends"),
            ("concat('a)", "the quote at the end"),
            ("f() g()", "where the end of the expression belongs, there is \"g()\""),
            ("parameters", "where \"(\" belongs"),
            ("f().", "where a name belongs"),
            ("99999999999999999999", "a whole number"),
        ] {
            let error = parse(text);
            assert!(
                error.as_ref().is_err_and(|error| error.detail.contains(says)),
                "{error:?}"
            );
        }
        let deep = format!("{}1{}", "f(".repeat(10_000), ")".repeat(10_000));
        assert!(parse(&deep).is_err_and(|error| error.detail.contains("nested deeper than 64")));
        let long = format!("f(){}", ".a".repeat(200_000));
        assert!(parse(&long).is_err_and(|error| error.detail.contains("nested deeper than 64")));
    }
}
