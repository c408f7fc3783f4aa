//! `tenantatlas user …`

use app::people::{NewAccount, add_account, set_up};
use model::{Ambient, AppError};
use store::Actor;

use crate::args::User;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;
use crate::secret::read_secret;

/// Creates an account; whoever can read the database and its key may. The first one manages the installation.
pub(crate) async fn run(args: User, settings: Settings, output: Output) -> Result<Exit, AppError> {
    let User::Add { email, name } = args;
    let password = read_secret("TENANTATLAS_PASSWORD", "Password")?;
    let db = settings.open(&Ambient::system()).await?;
    let account = NewAccount { email, name, password };
    let first = db.people().count().await? == 0;
    let id = if first {
        set_up(&db, account, None).await?
    } else {
        add_account(&db, account, false, Actor { user: None, name: "command line".to_owned() }, None).await?
    };
    output.document(&serde_json::json!({ "user": id }));
    output.line(format!("Added: {id}"));
    if first {
        output.line("Next: tenantatlas tenant add");
    }
    Ok(Exit::Success)
}
