//! `tenantatlas`: one binary, its roles as commands.

mod args;
mod commands;
mod config;
mod exit;
mod follow;
mod json;
mod logging;
mod new_file;
mod output;
mod runtime;
mod secret;
mod session;
mod stop;
mod when;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::exit::Exit;
use crate::output::Output;

/// A sync makes and drops millions of small values on several threads (decision 0033).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.global.json);
    let runtime = match runtime::start() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.error(&model::AppError::internal(error));
            return Exit::Internal.into();
        }
    };
    let result = runtime.block_on(commands::dispatch(cli, output));
    // Blocking work that nobody waits for any more (a password being hashed) must not hold the exit.
    runtime.shutdown_background();
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            if error.kind == model::Kind::Internal {
                // The sentence sends a person to the log, so the cause has to be there.
                tracing::error!(cause = ?error, "a defect");
            }
            output.error(&error);
            Exit::from(&error).into()
        }
    }
}
