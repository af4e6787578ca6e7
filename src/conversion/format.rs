//! HCL as `terraform fmt` writes it: two blanks a level, the equals signs of neighbouring lines in one column.

use std::fmt::Write as _;

use super::node::Node;
use crate::arm::deployment::Openings;
use crate::arm::deployment::term::{Formula, Piece};

/// The lines of a block's or an object's members.
pub(super) fn members(members: &[(String, Node)], openings: &Openings, apart: bool) -> Vec<String> {
    let rendered: Vec<(String, Vec<String>)> = members
        .iter()
        .map(|(name, node)| (key(name, openings), value(node, openings)))
        .collect();
    let mut lines: Vec<String> = Vec::new();
    let mut start = 0;
    while start < rendered.len() {
        let run = rendered[start..]
            .iter()
            .take_while(|(_, value)| value.len() == 1)
            .count();
        let width = rendered[start..start + run]
            .iter()
            .map(|(name, _)| name.chars().count())
            .max();
        for (name, value) in &rendered[start..start + run] {
            let blanks = " ".repeat(width.unwrap_or(0) - name.chars().count());
            lines.push(format!("{name}{blanks} = {}", value[0]));
        }
        start += run;
        let Some((name, value)) = rendered.get(start) else {
            break;
        };
        if apart && !lines.is_empty() && lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(String::new());
        }
        lines.push(format!("{name} = {}", value[0]));
        lines.extend_from_slice(&value[1..]);
        start += 1;
        if apart && start < rendered.len() {
            lines.push(String::new());
        }
    }
    lines
}

/// The lines of a value, the first of which stands behind the equals sign.
pub(super) fn value(node: &Node, openings: &Openings) -> Vec<String> {
    match node {
        Node::Word(word) => vec![word.clone()],
        Node::Text(text) => vec![self::text(text, openings)],
        Node::Variable(name) => vec![format!("var.{name}")],
        Node::List(elements) if elements.is_empty() => vec!["[]".to_owned()],
        Node::Object(members) if members.is_empty() => vec!["{}".to_owned()],
        Node::List(elements) => {
            let words = elements.iter().all(|element| matches!(element, Node::Word(_)));
            let one = matches!(elements.as_slice(), [Node::Text(_) | Node::Variable(_)]);
            if one || (words && elements.len() <= 20) {
                let elements: Vec<String> = elements.iter().flat_map(|element| value(element, openings)).collect();
                return vec![format!("[{}]", elements.join(", "))];
            }
            let mut lines = vec!["[".to_owned()];
            for element in elements {
                let mut inside = value(element, openings);
                if let Some(last) = inside.last_mut() {
                    last.push(',');
                }
                lines.extend(indented(inside));
            }
            lines.push("]".to_owned());
            lines
        }
        Node::Object(inside) => {
            let mut lines = vec!["{".to_owned()];
            lines.extend(indented(members(inside, openings, false)));
            lines.push("}".to_owned());
            lines
        }
    }
}

pub(super) fn indented(lines: Vec<String>) -> impl Iterator<Item = String> {
    let indent = |line: String| if line.is_empty() { line } else { format!("  {line}") };
    lines.into_iter().map(indent)
}

/// A member's name, in quotes where HCL needs them.
fn key(name: &str, openings: &Openings) -> String {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let word = matches!(name, "null" | "true" | "false" | "for" | "if" | "in");
    if starts && plain && !word {
        name.to_owned()
    } else {
        format!("\"{}\"", template(name, openings))
    }
}

/// A text as an expression: a reference alone, or a template in quotes.
fn text(text: &str, openings: &Openings) -> String {
    match openings.pieces(text).as_slice() {
        [Piece::Reference(formula)] => expression(formula, openings),
        _ => format!("\"{}\"", template(text, openings)),
    }
}

fn template(text: &str, openings: &Openings) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for piece in openings.pieces(text) {
        match piece {
            Piece::Literal(literal) => escape(literal, &mut out),
            Piece::Reference(formula) => {
                // Two of them before the brace would make a text of the reference.
                if out.ends_with('$') {
                    out.pop();
                    out.push_str("\\u0024");
                }
                let _ = write!(out, "${{{}}}", expression(formula, openings));
            }
        }
    }
    out
}

fn expression(formula: &Formula, openings: &Openings) -> String {
    match formula {
        Formula::Variable(name) => format!("var.{name}"),
        Formula::Lower(inner) => format!("lower({})", text(inner, openings)),
        Formula::Upper(inner) => format!("upper({})", text(inner, openings)),
    }
}

/// A text as HCL reads it back, in quotes that stand around it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    escape(text, &mut out);
    out.push('"');
    out
}

fn escape(text: &str, out: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Doubled behind its like, it would be read in another way.
            '$' | '%' if characters.peek() == Some(&'{') && out.ends_with(character) => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            '$' | '%' if characters.peek() == Some(&'{') => out.extend([character; 2]),
            // Beside controls, what an editor shows as nothing, or turns the line around.
            other
                if other.is_control()
                    || matches!(other, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}') =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_so_that_nothing_in_them_is_a_template() {
        assert_eq!(
            quoted("a\"b\\c\nd${e}$${f}%{g}\u{0}\u{202e}h$"),
            "\"a\\\"b\\\\c\\nd$${e}$\\u0024{f}%%{g}\\u0000\\u202eh$\""
        );
    }

    #[test]
    fn a_sign_before_a_reference_does_not_make_a_text_of_it() {
        let document = r#"{ "parameters": { "p": { "type": "string" } }, "resources": [{ "name": "[concat('a$', parameters('p'), '%$', parameters('p'))]",
            "type": "Microsoft.VirtualMachineImages/imageTemplates" }] }"#;
        let reading = crate::arm::deployment::read(document.as_bytes(), &serde_json::Map::new()).unwrap_or_default();
        let name = reading.templates[0].name.clone().unwrap_or_default();
        assert_eq!(
            super::text(&name, &reading.openings),
            "\"a\\u0024${var.p}%\\u0024${var.p}\""
        );
    }

    #[test]
    fn neighbouring_lines_are_aligned_and_longer_values_part_them() {
        let text = |text: &str| Node::Text(text.to_owned());
        let members = [
            ("a".to_owned(), text("1")),
            ("longer".to_owned(), Node::Word("2".to_owned())),
            ("list".to_owned(), Node::List(vec![text("x"), text("y")])),
            ("not plain".to_owned(), Node::List(vec![text("z")])),
        ];
        let lines = super::members(&members, &Openings::default(), false);
        assert_eq!(
            lines,
            [
                "a      = \"1\"",
                "longer = 2",
                "list = [",
                "  \"x\",",
                "  \"y\",",
                "]",
                "\"not plain\" = [\"z\"]"
            ]
        );
    }
}
