//! Transactions and rows, the same for both engines.

use model::ids::Id;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Row as _, Sqlite};
use uuid::Uuid;

use super::Engine;
use super::lent::Lent;
use super::sql::{Arg, Statement};
use crate::StoreError;

/// An open write transaction. Dropped without a commit it leaves nothing behind.
pub(crate) enum Tx {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(Lent),
}

impl Tx {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Rows of `table`. Never one row only: on SQLite a RETURNING that is not read to its end never checkpoints.
    pub(crate) async fn fetch(&mut self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(tx) => run::fetch(&mut **tx, table, statement).await,
            Self::Postgres(lent) => run::fetch(lent, table, statement).await,
        }
    }

    /// The number of rows it touched.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(tx) => {
                let mut touched = 0;
                for part in statement.in_parts() {
                    touched += run::execute(&mut **tx, part).await?;
                }
                Ok(touched)
            }
            Self::Postgres(lent) => run::execute(lent, statement).await,
        }
    }

    /// A database that goes away while it commits may have committed: that is an error of its own.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let committed = match self {
            Self::Sqlite(tx) => tx.commit().await.map_err(StoreError::from),
            Self::Postgres(lent) => lent.commit().await,
        };
        committed.map_err(|error| match error {
            StoreError::Unreachable(source) => StoreError::CommitUnknown(source),
            other => other,
        })
    }
}

/// How one engine runs a statement: written twice by a macro, because sqlx's executors share no object-safe trait.
pub(super) mod run {
    use super::*;

    pub(crate) trait Executes {
        async fn fetch(self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError>;
        async fn execute(self, statement: Statement) -> Result<u64, StoreError>;
    }

    macro_rules! executes {
        ($database:ident, $engine:expr, $arguments:ident, $($executor:ty),*) => {$(
            impl Executes for $executor {
                async fn fetch(self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
                    let (text, args) = statement.for_engine($engine);
                    let rows = sqlx::query_with(AssertSqlSafe(text), $arguments(args)?).fetch_all(self).await?;
                    Ok(rows.into_iter().map(|inner| Row { table, inner: Inner::$database(inner) }).collect())
                }
                async fn execute(self, statement: Statement) -> Result<u64, StoreError> {
                    let (text, args) = statement.for_engine($engine);
                    Ok(sqlx::query_with(AssertSqlSafe(text), $arguments(args)?).execute(self).await?.rows_affected())
                }
            }
        )*};
    }
    executes!(Sqlite, Engine::Sqlite, sqlite_arguments, &mut sqlx::SqliteConnection, &sqlx::SqlitePool);
    executes!(Postgres, Engine::Postgres, postgres_arguments, &mut sqlx::PgConnection);

    impl Executes for &mut Lent {
        async fn fetch(self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
            self.ask(async |connection| connection.fetch(table, statement).await).await
        }
        async fn execute(self, statement: Statement) -> Result<u64, StoreError> {
            self.ask(async |connection| connection.execute(statement).await).await
        }
    }

    impl Executes for &sqlx::PgPool {
        async fn fetch(self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
            Lent::of(self).await?.fetch(table, statement).await
        }
        async fn execute(self, statement: Statement) -> Result<u64, StoreError> {
            Lent::of(self).await?.execute(statement).await
        }
    }

    pub(crate) async fn fetch(
        by: impl Executes,
        table: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, StoreError> {
        by.fetch(table, statement).await
    }

    pub(crate) async fn execute(by: impl Executes, statement: Statement) -> Result<u64, StoreError> {
        by.execute(statement).await
    }

    macro_rules! arguments {
        ($name:ident, $arguments:ty, $column:path) => {
            fn $name(args: Vec<Arg>) -> Result<$arguments, StoreError> {
                let mut bound = <$arguments>::default();
                bound.reserve(args.len(), args.len() * 16);
                for arg in args {
                    match arg {
                        Arg::Int(value) => bound.add(value),
                        Arg::Text(value) => bound.add(value.map(without_nul)),
                        Arg::Bytes(value) => bound.add(value),
                        Arg::Id(value) => bound.add(value),
                        Arg::Flag(value) => bound.add(value),
                        Arg::Column(values) => $column(&mut bound, values),
                    }
                    .map_err(sqlx::Error::Encode)?;
                }
                Ok(bound)
            }
        };
    }
    arguments!(sqlite_arguments, SqliteArguments, no_array);
    arguments!(postgres_arguments, PgArguments, add_array);

    fn no_array(_: &mut SqliteArguments, _: Vec<Arg>) -> Result<(), sqlx::error::BoxDynError> {
        unreachable!("SQLite is never given an array")
    }

    /// The kind of the first value is the kind of the array.
    fn add_array(bound: &mut PgArguments, values: Vec<Arg>) -> Result<(), sqlx::error::BoxDynError> {
        macro_rules! array {
            ($kind:ident, $value:ident => $kept:expr) => {{
                let kept = values.into_iter().map(|arg| match arg {
                    Arg::$kind($value) => Ok($kept),
                    _ => Err("a column holds values of two kinds"),
                });
                bound.add(kept.collect::<Result<Vec<_>, _>>()?)
            }};
        }
        match values.first() {
            None | Some(Arg::Int(_)) => array!(Int, value => value),
            Some(Arg::Text(_)) => array!(Text, value => value.map(without_nul)),
            Some(Arg::Bytes(_)) => array!(Bytes, value => value),
            Some(Arg::Id(_)) => array!(Id, value => value),
            Some(Arg::Flag(_)) => array!(Flag, value => value),
            Some(Arg::Column(_)) => Err("an array holds no arrays".into()),
        }
    }
}

/// PostgreSQL's text holds no NUL. JSON text writes it escaped, so only a name or a message from outside can have one.
pub(super) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// One row, which knows its table, so that a value that cannot be read names table, column and row.
pub(crate) struct Row {
    table: &'static str,
    inner: Inner,
}

enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A type that both engines read from a column.
pub(crate) trait Column: Sized {
    fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error>;
}

macro_rules! columns {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error> {
                match &row.inner {
                    Inner::Sqlite(inner) => inner.try_get(column),
                    Inner::Postgres(inner) => inner.try_get(column),
                }
            }
        }
    )*};
}
columns!(i64, Option<i64>, bool, String, Option<String>, Vec<u8>, Option<Vec<u8>>, Uuid, Option<Uuid>);

impl Row {
    pub(crate) fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        T::read(self, column).map_err(|source| self.inconsistent(column, source.to_string()))
    }

    pub(crate) fn id<I: Id>(&self, column: &'static str) -> Result<I, StoreError> {
        Ok(I::from_uuid(self.get(column)?))
    }

    pub(crate) fn optional_id<I: Id>(&self, column: &'static str) -> Result<Option<I>, StoreError> {
        Ok(self.get::<Option<Uuid>>(column)?.map(I::from_uuid))
    }

    /// A word of one of our enums.
    pub(crate) fn word<T: std::str::FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        text.parse().map_err(|_| self.inconsistent(column, format!("unknown word {text:?}")))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|source| self.inconsistent(column, source.to_string()))
    }

    /// A number that is never negative.
    pub(crate) fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| self.inconsistent(column, format!("negative count {number}")))
    }

    pub(crate) fn inconsistent(&self, column: &'static str, why: String) -> StoreError {
        let row = Uuid::read(self, "id").map(|id| id.to_string()).unwrap_or_default();
        StoreError::inconsistent(self.table, column, row, why)
    }
}
