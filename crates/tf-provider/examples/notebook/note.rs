//! A note: its model and its life.

// By its path, since the tests load this file by its own.
#[path = "history.rs"]
mod history;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tf_provider::{
    Attr, Context, Diagnostic, Diagnostics, Failure, Model, Plan, Resource, Set, Takeover, Upgrade, path, wire,
};

use crate::provider::Folder;

pub(crate) struct Note;

/// A note in the notebook.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub(crate) struct NoteModel {
    /// Its title, which names the file. Upper and lower case are the same.
    #[attribute(required, replace, wire = "title", same = same_title, check = title)]
    pub(crate) title: Attr<String>,
    /// The text on it.
    #[attribute(optional, wire = "body.text")]
    pub(crate) text: Attr<String>,
    /// Its colour.
    #[attribute(default = "yellow", wire = "body.colour")]
    pub(crate) colour: Attr<String>,
    /// Its pages, in order.
    #[attribute(optional, wire = "pages")]
    pub(crate) pages: Attr<Vec<Attr<Page>>>,
    /// Words to find it by.
    #[attribute(optional, wire = "labels")]
    pub(crate) labels: Attr<Set<Attr<String>>>,
    /// Anything else.
    #[attribute(optional, wire = "tags")]
    pub(crate) tags: Attr<BTreeMap<String, Attr<String>>>,
    /// A word that opens it; never stored.
    #[attribute(optional, write_only, sensitive)]
    pub(crate) password: Attr<String>,
    /// How long writing takes, in milliseconds. For trying out what an interruption does.
    #[attribute(optional, state_only)]
    pub(crate) writing_takes: Attr<i64>,
    /// The file.
    #[attribute(computed, keep, wire = "file")]
    pub(crate) file: Attr<String>,
    /// How often it was written.
    #[attribute(computed, wire = "revision")]
    pub(crate) revision: Attr<i64>,
}

/// A page.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    /// Its heading; another one makes another note.
    #[attribute(required, replace, wire = "heading")]
    pub(crate) heading: Attr<String>,
    /// Its size.
    #[attribute(optional, wire = "size")]
    pub(crate) size: Attr<PageSize>,
    /// How many letters its heading has.
    #[attribute(computed, wire = "letters")]
    pub(crate) letters: Attr<i64>,
}

/// A page's size in millimetres.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub(crate) struct PageSize {
    /// From left to right.
    #[attribute(required, wire = "width")]
    pub(crate) width: Attr<f64>,
    /// From top to bottom.
    #[attribute(default = 297, wire = "height")]
    pub(crate) height: Attr<i64>,
}

fn same_title(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn title(title: &str) -> Result<(), String> {
    let fits = !title.is_empty() && title.chars().all(|each| each.is_ascii_alphanumeric() || each == '-');
    if fits {
        Ok(())
    } else {
        Err(format!("{title:?} must consist of letters, digits and hyphens."))
    }
}

fn place(folder: &Folder, title: &str) -> PathBuf {
    folder.0.join(format!("{}.json", title.to_ascii_lowercase()))
}

fn problem(action: &str, place: &std::path::Path, error: &dyn std::error::Error) -> Diagnostics {
    Diagnostic::error(
        format!("Note cannot be {action}"),
        format!("{}: {error}", place.display()),
    )
    .into()
}

/// The note of this title, in the spelling of `prior`.
pub(crate) fn load(folder: &Folder, title: &str, prior: Option<&NoteModel>) -> Result<Option<NoteModel>, Diagnostics> {
    let place = place(folder, title);
    let bytes = match std::fs::read(&place) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem("read", &place, &error)),
    };
    let body = serde_json::from_slice(&bytes).map_err(|error| problem("read", &place, &error))?;
    Ok(Some(wire::decode(&body, prior)?))
}

/// What a note is once it is written.
fn written(folder: &Folder, mut note: NoteModel, revision: i64) -> NoteModel {
    let place = place(folder, note.title.as_str().unwrap_or_default());
    note.file = place.display().to_string().into();
    note.revision = revision.into();
    for page in note
        .pages
        .as_known_mut()
        .into_iter()
        .flatten()
        .filter_map(Attr::as_known_mut)
    {
        let letters = page.heading.as_str().map_or(0, |heading| heading.chars().count());
        page.letters = i64::try_from(letters).unwrap_or(i64::MAX).into();
    }
    note.password = Attr::Null;
    note
}

