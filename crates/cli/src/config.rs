//! Settings from the command line and the environment, turned into what the rooms need.

use std::path::{Path, PathBuf};

use model::cloud::{Cloud, Clouds};
use model::{Ambient, AppError, Kind};
use store::{DatabaseUrl, Db, Keyring};

use crate::args::Global;

/// Where the database is and how it is opened.
pub(crate) struct Settings {
    /// The database.
    pub(crate) database: DatabaseUrl,
    /// The encryption key, or where it is.
    pub(crate) keys: Keyring,
    /// The clouds this installation knows.
    pub(crate) clouds: Clouds,
}

impl Settings {
    /// Reads them; a wrong one names itself.
    pub(crate) fn read(global: &Global) -> Result<Self, AppError> {
        let database: DatabaseUrl = global.database.parse()?;
        let keys = keyring(global, &database)?;
        Ok(Self { database, keys, clouds: clouds(std::env::var("TENANTATLAS_CLOUDS").ok().as_deref())? })
    }

    /// Opens a database that is there. A command that only reads or works on what is there makes none: a path that
    /// was typed wrong would otherwise look like an empty installation.
    pub(crate) async fn open_existing(&self, ambient: &Ambient) -> Result<Db, AppError> {
        match self.database.sqlite_path().filter(|path| !path.exists()) {
            Some(path) => Err(no_database(path)),
            None => self.open(ambient).await,
        }
    }

    /// Opens the database with its key; makes both when they are not there yet.
    pub(crate) async fn open(&self, ambient: &Ambient) -> Result<Db, AppError> {
        Ok(Db::open(&self.database, self.keys.clone(), ambient.clone()).await?)
    }
}

fn no_database(path: &Path) -> AppError {
    AppError::new(Kind::NotFound, "database.not_there", format!("There is no database at {}", path.display()))
        .hint("Check --database and TENANTATLAS_DATABASE, or set one up with tenantatlas serve")
}

/// The key from the environment, or from the file that is named, or from the one beside the database.
fn keyring(global: &Global, database: &DatabaseUrl) -> Result<Keyring, AppError> {
    if let Ok(key) = std::env::var("TENANTATLAS_KEY") {
        return Ok(Keyring::from_text(&key)?);
    }
    let beside = || database.sqlite_path().map(|path| path.with_extension("key"));
    let path = global.key_file.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("tenantatlas.key"));
    Ok(Keyring::from_file(path))
}

/// `key=login_url,graph_url` entries separated by white space, each with `,unlimited` at its end where nobody enforces
/// Microsoft's limits; replaces or adds to the built-in clouds.
fn clouds(text: Option<&str>) -> Result<Clouds, AppError> {
    let mut clouds = Clouds::default();
    for entry in text.unwrap_or_default().split_whitespace() {
        clouds.add(cloud(entry).ok_or_else(|| {
            AppError::invalid("settings.clouds", "TENANTATLAS_CLOUDS has an entry that cannot be read")
                .hint("Write key=https://login.example,https://graph.example, entries separated by spaces")
        })?);
    }
    Ok(clouds)
}

fn cloud(entry: &str) -> Option<Cloud> {
    let (key, urls) = entry.split_once('=')?;
    let (login, graph, unlimited) = match urls.split(',').collect::<Vec<_>>()[..] {
        [login, graph] => (login, graph, false),
        [login, graph, "unlimited"] => (login, graph, true),
        _ => return None,
    };
    let origin = |url: &str| url.starts_with("http").then(|| url.trim_end_matches('/').to_owned());
    let (login_url, graph_url) = (origin(login)?, origin(graph)?);
    Some(Cloud { key: key.to_owned(), label: key.to_owned(), login_url, graph_url, unlimited })
}

#[cfg(test)]
mod tests {
    use super::clouds;

    #[test]
    fn a_cloud_can_be_added_and_a_wrong_entry_is_refused() {
        let known = clouds(Some("lab=http://127.0.0.1:1/,http://127.0.0.1:2")).unwrap();
        assert_eq!(known.get("lab").unwrap().login_url, "http://127.0.0.1:1");
        assert!(known.get("global").is_some());
        assert!(!known.get("lab").unwrap().unlimited);
        let known = clouds(Some("lab=http://127.0.0.1:1,http://127.0.0.1:2,unlimited")).unwrap();
        assert!(known.get("lab").unwrap().unlimited);
        for wrong in ["lab", "lab=http://127.0.0.1:1", "lab=http://127.0.0.1:1,http://127.0.0.1:2,fast"] {
            assert_eq!(clouds(Some(wrong)).unwrap_err().code, "settings.clouds");
        }
    }
}
