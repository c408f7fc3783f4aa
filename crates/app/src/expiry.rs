//! What was kept for a time goes when that is over: parts of exported files, uploads, secrets that were entered for a restore.

use std::time::Duration;

use engine::Duty;
use futures::future::{BoxFuture, join3};
use model::AppError;
use store::Db;

/// The duty. Any number of workers may have it: each thing is removed once, by whoever comes first.
pub(crate) struct RemoveExpired;

impl Duty for RemoveExpired {
    fn name(&self) -> &'static str {
        "remove what has expired"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(async move {
            // All of them: one that cannot be removed keeps no other.
            let (exports, uploads, secrets) =
                join3(db.remove_expired_exports(), db.remove_expired_uploads(), db.remove_spent_secrets()).await;
            exports?;
            uploads?;
            secrets?;
            Ok(())
        })
    }
}
