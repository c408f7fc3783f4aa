//! `tenantatlas worker`

use model::{Ambient, AppError};

use crate::args::Worker;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;
use crate::session::worker;
use crate::stop::on_signal;

/// Works until it is told to stop.
pub(crate) async fn run(args: Worker, settings: Settings, output: Output) -> Result<Exit, AppError> {
    let db = settings.open_existing(&Ambient::system()).await?;
    let engine = worker(&db, &settings, args.slots, "worker")?;
    let stop = on_signal();
    output.line(format!("Worker {} is ready.", engine.worker_id()));
    engine.run(stop).await.map_err(AppError::internal)?;
    db.close().await;
    Ok(Exit::Success)
}
