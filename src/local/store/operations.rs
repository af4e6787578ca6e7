//! Table `operations`: long-running operations, and the jobs that carry them out.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::columns::{Json, UuidColumn, Word};
use super::key::Key;
use super::words;
use crate::arm::error::ErrorDetail;

words! {
    /// How a client learns the end: by the operation's status, or by the status code of its location.
    Style { AsyncOperation, Location }
}

words! {
    /// Who brings an operation to its end.
    Job {
        /// The job driver: checks a submitted template and fetches its files.
        SubmitTemplate,
        /// The job driver.
        DeleteTemplate,
        /// The job driver: a gallery image version or a managed image.
        DeleteImage,
        /// The job driver.
        DeleteResourceGroup,
        /// Nobody: a trigger stands, or is gone, with the answer to its request.
        CreateTrigger,
        /// Nobody, as [`Job::CreateTrigger`].
        DeleteTrigger,
        /// The worker of the run.
        Run,
        /// The worker of the run that is to be canceled.
        Cancel,
    }
}

words! {
    /// State of an operation, in ARM's words.
    Status { InProgress, Succeeded, Failed, Canceled }
}

/// One long-running operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    pub(crate) id: Uuid,
    pub(crate) location: String,
    pub(crate) style: Style,
    pub(crate) job: Job,
    pub(crate) target: Key,
    /// The run of [`Job::Run`] and [`Job::Cancel`].
    pub(crate) run: Option<Uuid>,
    pub(crate) status: Status,
    pub(crate) error: Option<ErrorDetail>,
    /// RFC 3339, UTC.
    pub(crate) started_at: String,
    pub(crate) ended_at: Option<String>,
}

impl Operation {
    pub(crate) fn begin(job: Job, style: Style, target: &Key, location: &str) -> Self {
        Self {
            id: Uuid::new_v4(),
            location: location.to_owned(),
            style,
            job,
            target: target.clone(),
            run: None,
            status: Status::InProgress,
            error: None,
            started_at: Timestamp::now().to_string(),
            ended_at: None,
        }
    }

    /// An operation that has ended well with the request that began it.
    pub(crate) fn done(job: Job, style: Style, target: &Key, location: &str) -> Self {
        let begun = Self::begin(job, style, target, location);
        Self {
            status: Status::Succeeded,
            ended_at: Some(begun.started_at.clone()),
            ..begun
        }
    }

    pub(crate) fn of_run(self, run: Uuid) -> Self {
        Self { run: Some(run), ..self }
    }

    /// Time since it began; below zero when the clock was set back.
    pub(crate) fn age(&self) -> SignedDuration {
        let started = self.started_at.parse::<Timestamp>();
        started.map_or(SignedDuration::ZERO, |started| Timestamp::now().duration_since(started))
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, UuidColumn>("id")?.0,
            location: row.get("location")?,
            style: row.get::<_, Word<Style>>("style")?.0,
            job: row.get::<_, Word<Job>>("job")?.0,
            target: row.get("target_key")?,
            run: row.get::<_, Option<UuidColumn>>("run_id")?.map(|column| column.0),
            status: row.get::<_, Word<Status>>("status")?.0,
            error: row.get::<_, Option<Json<ErrorDetail>>>("error")?.map(|json| json.0),
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
        })
    }
}

pub(crate) fn insert(connection: &Connection, operation: &Operation) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO operations (id, location, style, job, target_key, run_id, status, error, started_at, ended_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            UuidColumn(operation.id),
            operation.location,
            Word(operation.style),
            Word(operation.job),
            operation.target,
            operation.run.map(UuidColumn),
            Word(operation.status),
            operation.error.as_ref().map(Json),
            operation.started_at,
            operation.ended_at,
        ])
        .map(drop)
}

pub(crate) fn get(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Operation>> {
    connection
        .prepare_cached("SELECT * FROM operations WHERE id = ?1")?
        .query_row([UuidColumn(id)], Operation::from_row)
        .optional()
}

/// The operation in progress on a resource that is carried out by `job`.
pub(crate) fn in_progress_on(connection: &Connection, target: &Key, job: Job) -> rusqlite::Result<Option<Operation>> {
    connection
        .prepare_cached(
            "SELECT * FROM operations WHERE status = 'InProgress' AND target_key = ?1 AND job = ?2 LIMIT 1",
        )?
        .query_row(params![target, Word(job)], Operation::from_row)
        .optional()
}

/// Everything in progress.
pub(crate) fn in_progress(connection: &Connection) -> rusqlite::Result<Vec<Operation>> {
    connection
        .prepare_cached("SELECT * FROM operations WHERE status = 'InProgress'")?
        .query_map([], Operation::from_row)?
        .collect()
}

/// Ends an operation; one that has ended keeps its end.
pub(crate) fn end(
    connection: &Connection,
    id: Uuid,
    status: Status,
    error: Option<&ErrorDetail>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE operations SET status = ?2, error = ?3, ended_at = ?4 WHERE id = ?1 AND status = 'InProgress'",
        )?
        .execute(params![
            UuidColumn(id),
            Word(status),
            error.map(Json),
            Timestamp::now().to_string()
        ])
        .map(drop)
}

/// Ends the operations of one kind that wait for a run.
pub(crate) fn end_of_run(
    connection: &Connection,
    run: Uuid,
    job: Job,
    status: Status,
    error: Option<&ErrorDetail>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE operations SET status = ?3, error = ?4, ended_at = ?5 WHERE run_id = ?1 AND job = ?2 AND status = 'InProgress'",
        )?
        .execute(params![UuidColumn(run), Word(job), Word(status), error.map(Json), Timestamp::now().to_string()])
        .map(drop)
}

/// Forgets operations that ended before `time` (RFC 3339, UTC).
pub(crate) fn forget_ended_before(connection: &Connection, time: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM operations WHERE ended_at < ?1")?
        .execute([time])
        .map(drop)
}
