//! The provider block, and the list of what there is.

use std::path::PathBuf;

use tf_provider::{
    AnyDataSource, AnyResource, Attr, Context, DataSource, Diagnostic, Diagnostics, Function, FunctionDefinition,
    FunctionError, Model, Parameter, Provider, Type, Value, path,
};

use crate::note::{self, Note, Page};

/// The provider.
pub(crate) struct Notebook;

/// Keeps notes in a folder.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub(crate) struct NotebookConfig {
    /// The folder in which the notes are kept. It must exist.
    #[attribute(required)]
    folder: Attr<String>,
}

/// Where the notes are.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Provider for Notebook {
    type Config = NotebookConfig;
    type Client = Folder;

    async fn configure(&self, config: NotebookConfig, _: &str) -> Result<Folder, Diagnostics> {
        let Some(folder) = config.folder.into_known() else {
            let detail = "The folder must be known when Terraform plans.";
            return Err(Diagnostic::error("Unknown folder", detail).at(path!("folder")).into());
        };
        let folder = PathBuf::from(folder);
        if !folder.is_dir() {
            let detail = format!("{} is no folder. Make it first.", folder.display());
            return Err(Diagnostic::error("Folder not found", detail).at(path!("folder")).into());
        }
        Ok(Folder(folder))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Folder>>> {
        vec![tf_provider::resource(Note)]
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Folder>>> {
        vec![tf_provider::data_source(ReadNote)]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![Box::new(Shout)]
    }
}

struct ReadNote;

/// A note that is there already.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct FoundNote {
    /// Its title.
    #[attribute(required)]
    title: Attr<String>,
    /// The text on it.
    #[attribute(computed)]
    text: Attr<String>,
    /// Its pages.
    #[attribute(computed)]
    pages: Attr<Vec<Attr<FoundPage>>>,
}

/// A page of a note.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct FoundPage {
    /// Its heading.
    #[attribute(computed)]
    heading: Attr<String>,
}

impl DataSource for ReadNote {
    type Model = FoundNote;
    type Client = Folder;
    const TYPE: &'static str = "notebook_note";

    async fn read(&self, cx: &mut Context<Folder>, config: FoundNote) -> Result<FoundNote, Diagnostics> {
        let title = config.title.as_str().unwrap_or_default();
        let Some(note) = note::load(cx.client(), title, None)? else {
            let detail = format!("There is no note {title:?}.");
            return Err(Diagnostic::error("No such note", detail).at(path!("title")).into());
        };
        let page = |page: Page| FoundPage { heading: page.heading };
        let pages = note
            .pages
            .map(|pages| pages.into_iter().map(|each| each.map(page)).collect());
        Ok(FoundNote {
            text: note.text,
            pages,
            ..config
        })
    }
}

struct Shout;

impl Function for Shout {
    fn name(&self) -> &'static str {
        "shout"
    }

    fn definition(&self) -> FunctionDefinition {
        FunctionDefinition {
            summary: "Capital letters",
            description: "The text in capital letters.",
            parameters: vec![Parameter::new("text", Type::String, "What to shout.")],
            variadic: None,
            returns: Type::String,
            deprecated: None,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        match arguments.as_slice() {
            [Value::String(text)] if text.is_empty() => Err(FunctionError::argument(0, "there is nothing to shout")),
            [Value::String(text)] => Ok(Value::String(text.to_uppercase())),
            _ => Err(FunctionError::new("expected one text")),
        }
    }
}
