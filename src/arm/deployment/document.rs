//! The text of a template as JSON, read as Resource Manager's tools do: comments are allowed. A member that is there twice, in
//! whatever case, is refused, since tools differ in which one counts.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{DeploymentError, DeploymentErrorKind};
use super::term::MARK;

/// Reads the text.
///
/// # Errors
/// It is no UTF-8, no JSON, nested deeper than 128 levels, or has a member twice; with line and column.
pub(super) fn parse(text: &[u8]) -> Result<Value, DeploymentError> {
    let malformed = |detail: String| DeploymentError::new(DeploymentErrorKind::Malformed, detail);
    let text = std::str::from_utf8(text)
        .map_err(|error| malformed(format!("the template is not UTF-8 text: {error}; save it as UTF-8")))?;
    let text = text.trim_start_matches('\u{feff}');
    let Unique(document) = serde_json::from_str(&without_comments(text))
        .map_err(|error| malformed(format!("the template cannot be read as JSON: {error}")))?;
    Ok(document)
}

/// The text with blanks in place of comments, so that lines and columns stay what they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut quoted = false;
    while let Some(character) = rest.next() {
        match (character, rest.peek()) {
            ('\\', Some(_)) if quoted => {
                out.push(character);
                out.extend(rest.next());
            }
            ('"', _) => {
                quoted = !quoted;
                out.push(character);
            }
            ('/', Some('/')) if !quoted => while rest.next_if(|next| *next != '\n').is_some() {},
            ('/', Some('*')) if !quoted => {
                rest.next();
                out.push_str("  ");
                let mut last = ' ';
                for next in rest.by_ref() {
                    out.push(if next == '\n' { '\n' } else { ' ' });
                    if last == '*' && next == '/' {
                        break;
                    }
                    last = next;
                }
            }
            _ => out.push(character),
        }
    }
    out
}

/// JSON without a member that is there twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        if text.contains(MARK) {
            return Err(E::custom(format_args!(
                "a text holds U+{:04X}, which is no character of any text",
                u32::from(MARK)
            )));
        }
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Unique(element)) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let Unique(value) = map.next_value()?;
            let is_new = names.insert(name.to_ascii_lowercase());
            members.insert(name.clone(), value);
            if !is_new {
                return Err(A::Error::custom(format_args!(
                    "the member \"{name}\" is there twice; keep the one that counts"
                )));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_are_overlooked_and_texts_that_look_like_them_are_not() {
        let text = b"\xef\xbb\xbf{ // one\n \"a\": \"http://x/*y*/\", /* two\n lines */ \"b\": \"\\\"//\" }";
        assert_eq!(parse(text), Ok(json!({ "a": "http://x/*y*/", "b": "\"//" })));
    }

    #[test]
    fn what_tools_read_differently_is_refused_with_its_place() {
        for (text, says) in [
            (
                &b"{\"a\":1,\n\"b\":{\"c\":1,\"c\":2}}"[..],
                "\"c\" is there twice; keep the one that counts at line 2",
            ),
            (b"{\"a\":1,\"A\":1}", "\"A\" is there twice"),
            (b"\"\xff\"", "not UTF-8"),
            (b"{\"a\": }", "line 1 column 7"),
            (b"\"\xef\xb7\x90\"", "U+FDD0"),
            (b"/* never ends", "EOF"),
            (b"", "EOF"),
        ] {
            let error = parse(text).map_err(|error| error.detail);
            assert!(error.as_ref().is_err_and(|detail| detail.contains(says)), "{error:?}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(deep.as_bytes()).is_err_and(|error| error.detail.contains("recursion limit")));
    }
}
