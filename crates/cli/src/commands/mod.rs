//! One file per command.

mod audit;
mod backup;
mod db;
mod demo;
mod dependencies;
mod doctor;
mod exchange;
mod inventory;
mod node;
mod policy;
mod queue;
mod run;
mod schedule;
mod serve;
mod sync;
mod tenant;
mod types;
mod user;
mod worker;

use model::AppError;

use crate::args::{Backup, Cli, Command};
use crate::config::Settings;
use crate::exit::Exit;
use crate::logging;
use crate::output::Output;
use crate::session::Session;

/// Runs the command.
pub(crate) async fn dispatch(cli: Cli, output: Output) -> Result<Exit, AppError> {
    let global = &cli.global;
    logging::start(match &cli.command {
        Command::Serve(_) | Command::Worker(_) => "info",
        _ => "error",
    });
    match cli.command {
        Command::Demo(args) => demo::run(args, output).await,
        Command::Serve(args) => serve::run(args, Settings::read(global)?, output).await,
        Command::Worker(args) => worker::run(args, Settings::read(global)?, output).await,
        Command::Migrate => migrate(&Settings::read(global)?, output).await,
        Command::Db(args) => db::run(args, Settings::read(global)?, output).await,
        Command::Doctor => doctor::run(global, output).await,
        Command::User(args) => user::run(args, Settings::read(global)?, output).await,
        Command::Tenant(args) => tenant::run(args, &Session::open(global, output).await?).await,
        Command::Sync(args) => sync::run(args, &Session::open(global, output).await?).await,
        Command::Inventory(args) => inventory::run(args, &Session::open(global, output).await?).await,
        Command::Dependencies(args) => dependencies::run(args, &Session::open(global, output).await?).await,
        Command::Policy(args) => policy::run(args, &Session::open(global, output).await?).await,
        Command::Backup(Backup::VerifyExport { path }) => exchange::verify(&path, output),
        Command::Backup(args) => backup::run(args, &Session::open(global, output).await?).await,
        Command::Export(args) => exchange::export(args, &Session::open(global, output).await?).await,
        Command::Import(args) => exchange::import(args, &Session::open(global, output).await?).await,
        Command::Run(args) => run::run(args, &Session::open(global, output).await?).await,
        Command::Schedule(args) => schedule::run(args, &Session::open(global, output).await?).await,
        Command::Queue(args) => queue::run(args, &Session::open(global, output).await?).await,
        Command::Audit(args) => audit::run(args, &Session::open(global, output).await?).await,
        Command::Types(args) => types::run(&args, output),
        Command::Node(args) => node::run(args, Settings::read(global)?, output).await,
    }
}

async fn migrate(settings: &Settings, output: Output) -> Result<Exit, AppError> {
    let migrated = store::Db::migrate(&settings.database).await?;
    output.document(&serde_json::json!({ "from": migrated.from, "to": migrated.to }));
    output.line(match migrated.to - migrated.from {
        0 => format!("The database already has schema {}. Nothing to do.", migrated.to),
        1 => format!("1 migration applied. The database now has schema {}.", migrated.to),
        applied => format!("{applied} migrations applied. The database now has schema {}.", migrated.to),
    });
    Ok(Exit::Success)
}
