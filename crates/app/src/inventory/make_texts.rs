//! What was observed by an older version becomes searchable.

use std::time::Duration;

use engine::Duty;
use futures::future::BoxFuture;
use model::AppError;
use store::Db;

/// Objects in one transaction: few, because on SQLite nobody else writes meanwhile.
pub(super) const SLICE: usize = 50;
/// Slices at a time, so that a worker that stops is not kept.
pub(super) const SLICES: usize = 20;

/// The duty. With nothing to do it is one look at an index.
pub struct MakeTexts;

impl Duty for MakeTexts {
    fn name(&self) -> &'static str {
        "make settings searchable"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(async move {
            for _ in 0..SLICES {
                if db.make_texts(SLICE).await? == 0 {
                    break;
                }
            }
            Ok(())
        })
    }
}
