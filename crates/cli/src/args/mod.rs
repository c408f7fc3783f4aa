//! The command line.

mod audit;
mod backup;
mod exchange;
mod filter;
mod inventory;
mod policy;
mod queue;
mod schedule;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use audit::Audit;
pub(crate) use backup::Backup;
pub(crate) use exchange::{Export, Import};
pub(crate) use filter::RunFilterArgs;
pub(crate) use inventory::{DependenciesArgs, Inventory};
pub(crate) use policy::{Capture, Policy};
pub(crate) use queue::{Node, Queue};
pub(crate) use schedule::{OneSchedule, Schedule, ScheduleCreate};

/// A safety and history layer over Microsoft Intune.
#[derive(Debug, Parser)]
#[command(name = "tenantatlas", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What every command needs.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 worked, 2 wrong usage, 3 partially succeeded, 4 failed, 5 blocked, 6 cancelled, \
7 not found, 8 not allowed, 9 conflict, 10 unavailable, 1 defect. See docs/reference/exit-codes.md.";

/// They stand behind a command's own options, which are what one looks for.
const EVERYWHERE: &str = "Options of every command";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// SQLite file, or postgres://user:password@host/database.
    #[arg(long, global = true, help_heading = EVERYWHERE, env = "TENANTATLAS_DATABASE", hide_env_values = true, default_value = "tenantatlas.db")]
    pub(crate) database: String,
    /// File with the encryption key; made on first use beside a new database. TENANTATLAS_KEY holds the key itself.
    #[arg(long, global = true, help_heading = EVERYWHERE, env = "TENANTATLAS_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// E-mail address of the user to act as. Not needed while there is only one.
    #[arg(long = "as", value_name = "EMAIL", global = true, help_heading = EVERYWHERE, env = "TENANTATLAS_USER")]
    pub(crate) act_as: Option<String>,
    /// Print JSON, one document or one line per event.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show everything at work: three simulated tenants are synced, backed up and watched.
    Demo(Demo),
    /// Serve the web pages and the API, with a worker unless told otherwise.
    Serve(Serve),
    /// Execute operation runs; any number of workers may share one PostgreSQL database.
    Worker(Worker),
    /// Bring the database to this version's schema.
    Migrate,
    /// The database itself.
    #[command(subcommand)]
    Db(Database),
    /// Check the installation: what was found, what was expected, what to do.
    Doctor,
    /// Accounts that may sign in.
    #[command(subcommand)]
    User(User),
    /// Tenants and their connections.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Observe a tenant's configuration.
    Sync(Sync),
    /// What was observed of a tenant: list it, or find what sets something.
    Inventory(Inventory),
    /// What depends on what in a tenant.
    Dependencies(DependenciesArgs),
    /// Policies of a tenant.
    #[command(subcommand)]
    Policy(Policy),
    /// Backup sets.
    #[command(subcommand)]
    Backup(Backup),
    /// Write the configuration of a tenant into files: a folder, a ZIP archive or a git repository.
    Export(Export),
    /// Make a backup set of files that TenantAtlas or another tool has written.
    Import(Import),
    /// Operation runs.
    #[command(subcommand)]
    Run(Run),
    /// Backup schedules, and how often to check for changes
    #[command(subcommand)]
    Schedule(Schedule),
    /// Pauses and limits of the queue.
    #[command(subcommand)]
    Queue(Queue),
    /// Processes that serve or execute runs.
    #[command(subcommand)]
    Node(Node),
    /// Configuration types: what TenantAtlas can do with each, and why not more.
    Types(Types),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the demonstration's database and key.
    #[arg(long, default_value = ".demo")]
    pub(crate) data: PathBuf,
    /// Forget the last demonstration and start over.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Port of the web pages on 127.0.0.1.
    #[arg(long, default_value_t = 8480)]
    pub(crate) port: u16,
    /// Port of the simulated Microsoft Graph on 127.0.0.1.
    #[arg(long, default_value_t = 8481)]
    pub(crate) simulator_port: u16,
    /// Stop when all three tenants are synced and backed up.
    #[arg(long)]
    pub(crate) exit_when_ready: bool,
}

/// `types`
#[derive(Debug, Args)]
pub(crate) struct Types {
    /// Everything about this one, for example mobileApps.
    pub(crate) key: Option<String>,
}

/// `serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, env = "TENANTATLAS_LISTEN", default_value = "127.0.0.1:8480")]
    pub(crate) listen: SocketAddr,
    /// Where people reach the pages, for example https://atlas.example.com: Microsoft sends them back there. Without it, where
    /// the server listens, if that is an address of one machine and no proxy is in front.
    #[arg(long, env = "TENANTATLAS_PUBLIC_ADDRESS")]
    pub(crate) public_address: Option<String>,
    /// The pages are reached over HTTPS (through a proxy): cookies are then sent over HTTPS only.
    #[arg(long, env = "TENANTATLAS_HTTPS")]
    pub(crate) https: bool,
    /// Only serve; workers run elsewhere.
    #[arg(long)]
    pub(crate) no_worker: bool,
    /// Runs that the worker executes at a time.
    #[arg(long, default_value_t = 8)]
    pub(crate) slots: usize,
}

