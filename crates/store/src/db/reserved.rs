//! A connection that is set apart from the pools.

use sqlx::{PgPool, SqlitePool};

use super::sql::Statement;
use super::{Db, Pools, Row, connect, on, tx};
use crate::StoreError;

/// One connection for one purpose, made again when it breaks.
pub(crate) enum Reserved {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Db {
    /// A connection that nobody else uses, made with its first statement in the runtime that runs it.
    pub(crate) fn reserve(&self) -> Reserved {
        match &self.0.pools {
            Pools::Sqlite(pools) => Reserved::Sqlite(match &pools.options {
                Some(options) => connect::one_sqlite().connect_lazy_with(options.clone()),
                None => pools.write.clone(),
            }),
            Pools::Postgres(pools) => {
                Reserved::Postgres(connect::one_postgres().connect_lazy_with(pools.options.clone()))
            }
        }
    }
}

impl Reserved {
    /// One statement, a transaction of its own.
    pub(crate) async fn fetch(&self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
        on!(self, pool => tx::run::fetch(pool, table, statement).await)
    }

    pub(crate) async fn close(self) {
        on!(&self, pool => pool.close().await);
    }
}
