//! Doc comments as Markdown.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment, with the one leading space of each line removed and empty lines at both ends cut.
pub(crate) fn markdown(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|each| each.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) = &pair.value
        {
            let text = text.value();
            for line in text.lines() {
                lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
            }
            if text.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n").trim_matches('\n').to_owned()
}