/// `worker`
#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// Runs to execute at a time.
    #[arg(long, default_value_t = 8)]
    pub(crate) slots: usize,
}

/// `db …`
#[derive(Debug, Subcommand)]
pub(crate) enum Database {
    /// Copy this SQLite database into an empty PostgreSQL database, row by row, and prove that they agree.
    Copy {
        /// postgres://user:password@host/database; better in TENANTATLAS_COPY_TO, where no process list shows it.
        #[arg(long, env = "TENANTATLAS_COPY_TO", hide_env_values = true)]
        to: String,
    },
}

/// `user …`
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Create an account; the first one manages the installation. The password is read from standard input.
    Add {
        /// E-mail address to sign in with.
        email: String,
        /// Name to show.
        #[arg(long)]
        name: String,
    },
}

/// `tenant …`
#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// Add a tenant and its connection. The client secret is read from standard input, or from TENANTATLAS_CLIENT_SECRET;
    /// none is with --certificate.
    Add(TenantAdd),
    /// The tenants you are a member of.
    List,
    /// Check sign-in, organisation and permissions of a tenant.
    Check {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
}

/// `tenant add`
#[derive(Debug, Args)]
pub(crate) struct TenantAdd {
    /// Name to show.
    #[arg(long)]
    pub(crate) name: String,
    /// Directory (tenant) id, a GUID.
    #[arg(long)]
    pub(crate) directory_id: String,
    /// Primary domain, for example contoso.com.
    #[arg(long)]
    pub(crate) domain: String,
    /// Cloud: global, us_gov_l4, us_gov_l5, china, or one from TENANTATLAS_CLOUDS.
    #[arg(long, default_value = "global")]
    pub(crate) cloud: String,
    /// Application (client) id of the app registration, a GUID.
    #[arg(long)]
    pub(crate) client_id: String,
    /// Sign in with this certificate and not with a secret: PEM with the certificate and its private key without a password.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
}

/// Names one tenant.
#[derive(Debug, Clone, Args)]
pub(crate) struct OneTenant {
    /// Tenant: its id (ten_…), directory id, primary domain or name.
    pub(crate) tenant: String,
}

/// Whether to wait for the run.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Waiting {
    /// Start the run and return at once.
    #[arg(long)]
    pub(crate) detach: bool,
}

/// `sync`
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// Only these configuration types (default: all).
    #[arg(long = "type", value_name = "KEY")]
    pub(crate) types: Vec<String>,
    /// Read the names of the directory's groups instead.
    #[arg(long, conflicts_with = "types")]
    pub(crate) groups: bool,
    /// Read only what the audit logs say has changed since the last such look.
    #[arg(long, conflicts_with_all = ["types", "groups", "object", "whole"])]
    pub(crate) changes: bool,
    /// Read only this object of the one type that --type names.
    #[arg(long, value_name = "ID", requires = "types", conflicts_with = "groups")]
    pub(crate) object: Option<String>,
    /// Read everything again, also that of which nothing tells that it changed.
    #[arg(long, conflicts_with = "object")]
    pub(crate) whole: bool,
    /// Waiting.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `run …`
#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    /// The newest runs of a tenant.
    List {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Which.
        #[command(flatten)]
        filter: RunFilterArgs,
    },
    /// Write the runs of a tenant into a file; more than 1,000 are written by a run.
    Export {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// Which.
        #[command(flatten)]
        filter: RunFilterArgs,
        /// csv for spreadsheets, or json with the objects of the API.
        #[arg(long, default_value = "csv")]
        format: String,
        /// The file to write; it must not be there yet. Not with --detach: `run file` writes it later.
        #[arg(long, value_name = "FILE", required_unless_present = "detach", conflicts_with = "detach")]
        out: Option<PathBuf>,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Write the file of an export that has ended.
    File {
        /// The run.
        #[command(flatten)]
        run: OneRun,
        /// The file to write; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// One run: what, when, how it ended, what is missing.
    Show(OneRun),
    /// Follow a run until it ends; exits with its outcome.
    Watch(OneRun),
    /// Cancel a run.
    Cancel(OneRun),
    /// Cancel every active run of a tenant that matches a filter, as one run.
    CancelMany {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// Which.
        #[command(flatten)]
        filter: RunFilterArgs,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Start a run again: only its failed items where they stand for themselves, or as a whole.
    Repeat {
        /// The run.
        #[command(flatten)]
        run: OneRun,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
}

/// Names one run.
#[derive(Debug, Args)]
pub(crate) struct OneRun {
    /// The run (run_…).
    pub(crate) run: model::ids::RunId,
}
