//! Values on their way from one engine to the other: read by the kind of the target's column, hashed alike on both sides.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, ValueRef as _};
use uuid::Uuid;

use super::super::sql::Arg;
use crate::StoreError;

/// The kind of a column, as PostgreSQL names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Bytes,
    Int,
    Text,
    Flag,
}

impl Kind {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Id,
            "bytea" => Self::Bytes,
            "int8" => Self::Int,
            "text" => Self::Text,
            "bool" => Self::Flag,
            _ => return None,
        })
    }
}

/// Reads a column of either engine's row.
macro_rules! reads {
    ($name:ident, $row:ty) => {
        pub(super) fn $name(row: &$row, column: &str, kind: Kind) -> Result<Arg, StoreError> {
            Ok(match kind {
                Kind::Id => Arg::Id(row.try_get::<Option<Uuid>, _>(column)?),
                Kind::Bytes => Arg::Bytes(row.try_get(column)?),
                Kind::Int => Arg::Int(row.try_get(column)?),
                Kind::Text => Arg::Text(row.try_get::<Option<String>, _>(column)?.map(super::super::tx::without_nul)),
                Kind::Flag => Arg::Flag(row.try_get(column)?),
            })
        }
    };
}
reads!(from_sqlite, SqliteRow);
reads!(from_postgres, PgRow);

/// SQLite's row number, which batches go by.
pub(super) fn row_number(row: &SqliteRow) -> Result<i64, StoreError> {
    debug_assert!(!row.try_get_raw("row_number").is_ok_and(|value| value.is_null()));
    Ok(row.try_get("row_number")?)
}

/// A hash of a whole row: equal on both sides exactly when the values are.
pub(super) fn hash(row: &[Arg]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for value in row {
        match value {
            Arg::Id(Some(id)) => part(&mut hasher, b'u', id.as_bytes()),
            Arg::Bytes(Some(bytes)) => part(&mut hasher, b'b', bytes),
            Arg::Int(Some(number)) => part(&mut hasher, b'i', &number.to_le_bytes()),
            Arg::Text(Some(text)) => part(&mut hasher, b't', text.as_bytes()),
            Arg::Flag(flag) => part(&mut hasher, b'f', &[u8::from(*flag)]),
            _ => part(&mut hasher, b'n', &[]),
        }
    }
    let mut first = [0; 16];
    hasher.finalize_xof().fill(&mut first);
    u128::from_le_bytes(first)
}

fn part(hasher: &mut blake3::Hasher, kind: u8, bytes: &[u8]) {
    hasher.update(&[kind]);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}
