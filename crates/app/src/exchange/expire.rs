//! What was sent for imports goes when its time has come.

use std::time::Duration;

use engine::Duty;
use futures::future::BoxFuture;
use model::AppError;
use store::Db;

/// The duty. Any number of workers may have it.
pub struct ExpireUploads;

impl Duty for ExpireUploads {
    fn name(&self) -> &'static str {
        "expire uploads"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(async move {
            db.remove_expired_uploads().await?;
            Ok(())
        })
    }
}
