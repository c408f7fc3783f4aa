//! What is in files goes when their time has come.

use std::time::Duration;

use engine::Duty;
use futures::future::BoxFuture;
use model::AppError;
use store::Db;

/// The duty. Any number of workers may have it: a part is removed once, by whoever comes first.
pub struct ExpireExports;

impl Duty for ExpireExports {
    fn name(&self) -> &'static str {
        "expire exports"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(async move {
            db.remove_expired_exports().await?;
            Ok(())
        })
    }
}