fn store(folder: &Folder, note: &NoteModel) -> Result<(), Diagnostics> {
    let place = place(folder, note.title.as_str().unwrap_or_default());
    let mut body = wire::encode(note);
    // The computed ones are this file's own business.
    body["file"] = note.file.as_str().into();
    body["revision"] = note.revision.as_known().copied().into();
    for (page, json) in note
        .pages
        .as_known()
        .into_iter()
        .flatten()
        .zip(body["pages"].as_array_mut().into_iter().flatten())
    {
        json["letters"] = page.as_known().and_then(|page| page.letters.as_known().copied()).into();
    }
    std::fs::write(&place, body.to_string()).map_err(|error| problem("written", &place, &error))
}

/// Takes as long as the note says; an interruption leaves it unwritten.
async fn take_time(cx: &Context<Folder>, note: &NoteModel) -> Result<(), Diagnostics> {
    let takes = note
        .writing_takes
        .as_known()
        .and_then(|takes| u64::try_from(*takes).ok())
        .unwrap_or(0);
    tokio::select! {
        () = cx.cancel().cancelled() => Err(Diagnostic::error("Interrupted", "The note was only begun.").into()),
        () = tokio::time::sleep(Duration::from_millis(takes)) => Ok(()),
    }
}

impl Resource for Note {
    type Model = NoteModel;
    type Client = Folder;
    const TYPE: &'static str = "notebook_note";
    const UPGRADES: &'static [Upgrade] = history::UPGRADES;
    const TAKES_OVER: &'static [Takeover<NoteModel>] = history::TAKES_OVER;

    async fn plan(&self, cx: &mut Context<Folder>, plan: &mut Plan<NoteModel>) -> Result<(), Diagnostics> {
        if plan.config.colour == "black".into() {
            cx.warn(Diagnostic::warning("Hard to read", "Nobody can read a black note.").at(path!("colour")));
        }
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Folder>,
        planned: NoteModel,
        _: NoteModel,
    ) -> Result<NoteModel, Failure<NoteModel>> {
        if planned.text == "panic".into() {
            panic!("the pencil broke");
        }
        cx.private().set(&"begun");
        let note = written(cx.client(), planned, 1);
        // Reserves the title, so that an interruption leaves something behind.
        store(
            cx.client(),
            &NoteModel {
                title: note.title.clone(),
                ..NoteModel::default()
            },
        )?;
        if let Err(interrupted) = take_time(cx, &note).await {
            return Err(Failure::with_partial(
                interrupted,
                NoteModel {
                    revision: Attr::Unknown,
                    ..note
                },
            ));
        }
        store(cx.client(), &note)?;
        cx.private().set(&"written");
        Ok(note)
    }

    async fn read(&self, cx: &mut Context<Folder>, state: NoteModel) -> Result<Option<NoteModel>, Diagnostics> {
        load(cx.client(), state.title.as_str().unwrap_or_default(), Some(&state))
    }

    async fn update(
        &self,
        cx: &mut Context<Folder>,
        prior: NoteModel,
        planned: NoteModel,
        _: NoteModel,
    ) -> Result<NoteModel, Failure<NoteModel>> {
        take_time(cx, &planned).await?;
        let revision = match planned.revision {
            Attr::Known(revision) => revision,
            _ => prior.revision.known_or(0) + 1,
        };
        let note = written(cx.client(), planned, revision);
        store(cx.client(), &note)?;
        Ok(note)
    }

    async fn delete(&self, cx: &mut Context<Folder>, prior: NoteModel) -> Result<(), Failure<NoteModel>> {
        let place = place(cx.client(), prior.title.as_str().unwrap_or_default());
        match std::fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(problem("removed", &place, &error).into()),
            _ => Ok(()),
        }
    }

    async fn import(&self, cx: &mut Context<Folder>, id: &str) -> Result<NoteModel, Diagnostics> {
        load(cx.client(), id, None)?
            .ok_or_else(|| Diagnostic::error("No such note", format!("There is no note {id:?} to import.")).into())
    }
}
