//! Admin consent. What the redirect says is no proof: the check that it starts is.

use model::AppError;
use model::access::Capability;
use model::cloud::Clouds;
use store::{Db, Purpose, TenantScope};

use super::away::{Answer, Back, Landed, send};
use super::start_check;
use crate::starting::Extra;

/// Where the person goes now, who is to let the application into the tenant.
pub async fn ask_consent(
    db: &Db,
    clouds: &Clouds,
    scope: &TenantScope,
    redirect_uri: &str,
) -> Result<String, AppError> {
    scope.require(Capability::ConnectionManage)?;
    send(db, clouds, scope, redirect_uri, (Purpose::Consent, None), |away| away.to_consent()).await
}

/// Granted, it starts the check that proves it.
pub(super) async fn take(db: &Db, back: Back, answer: &Answer<'_>) -> Result<Landed, AppError> {
    back.scope.require(Capability::ConnectionManage)?;
    let directory_id = db.tenant(&back.scope).info().await?.directory_id;
    let (outcome, problem) = judge(answer, &directory_id);
    back.end(db, outcome).await?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    let started = start_check(db, &back.scope, Extra::default()).await?;
    Ok(Landed::Consented(back.scope, started))
}

/// How it ended, for the audit, and what the person is told unless it ended well.
fn judge(answer: &Answer<'_>, directory_id: &str) -> (&'static str, Option<AppError>) {
    if answer.error.is_some() {
        return ("refused", Some(refused()));
    }
    let said_yes = answer.admin_consent.is_some_and(|said| said.eq_ignore_ascii_case("true"));
    match answer.tenant {
        Some(tenant) if said_yes && tenant.eq_ignore_ascii_case(directory_id) => ("granted", None),
        Some(_) if said_yes => ("mismatched", Some(other_directory())),
        _ => ("unreadable", Some(unreadable())),
    }
}

pub(super) fn refused() -> AppError {
    AppError::conflict("consent.refused", "Consent was not given")
        .hint("Have an administrator of the tenant's directory give it, then ask again under Connection")
}

fn other_directory() -> AppError {
    AppError::conflict(
        "consent.other_directory",
        "Another directory consented than the tenant's own. Nothing changed here",
    )
    .hint("Sign in at Microsoft as an administrator of this tenant's directory, and ask again under Connection")
}

fn unreadable() -> AppError {
    AppError::conflict("consent.unreadable", "The answer says neither that consent was given nor that it was refused")
        .hint("Ask again under Connection")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_of_the_right_directory_is_one() {
        let yes = Answer { tenant: Some("ABC"), admin_consent: Some("True"), ..Answer::default() };
        assert!(judge(&yes, "abc").1.is_none());
        let code = |answer: Answer<'_>| judge(&answer, "abc").1.expect("a problem").code;
        assert_eq!(code(Answer { tenant: Some("abd"), ..yes }), "consent.other_directory");
        assert_eq!(code(Answer { admin_consent: None, ..yes }), "consent.unreadable");
        assert_eq!(code(Answer { tenant: None, ..yes }), "consent.unreadable");
        assert_eq!(code(Answer { error: Some("permission_denied"), ..yes }), "consent.refused");
    }
}
