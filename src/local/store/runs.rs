//! Table `runs`: every run of a template that exists.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::columns::{Json, UuidColumn, Word};
use super::key::Key;
use super::words;
use crate::arm::image_template::{RunState, RunSubState};

words! {
    /// Who asked for a run.
    Cause { User, AutoRun, Trigger }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) id: Uuid,
    pub(crate) template: Key,
    /// The template's id as it is spelled.
    pub(crate) template_id: String,
    /// Path of customization.log.
    pub(crate) log: String,
    pub(crate) state: RunState,
    pub(crate) sub_state: RunSubState,
    pub(crate) message: String,
    /// [What decides the image's content](crate::local::reuse::shape) of the template that is run; runs of before do not know it.
    pub(crate) shape: Option<String>,
    /// How many workers were started for it.
    pub(crate) starts: i64,
    /// RFC 3339, UTC.
    pub(crate) queued_at: String,
    /// RFC 3339, UTC; absent while the run is in progress.
    pub(crate) ended_at: Option<String>,
    pub(crate) cause: Cause,
    /// Templates whose runs have led to this one by triggers.
    pub(crate) chain: Vec<Key>,
}

impl Run {
    /// A run that waits for its worker.
    pub(crate) fn queued(id: Uuid, template_id: &str, log: String, shape: String) -> Self {
        Self {
            id,
            template: Key::of(template_id),
            template_id: template_id.to_owned(),
            log,
            state: RunState::Running,
            sub_state: RunSubState::Queued,
            message: String::new(),
            shape: Some(shape),
            starts: 1,
            queued_at: Timestamp::now().to_string(),
            ended_at: None,
            cause: Cause::User,
            chain: Vec::new(),
        }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, UuidColumn>("id")?.0,
            template: row.get("template_key")?,
            template_id: row.get("template_id")?,
            log: row.get("log")?,
            state: row.get::<_, Word<RunState>>("state")?.0,
            sub_state: row.get::<_, Word<RunSubState>>("sub_state")?.0,
            message: row.get("message")?,
            shape: row.get("shape")?,
            starts: row.get("starts")?,
            queued_at: row.get("queued_at")?,
            ended_at: row.get("ended_at")?,
            cause: row.get::<_, Word<Cause>>("cause")?.0,
            chain: row.get::<_, Json<Vec<Key>>>("chain")?.0,
        })
    }
}

pub(crate) fn insert(connection: &Connection, run: &Run) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO runs (id, template_key, template_id, log, state, sub_state, message, starts, queued_at, ended_at, shape, cause, chain)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            UuidColumn(run.id),
            run.template,
            run.template_id,
            run.log,
            Word(run.state),
            Word(run.sub_state),
            run.message,
            run.starts,
            run.queued_at,
            run.ended_at,
            run.shape,
            Word(run.cause),
            Json(&run.chain),
        ])
        .map(drop)
}

/// Writes what changes in the life of a run.
pub(crate) fn update(connection: &Connection, run: &Run) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE runs SET state = ?2, sub_state = ?3, message = ?4, starts = ?5, ended_at = ?6 WHERE id = ?1",
        )?
        .execute(params![
            UuidColumn(run.id),
            Word(run.state),
            Word(run.sub_state),
            run.message,
            run.starts,
            run.ended_at
        ])
        .map(drop)
}

pub(crate) fn get(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Run>> {
    connection
        .prepare_cached("SELECT * FROM runs WHERE id = ?1")?
        .query_row([UuidColumn(id)], Run::from_row)
        .optional()
}

/// The newest run of a template.
pub(crate) fn last(connection: &Connection, template: &Key) -> rusqlite::Result<Option<Run>> {
    connection
        .prepare_cached("SELECT * FROM runs WHERE template_key = ?1 ORDER BY sequence DESC LIMIT 1")?
        .query_row([template], Run::from_row)
        .optional()
}

/// The runs of a template, oldest first.
pub(crate) fn of_template(connection: &Connection, template: &Key) -> rusqlite::Result<Vec<Run>> {
    connection
        .prepare_cached("SELECT * FROM runs WHERE template_key = ?1 ORDER BY sequence")?
        .query_map([template], Run::from_row)?
        .collect()
}

/// Shapes of a template's runs that succeeded.
pub(crate) fn succeeded_shapes(connection: &Connection, template: &Key) -> rusqlite::Result<Vec<Option<String>>> {
    connection
        .prepare_cached("SELECT shape FROM runs WHERE template_key = ?1 AND state = ?2")?
        .query_map(params![template, Word(RunState::Succeeded)], |row| row.get(0))?
        .collect()
}

/// All runs, newest first.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Run>> {
    connection
        .prepare_cached("SELECT * FROM runs ORDER BY sequence DESC")?
        .query_map([], Run::from_row)?
        .collect()
}

/// The runs which have not ended, oldest first.
pub(crate) fn in_progress(connection: &Connection) -> rusqlite::Result<Vec<Run>> {
    connection
        .prepare_cached("SELECT * FROM runs WHERE ended_at IS NULL ORDER BY sequence")?
        .query_map([], Run::from_row)?
        .collect()
}

/// Ids of the runs which were queued before `id` and wait still, oldest first.
pub(crate) fn queued_before(connection: &Connection, id: Uuid) -> rusqlite::Result<Vec<Uuid>> {
    connection
        .prepare_cached(
            "SELECT id FROM runs WHERE ended_at IS NULL AND sub_state = ?2 AND sequence < (SELECT sequence FROM runs WHERE id = ?1)
             ORDER BY sequence",
        )?
        .query_map(params![UuidColumn(id), Word(RunSubState::Queued)], |row| row.get::<_, UuidColumn>(0))?
        .map(|id| id.map(|column| column.0))
        .collect()
}
