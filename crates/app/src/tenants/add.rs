//! Adds a tenant with its connection, everything checked before anything is written.

use std::collections::BTreeMap;

use model::AppError;
use model::cloud::Clouds;
use model::ids::{TenantId, UserId};
use model::text::one_line;
use store::{Db, NewTenant, Saved, TenantScope};

use super::CredentialInput;

/// What a person enters.
#[derive(Debug, Clone)]
pub struct TenantInput {
    /// Name to show.
    pub display_name: String,
    /// Directory id: a GUID.
    pub directory_id: String,
    /// For example contoso.com.
    pub primary_domain: String,
    /// Key of a known cloud.
    pub cloud: String,
    /// Application id: a GUID.
    pub client_id: String,
    /// Client secret or certificate.
    pub credential: CredentialInput,
}

/// Creates the tenant, its connection and the creator's ownership. Only a platform administrator may.
pub async fn add_tenant(db: &Db, clouds: &Clouds, creator: UserId, input: TenantInput) -> Result<TenantId, AppError> {
    let tenant = checked(clouds, &input)?;
    let credential = input.credential.checked(db.ambient().now_ms())?;
    let client_id = guid("connection.client_id", "The application (client) id", &input.client_id)?;
    let admin = db.people().by_id(creator).await?.is_some_and(|person| person.platform_admin);
    if !admin {
        return Err(AppError::forbidden("Only a platform administrator adds tenants")
            .hint("Ask one to add the tenant and to make you a member"));
    }
    let id = db.tenants().create(tenant, creator).await?;
    let scope = db.authorise(creator, id).await?;
    db.tenant(&scope).set_connection(&client_id, &credential).await?;
    Ok(id)
}

/// Replaces the credential of a tenant's connection. Where one has worked, the new one waits for its check.
pub async fn replace_connection(
    db: &Db,
    scope: &TenantScope,
    client_id: &str,
    credential: &CredentialInput,
) -> Result<Saved, AppError> {
    scope.require(model::access::Capability::ConnectionManage)?;
    let client_id = guid("connection.client_id", "The application (client) id", client_id)?;
    let credential = credential.checked(db.ambient().now_ms())?;
    db.tenant(scope).set_connection(&client_id, &credential).await
}

fn checked(clouds: &Clouds, input: &TenantInput) -> Result<NewTenant, AppError> {
    let display_name = line("tenant.name", "The name", &input.display_name)?;
    let primary_domain = domain(&input.primary_domain)?;
    let directory_id = guid("tenant.directory_id", "The directory id", &input.directory_id)?;
    if clouds.get(&input.cloud).is_none() {
        let known: Vec<_> = clouds.iter().map(|cloud| cloud.key.as_str()).collect();
        return Err(AppError::invalid("tenant.cloud", format!("There is no cloud \"{}\"", input.cloud))
            .hint(format!("Known clouds: {}", known.join(", "))));
    }
    Ok(NewTenant { display_name, directory_id, primary_domain, cloud: input.cloud.clone(), labels: BTreeMap::new() })
}

fn line(code: &'static str, what: &str, text: &str) -> Result<String, AppError> {
    one_line(text, 120)
        .map(str::to_owned)
        .ok_or_else(|| AppError::invalid(code, format!("{what} needs 1 to 120 characters on one line")))
}

fn guid(code: &'static str, what: &str, text: &str) -> Result<String, AppError> {
    let parsed = uuid::Uuid::try_parse(text.trim());
    parsed.map(|id| id.hyphenated().to_string()).map_err(|_| {
        AppError::invalid(code, format!("{what} is not a GUID"))
            .hint("Copy it from the app registration's overview; it looks like 1b4e28ba-2fa1-11d2-883f-0016d3cca427")
    })
}

fn domain(text: &str) -> Result<String, AppError> {
    let text = text.trim().trim_end_matches('.').to_lowercase();
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    if text.len() > 253 || !text.contains('.') || !text.split('.').all(label) {
        return Err(AppError::invalid("tenant.domain", "The primary domain is not a domain name")
            .hint("It looks like contoso.com"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> TenantInput {
        TenantInput {
            display_name: "Contoso".into(),
            directory_id: "1b4e28ba-2fa1-11d2-883f-0016d3cca427".into(),
            primary_domain: "contoso.com".into(),
            cloud: "global".into(),
            client_id: "1b4e28ba-2fa1-11d2-883f-0016d3cca428".into(),
            credential: CredentialInput::secret("a secret"),
        }
    }

    fn code(edit: impl FnOnce(&mut TenantInput)) -> &'static str {
        let mut wrong = input();
        edit(&mut wrong);
        checked(&Clouds::default(), &wrong).unwrap_err().code
    }

    #[test]
    fn each_wrong_field_is_named_by_its_code() {
        assert!(checked(&Clouds::default(), &input()).is_ok());
        assert_eq!(code(|input| input.display_name = " ".into()), "tenant.name");
        assert_eq!(code(|input| input.directory_id = "contoso".into()), "tenant.directory_id");
        assert_eq!(code(|input| input.primary_domain = "contoso".into()), "tenant.domain");
        assert_eq!(code(|input| input.cloud = "moon".into()), "tenant.cloud");
    }
}
