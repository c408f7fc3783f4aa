//! The rows of an export, page after page: memory stays bounded however many there are. The same pages make a download,
//! the file of a run and the output of a command.

use jiff::Timestamp;
use model::AppError;
use model::ids::RunId;
use store::{Db, RunFilter, RunPageRequest, RunRow, StoreError, TenantScope};
use strum::{Display, EnumString};

use super::create_run::DEFINITION;
use super::csv;
use super::document::Run;
use super::start_create::{AT_ONCE_MAX, too_large};
use crate::operations::RunQuery;
use crate::starting::authorise;

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    /// For spreadsheets: one record a run, times as RFC 3339 in UTC.
    Csv,
    /// For programs: an array with the objects of the API, one a line.
    Json,
}

/// Rows read at a time for an answer.
const PAGE: usize = 250;

/// Columns of the CSV, named as in the API where it has the same.
const COLUMNS: [&str; 18] = [
    "id",
    "type",
    "label",
    "target",
    "status",
    "outcome",
    "initiator",
    "total",
    "processed",
    "succeeded",
    "failed",
    "skipped",
    "reason_code",
    "reason",
    "attempt",
    "created_at",
    "started_at",
    "completed_at",
];

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Result<Self, AppError> {
        name.parse().map_err(|_| {
            AppError::invalid("export.format", "An export is written as csv or as json").hint("Say format=csv")
        })
    }

    /// For `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// "operations-2026-11-23.csv", by the day in UTC.
    pub fn file_name(self, at_ms: i64) -> String {
        format!("operations-{}.{self}", day(at_ms))
    }

    fn head(self) -> String {
        match self {
            Self::Csv => {
                let mut text = csv::BYTE_ORDER_MARK.to_owned();
                csv::record(&mut text, COLUMNS);
                text
            }
            Self::Json => "[".to_owned(),
        }
    }

    fn row(self, text: &mut String, row: RunRow, is_first: bool) {
        match self {
            Self::Csv => record(text, &row),
            Self::Json => {
                text.push_str(if is_first { "\n" } else { ",\n" });
                text.push_str(&serde_json::to_string(&Run::from(row)).expect("a run is plain data"));
            }
        }
    }

    fn tail(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "\n]\n",
        }
    }
}

/// "2026-11-23", in UTC.
pub(super) fn day(at_ms: i64) -> String {
    time(at_ms).get(..10).unwrap_or("export").to_owned()
}

fn time(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).unwrap_or_default()
}

fn record(text: &mut String, row: &RunRow) {
    let number = |value: u64| value.to_string();
    let at = |value: Option<i64>| value.map(time).unwrap_or_default();
    let (code, sentence) =
        row.reason.as_ref().map(|reason| (reason.code.as_str(), reason.sentence.as_str())).unwrap_or_default();
    let (status, outcome) = (row.status.to_string(), row.outcome.to_string());
    let fields = [
        row.id.to_string(),
        row.run_type.clone(),
        row.label.clone(),
        row.target.clone(),
        status,
        outcome,
        row.initiator_name.clone(),
        row.counts.total.map(number).unwrap_or_default(),
        number(row.counts.processed),
        number(row.counts.succeeded),
        number(row.counts.failed),
        number(row.counts.skipped),
        code.to_owned(),
        sentence.to_owned(),
        row.attempt.to_string(),
        time(row.created_at),
        at(row.started_at),
        at(row.completed_at),
    ];
    csv::record(text, fields.iter().map(String::as_str));
}

/// An export under way.
#[derive(Debug)]
pub struct Pages {
    filter: RunFilter,
    format: Format,
    limit: usize,
    written: u64,
    before: Option<RunId>,
    over: bool,
}

/// One page as it is written.
#[derive(Debug)]
pub struct ExportPage {
    /// With what stands before the first row and behind the last one.
    pub bytes: Vec<u8>,
    /// Rows in it.
    pub rows: u64,
    /// The run behind which the next page begins; absent on the last one.
    pub position: Option<RunId>,
}

impl Pages {
    /// From the newest row on.
    pub fn new(filter: RunFilter, format: Format, limit: usize) -> Self {
        Self { filter, format, limit, written: 0, before: None, over: false }
    }

    /// From behind this run on, where so many rows were written before.
    #[must_use]
    pub fn behind(self, position: Option<RunId>, written: u64) -> Self {
        Self { before: position, written, ..self }
    }

    /// The next page; nothing behind the last one. Runs that are started meanwhile are not in it: pages go back in time.
    pub async fn next(&mut self, db: &Db, scope: &TenantScope) -> Result<Option<ExportPage>, StoreError> {
        if self.over {
            return Ok(None);
        }
        let request = RunPageRequest { before: self.before, after: None, limit: self.limit };
        let page = db.tenant(scope).runs().list(&self.filter, &request).await?;
        let mut text = if self.written == 0 { self.format.head() } else { String::new() };
        let rows = page.rows.len() as u64;
        for row in page.rows {
            self.format.row(&mut text, row, self.written == 0);
            self.written += 1;
        }
        self.before = page.older;
        self.over = page.older.is_none();
        if self.over {
            text.push_str(self.format.tail());
        }
        Ok(Some(ExportPage { bytes: text.into_bytes(), rows, position: page.older }))
    }
}

/// Begins an export that is answered at once; one with too many rows for that is refused. Wants the capability. Audited.
pub async fn begin_at_once(
    db: &Db,
    scope: &TenantScope,
    query: RunQuery,
    format: Format,
    now_ms: i64,
) -> Result<Pages, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let filter = query.checked()?.filter(scope.actor().user, now_ms);
    let tenant = db.tenant(scope);
    let rows = tenant.runs().counts(&filter).await?.total();
    if rows > AT_ONCE_MAX {
        return Err(too_large(rows));
    }
    tenant.audit().record("export.read", Some(&format!("{rows} operations as {format}")), "succeeded", None).await?;
    Ok(Pages::new(filter, format, PAGE))
}
