//! The account, the tenants and the files of the demonstration. Everything here may have been done by an earlier start.

use std::path::Path;

use app::people::{NewAccount, set_up};
use app::tenants::{CredentialInput, TenantInput, add_tenant};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::AppError;
use model::cloud::Clouds;
use model::ids::UserId;
use secrecy::SecretString;
use store::{Db, TenantScope};

use super::{CLOUD, tenants};

/// The account to sign in with.
const EMAIL: &str = "demo@tenantatlas.example";

/// Who signs in, and how.
pub(crate) struct Account {
    /// The account.
    pub(crate) user: UserId,
    /// Its address.
    pub(crate) email: &'static str,
    /// Its password; new at each start, so that an old terminal's is worth nothing.
    pub(crate) password: String,
}

/// Makes the account, or gives it a new password.
pub(crate) async fn account(db: &Db) -> Result<Account, AppError> {
    let password = URL_SAFE_NO_PAD.encode(db.ambient().bytes::<12>());
    let secret = SecretString::from(password.clone());
    let user = match db.people().by_email(EMAIL).await? {
        Some(person) => {
            let hash = app::people::password::hash(db.ambient(), secret).await?;
            db.people().set_password(person.id, &hash).await?;
            person.id
        }
        None => {
            set_up(db, NewAccount { email: EMAIL.into(), name: "Demo administrator".into(), password: secret }, None)
                .await?
        }
    };
    Ok(Account { user, email: EMAIL, password })
}

/// Adds the tenants that are not there yet; all of them in the order of the specs.
pub(crate) async fn tenants(db: &Db, clouds: &Clouds, user: UserId) -> Result<Vec<TenantScope>, AppError> {
    let known = db.tenants().list_for(user).await?;
    let mut scopes = Vec::new();
    for spec in tenants::specs() {
        let found = known.iter().find(|card| card.tenant.directory_id.eq_ignore_ascii_case(&spec.tenant_id));
        let id = match found {
            Some(card) => card.tenant.id,
            None => {
                let input = TenantInput {
                    display_name: spec.display_name,
                    directory_id: spec.tenant_id,
                    primary_domain: spec.primary_domain,
                    cloud: CLOUD.into(),
                    client_id: spec.client_id,
                    credential: CredentialInput::secret(spec.client_secret),
                };
                add_tenant(db, clouds, user, input).await?
            }
        };
        scopes.push(db.authorise(user, id).await?);
    }
    Ok(scopes)
}

/// Removes the demonstration's own files and nothing else: the folder may hold more.
pub(crate) fn forget(data: &Path) -> std::io::Result<()> {
    for name in ["demo.db", "demo.db-wal", "demo.db-shm", "demo.key", "demo.serve.lock"] {
        match std::fs::remove_file(data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
