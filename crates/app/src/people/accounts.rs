//! Accounts: the first start, further accounts, passwords.

use model::AppError;
use model::ids::UserId;
use model::text::one_line;
use secrecy::SecretString;
use store::{Actor, AuditEntry, Db, NewUser};

use super::password;

/// What a person enters for an account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// E-mail address to sign in with.
    pub email: String,
    /// Name to show.
    pub name: String,
    /// Password.
    pub password: SecretString,
}

/// Creates the first account, which manages the installation. Of two that race, one gets `setup.done`.
pub async fn set_up(db: &Db, account: NewAccount, address: Option<&str>) -> Result<UserId, AppError> {
    let user = prepared(db, account, true).await?;
    let name = user.name.clone();
    let id = db.people().first_owner(user).await?;
    audit(db, Actor { user: Some(id), name }, "user.set_up", id, address).await?;
    Ok(id)
}

/// Creates a further account. The caller has checked that the actor may.
pub async fn add_account(
    db: &Db,
    account: NewAccount,
    platform_admin: bool,
    actor: Actor,
    address: Option<&str>,
) -> Result<UserId, AppError> {
    let user = prepared(db, account, platform_admin).await?;
    let id = db.people().create(user).await?;
    audit(db, actor, "user.create", id, address).await?;
    Ok(id)
}

/// Changes a person's own password and ends all their sessions.
pub async fn change_password(
    db: &Db,
    user: UserId,
    old: SecretString,
    new: SecretString,
    address: Option<&str>,
) -> Result<(), AppError> {
    let person = db.people().by_id(user).await?.ok_or_else(AppError::not_found)?;
    if !password::verify(old, person.password_hash).await? {
        return Err(AppError::invalid("password.wrong", "The current password is not right"));
    }
    password::check(&new, &person.email)?;
    let hash = password::hash(db.ambient(), new).await?;
    db.people().set_password(user, &hash).await?;
    db.sessions().revoke_all_of(user).await?;
    audit(db, Actor { user: Some(user), name: person.name }, "user.change_password", user, address).await
}

async fn audit(db: &Db, actor: Actor, action: &str, object: UserId, address: Option<&str>) -> Result<(), AppError> {
    let entry = AuditEntry {
        tenant: None,
        actor,
        address: address.map(str::to_owned),
        action: action.to_owned(),
        object: Some(object.to_string()),
        run: None,
        outcome: "done".to_owned(),
        detail: None,
    };
    Ok(db.audit().record(entry).await?)
}

async fn prepared(db: &Db, account: NewAccount, platform_admin: bool) -> Result<NewUser, AppError> {
    let email = checked_email(&account.email)?;
    let name = one_line(&account.name, 120)
        .ok_or_else(|| AppError::invalid("account.name", "The name needs 1 to 120 characters on one line"))?
        .to_owned();
    password::check(&account.password, &email)?;
    let password_hash = password::hash(db.ambient(), account.password).await?;
    Ok(NewUser { email, name, password_hash: Some(password_hash), platform_admin })
}

/// Lower case and trimmed; refused when it cannot be an address.
pub fn checked_email(text: &str) -> Result<String, AppError> {
    let email = text.trim().to_lowercase();
    let shape = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'));
    if !shape || email.len() > 254 || email.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(
            AppError::invalid("account.email", "This is not an e-mail address").hint("It looks like anna@example.com")
        );
    }
    Ok(email)
}

#[cfg(test)]
mod tests {
    use super::checked_email;

    #[test]
    fn addresses_are_compared_in_lower_case_and_nonsense_is_refused() {
        assert_eq!(checked_email(" Anna@Example.com ").unwrap(), "anna@example.com");
        for wrong in ["", "anna", "@example.com", "anna@example", "a b@example.com", "a@b@c.de"] {
            assert_eq!(checked_email(wrong).unwrap_err().code, "account.email", "{wrong}");
        }
    }
}
