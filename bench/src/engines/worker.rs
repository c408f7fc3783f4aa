//! Our worker: the product's engine in a process of its own, with jobs that do next to nothing.

use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use clap::Args;
use engine::{Catalogue, Ending, Engine, EngineConfig, RunCtx, RunType};
use futures::future::BoxFuture;
use model::Ambient;
use model::ids::RunId;
use model::run::{Definition, Failure as RunFailure};
use store::{Db, Keyring};
use tokio_util::sync::CancellationToken;

use super::clock::{self, Nanos};
use crate::Failure;
use crate::ledger::handlers::{NO_OP, info, item};

/// `worker`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Address of the database.
    #[arg(long, env = "BENCH_DATABASE", hide_env_values = true)]
    database: String,
    /// File with the database's key.
    #[arg(long)]
    key: PathBuf,
    /// Runs that it holds at a time.
    #[arg(long)]
    slots: usize,
    /// What each run does.
    #[command(flatten)]
    work: Work,
}

/// What each run does.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Work {
    /// Takes so many milliseconds.
    #[arg(long, default_value_t = 0)]
    pub(crate) nap_ms: u64,
    /// Records one item.
    #[arg(long)]
    pub(crate) item: bool,
    /// Never ends.
    #[arg(long)]
    pub(crate) endless: bool,
}

/// Works until its input ends.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let db = Db::open(&arguments.database.parse()?, Keyring::from_file(&arguments.key), Ambient::system()).await?;
    let (sender, moments) = channel();
    let saying = std::thread::spawn(move || say(&moments));
    let config = EngineConfig { slots: arguments.slots, ..EngineConfig::default() };
    let catalogue = Catalogue::default().with(Handler { work: arguments.work, entered: sender });
    let engine = Engine::new(db.clone(), catalogue, config, info(&db));
    let stop = CancellationToken::new();
    let token = stop.clone();
    engine.announce().await?;
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    std::thread::spawn(move || {
        // Whatever ends the input ends the worker.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        token.cancel();
    });
    engine.run(stop).await?;
    drop(engine);
    db.close().await;
    saying.join().map_err(|_| "the output broke")?
}

/// Prints what it hears, in larger pieces when it hears much.
fn say(moments: &Receiver<(RunId, Nanos)>) -> Result<(), Failure> {
    let mut output = BufWriter::new(std::io::stdout());
    while let Ok(mut moment) = moments.recv() {
        loop {
            writeln!(output, "{} {}", moment.0, moment.1)?;
            match moments.try_recv() {
                Ok(next) => moment = next,
                Err(_) => break,
            }
        }
        output.flush()?;
    }
    Ok(())
}

struct Handler {
    work: Work,
    entered: Sender<(RunId, Nanos)>,
}

impl RunType for Handler {
    fn definition(&self) -> &'static Definition {
        &NO_OP
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move {
            match self.work_on(ctx).await {
                Ok(()) => Ending::Done { reason: None, failures: Vec::new() },
                Err(_) => Ending::Fail(RunFailure::new("bench.failed", "The measurement could not do its work")),
            }
        })
    }
}

impl Handler {
    async fn work_on(&self, ctx: &RunCtx) -> Result<(), Failure> {
        self.entered.send((ctx.run.id, clock::now()?))?;
        if self.work.endless {
            return std::future::pending().await;
        }
        if self.work.nap_ms > 0 {
            tokio::time::sleep(Duration::from_millis(self.work.nap_ms)).await;
        }
        if self.work.item {
            ctx.db.ledger().record(&ctx.lease, vec![item("settingsCatalog/1".to_owned())]).await?;
        }
        Ok(())
    }
}
