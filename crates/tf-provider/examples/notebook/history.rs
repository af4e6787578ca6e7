//! Earlier forms of a note's state, and the notes of others.

use serde_json::Value as Json;
use tf_provider::{Attr, Diagnostic, Diagnostics, ForeignState, StoredAttributes, Takeover, Upgrade, path};

use super::{NoteModel, Page};

/// From the first form to the present one.
pub(super) const UPGRADES: &[Upgrade] = &[call_the_name_a_title, divide_the_labels];

/// Whose notes can be taken over.
pub(super) const TAKES_OVER: &[Takeover<NoteModel>] = &[Takeover {
    provider: "example/jotter",
    type_name: "jotter_memo",
    model: memo,
}];

/// Version 0 to 1: `name` became `title`.
fn call_the_name_a_title(mut state: StoredAttributes) -> Result<StoredAttributes, Diagnostics> {
    if let Some(name) = state.remove("name") {
        state.insert("title".to_owned(), name);
    }
    Ok(state)
}

/// Version 1 to 2: `labels` was one text with commas, and became a set.
fn divide_the_labels(mut state: StoredAttributes) -> Result<StoredAttributes, Diagnostics> {
    match state.get("labels") {
        None | Some(Json::Null) => {}
        Some(Json::String(text)) => {
            let labels: Json = text
                .split(',')
                .map(str::trim)
                .filter(|label| !label.is_empty())
                .collect();
            state.insert("labels".to_owned(), labels);
        }
        Some(_) => {
            let detail = "Version 1 of a note has a text with commas here.";
            return Err(Diagnostic::error("Stored state cannot be read", detail)
                .at(path!("labels"))
                .into());
        }
    }
    Ok(state)
}

/// A memo has a `subject`, and `sheets` that are headings.
fn memo(state: &ForeignState) -> Result<NoteModel, Diagnostics> {
    let Some(subject) = state.attributes.get("subject").and_then(Json::as_str) else {
        let detail = format!("A {} without a subject has no title.", state.type_name);
        return Err(Diagnostic::error("The memo cannot become a note", detail).into());
    };
    let sheets = state.attributes.get("sheets").and_then(Json::as_array);
    let page = |heading: &Json| {
        Attr::Known(Page {
            heading: heading.as_str().map(str::to_owned).into(),
            ..Page::default()
        })
    };
    Ok(NoteModel {
        title: subject.into(),
        pages: sheets.map(|sheets| sheets.iter().map(page).collect()).into(),
        ..NoteModel::default()
    })
}
